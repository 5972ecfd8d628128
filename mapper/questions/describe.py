"""The whole map: whether there is a pattern at all, where its middle is, what shapes it has."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.types import Floats
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.coordinates import degrees_to_grid, grid_to_degrees
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.question import Question
from mapper.questions.usual_choices import seed
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


@dataclass(frozen=True, kw_only=True)
class DescribeChoices(Choices):
    """What is chosen for the whole map."""

    table: Table = choice(
        "figures",
        "Show",
        help="Which table.",
        of={"figures": "Figures", "cells": "Classes of cells", "shapes": "Shapes of points"},
    )
    scheme: Scheme = choice(
        "quantiles", "Classes by", help="Of the classes.", when=("table", "cells")
    )
    classes: int = choice(
        5, "Classes", help="Classes of a map.", least=2, most=12, when=("table", "cells")
    )
    metres: float = choice(
        200.0,
        "Reach of neighbours, metres",
        help="Reach of neighbours in a shape, metres.",
        least=1,
        most=10_000,
        when=("table", "shapes"),
    )
    fewest: int = choice(
        10,
        "Incidents that make a shape",
        help="Incidents that make a shape.",
        least=2,
        most=1_000,
        when=("table", "shapes"),
    )
    seed: int = seed()


def ask_describe(study: Study, choices: DescribeChoices) -> Finding:
    """Describe the whole map by measures of its pattern, middle, spread and shapes.

    Parameters
    ----------
    choices
        Which table. ``figures``: global Moran's I, centres, spread, ellipse and class breaks;
        ``cells``: local Geary and the class of each; ``shapes``: clusters of any shape from the
        points themselves. Class breaks are over cells with any incident.

    Raises
    ------
    RequestError
        When there are too many points for shapes.
    """
    x, y = _points(study)
    moran = measure_moran(
        score_counts(study.counts.weighted, score=study.request.score), study.near
    )
    counts = study.counts.incidents
    breaks = class_breaks(
        counts[counts > 0].astype(np.float64), classes=choices.classes, scheme=choices.scheme
    )
    if choices.table == "figures":
        rows = _figures(moran, _middle(x, y), breaks)
    elif choices.table == "cells":
        rows = _cells(study, breaks, choices.seed)
    else:
        rows = _shapes(x, y, choices)
    return answer(
        study,
        QUESTION,
        rows,
        _ROLES[choices.table],
        unit=_UNITS[choices.table],
        choices=choices.told(),
        notes=(moran.sentence(),),
    )


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


def _shapes(x: Floats, y: Floats, choices: DescribeChoices) -> pd.DataFrame:
    """Return one row for each cluster of points, the largest first."""
    if x.size > MOST_POINTS:
        raise RequestError(
            f"{x.size:,} incidents are too many for clusters of points, at most {MOST_POINTS:,}:"
            " choose fewer dates, a smaller area or a narrower lens."
        )
    group = point_clusters(x, y, distance=choices.metres, fewest=choices.fewest, seed=choices.seed)
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


QUESTION = Question(
    id="describe",
    title="The whole map",
    question="Is there a pattern at all, where is its middle, and what shapes has it?",
    definition="Global Moran's I, local Geary, A-DBSCAN, mean centre, ellipse, breaks.",
    source="Moran 1950; Anselin 1995; Arribas-Bel and others 2021.",
    group="Where",
    choices=DescribeChoices,
    answer=ask_describe,
    long=True,
)
