"""The file that says which of the provider's claims gives which role, wards and agency.

What it may hold is told in ``docs/signing-in.md``. What it does not name gives nothing: a group
that nobody listed has no role, and a person without a role is turned away at the door.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mapper.base.errors import PeopleError
from mapper.base.toml_file import TomlKind
from mapper.disclosure.people import ROLES, Role, Viewer
from mapper.lenses.part import Part, closest, quoted, spans_of
from mapper.records.agencies import agency_names

_KIND = TomlKind(
    what="the file that gives roles to groups, as MAPPER_PEOPLE names it",
    remedy="Compare the line with docs/signing-in.md.",
    refused=PeopleError,
)  # a force of 200 wards and 500 groups has under 60,000 bytes
LONGEST_NAME = 200
_KEYS = ("claims", "roles", "wards", "agencies")
_CLAIM_KEYS = ("name", "roles", "wards", "agency")
# What Streamlit adds to the claims, and what differs between cookie and page.
_NOT_CLAIMS = frozenset({"origin", "is_logged_in", "provider", "tokens"})


@dataclass(frozen=True)
class PeopleMap:
    """From claims to a viewer."""

    name_claim: str
    roles_claim: str
    wards_claim: str  # empty where wards are not told
    roles: Mapping[str, Role]  # by the provider's value
    wards: Mapping[str, tuple[str, ...]] | None  # by the provider's value; None: values are names
    sha256: str
    agency_claim: str = ""  # empty where agencies are not told
    agencies: Mapping[str, str] | None = None  # by the provider's value; None: values are names

    def viewer(self, claims: Mapping[str, Any]) -> Viewer | None:
        """Return who the claims speak of, or nothing where they give no role or no name."""
        name = " ".join(str(_claim(claims, self.name_claim) or "").split())[:LONGEST_NAME]
        values = set(_values(claims, self.roles_claim))
        roles = frozenset(role for value, role in self.roles.items() if value in values)
        if not name or not name.isprintable() or not roles:
            return None
        return Viewer(
            name=name,
            roles=roles,
            wards=self._wards(claims),
            agency=self._agency(claims),
            session=session_of(claims),
        )

    def _agency(self, claims: Mapping[str, Any]) -> str:
        """Return the one agency that the claims name; nothing where they name none, or several."""
        values = _values(claims, self.agency_claim) if self.agency_claim else ()
        known = {name: name for name in agency_names()} if self.agencies is None else self.agencies
        found = {known[value] for value in values if value in known}
        return found.pop() if len(found) == 1 else ""

    def _wards(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """Return the wards that the claims name."""
        values = _values(claims, self.wards_claim) if self.wards_claim else ()
        if self.wards is None:
            return frozenset(values)
        return frozenset(ward for value in values for ward in self.wards.get(value, ()))


def session_of(claims: Mapping[str, Any]) -> str:
    """Return what stands for one sign-in: no two have the same claims, for each has its nonce."""
    own = {key: value for key, value in claims.items() if key not in _NOT_CLAIMS}
    return hashlib.sha256(json.dumps(own, sort_keys=True, default=str).encode()).hexdigest()


def read_people_file(path: Path) -> PeopleMap:
    """Read the file that gives roles and wards.

    Raises
    ------
    PeopleError
        Naming the file, and for each fault its line and what to write instead.
    """
    content, text = _KIND.read(path)
    whole = Part(_KIND.parse(path, text), tuple(text.split("\n")))
    whole.refuse_unknown_keys(_KEYS)
    claims = _table(whole, "claims")
    claims.refuse_unknown_keys(_CLAIM_KEYS)
    found = PeopleMap(
        name_claim=claims.text("name"),
        roles_claim=claims.text("roles"),
        wards_claim=claims.text("wards", needed=False),
        roles=MappingProxyType(_roles(_table(whole, "roles"))),
        wards=MappingProxyType(_wards(_table(whole, "wards"))) if "wards" in whole.table else None,
        sha256=hashlib.sha256(content).hexdigest(),
        agency_claim=claims.text("agency", needed=False),
        agencies=MappingProxyType(_agencies(_table(whole, "agencies")))
        if "agencies" in whole.table
        else None,
    )
    if found.agencies is not None and not found.agency_claim:
        whole.fault('`agency` under [claims] is missing. Add agency = "...".', at="claims")
    if found.wards is not None and not found.wards_claim:
        whole.fault('`wards` under [claims] is missing. Add wards = "...".', at="claims")
    _KIND.refuse(path, whole.faults)
    return found


def _roles(part: Part) -> dict[str, Role]:
    """Return the role of each value that the provider may send."""
    found: dict[str, Role] = {}
    for key in part.table:
        role = next((role for role in ROLES if role == key), None)
        if role is None:
            part.fault(
                f"{quoted(key)} is no role.{closest(key, ROLES)} The roles are {', '.join(ROLES)}.",
                at=key,
            )
            continue
        for value in part.texts(key):
            if found.setdefault(value, role) != role:
                part.fault(
                    f"{quoted(value)} is listed for {found[value]} and for {role}. One group gives"
                    " one role; put people who need both into two groups.",
                    at=key,
                )
    if not found:
        part.fault('no role is given to anyone. Write for example analyst = ["..."].', at="roles")
    return found


def _wards(part: Part) -> dict[str, tuple[str, ...]]:
    """Return the wards of each value that the provider may send."""
    return {value: part.texts(value) for value in part.table}


def _agencies(part: Part) -> dict[str, str]:
    """Return the agency of each value that the provider may send."""
    known = agency_names()
    found = {value: part.text(value) for value in part.table}
    for value, name in found.items():
        if name and name not in known:
            part.fault(
                f"{quoted(name)} is no agency here.{closest(name, known)} The agencies are"
                f" {', '.join(known)}.",
                at=value,
            )
    return found


def _table(whole: Part, name: str) -> Part:
    """Return one table of the file, empty and noted where it is none."""
    table = whole.table.get(name)
    if not isinstance(table, dict):
        state = "is missing" if table is None else "is no table"
        whole.fault(f"[{name}] {state}. docs/signing-in.md shows a whole file.", at=name)
        table = {}
    first, end = next(spans_of(whole.lines, name, brackets="["), (0, len(whole.lines)))
    return Part(table, whole.lines[first:end], first, whole.faults)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim by its name, or by its way through claims in claims: realm_access.roles."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _values(claims: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the texts of a claim that holds one or a list of them."""
    found = _claim(claims, path)
    for value in found if isinstance(found, list | tuple) else [found]:
        if isinstance(value, str) and value.strip():
            yield " ".join(value.split())
