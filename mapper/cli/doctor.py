"""``mapper doctor``: what an inspector would ask, answered; exit 1 where something is wrong."""

import os
import platform
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from mapper.base.errors import MapperError
from mapper.base.json_text import SMALL, json_of
from mapper.base.settings import Settings, settings
from mapper.base.text import day_in_words
from mapper.base.top_level import top_level
from mapper.cli.advisories import advisories
from mapper.cli.doctor_files import given_file, installation_files
from mapper.cli.saying import say
from mapper.records.audit_check import read_head
from mapper.records.inspection import Inspection, inspect_records
from mapper.records.workspace import closed_words, is_closed

_SIGNS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}
_SECONDS = 5  # that the provider has to answer
_CONSTRAINTS = top_level("constraints.txt")
_NOT_SETTINGS = {"MAPPER_DEBUG"}


def run(*, head: list[Path], offline: bool, files: Sequence[Path] = ()) -> None:
    """Print every answer and end with exit 1 where one is wrong.

    Parameters
    ----------
    head
        Files of ``mapper audit head`` that were kept elsewhere.
    offline
        Do not ask the identity provider, the only request that leaves this machine.
    files
        Files to look at beside those of the installation: background, area, mapping, lens.
    """
    found = list(checks(head=head, offline=offline, files=files))
    wrong = sum(check.state == "wrong" for check in found)
    lines = [f"{_SIGNS[check.state]}  {check.topic}: {check.words}" for check in found]
    end = f"{wrong} wrong." if wrong else "Nothing is wrong."
    say("\n".join([*lines, "", end]), checks=[asdict(check) for check in found], wrong=wrong)
    sys.exit(1 if wrong else 0)


def checks(*, head: list[Path], offline: bool, files: Sequence[Path] = ()) -> Iterator[Inspection]:
    """Yield every answer, the settings first: nothing else can be asked without them."""
    try:
        now = settings()
    except MapperError as error:
        yield Inspection("Settings", "wrong", str(error))
        return
    yield from _settings(now)
    if is_closed(now.workspace):  # the one cause of whatever else would be wrong
        yield Inspection("Workspace", "wrong", closed_words(now.workspace))
        return
    yield from app_files()
    yield from installation_files(now)
    yield from map(given_file, files)
    yield from _sign_in(now, offline=offline)
    yield from _rules()
    url = now.database.get_secret_value() if now.database else None
    yield from inspect_records(now.workspace, url=url, kept=[read_head(path) for path in head])
    yield from versions(_CONSTRAINTS)


def _settings(now: Settings) -> Iterator[Inspection]:
    """Yield which settings are set, secrets by name only, and those that mean nothing."""
    known = {f"MAPPER_{name.upper()}" for name in Settings.model_fields}
    given = {name for name in map(str.upper, os.environ) if name.startswith("MAPPER_")}
    named = ", ".join(sorted(given & known)) or "none, so the defaults hold"
    yield Inspection("Settings", "ok", f"Set: {named}.")
    for name in sorted(given - known - _NOT_SETTINGS):
        yield Inspection("Settings", "wrong", f"{name} is no setting of mapper: mend or remove it.")
    if given & {"MAPPER_CLIENT_SECRET"}:
        words = "The client's secret is in the environment; MAPPER_CLIENT_SECRET_FILE hides it."
        yield Inspection("Keys", "note", words)
    for path in (now.client_secret_file, now.people, now.disclosure_rules):
        if path is not None:
            yield _file(path, secret=path == now.client_secret_file)


