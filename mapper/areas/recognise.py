"""What an official file is, by its columns and values: which boundaries, or a table of what.

Boundaries are told by the codes in their columns (E01 and W01 are LSOAs, S01 data zones, E05 wards,
E06 to E09 districts, and so on), else by their headings, else taken for districts. Tables are told
by what they give for each area code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import pandas as pd

from mapper.areas.boundaries import file_format, read_boundary
from mapper.areas.official_table import read_official
from mapper.areas.population import LSOA_CODE, LSOA_NAME, find_column, holdings_of
from mapper.base.errors import AreaError
from mapper.base.files import Progress
from mapper.base.sandbox import in_child

Kind = Literal["lsoa", "wards", "districts", "population", "population_by_age", "deprivation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_WORDS: Mapping[Kind, str] = MappingProxyType(
    {
        "lsoa": "LSOA or data zone boundaries",
        "wards": "ward boundaries",
        "districts": "district boundaries",
        "population": "residents by area",
        "population_by_age": "residents by year of age",
        "deprivation": "deprivation deciles",
    }
)
_PREFIXES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "lsoa": ("E01", "W01", "S01", "N00", "N20", "N21", "95"),
        "wards": ("E05", "W05", "S13", "S02", "N08", "N10"),
        "districts": ("E06", "E07", "E08", "E09", "E10", "W06", "S12", "N09"),
    }
)
WARD_CODE, DISTRICT_CODE = (r"(wd|ward)\d*(cd|code)\d*",), (r"(lad|la|ltla|lgd)\d*(cd|code)\d*",)
WARD_NAME = (
    r"(wd|ward)\d*(nm|name)",
    r"(cawd|ed)?\d*(nm|english)",
    r"(finalr)?dea(\d*nm|name)?",
    r"ward",
    r"name",
)
DISTRICT_NAME = (
    r"(lad|la|ltla|lgd|council|councilarea|district|borough|localauth(ority)?)\d*(nm|name)",
    r"lad|district|borough|councilarea|localauth(ority)?|countyenglish|county|english",
    r"(ctyua|cty|utla|pfa|csp)\d*(nm|name)",
    r"name|title",
)
# What is asked of each kind of boundary: patterns of the column, and its name from then on.
ROLES: Mapping[Kind, Mapping[str, tuple[tuple[str, ...], str]]] = MappingProxyType(
    {
        "lsoa": {
            "code": (LSOA_CODE, "LSOACD"),
            "name": (LSOA_NAME, "LSOANM"),
            "district": (DISTRICT_NAME[:1], "LADNM"),
        },
        "wards": {
            "name": (WARD_NAME, "WDNM"),
            "code": (WARD_CODE, "WDCD"),
            "district": (DISTRICT_NAME[:1], "LADNM"),
        },
        "districts": {"name": (DISTRICT_NAME, "LADNM"), "code": (DISTRICT_CODE, "LADCD")},
    }
)
_BY_HEADING: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "lsoa": (*LSOA_CODE[:2], *LSOA_NAME, r"smallarea.*"),
        "wards": (*WARD_CODE, *WARD_NAME[:1], r"ward|ed(english|name|id)"),
        "districts": (*DISTRICT_CODE, *DISTRICT_NAME[:2]),
    }
)
_TABLES: Mapping[str, Kind] = MappingProxyType(
    {"deciles": "deprivation", "ages": "population_by_age", "residents": "population"}
)
_SECONDS, _NAMES = 300, 2_000


@dataclass(frozen=True)
class Recognised:
    """What a file was taken for, and what it holds."""

    name: str  # file name
    kind: Kind | None  # nothing: neither boundaries nor a table by area
    rows: int  # shapes, or areas of a table
    headings: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)  # heading by role
    names: tuple[str, ...] = ()  # of the districts that it tells apart
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What was recognised, in one sentence."""
        if self.kind is None:
            return self.notes[0] if self.notes else f"{self.name}: not recognised"
        unit = "areas" if self.kind in _TABLES.values() else "shapes"
        told = ", ".join(f"{role} in “{heading}”" for role, heading in self.columns.items())
        return f"{self.name}: {KIND_WORDS[self.kind]}, {self.rows:,} {unit}; {told or 'no names'}."


