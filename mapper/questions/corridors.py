"""Corridors from where people went missing to where they were found."""

from dataclasses import replace

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.context.corridors import HUB_REACH, RESOLUTION, find_corridors
from mapper.context.places import Places
from mapper.grid.hexagons import RESOLUTIONS, cells_to_points, cells_to_strings, points_to_cells
from mapper.questions.answer import answer
from mapper.questions.finding import Finding, Role
from mapper.questions.place_definitions import CORRIDORS

_ROLES: dict[str, Role] = {
    "from_kind": "key",
    "from": "key",
    "from_ward": "key",
    "to_kind": "key",
    "to": "key",
    "to_ward": "key",
    "reports": "count",
    "children": "count",
    "metres": "fact",
    "expected": "derived",
}


def corridors_finding(
    study: Study, *, places: Places | None = None, resolution: int = RESOLUTION
) -> Finding:
    """Count corridors over the dates of a study, whatever its lens.

    Parameters
    ----------
    places
        Places near, of which the travel hubs are ends of corridors by name.
    resolution
        Of the cells at the ends, no finer than the study's.

    Raises
    ------
    RequestError
        When the resolution is finer than the study's or out of range.
    LensError
        When the data does not say who was missing and where they were found.
    """
    if resolution not in RESOLUTIONS or resolution > study.area.resolution:
        raise RequestError(
            f"Corridors cannot be counted at resolution {resolution}. Choose {RESOLUTIONS[0]} to"
            f" {study.area.resolution}."
        )
    table = study.incidents.table
    found = find_corridors(
        table[study.within], None if places is None else places.table, resolution=resolution
    )
    names = _ward_names(study, resolution)
    rows = found.table.assign(
        from_ward=_named(found.table["from_kind"], found.table["from"], names),
        to_ward=_named(found.table["to_kind"], found.table["to"], names),
    )
    counted = f"{found.placed:,} of {found.missing:,} reports say where the person was found."
    notes = (
        counted,
        "One person who goes missing often counts each time.",
        *(places.notes if places is not None else ()),
    )
    choices = {"resolution": resolution, "hub_reach_metres": HUB_REACH}
    finding = answer(study, CORRIDORS, rows, _ROLES, unit="pair", choices=choices, notes=notes)
    told = tuple(note for note in finding.notes if note not in study.lens.caveats)
    return replace(finding, resolution=resolution, lens_title="Missing people", notes=told)


def _ward_names(study: Study, resolution: int) -> dict[str, str]:
    """Return the ward that holds most of each coarse cell, by H3 string."""
    cells = study.area.cells
    lon, lat = cells_to_points(study.cells)
    coarse = cells_to_strings(points_to_cells(lon, lat, resolution=resolution))
    both = cells["ward"].astype("str") + ", " + cells["district"].astype("str")
    pairs = pd.DataFrame({"coarse": coarse, "name": both.to_numpy()})
    held = pairs.value_counts().reset_index().drop_duplicates("coarse")
    return dict(zip(held["coarse"], held["name"], strict=True))


def _named(kind: pd.Series, end: pd.Series, names: dict[str, str]) -> np.ndarray:
    """Return each end in words: a hub's own name, a cell's ward, or outside."""
    wards = end.map(names).fillna("outside the study area")
    return np.where(kind == "hub", end, wards)
