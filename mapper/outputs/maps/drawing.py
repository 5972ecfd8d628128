"""What a map of a release shows, as plain numbers and encoded text, before any drawing library.

Coordinates travel as whole hundred-thousandths of a degree (about 1 m), each point as its
distance from the one before: a third of the size of GeoJSON and quick to read back. Only cells
with something to say are drawn: those with a count, and hot ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.coverage import UNCOVERED
from mapper.base.text import encode_text, shown_name
from mapper.base.types import Flags, Floats, Integers
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import (
    Cells,
    cells_to_corners,
    cells_to_outline,
    cells_to_points,
    strings_to_cells,
)
from mapper.outputs.tables import hotspot_outlines, hotspot_rows, is_operational

Polygons = Sequence[Sequence[Sequence[tuple[float, float]]]]

SCALE = 100_000
_SHARES = (0.0, 0.5, 0.75, 0.9, 0.98)  # of the cells with a count, where each class begins


@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of a district or ward, dissolved from its cells."""

    polygons: Polygons  # GeoJSON coordinates of a MultiPolygon
    label: tuple[float, float]  # longitude and latitude of a point inside, for its name


def context_of(release: Release) -> dict[str, Any]:
    """Return the ground, borders and names under the cells: the same for every lens and period."""
    cells = is_release(release).cells
    index = strings_to_cells(cells["cell"].to_numpy(dtype=object))
    districts = _outlines(index, cells["district"])
    wards = _outlines(index, cells["ward"])
    return {
        "scale": SCALE,
        "bounds": bounds_of(release),
        "land": pack_polygons(cells_to_outline(index)) if len(index) else [],
        "districts": [ring for one in districts.values() for ring in pack_polygons(one.polygons)],
        "wards": [ring for one in wards.values() for ring in pack_polygons(one.polygons)],
        "labels": [*_labels(districts, kind=0), *_labels(wards, kind=1)],
        "streets": _streets(release.streets),
    }


def _streets(streets: pd.DataFrame | None) -> dict[str, Any]:
    """Return the names of streets, those that come first the more important; none to partners."""
    if streets is None:
        return {"names": [], "name": [], "xy": []}
    name, names = pd.factorize(streets["street"])
    return {
        "names": [encode_text(shown_name(one)) for one in names.tolist()],
        "name": name.tolist(),
        "xy": _steps(streets[["lon", "lat"]].to_numpy()),
    }


def figures_of(release: Release, *, selected: str | None = None) -> dict[str, Any]:
    """Return what a release says: its cells, its hot spots, and how counts are printed."""
    return {
        "partner": not is_operational(release),
        "weighted": _weighted(release),
        "hidden": encode_text(release.hidden_words),
        "starts": count_classes(known_counts(release)),
        "cells": cell_features(release),
        "unknown": _unknown_ground(release),
        "hotspots": hotspot_features(release),
        "selected": _position(release, selected),
    }


def unknown_cells(release: Release) -> Flags:
    """Tell which cells the data does not reach: drawn as no data, for the operational audience.

    Such a cell holds nothing and was set against no expectation, so that it has no p.
    """
    cells = is_release(release).cells
    facts = release.record.get("facts", {})
    if not is_operational(release) or not facts.get(UNCOVERED):
        return np.zeros(len(cells), dtype=bool)
    return np.asarray(cells["p"].isna() & (cells["incidents"] == 0), dtype=bool)


def _unknown_ground(release: Release) -> list[list[int]]:
    """Return the ground that the data does not reach, as one outline."""
    unknown = unknown_cells(release)
    if not unknown.any():
        return []
    cells = strings_to_cells(release.cells["cell"].to_numpy(dtype=object)[unknown])
    return pack_polygons(cells_to_outline(cells))


def cell_features(release: Release) -> dict[str, Any]:
    """Return the cells to draw as columns of equal length, ``xy`` aside.

    ``xy`` holds ``corners`` points for each cell, one after the other. ``place`` counts into
    ``places``; ``hotspot`` is a position in the release's list, -1 outside all; ``q`` is missing
    for a cell without neighbours, which is never tested. Outside the operational audience a count
    is missing where it is not printed, and ``shown`` stands in place of ``disc``, scores and ``q``.
    """
    table = is_release(release).cells
    known = known_counts(release)
    unsaid = table["incidents"].isna().to_numpy() & (not release.by_district)
    drawn = (known > 0) | unsaid | table["hot"].to_numpy()
    table, known = table[drawn], known[drawn]
    corners = cells_to_corners(strings_to_cells(table["cell"].to_numpy(dtype=object)))[:, :-1]
    places = table["ward"].astype(str) + ", " + table["district"].astype(str)
    place, names = pd.factorize(places, sort=True)
    ranks = {str(id_): at for at, id_ in enumerate(release.hotspots["hotspot_id"])}
    return {
        "corners": corners.shape[1],
        "xy": _steps(corners.reshape(-1, 2)),
        "id": table["cell"].tolist(),
        "incidents": [
            None if gone else int(n) for n, gone in zip(known, unsaid[drawn], strict=True)
        ],
        "residents": [
            None if gone else round(one)
            for one, gone in zip(table["residents"], table["residents"].isna(), strict=True)
        ],
        **(_tested(table) if is_operational(release) else _printed(table)),
        "hot": table["hot"].astype(int).tolist(),
        "hotspot": [ranks.get(str(id_), -1) for id_ in table["hotspot_id"]],
        "place": place.tolist(),
        "places": [encode_text(name) for name in names],
    }


