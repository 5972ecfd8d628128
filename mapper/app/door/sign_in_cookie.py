"""Streamlit's sign-in cookie: read as Streamlit reads it, and sent out no looser than needed.

Streamlit signs the cookie, lets it live for 30 days and leaves out ``Secure``; here it lives no
longer than a sign-in may, and goes over TLS only wherever the app does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st
from starlette.requests import cookie_parser
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from mapper.base.json_text import json_of

_MAX_AGE = re.compile(rb";\s*max-age=(\d+)", re.IGNORECASE)
_SECURE = re.compile(rb";\s*secure\s*(;|$)", re.IGNORECASE)


def is_ready() -> bool:
    """Tell whether Streamlit's sign-in was given its settings."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def claims_of(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the provider's claims from signed cookies, or nothing where they are not whole."""
    if not is_ready():
        return None
    secret = st.secrets["auth"]["cookie_secret"]

    def one(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1", "ignore")
        return decode_signed_value(secret, name, value) if value else None

    try:
        told = get_cookie_with_chunks(one, USER_COOKIE_NAME)
        claims = json_of(told) if told else None
    except ValueError:
        return None
    return claims if isinstance(claims, dict) and claims.get("is_logged_in") is True else None


def cookies_set_by(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the cookies that an answer sets, by name."""
    set_ = (value.decode("latin-1") for name, value in headers if name.lower() == b"set-cookie")
    return {key: told for one in set_ for key, told in cookie_parser(one.split(";")[0]).items()}


def tightened(cookie: bytes, *, secure: bool, longest: int) -> bytes:
    """Return a ``Set-Cookie`` value that lives for so many seconds at most, over TLS if secure."""
    cookie = _MAX_AGE.sub(lambda age: b"; Max-Age=%d" % min(int(age[1]), longest), cookie)
    return cookie + b"; Secure" if secure and not _SECURE.search(cookie) else cookie
