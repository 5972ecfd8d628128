"""Places that surround harm or protect from it: what kinds there are, and how each is looked at.

A place has a name, a kind, a side and a point. The side says how a kind is shown: as a **risk**
(a setting where harm is made possible), as **protective** (people and services that guard), or as
**both**: a school is where children can be reached by those who harm and by those who help. It is a
way of looking, not a verdict on any one place; a table of your own may give its own sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd

from mapper.base.tables import require_columns

Side = Literal["risk", "protective", "both"]
PLACE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "name": "str",
        "kind": "category",
        "side": "category",  # risk, protective or both
        "lon": "float64",
        "lat": "float64",
        "source": "category",  # file name
    }
)
SIDES: tuple[Side, ...] = ("risk", "protective", "both")
# How each kind is looked at unless a file says otherwise.
SCHOOL_AGE = frozenset({"school", "college", "youth club"})  # where those of school age meet
KINDS: Mapping[str, Side] = MappingProxyType(
    {
        "railway station": "risk",
        "bus or coach station": "risk",
        "ferry terminal": "risk",
        "airport": "risk",
        "services": "risk",  # on a motorway
        "tram or metro stop": "risk",
        "bus stop": "risk",
        "taxi rank": "risk",
        "licensed premises": "risk",
        "off-licence": "risk",
        "takeaway": "risk",
        "hostel": "risk",
        "children's home": "both",
        "care home": "both",
        "school": "both",
        "college": "both",
        "park": "both",
        "playing field": "both",
        "shopping centre": "both",
        "youth club": "protective",
        "family hub": "protective",
        "library": "protective",
        "health centre": "protective",
        "hospital": "protective",
        "police station": "protective",
        "place of worship": "protective",
        "domestic-abuse service": "protective",
        "drug and alcohol service": "protective",
        "community centre": "protective",
    }
)


@dataclass(frozen=True, eq=False)
class Places:
    """Places of one or more files."""

    table: pd.DataFrame  # PLACE_COLUMNS
    notes: tuple[str, ...] = ()  # rows left out and why, licences, in plain words
    synthetic: bool = False  # invented places: said on every screen and file

    def __post_init__(self) -> None:
        require_columns(self.table, PLACE_COLUMNS, name="places")


def places_table(
    *,
    name: list[str],
    kind: list[str],
    lon: object,
    lat: object,
    source: str,
    side: list[str] | None = None,
) -> pd.DataFrame:
    """Return places as a table; a kind that is not in ``KINDS`` is looked at as both."""
    sides = side or [KINDS.get(one, "both") for one in kind]
    table = pd.DataFrame(
        {
            "name": pd.array(name, dtype="str"),
            "kind": pd.Categorical(kind),
            "side": pd.Categorical(sides, categories=list(SIDES)),
            "lon": lon,
            "lat": lat,
            "source": pd.Categorical([source] * len(name)),
        }
    )
    return table.astype({"lon": "float64", "lat": "float64"})


def join_places(parts: list[Places]) -> Places:
    """Return the places of several files as one."""
    if not parts:
        return Places(places_table(name=[], kind=[], lon=[], lat=[], source=""))
    text = {"kind": "str", "side": "str", "source": "str"}
    table = pd.concat([part.table.astype(text) for part in parts], ignore_index=True)
    return Places(
        table.astype(dict(PLACE_COLUMNS)),
        tuple(note for part in parts for note in part.notes),
        any(part.synthetic for part in parts),
    )