def _tested(table: pd.DataFrame) -> dict[str, Any]:
    """Return what only the operational audience is told of cells."""
    return {
        "disc": table["disc_incidents"].tolist(),
        "score": table["score"].tolist(),
        "disc_score": table["disc_score"].tolist(),
        "q": [None if np.isnan(q) else float(f"{q:.3g}") for q in table["q"]],
    }


def _weighted(release: Release) -> bool:
    """Tell whether scores are other numbers than incidents, and shown."""
    cells = release.cells
    return is_operational(release) and not cells["score"].equals(cells["incidents"])


def _printed(table: pd.DataFrame) -> dict[str, Any]:
    """Return how the count of each cell is printed, in words."""
    return {"shown": [encode_text(word) for word in table["shown"].astype(str)]}


def known_counts(release: Release) -> Integers:
    """Return the counts that are printed, 0 where one is not."""
    return is_release(release).cells["incidents"].fillna(0).to_numpy(dtype=np.int64)


def hotspot_features(release: Release) -> list[dict[str, Any]]:
    """Return each hot spot with its outline and its row of the list, free text encoded."""
    outlines = hotspot_outlines(release)
    return [
        {
            **{key: encode_text(v) if isinstance(v, str) else v for key, v in row.items()},
            "rings": pack_polygons(outlines.get(row["hotspot_id"], [])),
        }
        for row in hotspot_rows(release, on_screen=True)
    ]


def count_classes(counts: Integers) -> list[int]:
    """Return where each class of counts begins, up to five, from the smallest count above 0.

    Half of the cells with a count are in the first class and one in fifty in the last, because
    counts of crime are heavy-tailed: equal steps would paint all places but one alike.
    """
    positive = counts[counts > 0]
    if not positive.size:
        return []
    starts = np.quantile(positive, _SHARES, method="higher")
    return [int(start) for start in np.unique(starts)]


def bounds_of(release: Release) -> list[list[float]]:
    """Return the south-west and north-east corner of the study area as (lat, lon)."""
    lon, lat = cells_to_points(strings_to_cells(release.cells["cell"].to_numpy(dtype=object)))
    if not lon.size:
        return [[49.9, -6.4], [55.8, 1.8]]  # England and Wales
    corners = [[lat.min(), lon.min()], [lat.max(), lon.max()]]
    return [[round(float(degrees), 5) for degrees in corner] for corner in corners]


def pack_polygons(polygons: Polygons) -> list[list[int]]:
    """Return all rings of polygons, each as whole steps without its closing point."""
    return [_steps(np.asarray(ring)[:-1]) for polygon in polygons for ring in polygon]


def _steps(points: Floats) -> list[int]:
    """Return points (lon, lat) as one list: the first point, then the step to each next one."""
    whole = np.rint(points * SCALE).astype(np.int64)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return steps


def _position(release: Release, hotspot: str | None) -> int | None:
    """Return the position of a hot spot in the list; none for an id that is not in it."""
    ids = release.hotspots["hotspot_id"].tolist()
    return ids.index(hotspot) if hotspot in ids else None


def _outlines(index: Cells, names: "pd.Series[Any]") -> dict[str, Outline]:
    """Return the outline of the cells of each district or ward that has a name."""
    lon, lat = cells_to_points(index)
    groups = names.groupby(names, observed=True).indices
    return {
        str(name): Outline(cells_to_outline(index[at]), _middle(lon[at], lat[at]))
        for name, at in groups.items()
        if str(name).strip()
    }


def _middle(lon: Floats, lat: Floats) -> tuple[float, float]:
    """Return the point nearest to the middle of some points, so that it lies among them."""
    away = (lon - lon.mean()) ** 2 + (2 * (lat - lat.mean())) ** 2
    nearest = int(away.argmin())
    return float(lon[nearest]), float(lat[nearest])


def _labels(outlines: Mapping[str, Outline], *, kind: int) -> list[list[Any]]:
    """Return each outline's label as kind, lon, lat and text."""
    return [
        [kind, *(round(degrees, 5) for degrees in outline.label), encode_text(name)]
        for name, outline in outlines.items()
    ]
