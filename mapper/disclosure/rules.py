"""The rules of each audience: a readable, versioned settings file, with a floor in code.

An installation may give its own file (``MAPPER_DISCLOSURE_RULES``, or the one in its workspace
that the Settings page writes, :mod:`mapper.disclosure.own_rules`). It may tighten every rule and
loosen none below :data:`FLOOR`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mapper.base.errors import DisclosureError
from mapper.base.files import digest_of
from mapper.base.settings import settings  # pydantic takes a while to load
from mapper.base.tables import OPTIONAL_INCIDENT_COLUMNS
from mapper.base.toml_file import TomlKind

SHIPPED = Path(__file__).with_name("rules.toml")
OWN_RULES = "disclosure-rules.toml"  # in the workspace, where an administrator tightened some
OPERATIONAL = "operational"
_KIND = TomlKind(
    what="a file of disclosure rules", remedy="Mend that line.", refused=DisclosureError
)
MARKINGS = ("OFFICIAL", "OFFICIAL-SENSITIVE")  # the later, the stricter
WEEK_CLOCKS = ("none", "shift")  # the earlier, the stricter


@dataclass(frozen=True)
class AudienceRule:
    """What one audience other than the operational one may see."""

    audience: str
    who: str
    marking: str
    finest_resolution: int
    smallest_count: int  # counts from 1 to one below this are hidden
    round_to: int
    shortest_days: int
    whole_months: bool
    week_clock: str
    single_place: bool
    district_only: tuple[str, ...]
    most_withheld: float

    @property
    def values_kept(self) -> int:
        """How many values a hidden count must keep: as many as "fewer than" leaves open."""
        return self.smallest_count - 1

    @property
    def hidden_words(self) -> str:
        """How a hidden count is written: fewer than 5."""
        return f"fewer than {self.smallest_count}"

    @property
    def caveats(self) -> tuple[str, ...]:
        """What every reader outside the operational audience is told."""
        hidden = (
            f"Counts {self.hidden_words} are hidden; the others are rounded to the nearest"
            f" {self.round_to}. Some are withheld where they would give a hidden one away;"
            " beside tables and maps of other cells a few are by lot, so that no gap tells."
        )
        totals = (
            "Totals of hot spots and districts are sums of the rounded counts that are shown, so"
            " they leave hidden ones out; headline totals are true totals, rounded, printed only"
            " where each hidden count keeps every value. Hot spots are worked out from what is"
            " shown and can differ from those the police see."
        )
        return hidden, totals


@dataclass(frozen=True)
class Rules:
    """All audiences' rules, as one file gives them."""

    version: str
    sha256: str
    source: str
    operational_marking: str
    audiences: Mapping[str, AudienceRule]


# No installation goes below these: security.md's table.
FLOOR: Mapping[str, AudienceRule] = MappingProxyType(
    {
        "partnership": AudienceRule(
            audience="partnership",
            who="",
            marking="OFFICIAL-SENSITIVE",
            finest_resolution=9,
            smallest_count=5,
            round_to=5,
            shortest_days=7,
            whole_months=False,
            week_clock="shift",
            single_place=False,
            district_only=(),
            most_withheld=1.0,
        ),
        "public": AudienceRule(
            audience="public",
            who="",
            marking="OFFICIAL",
            finest_resolution=8,
            smallest_count=8,
            round_to=5,
            shortest_days=28,
            whole_months=True,
            week_clock="none",
            single_place=False,
            district_only=(
                "child_at_address",
                "baby_at_address",
                "missing_child",
                "young_person",
            ),
            most_withheld=1.0,
        ),
    }
)
AUDIENCES = (OPERATIONAL, *FLOOR)
# What each audience may read: what is published reaches partners as well.
READ_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"partnership": ("partnership", "public"), "public": ("public",)}
)

_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("who", "marking", "week_clock"), (str,)),
        **dict.fromkeys(
            ("finest_resolution", "smallest_count", "round_to", "shortest_days"), (int,)
        ),
        **dict.fromkeys(("whole_months", "single_place"), (bool,)),
        "district_only": (list,),
        "most_withheld": (int, float),
    }
)
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"marking": MARKINGS, "week_clock": WEEK_CLOCKS}
)
# Whether a value is at least as strict as the floor's.
_STRICT: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "marking": lambda value, floor: MARKINGS.index(value) >= MARKINGS.index(floor),
        "week_clock": lambda value, floor: WEEK_CLOCKS.index(value) <= WEEK_CLOCKS.index(floor),
        "finest_resolution": lambda value, floor: value <= floor,
        "smallest_count": lambda value, floor: value >= floor,
        "round_to": lambda value, floor: value >= floor and value % floor == 0,
        "shortest_days": lambda value, floor: value >= floor,
        "whole_months": lambda value, floor: value or not floor,
        "single_place": lambda value, floor: floor or not value,
        "district_only": lambda value, floor: set(value) >= set(floor),
        "most_withheld": lambda value, floor: 0 < value <= floor,
    }
)


