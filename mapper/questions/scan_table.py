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
from mapper.base.types import Floats
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.scan import scan_words
from mapper.questions.table_counts import TableCounts, counts_of_table
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
    "first_day": "fact",
    "last_day": "fact",
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
    when: str = choice(
        "",
        "Column of times",
        help="A year, month or day in each row, to scan in time too; none: places alone.",
    )
    look: Literal["prospective", "retrospective"] = choice(
        "retrospective",
        "Look for",
        help="With times: clusters of any time, or those still going on at the end.",
        of={"retrospective": "Any time", "prospective": "What is still going on"},
    )
    chance: Literal["poisson", "bernoulli", "permutation"] = choice(
        "poisson",
        "Chance",
        help="What chance is taken to be.",
        of={
            "poisson": "Cases fall in proportion to population",
            "bernoulli": "Cases are a random part of the population",
            "permutation": "Times shuffled: no population is read",
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
    longest: int | None = choice(
        None,
        "Periods in the longest window",
        help="With times: periods in the longest window; half of all by default.",
        least=1,
        most=1_000,
        rare=True,
    )
    runs: int = runs()
    seed: int = seed()

    def plan(self) -> ScanChoices:
        """Return what the statistic is to scan for."""
        return ScanChoices(
            null="permutation" if self.chance == "permutation" else "poisson",
            look=self.look,
            longest=self.longest,
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
    table, plan, chance = choices.table, choices.plan(), choices.chance
    if chance == "permutation" and not choices.when:
        raise RequestError(
            "Shuffled times need times: name their column ({when}), or choose another chance"
            " ({chance}).",
            names=("when", "chance"),
        )
    if chance == "bernoulli" and choices.when and choices.look == "retrospective":
        raise RequestError(
            "Cases as a part of the population are scanned in places alone, or for what is still"
            " going on: choose that ({look}), or another chance ({chance}).",
            names=("look", "chance"),
        )
    counts, population = _counts(choices)
    x, y, metres = table.points(study.area)
    x, y = x[counts.row], y[counts.row]
    zones = _zones(x, y, population, choices, metres=metres)
    unplaced = np.nan if metres else 1.0  # metres of a plane lie nowhere on a map
    if counts.population is not None:
        found = bernoulli_scan(
            counts.cases, counts.population, zones, choices=plan, progress=progress
        )
    elif chance == "permutation":
        found = scan(counts.cases, zones, choices=plan, progress=progress)
    else:
        found = scan(
            counts.cases,
            zones,
            exposure=population,
            period_exposure=counts.lengths,
            choices=plan,
            progress=progress,
        )
    return answer(
        study,
        QUESTION,
        _clusters(found, table, counts, (x * unplaced, y * unplaced), population),
        _ROLES,
        unit="area",
        choices={**choices.told(), "table": table.name, "sha256": table.sha256},
        notes=(
            scan_words(found, plan, "case"),
            f"Scanned: the {x.size:,} places of {table.name}, none of the incidents loaded.",
            *_time_words(counts, choices),
        ),
    )


def _counts(choices: TableScanChoices) -> tuple[TableCounts, Floats]:
    """Return the counts, and what windows grow by: the mean population, or cases without one."""
    table, chance = choices.table, choices.chance
    cases = table.column(choices.cases)
    named = "" if chance == "permutation" else table.column(choices.population)
    whole = named if chance == "bernoulli" else ""
    counts = counts_of_table(table, cases, population=whole, when=choices.when)
    if not named:
        return counts, counts.cases.sum(axis=1).astype(np.float64)
    people = table.numbers(named)
    if not choices.when:
        return counts, people
    place, _ = table.same_places()
    return counts, np.bincount(place, weights=people) / np.bincount(place)


def _time_words(counts: TableCounts, choices: TableScanChoices) -> tuple[str, ...]:
    """Say over which days was scanned, and what stands for a population that changes."""
    if counts.starts is None:
        return ()
    days = f"{counts.starts[0]} to {counts.starts[-1] - 1}"
    words = f"In time: {counts.cases.shape[1]:,} periods, {days}; a place without a row has none."
    mean = "A place's population is the mean of its rows."
    return (words, mean) if choices.chance == "poisson" else (words,)


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
    found: ScanResult,
    table: BaseTable,
    counts: TableCounts,
    points: tuple[Floats, Floats],
    population: Floats,
) -> pd.DataFrame:
    """Return one row per cluster."""
    rows = table.rows.iloc[counts.row]
    names = rows["place"] if "place" in rows else pd.Series(np.arange(1, len(rows) + 1))
    named = names.astype("str").to_numpy()
    listed = [_row(cluster, named, counts, points, population) for cluster in found.clusters]
    clusters = pd.DataFrame(listed, columns=list(_ROLES)[1:])
    clusters.insert(0, "cluster", np.arange(1, len(listed) + 1))
    return clusters


def _row(
    cluster: Cluster,
    named: np.ndarray,
    counts: TableCounts,
    points: tuple[Floats, Floats],
    population: Floats,
) -> dict[str, object]:
    """Return what is known of one cluster."""
    starts = counts.starts
    first = "" if starts is None else str(starts[cluster.first_period])
    last = "" if starts is None else str(starts[cluster.last_period + 1] - 1)
    return {
        "place": named[cluster.centre],
        "lon": float(points[0][cluster.centre]),
        "lat": float(points[1][cluster.centre]),
        "radius_km": cluster.radius,
        "times_as_long": cluster.form[0],
        "degrees_from_east": cluster.form[1],
        "places": cluster.places.size,
        "first_day": first,
        "last_day": last,
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