def recognise(path: Path, kind: Kind | None = None) -> Recognised:
    """Return what a file is, looked at in a child process; a refusal is among its notes.

    Parameters
    ----------
    kind
        What it is, where a person has said it.
    """
    try:
        found = in_child(
            "mapper.areas.recognise:look",
            {"path": str(path.resolve()), "kind": kind},
            name=path.name,
            size=path.stat().st_size if path.is_file() else 0,
            seconds=_SECONDS,
            kind=AreaError,
            advice="Give a smaller part of it, or save it again.",
        )
    except AreaError as error:
        return Recognised(path.name, None, 0, notes=(str(error),))
    for each in ("headings", "names", "notes"):
        found[each] = tuple(found[each])
    return Recognised(**found)


def look(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Return the members of what ``path`` is recognised as: the work of the child process.

    Raises
    ------
    AreaError
        When it is neither boundaries nor a table by area.
    """
    path, kind = Path(told["path"]), told["kind"]
    if path.suffix.lower() in (".csv", ".xlsx", ".xls", ".ods", ".txt", ".tsv"):
        return asdict(_table(path))
    if not file_format(path):
        raise AreaError(f"{path.name}: is neither a boundary file nor a table (CSV, XLSX).")
    boundary = read_boundary(path)
    attributes = boundary.attributes
    kind = kind if kind in ROLES else _kind_of(attributes)
    headings = tuple(str(each) for each in attributes.columns)
    columns = _columns(headings, kind)
    of = columns.get("name" if kind == "districts" else "district")
    names = sorted(set(attributes[of].dropna().astype(str)))[:_NAMES] if of else []
    rows, notes = len(boundary.shapes), boundary.notes
    return asdict(Recognised(path.name, kind, rows, headings, columns, tuple(names), notes))


def settled(files: Sequence[Recognised]) -> dict[Kind, int]:
    """Return which file is of which kind, by its position.

    Raises
    ------
    AreaError
        Naming every file that was not recognised, or two that are of one kind.
    """
    taken: dict[Kind, int] = {}
    for at, one in enumerate(files):
        if one.kind is None:
            raise AreaError("\n".join(each.words for each in files if each.kind is None))
        if one.kind in taken:
            raise AreaError(
                f"{files[taken[one.kind]].name} and {one.name} are both {KIND_WORDS[one.kind]}."
                " Leave one of them out, or say what it is."
            )
        taken[one.kind] = at
    return taken


def _table(path: Path) -> Recognised:
    """Return what a table gives for each area."""
    tables = read_official(path)
    best = max(tables, key=lambda table: (len(holdings_of(table)), table.name))
    holds = holdings_of(best)
    kind = next((_TABLES[each] for each in _TABLES if each in holds), None)
    if kind is None:
        raise AreaError(
            f"{path.name}: has area codes in {best.code}, and no column of residents (such as"
            " Total) or of deprivation deciles (such as IMD Decile). Rename the right one."
        )
    columns = {"code": best.code, **holds}
    return Recognised(
        path.name, kind, len(best.rows), tuple(best.rows.columns), columns, (), best.notes
    )


def _kind_of(attributes: pd.DataFrame) -> Kind:
    """Return which boundaries these are: of the smallest areas whose codes stand once for each."""
    for kind, prefixes in _PREFIXES.items():
        for column in attributes.columns:
            codes = attributes[column].dropna().astype(str).str.upper()
            if len(codes) and codes.str.startswith(prefixes).all() and codes.is_unique:
                return kind
    for kind, patterns in _BY_HEADING.items():
        if find_column(attributes.columns, patterns) is not None:
            return kind
    return "districts"


def _columns(headings: Sequence[str], kind: Kind) -> dict[str, str]:
    """Return the heading of each role that has one."""
    found = {role: find_column(headings, patterns) for role, (patterns, _) in ROLES[kind].items()}
    return {role: heading for role, heading in found.items() if heading is not None}
