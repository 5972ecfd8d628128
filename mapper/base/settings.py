"""Settings of an installation, read once from the environment; never changed while running.

Each is a variable that starts with ``MAPPER_``: ``MAPPER_WORKSPACE=/srv/mapper``. What shapes a
result is never a setting but a part of the request, so that it travels with every output.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

from mapper.base.errors import MapperError

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
SHORTEST_TOKEN = 24


class Secret:
    """Text that is shown only where it is asked for by name."""

    __slots__ = ("_hidden",)

    def __init__(self, text: str = "") -> None:
        self._hidden = text

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._hidden

    def __bool__(self) -> bool:
        return bool(self._hidden)

    def __repr__(self) -> str:
        return "Secret()"


def _number(
    kind: type[int | float], least: float, most: float = inf, *, above: bool = False
) -> Callable[[str], float]:
    """Return the reader of a number within limits, itself ``above`` the least or that too."""

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = kind(-1)  # below all limits
        if not (number > least if above else number >= least) or number > most:
            limits = f"above {least:,}" if above else f"of {least:,} or more"
            limits += f" and at most {most:,}" if most < inf else ""
            whole = "whole " if kind is int else ""
            raise ValueError(f"{text!r} is no {whole}number {limits}")
        return number

    return read


def _listed(given: str) -> tuple[str, ...]:
    """Return names with commas between, or a JSON list of them."""
    parts = json.loads(given) if given.startswith("[") else given.split(",")
    return tuple(str(part).strip() for part in parts)


def _reader(given: str) -> str:
    """Return who may read outputs."""
    if given not in _READERS:
        raise ValueError(f"{given!r} is none of {', '.join(_READERS)}")
    return given


def _not_guessed(token: str) -> Secret:
    """Refuse a token that could be tried out."""
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"a token needs {SHORTEST_TOKEN} characters or more")
    return Secret(token)


_NO_SECRET = Secret()
_READERS = ("owner", "group", "everybody")
_OF: dict[object, Callable[[str], object]] = {  # of a type, what makes its value of a text
    str: str,
    Path: Path,
    Path | None: Path,
    Secret: Secret,
    Secret | None: Secret,
    tuple[str, ...]: _listed,
}


@dataclass(frozen=True)
class Settings:
    """Where work is kept and how much is taken in."""

    workspace: Path = Path("workspace")  # folder for work; made when first needed
    area: str = ""  # the installation's own: a kept area by name, or the path of its table
    database: Secret | None = None  # PostgreSQL by URL; none keeps records in the workspace
    demonstration_file: Path | None = None  # an extract to show in place of the generated one
    demonstration_seed: Annotated[int, _number(int, 0)] = 1
    # Largest upload; memory is twice that.
    upload_mb: Annotated[int, _number(int, 1, 2_000)] = 200
    places: Path | None = None  # file, or folder of files, of places near (docs/context-places.md)
    # Who may read what is written.
    outputs_for: Annotated[Literal["owner", "group", "everybody"], _reader] = "owner"
    postcodes: Path | None = None  # directory of postcodes, for rows that have nothing finer
    disclosure_rules: Path | None = None  # own rules of audiences; may only be stricter
    agencies: Path | None = None  # agencies beside the common ones (docs/campaigns.md)
    campaigns: Path | None = None  # folder of own templates of campaigns (docs/campaigns.md)
    basemap: str = ""  # background offered: a .pmtiles file, a tile address, or openstreetmap
    basemap_credit: str = ""  # whom to name on maps over it
    hosts: tuple[str, ...] = LOOPBACK_HOSTS  # names under which the app may be asked for
    # Stores that may be asked for files; none is, unless it is named (docs/scale.md).
    stores: tuple[str, ...] = ()  # kinds: s3
    store_endpoint: str = ""  # where S3 is, if not at Amazon: https://store.example.police.uk
    store_key: Secret = _NO_SECRET
    store_secret: Secret = _NO_SECRET
    # Certificates for a scheduler of Dask on another machine (docs/scale.md).
    dask_ca: Path | None = None  # of the authority
    dask_cert: Path | None = None  # this machine's own
    dask_key: Path | None = None
    # Sign-in; without a provider one person uses the app, on this machine only.
    provider: str = ""  # address of the identity provider's OpenID configuration
    client_id: str = ""  # under which the provider knows this installation
    client_secret: Secret = _NO_SECRET
    client_secret_file: Path | None = None  # a file that holds it, in its place
    address: str = ""  # where browsers find the app: https://mapper.example.police.uk
    people: Path | None = None  # file that gives roles and wards (docs/signing-in.md)
    bind: str = "127.0.0.1"  # address of this machine that the server listens on
    metrics_token: Annotated[Secret, _not_guessed] = _NO_SECRET  # monitoring
    # After so long a person is signed out.
    idle_minutes: Annotated[float, _number(float, 0, 24 * 60, above=True)] = 15
    session_hours: Annotated[float, _number(float, 0, 24, above=True)] = 10  # longest sign-in


@cache
def settings() -> Settings:
    """Return this installation's settings.

    Raises
    ------
    MapperError
        Naming every variable whose value cannot be used.
    """
    given, faults = _environment(), []
    found: dict[str, Any] = {}
    for each in fields(Settings):
        if each.name in given:
            try:
                read = getattr(each.type, "__metadata__", None) or (_OF[each.type],)
                found[each.name] = read[0](given[each.name])
            except ValueError as error:
                faults.append(f"MAPPER_{each.name.upper()}: {error}")
    if faults:
        told = "; ".join(faults)
        raise MapperError(f"Settings that cannot be used: {told}. Mend or remove them.")
    return Settings(**found)


def _environment() -> dict[str, str]:
    """Return the variables of this program by the names of its settings; an empty one is none."""
    prefix = "MAPPER_"
    return {
        name.upper().removeprefix(prefix).lower(): value
        for name, value in os.environ.items()
        if value and name.upper().startswith(prefix)
    }