def _file(path: Path, *, secret: bool) -> Inspection:
    """Return whether a file that a setting names is there and who may read or change it."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Inspection("Settings", "wrong", f"{path} cannot be read ({error.strerror}).")
    if secret and mode & 0o077:
        return Inspection("Keys", "wrong", f"Others may read {path}: run chmod 600 {path}")
    if mode & 0o022:
        return Inspection("Settings", "wrong", f"Others may change {path}: run chmod go-w {path}")
    return Inspection(
        "Keys" if secret else "Settings", "ok", f"{path} is there and safe from others."
    )


def app_files() -> Iterator[Inspection]:
    """Yield whether the files are there that ``mapper serve`` and its first start need."""
    from mapper.app.door.serve import ENTRY
    from mapper.app.shell.router import ENTRIES, PAGES
    from mapper.areas.load import load_study_area
    from mapper.incidents.synthetic import demonstration_writer

    needed = [ENTRY, *(PAGES / entry.file for entry in ENTRIES)]
    missing = [str(path) for path in needed if not path.is_file()]
    if missing:
        words = f"Missing: {', '.join(missing)}. Install mapper again."
        yield Inspection("App", "wrong", words)
    else:
        yield Inspection("App", "ok", f"{ENTRY} and its {len(ENTRIES)} pages are there.")
    try:
        area = load_study_area()
        demonstration_writer()
    except MapperError as error:
        yield Inspection("App", "wrong", str(error))
        return
    words = f"The study area {area.title} and the demonstration are there."
    yield Inspection("App", "ok", words)


def _sign_in(now: Settings, *, offline: bool) -> Iterator[Inspection]:
    """Yield whether people sign in, and whether their provider answers."""
    from mapper.app.door.provider import check_alone, is_signed_in_to, provider

    topic = "Sign-in"
    try:
        if not is_signed_in_to():
            check_alone(now)
            yield Inspection(topic, "note", "Not set up: one person, on this machine only.")
            return
        told = provider()
    except MapperError as error:
        yield Inspection(topic, "wrong", str(error))
        return
    words = f"Idle people are signed out after {now.idle_minutes:g} minutes, all after"
    yield Inspection(topic, "ok", f"{words} {now.session_hours:g} hours.")
    if not told.is_secure:
        yield Inspection(topic, "wrong", f"{told.address} is not encrypted: give it TLS.")
    if offline:
        yield Inspection(topic, "note", f"{told.metadata} was not asked (--offline).")
    else:
        yield _provider_answers(told.metadata)


def _provider_answers(address: str) -> Inspection:
    """Ask the provider for its configuration."""
    try:
        request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310 - the settings admit https, and http on this machine
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            told = json_of(answer.read(SMALL))
        issuer = told["issuer"]
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - set(told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else type(error).__name__
        return Inspection(
            "Sign-in", "wrong", f"{address} gives no OpenID configuration ({reason})."
        )
    if missing:
        return Inspection(
            "Sign-in", "wrong", f"{address} does not tell {', '.join(sorted(missing))}."
        )
    return Inspection("Sign-in", "ok", f"The provider {issuer} answers.")


def _rules() -> Iterator[Inspection]:
    """Yield which disclosure rules hold."""
    from mapper.disclosure.rules import rules

    try:
        held = rules()
    except MapperError as error:
        yield Inspection("Disclosure", "wrong", str(error))
        return
    yield Inspection("Disclosure", "ok", f"Rules {held.version} from {held.source} hold.")


def versions(constraints: Path) -> Iterator[Inspection]:
    """Yield whether the installed packages are those that mapper was tested with."""
    topic = "Versions"
    words = f"mapper {version('mapper')}, Python {platform.python_version()}"
    yield Inspection(topic, "ok", f"{words}, {platform.system()}.")
    missing = [name for name in _needed() if _installed(name) is None]
    if missing:
        yield Inspection(topic, "wrong", f"Not installed: {', '.join(missing)}. Run make install.")
    if not constraints.is_file():
        yield Inspection(topic, "note", "The tested versions (constraints.txt) are not at hand.")
        return
    pinned = _pinned(constraints)
    here = {name: found for name in pinned if (found := _installed(name)) is not None}
    other = [
        f"{name} {found} (tested: {pinned[name]})"
        for name, found in here.items()
        if found != pinned[name]
    ]
    if other:
        words = f"Other than tested: {', '.join(other)}. Run make install."
        yield Inspection(topic, "wrong", words)
    else:
        yield Inspection(topic, "ok", f"{len(here)} packages are exactly those that were tested.")
    yield from known_weaknesses(here)


def known_weaknesses(here: Mapping[str, str]) -> Iterator[Inspection]:
    """Yield each known weakness of the versions that are here, by package."""
    listed = advisories()
    for words in listed.weaknesses(here):
        yield Inspection("Versions", "wrong", f"{words}. Update it.")
    words = (
        f"{len(listed.known)} published weaknesses of {day_in_words(listed.gathered)} were looked"
        " for;"
    )
    words += " no later one is known here. Where there is a network, run pip-audit --strict and"
    yield Inspection("Versions", "note", f"{words} take a skip as a failure.")


def _needed() -> list[str]:
    """Return the packages that mapper cannot do without."""
    found = (requires("mapper") or []) if _installed("mapper") else []
    return [re.split(r"[\s\[<>=!~;]", line)[0] for line in found if "extra ==" not in line]


def _pinned(constraints: Path) -> dict[str, str]:
    """Return the version of each package in a constraints file."""
    lines = constraints.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): wanted.strip() for name, wanted in pairs}


def _installed(name: str) -> str | None:
    """Return the installed version of a package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
