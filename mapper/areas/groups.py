"""Countries, regions and forces of an area: named groups of its districts, from a lookup table.

The Office for National Statistics publishes lookups from local authority districts to police force
areas, regions and countries. Whatever such a table says of the area's own districts is kept with
the area; a group is then an area to choose by name, as a district is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from mapper.areas.official_table import read_official
from mapper.areas.population import find_column
from mapper.areas.recognise import DISTRICT_NAME
from mapper.areas.stored import area_tables, kept_areas
from mapper.areas.study_area import AreaGroup, StudyArea, read_study_area, write_study_area
from mapper.base.errors import AreaError
from mapper.base.files import Progress
from mapper.base.sandbox import in_child
from mapper.base.text import count
from mapper.grid.area_weighting import name_key, plain_name

GroupKind = Literal["country", "region", "force"]
KINDS: tuple[GroupKind, ...] = get_args(GroupKind)  # largest first
_HEADINGS: Mapping[GroupKind, tuple[str, ...]] = MappingProxyType(
    {
        "country": (r"(ctry|country)\d*(nm|name)?",),
        "region": (r"(rgn|region|gor)\d*(nm|name)?",),
        "force": (r"(pfa|policeforcearea|policeforce|force)\d*(nm|name)?",),
    }
)
_SECONDS = 120


def group_area(name: str, lookups: Sequence[Path]) -> tuple[StudyArea, tuple[str, ...]]:
    """Keep with an area which of its districts make a country, a region or a force.

    Parameters
    ----------
    name
        Short name of an area that is kept in the workspace.
    lookups
        Tables (CSV or workbook) with the name of a district in each row and the name of its
        country, region or force, as the Office for National Statistics publishes them. What they
        say takes the place of what was kept before.

    Returns
    -------
    tuple
        The area, and what to know of its groups.

    Raises
    ------
    AreaError
        When the area is not a kept one, or a table names no group of its districts.
    """
    kept = {name_key(one): one for one in kept_areas()}
    if name_key(name) not in kept:
        known = ", ".join(kept.values()) or "none"
        raise AreaError(
            f"There is no kept study area called {name[:60]!r} (there are: {known}). Build it"
            " first, with mapper area build or on the page Your area."
        )
    path = area_tables()[kept[name_key(name)]]
    area = read_study_area(path)
    rows = [row for lookup in lookups for row in _rows_of(lookup)]
    groups, notes = groups_of(area, rows)
    if not groups:
        files = ", ".join(lookup.name for lookup in lookups)
        raise AreaError(
            f"{files}: no row names a district of {area.title} with a force, region or country of"
            " which it is a part. Give a lookup of local authority districts with their names."
        )
    write_study_area(replace(area, groups=groups), path)
    return read_study_area(path), notes


def _rows_of(lookup: Path) -> list[list[str]]:
    """Return kind, group and district of every row of a lookup, read in a child process."""
    told = in_child(
        "mapper.areas.groups:look",
        {"path": str(lookup.resolve())},
        name=lookup.name,
        size=lookup.stat().st_size if lookup.is_file() else 0,
        seconds=_SECONDS,
        kind=AreaError,
        advice="Give a smaller part of it, or save it again as CSV.",
    )
    rows: list[list[str]] = told["rows"]
    return rows


def look(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Return kind, group and district of every row of ``path``: the work of the child process.

    Raises
    ------
    AreaError
        When it is no table of districts, or names no group.
    """
    path, rows = Path(told["path"]), []
    for table in read_official(path):
        headings = [str(one) for one in table.rows.columns]
        district = find_column(headings, DISTRICT_NAME[:2])
        if district is None:
            continue
        for kind in KINDS:
            column = find_column(headings, _HEADINGS[kind])
            if column is not None and column != district:
                some = table.rows[[column, district]].drop_duplicates()
                rows += [[kind, group, one] for group, one in some.itertuples(index=False)]
    if not rows:
        raise AreaError(
            f"{path.name}: has no column of district names (such as LAD23NM) beside one of forces"
            " (PFA23NM), regions (RGN23NM) or countries (CTRY23NM). Give a lookup that has both."
        )
    return {"rows": rows}


def groups_of(
    area: StudyArea, rows: Iterable[Sequence[str]]
) -> tuple[tuple[AreaGroup, ...], tuple[str, ...]]:
    """Return the groups of an area's districts, largest kind first, and which are in none.

    Parameters
    ----------
    rows
        Kind, group and district of each row of a lookup; districts of elsewhere are left aside.
        A group that is the whole area or a district by itself and of its name is none.
    """
    known = {name_key(str(name)): str(name) for name in area.cells["district"].cat.categories}
    found: dict[tuple[str, str], set[str]] = {}
    for kind, group, district in rows:
        name = plain_name(group)
        if name and name_key(district) in known:
            found.setdefault((kind, name), set()).add(known[name_key(district)])
    groups = tuple(
        AreaGroup(kind, name, tuple(sorted(districts)))
        for (kind, name), districts in sorted(
            found.items(), key=lambda one: (KINDS.index(one[0][0]), one[0][1])
        )
        if len(districts) < len(known)
        and name_key(name) not in {name_key(one) for one in districts}
    )
    notes = []
    for kind in dict.fromkeys(group.kind for group in groups):
        held = {one for group in groups if group.kind == kind for one in group.districts}
        if left := sorted(set(known.values()) - held):
            notes.append(
                f"{count(len(left), 'district')} in no {kind}: {', '.join(left[:4])}"
                f"{' and others' if len(left) > 4 else ''}."  # noqa: PLR2004 - those named
            )
    return groups, tuple(notes)