def rules() -> Rules:
    """Return this installation's rules.

    Raises
    ------
    DisclosureError
        As :func:`read_rules`.
    """
    now = settings()
    own = now.workspace / OWN_RULES
    return read_rules(now.disclosure_rules or (own if own.is_file() else SHIPPED))


def readers_of(audience: str) -> tuple[str, ...]:
    """Return the audiences that read what one is given, itself first."""
    return (audience, *(one for one, read in READ_BY.items() if audience in read[1:]))


def is_as_strict(name: str, value: object, other: object) -> bool:
    """Tell whether a value of a rule is at least as strict as another."""
    return name not in _STRICT or _STRICT[name](value, other)


def read_rules(path: Path) -> Rules:
    """Return the rules in a file, once for each state of it.

    Raises
    ------
    DisclosureError
        Naming file and field of every fault: absent, of the wrong kind, unknown, or looser than
        the floor.
    """
    try:
        digest = digest_of(path)
    except OSError as error:
        raise DisclosureError(
            f"{path.name}: the disclosure rules cannot be read ({error.strerror}). Mend"
            " MAPPER_DISCLOSURE_RULES, or remove it to use the shipped rules."
        ) from error
    return _read(path, digest)


@cache
def _read(path: Path, digest: str) -> Rules:
    """Parse and check one state of a rules file."""
    told = _KIND.parse(path, _KIND.read(path)[1])
    faults = [] if isinstance(told.get("version"), str) else ['version: write version = "1.0"']
    strange = set(told) - {"version", *AUDIENCES}
    faults += [f"{name}: no such audience; remove it" for name in sorted(strange)]
    marking = _section(told, OPERATIONAL).get("marking")
    if marking != MARKINGS[-1]:
        faults.append(f'operational.marking: write marking = "{MARKINGS[-1]}"')
    for name in FLOOR:
        faults += _faults(name, _section(told, name))
    if faults:
        raise DisclosureError(f"{path.name}: {'; '.join(faults)}.")
    return Rules(
        version=told["version"],
        sha256=digest,
        source=path.name,
        operational_marking=str(marking),
        audiences=MappingProxyType({name: _rule(name, told[name]) for name in FLOOR}),
    )


def _section(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an audience's table, empty where the file has none."""
    found = told.get(name)
    return found if isinstance(found, Mapping) else {}


def _faults(audience: str, section: Mapping[str, Any]) -> list[str]:
    """Return every fault of one audience's rules."""
    wanted = [one.name for one in fields(AudienceRule) if one.name != "audience"]
    faults = [f"{audience}.{name}: missing; write it" for name in wanted if name not in section]
    faults += [
        f"{audience}.{name}: no such rule; remove it" for name in section if name not in wanted
    ]
    for name in wanted:
        if name in section:
            faults += _value_faults(audience, name, section[name])
    if not faults and section["round_to"] > section["smallest_count"]:
        faults.append(f"{audience}.round_to: more than smallest_count; raise smallest_count too")
    return faults


def _value_faults(audience: str, name: str, given: object) -> list[str]:
    """Return what is wrong with one value: its kind, its words, or that it is too loose."""
    place = f"{audience}.{name}"
    kinds = _KINDS[name]
    value: Any = given
    if not isinstance(given, kinds) or (isinstance(given, bool) and bool not in kinds):
        return [f"{place}: {given!r} is not of kind {' or '.join(k.__name__ for k in kinds)}"]
    if name in _WORDS and value not in _WORDS[name]:
        return [f"{place}: {value!r} is not one of {', '.join(_WORDS[name])}"]
    if name == "district_only" and not {str(one) for one in value} <= set(
        OPTIONAL_INCIDENT_COLUMNS
    ):
        return [f"{place}: names a column that incidents do not have; remove it"]
    floor = getattr(FLOOR[audience], name)
    if name in _STRICT and not _STRICT[name](value, floor):
        shown = list(floor) if isinstance(floor, tuple) else floor
        return [f"{place}: {value!r} is too loose; write {shown!r} or a stricter value"]
    return []


def _rule(audience: str, section: Mapping[str, Any]) -> AudienceRule:
    """Return one audience's checked rules."""
    values = {**section, "district_only": tuple(section["district_only"])}
    return AudienceRule(audience=audience, **values)
