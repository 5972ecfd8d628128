"""The whole map: whether there is a pattern at all, where its middle is, what shapes it has."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Floats
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.coordinates import degrees_to_grid, grid_to_degrees
from mapper.questions.answer import answer
from mapper.questions.definitions import DESCRIBE
from mapper.questions.finding import Finding, Role, Unit
from mapper.statistics.global_measures import (
    GlobalMoran,
    find_local_geary,
    find_middle,
    measure_moran,
)
from mapper.statistics.map_classes import Scheme, class_breaks
from mapper.statistics.point_clusters import point_clusters
from mapper.statistics.scores import score_counts

Table = Literal["figures", "cells", "shapes"]
MOST_POINTS = 50_000  # clusters of points take minutes beyond this
_UNITS: dict[Table, Unit] = {"figures": "area", "cells": "cell", "shapes": "area"}
_ROLES: dict[Table, dict[str, Role]] = {
    "figures": {"figure": "key", "value": "derived"},
    "cells": {
        "cell": "key",
        "district": "key",
        "ward": "key",
        "incidents": "count",
        "map_class": "derived",
        "geary": "derived",
        "geary_pseudo_p": "derived",
    },
    "shapes": {
        "shape": "key",
        "incidents": "count",
        "lon": "derived",
        "lat": "derived",
        "spread_m": "derived",
    },
}


def ask_describe(
    study: Study,
    *,
    table: Table = "figures",
    scheme: Scheme = "quantiles",
    classes: int = 5,
    metres: float = 200.0,
    fewest: int = 10,
    seed: int = 0,
) -> Finding:
    """Describe the whole map by measures of its pattern, middle, spread and shapes.

    Parameters
    ----------
    table
        ``figures``: global Moran's I, centres, spread, ellipse and class breaks; ``cells``: local
        Geary and the class of each; ``shapes``: clusters of any shape from the points themselves.
    scheme, classes
        Of the class breaks, over cells with any incident.
    metres, fewest
        Of the shapes: how far apart neighbours may be, and how many make a cluster.
    seed
        Of random draws.

    Raises
    ------
    RequestError
        When a choice cannot be used, or there are too many points for shapes.
    """
    _refuse(scheme, classes, metres, fewest)
    x, y = _points(study)
    moran = measure_moran(
        score_counts(study.counts.weighted, score=study.request.score), study.near
    )
    counts = study.counts.incidents
    breaks = class_breaks(counts[counts > 0].astype(np.float64), classes=classes, scheme=scheme)
    if table == "figures":
        rows = _figures(moran, _middle(x, y), breaks)
    elif table == "cells":
        rows = _cells(study, breaks, seed)
    else:
        rows = _shapes(x, y, metres, fewest, seed)
    return answer(
        study,
        DESCRIBE,
        rows,
        _ROLES[table],
        unit=_UNITS[table],
        choices={
            "table": table,
            "scheme": scheme,
            "classes": classes,
            "metres": metres,
            "fewest": fewest,
            "seed": seed,
        },
        notes=(moran.sentence(),),
    )


def _refuse(scheme: str, classes: int, metres: float, fewest: int) -> None:
    """Refuse choices that cannot be used, all at once."""
    checks = {
        f"the scheme {scheme!r} is none of {', '.join(get_args(Scheme))}": scheme
        not in get_args(Scheme),
        f"{classes} classes are not 2 to 12": not 2 <= classes <= 12,  # noqa: PLR2004 - what eyes tell apart
        f"{metres} m is not above 0": not metres > 0,
        f"{fewest} incidents are no cluster": fewest < 2,  # noqa: PLR2004 - a pair
    }
    faults = [words for words, wrong in checks.items() if wrong]
    if faults:
        raise RequestError(f"The map cannot be described: {'; '.join(faults)}.")


def _points(study: Study) -> tuple[Floats, Floats]:
    """Return the National Grid metres of the incidents that count."""
    table = study.incidents.table[study.counted]
    return degrees_to_grid(table["lon"].to_numpy(), table["lat"].to_numpy())


def _middle(x: Floats, y: Floats) -> dict[str, float]:
    """Return centres, spread and ellipse, in degrees, metres and radians."""
    found = find_middle(x, y)
    centres = np.array([found.mean, found.median])
    lon, lat = grid_to_degrees(centres[:, 0].copy(), centres[:, 1].copy())
    return {
        "mean_centre_lon": float(lon[0]),
        "mean_centre_lat": float(lat[0]),
        "median_centre_lon": float(lon[1]),
        "median_centre_lat": float(lat[1]),
        "standard_distance_m": found.distance,
        "ellipse_major_m": found.major,
        "ellipse_minor_m": found.minor,
        "ellipse_rotation": found.rotation,
    }


def _figures(moran: GlobalMoran, middle: dict[str, float], breaks: Floats) -> pd.DataFrame:
    """Return one row for each figure of the whole map."""
    values = {"morans_i": moran.value, "morans_i_expected": moran.expected}
    values |= {"morans_i_z": moran.z, "morans_i_p": moran.p} | middle
    values |= {f"break_{number}": float(at) for number, at in enumerate(breaks, 1)}
    return pd.DataFrame({"figure": list(values), "value": list(values.values())})


def _cells(study: Study, breaks: Floats, seed: int) -> pd.DataFrame:
    """Return local Geary and the map class of every cell, 0 for none."""
    counts = study.counts.incidents
    geary = find_local_geary(
        score_counts(study.counts.weighted, score=study.request.score), study.near, seed=seed
    )
    known = study.area.cells
    return pd.DataFrame(
        {
            "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
            "district": known["district"],
            "ward": known["ward"],
            "incidents": counts,
            "map_class": np.where(counts > 0, np.searchsorted(breaks, counts) + 1, 0),
            "geary": geary.value,
            "geary_pseudo_p": geary.p,
        }
    )


def _shapes(x: Floats, y: Floats, metres: float, fewest: int, seed: int) -> pd.DataFrame:
    """Return one row for each cluster of points, the largest first."""
    if x.size > MOST_POINTS:
        raise RequestError(
            f"{x.size:,} incidents are too many for clusters of points, at most {MOST_POINTS:,}:"
            " choose fewer dates, a smaller area or a narrower lens."
        )
    group = point_clusters(x, y, distance=metres, fewest=fewest, seed=seed)
    points = pd.DataFrame({"x": x, "y": y, "group": group})[group >= 0]
    found = points.groupby("group").agg(
        incidents=("x", "size"), x=("x", "mean"), y=("y", "mean"), vx=("x", "var"), vy=("y", "var")
    )
    found = found.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)
    lon, lat = grid_to_degrees(found["x"].to_numpy().copy(), found["y"].to_numpy().copy())
    spread = np.sqrt((found["vx"] + found["vy"]).to_numpy())
    number = np.arange(1, len(found) + 1)
    return pd.DataFrame(
        {
            "shape": number,
            "incidents": found["incidents"],
            "lon": lon,
            "lat": lat,
            "spread_m": spread,
        }
    )
