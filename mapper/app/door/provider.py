"""Sign-in as an installation sets it up: all of it, or none.

With no provider set, one person uses the app on this machine. With one, every part must be there:
a half of it would look like protection.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mapper.app.door.people_file import PeopleMap, read_people_file
from mapper.base.errors import PeopleError
from mapper.base.files import open_regular
from mapper.base.settings import LOOPBACK_HOSTS, Settings, settings

SCOPES = "openid profile email"
LONGEST_SECRET = 4_096
_KEY_TURNS = 600_000  # a fifth of a second at the start


@dataclass(frozen=True)
class Provider:
    """A provider with everything that signing in takes."""

    metadata: str  # address of its OpenID configuration
    client_id: str
    client_secret: str
    address: str  # of this app, as browsers know it, without a slash at the end
    people: PeopleMap

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach the app over TLS."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """Return the name under which browsers ask for the app."""
        return urlsplit(self.address).hostname or ""


def is_signed_in_to() -> bool:
    """Tell whether people sign in to this installation."""
    return bool(settings().provider)


@cache
def provider() -> Provider:
    """Return the provider of this installation, read once.

    Raises
    ------
    PeopleError
        Naming everything that is missing or cannot be used.
    """
    now = settings()
    secret = _secret_of(now)
    if faults := list(_faults(now, secret)):
        raise PeopleError("Sign-in is set up in part: " + "; ".join(faults) + ".")
    return Provider(
        metadata=now.provider,
        client_id=now.client_id,
        client_secret=secret,
        address=now.address.rstrip("/"),
        people=read_people_file(now.people or Path()),
    )


def check_alone(now: Settings) -> None:
    """Refuse to leave this machine without a provider.

    Raises
    ------
    PeopleError
        When the server is to listen to other machines, or to answer to another name.
    """
    foreign = [host for host in (now.bind, *now.hosts) if host.lower() not in LOOPBACK_HOSTS]
    if foreign:
        raise PeopleError(
            f"Without sign-in the app serves this machine only, not {', '.join(foreign)}. Set up"
            " sign-in (docs/signing-in.md), or remove MAPPER_BIND and MAPPER_HOSTS."
        )


def cookie_key(told: Provider) -> str:
    """Return the key that cookies are signed with: the same in every process of an installation.

    It follows from the secret that the provider gave the installation, slowly, so that nobody who
    holds a cookie tries secrets out on it. The key opens nothing by itself: the list of sign-ins
    does.
    """
    salt = f"mapper sign-in cookie {told.client_id} {told.address}".encode()
    return hashlib.pbkdf2_hmac("sha256", told.client_secret.encode(), salt, _KEY_TURNS).hex()


def sign_in_secrets(told: Provider) -> dict[str, Any]:
    """Return what Streamlit's sign-in reads, as its own secrets have it."""
    return {
        "auth": {
            "redirect_uri": f"{told.address}/oauth2callback",
            "cookie_secret": cookie_key(told),
            "client_id": told.client_id,
            "client_secret": told.client_secret,
            "server_metadata_url": told.metadata,
            "client_kwargs": {"scope": SCOPES, "prompt": "select_account"},
        }
    }


def _secret_of(now: Settings) -> str:
    """Return the client's secret, from its file where one is given."""
    if now.client_secret_file is None:
        return now.client_secret.get_secret_value()
    try:
        with open_regular(now.client_secret_file) as file:
            return file.read(LONGEST_SECRET).decode().strip()
    except (OSError, ValueError) as error:
        raise PeopleError(
            "The file in MAPPER_CLIENT_SECRET_FILE cannot be read. Check its path and rights."
        ) from error


def _faults(now: Settings, secret: str) -> Iterator[str]:
    """Yield each setting that is missing, or that is no address or would send sign-ins unsealed."""
    needed = {
        "MAPPER_PROVIDER": now.provider,
        "MAPPER_CLIENT_ID": now.client_id,
        "MAPPER_CLIENT_SECRET": secret,
        "MAPPER_ADDRESS": now.address,
        "MAPPER_PEOPLE": now.people,
    }
    yield from (f"{name} is missing" for name, value in needed.items() if not value)
    for name, address in (("MAPPER_PROVIDER", now.provider), ("MAPPER_ADDRESS", now.address)):
        parts = urlsplit(address)
        is_safe = parts.scheme == "https" or parts.hostname in LOOPBACK_HOSTS
        if address and not (parts.scheme in {"http", "https"} and parts.hostname and is_safe):
            yield f"{name} does not begin with https://"
    if urlsplit(now.address).path.strip("/"):
        yield "MAPPER_ADDRESS has a path: give the app a host name of its own"
