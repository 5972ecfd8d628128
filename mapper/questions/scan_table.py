"""Scan of one's own table: places with cases and the population they are expected from."""

from dataclasses import MISSING, dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.areas.base_table import BaseTable
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.scan import scan_words
from mapper.questions.usual_choices import runs, seed
from mapper.statistics.bernoulli_scan import bernoulli_scan
from mapper.statistics.scan import MOST_FEWEST, Cluster, ScanChoices, ScanResult, scan
from mapper.statistics.scan_windows import (
    ELLIPSES,
    Zones,
    circle_zones,
    on_a_plane,
    plane_zones,
)

_ROLES: dict[str, Role] = {
    "cluster": "key",
    "place": "key",
    "lon": "key",
    "lat": "key",
    "radius_km": "fact",
    "times_as_long": "fact",
    "degrees_from_east": "fact",
    "places": "fact",
    "cases": "count",
    "population": "derived",
    "expected": "derived",
    "relative_risk": "derived",
    "llr": "derived",
    "p": "derived",
    "place_list": "class",
}


@dataclass(frozen=True, kw_only=True)
class TableScanChoices(Choices):
    """What is chosen for a scan of one's own table."""

    table: BaseTable = choice(
        MISSING,
        "Table of places",
        help="CSV by lon and lat, x and y (metres), cell, lsoa or ward; cases and population.",
    )
    cases: str = choice("cases", "Column of cases", help="Whole numbers.")
    population: str = choice(
        "population", "Column of population", help="What cases are expected in proportion to."
    )
    chance: Literal["poisson", "bernoulli"] = choice(
        "poisson",
        "Chance",
        help="What chance is taken to be.",
        of={
            "poisson": "Cases fall in proportion to population",
            "bernoulli": "Cases are a random part of the population",
        },
    )
    windows: Literal["circles", "ellipses"] = choice(
        "circles",
        "Windows",
        help="Circles, or ellipses of up to five times as long as wide, too.",
        of={"circles": "Circles", "ellipses": "Circles and ellipses"},
    )
    largest_share: float = choice(
        0.5, "Largest share of all", help="Of the population, in one place.", least=0.001, most=1
    )
    fewest: int = choice(
        2, "Fewest cases", help="Cases in a cluster.", least=1, most=MOST_FEWEST, rare=True
    )
    most: int = choice(
        20, "Clusters to report", help="Clusters to report.", least=1, most=1_000, rare=True
    )
    runs: int = runs()
    seed: int = seed()

    def plan(self) -> ScanChoices:
        """Return what the statistic is to scan for."""
        return ScanChoices(
            null="poisson",
            largest_share=self.largest_share,
            fewest=self.fewest,
            most_clusters=self.most,
            runs=self.runs,
            seed=self.seed,
        )


def ask_scan_table(
    study: Study, choices: TableScanChoices, *, progress: Progress = no_progress
) -> Finding:
    """Search windows over the places of a table for more cases than its population explains.

    Degrees are measured on the great circle, metres on the plane; ellipses on a plane always. The
    study gives the area whose cells, LSOAs or wards the table may name; its incidents are not used.

    Raises
    ------
    AreaError, RequestError
        When the table cannot be used, or the choices do not fit it.
    """
    table, plan = choices.table, choices.plan()
    cases = _whole(table, table.column(choices.cases))
    population = table.numbers(table.column(choices.population))
    x, y, metres = table.points(study.area)
    zones = _zones(x, y, population, choices, metres=metres)
    unplaced = np.nan if metres else 1.0  # metres of a plane lie nowhere on a map
    counts = cases[:, np.newaxis]
    if choices.chance == "bernoulli":
        everyone = _whole(table, table.column(choices.population))[:, np.newaxis]
        found = bernoulli_scan(counts, everyone, zones, choices=plan, progress=progress)
    else:
        found = scan(counts, zones, exposure=population, choices=plan, progress=progress)
    return answer(
        study,
        QUESTION,
        _clusters(found, table, (x * unplaced, y * unplaced), population),
        _ROLES,
        unit="area",
        choices={**choices.told(), "table": table.name, "sha256": table.sha256},
        notes=(
            scan_words(found, plan, "case"),
            f"Scanned: the {x.size:,} places of {table.name}, none of the incidents loaded.",
        ),
    )


def _whole(table: BaseTable, column: str) -> Integers:
    """Return a column of whole numbers.

    Raises
    ------
    RequestError
        When one is not.
    """
    values = table.numbers(column)
    broken = values != np.floor(values)
    if broken.any():
        raise RequestError(
            f"{table.name}: {int(broken.sum()):,} values of column {column} are not whole, first in"
            f" row {int(broken.argmax()) + 2}. Give numbers of people or incidents."
        )
    return values.astype(np.int64)


def _zones(
    x: Floats, y: Floats, population: Floats, choices: TableScanChoices, *, metres: bool
) -> Zones:
    """Return the windows: on the great circle for degrees, on a plane for metres and ellipses."""
    share = choices.largest_share
    if choices.windows == "circles" and not metres:
        return circle_zones(x, y, exposure=population, largest_share=share)
    east, north = (x, y) if metres else on_a_plane(x, y)
    if choices.windows == "circles":
        return plane_zones(east, north, exposure=population, largest_share=share)
    return plane_zones(east, north, exposure=population, largest_share=share, forms=ELLIPSES)


def _clusters(
    found: ScanResult, table: BaseTable, points: tuple[Floats, Floats], population: Floats
) -> pd.DataFrame:
    """Return one row per cluster."""
    rows = table.rows
    names = rows["place"] if "place" in rows else pd.Series(np.arange(1, len(rows) + 1))
    named = names.astype("str").to_numpy()
    listed = [_row(cluster, named, points, population) for cluster in found.clusters]
    clusters = pd.DataFrame(listed, columns=list(_ROLES)[1:])
    clusters.insert(0, "cluster", np.arange(1, len(listed) + 1))
    return clusters


def _row(
    cluster: Cluster, named: np.ndarray, points: tuple[Floats, Floats], population: Floats
) -> dict[str, object]:
    """Return what is known of one cluster."""
    return {
        "place": named[cluster.centre],
        "lon": float(points[0][cluster.centre]),
        "lat": float(points[1][cluster.centre]),
        "radius_km": cluster.radius,
        "times_as_long": cluster.form[0],
        "degrees_from_east": cluster.form[1],
        "places": cluster.places.size,
        "cases": cluster.count,
        "population": float(population[cluster.places].sum()),
        "expected": cluster.expected,
        "relative_risk": cluster.relative_risk,
        "llr": cluster.llr,
        "p": cluster.p,
        "place_list": "; ".join(named[cluster.places]),
    }


QUESTION = Question(
    id="scan-table",
    title="Scan of your own table",
    question="Where do a table's places hold more cases than their population explains?",
    definition="Largest likelihood ratio over circles or ellipses; Monte Carlo p.",
    source="Kulldorff 1997; Kulldorff and others 2006 (ellipses).",
    group="Where",
    choices=TableScanChoices,
    answer=ask_scan_table,
    long=True,
)
