"""Streamlit's sign-in cookie: read as Streamlit reads it, and sent out no looser than needed.

Streamlit signs the cookie, lets it live for 30 days and leaves out ``Secure``; here it lives no
longer than a sign-in may, and goes over TLS only wherever the app does.
"""

from collections.abc import Mapping
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any

import streamlit as st
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from streamlit.auth_util import get_cookie_with_chunks

from mapper.base.json_text import json_of

_NAME = "_streamlit_user"


def claims_of(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the provider's claims from signed cookies, or nothing where they are not whole."""
    key = st.secrets["auth"]["cookie_secret"]

    def one(name: str) -> bytes:
        told: str = URLSafeTimedSerializer(key, salt=name).loads(cookies[name])
        return told.encode()  # how old it is does not matter: the list of sign-ins knows

    with suppress(KeyError, BadData, ValueError):
        claims = json_of(get_cookie_with_chunks(one, _NAME) or "null")
        return claims if isinstance(claims, dict) else None
    return None


def tighten_cookies(headers: MutableHeaders, *, secure: bool, longest: int) -> dict[str, str]:
    """Let the cookies of an answer live for so many seconds at most, and go over TLS if secure.

    Returns
    -------
    dict of str to str
        What each is set to, by name.
    """
    cookies: SimpleCookie = SimpleCookie()
    for told in headers.getlist("set-cookie"):
        cookies.load(told)
    del headers["set-cookie"]
    for one in cookies.values():
        one["max-age"] = one["max-age"] and min(int(one["max-age"]), longest)
        one["secure"] = one["secure"] or secure
        headers.append("set-cookie", one.OutputString())
    return {name: one.value for name, one in cookies.items()}
