"""Space-time scan: where and when incidents piled up most."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.expectation import expectation
from mapper.analysis.shift_filter import in_shifts
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.grid.counts import count_by_period
from mapper.grid.hexagons import cells_to_points, cells_to_strings
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, where_named
from mapper.questions.periods import Periods, counts_by_period, left_out, split_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every, runs, seed
from mapper.statistics.bernoulli_scan import bernoulli_scan
from mapper.statistics.scan import MOST_FEWEST, Cluster, ScanChoices, ScanResult, scan
from mapper.statistics.scan_windows import (
    ELLIPSES,
    Zones,
    circle_zones,
    disc_zones,
    on_a_plane,
    plane_zones,
)

Exposure = Literal["residents", "demand", "expected"]
_ROLES: dict[str, Role] = {
    "cluster": "key",
    "centre_cell": "key",
    "district": "key",
    "ward": "key",
    "radius": "fact",
    "radius_unit": "fact",
    "times_as_long": "fact",
    "degrees_from_east": "fact",
    "cells": "fact",
    "first_day": "fact",
    "last_day": "fact",
    "incidents": "count",
    "expected": "derived",
    "relative_risk": "derived",
    "llr": "derived",
    "p": "derived",
    "cell_list": "class",
}


@dataclass(frozen=True, kw_only=True)
class SpaceTimeScanChoices(Choices):
    """What is chosen for a scan."""

    every: str = every()
    look: Literal["prospective", "retrospective", "space"] = choice(
        "prospective",
        "Look for",
        help="Still going on, or ever, or places whatever the time.",
        of={
            "prospective": "What is still going on",
            "retrospective": "Any time",
            "space": "Places alone",
        },
    )
    chance: Literal["permutation", "poisson", "bernoulli"] = choice(
        "permutation",
        "Chance",
        help="What chance is taken to be.",
        of={
            "permutation": "Times shuffled",
            "poisson": "Poisson by exposure",
            "bernoulli": "The lens shuffled among all demand",
        },
    )
    exposure: Exposure = choice(
        "residents",
        "Expected by",
        help="What poisson expects by; expected is what unusual places are set against.",
        of={
            "residents": "Residents",
            "demand": "All demand",
            "expected": "What unusual places are set against, also your own table",
        },
        when=("chance", "poisson"),
    )
    windows: Literal["discs", "circles", "ellipses"] = choice(
        "discs",
        "Windows",
        help="H3 discs, great circles in km, or ellipses, too, up to five times as long as wide.",
        of={
            "discs": "Discs of cells",
            "circles": "Circles in km",
            "ellipses": "Circles and ellipses in km",
        },
        rare=True,
    )
    radius: int = choice(
        10,
        "Steps of the largest disc",
        help="Steps of the largest disc.",
        least=0,
        most=50,
        rare=True,
    )
    longest: int | None = choice(
        None,
        "Periods in the longest window",
        help="Periods in the longest window; half of all by default.",
        least=1,
        most=1_000,
        rare=True,
    )
    largest_share: float = choice(
        0.5,
        "Largest share of all",
        help="Of all expected, in one place.",
        least=0.001,
        most=1,
        rare=True,
    )
    fewest: int = choice(
        2,
        "Fewest incidents",
        help="Incidents in a cluster.",
        least=1,
        most=MOST_FEWEST,
        rare=True,
    )
    most: int = choice(
        20, "Clusters to report", help="Clusters to report.", least=1, most=1_000, rare=True
    )
    runs: int = runs()
    seed: int = seed()

    def plan(self) -> ScanChoices:
        """Return what the statistic is to scan for."""
        return ScanChoices(
            null="poisson" if self.chance == "poisson" else "permutation",
            look="retrospective" if self.look == "retrospective" else "prospective",
            longest=self.longest,
            largest_share=self.largest_share,
            fewest=self.fewest,
            most_clusters=self.most,
            runs=self.runs,
            seed=self.seed,
        )


def ask_scan(
    study: Study, choices: SpaceTimeScanChoices, *, progress: Progress = no_progress
) -> Finding:
    """Search every disc and interval for clusters, most likely first.

    Parameters
    ----------
    choices
        Null, prospective or retrospective, limits, runs and seed. Windows are ``discs`` of 0 to
        ``radius`` grid steps, or great-``circles`` around the middle of each cell, growing until
        they hold the largest share of what incidents are expected from. ``exposure`` is what
        incidents are expected in proportion to, under the Poisson null only.

    Raises
    ------
    RequestError
        When the choices do not fit together.
    """
    plan = choices.plan()
    periods = _periods(study, choices)
    shares = _exposure(study, periods, choices.exposure) if plan.null == "poisson" else None
    counts, lost = _countable(counts_by_period(study, periods), shares, choices.exposure)
    if choices.chance == "bernoulli":
        demand = _demand(study, periods)
        zones = _zones(study, counts, demand.sum(axis=1).astype(np.float64), choices)
        found = bernoulli_scan(counts, demand, zones, choices=plan, progress=progress)
    else:
        found = scan(
            counts,
            _zones(study, counts, shares, choices),
            exposure=shares,
            period_exposure=None if shares is None else periods.lengths,
            choices=plan,
            progress=progress,
        )
    table = _table(study, found, periods, unit="rings" if choices.windows == "discs" else "km")
    places = {at: study.cells[one.places] for at, one in enumerate(found.clusters, start=1)}
    return answer(
        study,
        QUESTION,
        table,
        _ROLES,
        unit="area",
        choices={**choices.told(), **_told(choices, periods)},
        notes=(scan_words(found, plan, "incident"), *lost, *left_out(study, periods)),
        where=where_named(study.cells, places, table["cluster"]),
    )


def _periods(study: Study, choices: SpaceTimeScanChoices) -> Periods:
    """Return the periods of a scan: one where places alone are looked for.

    Raises
    ------
    RequestError
        When places alone are looked for and times are what is shuffled.
    """
    if choices.look != "space":
        return split_periods(study, every=choices.every)
    if choices.chance == "permutation":
        raise RequestError(
            "Shuffled times say nothing of places alone: choose another chance ({chance} poisson"
            " or bernoulli).",
            names=("chance", "look"),
        )
    periods = split_periods(study, every=choices.every, fewest=1)
    number = np.where(periods.number < 0, -1, 0).astype(np.int64)
    return replace(periods, starts=periods.starts[[0, -1]], number=number)


def _demand(study: Study, periods: Periods) -> Integers:
    """Return all incidents of the hours asked for in each cell and period, whatever the lens."""
    request = study.request
    asked = in_shifts(study.incidents.table, shifts=request.shifts, weekdays=request.weekdays)
    size = {"size": study.near.size, "periods": periods.size}
    return count_by_period(study.counts.position, asked.astype(np.int64), periods.number, **size)


def _countable(
    counts: Integers, shares: Floats | None, exposure: Exposure
) -> tuple[Integers, tuple[str, ...]]:
    """Leave out the incidents of cells from which none is expected, and say how many."""
    if shares is None:
        return counts, ()
    nowhere = shares == 0
    lost = int(counts[nowhere].sum())
    words = (f"Left out: {count(lost, 'incident')} in cells without {exposure}.",) if lost else ()
    return np.where(nowhere[:, np.newaxis], 0, counts), words


def _exposure(study: Study, periods: Periods, exposure: Exposure) -> Floats:
    """Return what incidents are expected in proportion to, 0 where it is not known."""
    if exposure == "residents":
        known = np.nan_to_num(study.area.cells["residents"].to_numpy(), nan=0.0)
    elif exposure == "expected":
        known = np.nan_to_num(expectation(study).base, nan=0.0)
    else:
        known = _demand(study, periods).sum(axis=1).astype(np.float64)
    if not known.any():
        raise RequestError(
            f"Nothing is known of {exposure} here. Choose the permutation null, which needs none."
        )
    return np.asarray(known, dtype=np.float64)


def _zones(
    study: Study, counts: Integers, shares: Floats | None, choices: SpaceTimeScanChoices
) -> Zones:
    """Return the places that windows cover."""
    if choices.windows == "discs":
        return disc_zones(study.cells, rings=choices.radius)
    lon, lat = cells_to_points(study.cells)
    weight = counts.sum(axis=1).astype(np.float64) if shares is None else shares
    share = choices.largest_share
    if choices.windows == "circles":
        return circle_zones(lon, lat, exposure=weight, largest_share=share)
    return plane_zones(*on_a_plane(lon, lat), exposure=weight, largest_share=share, forms=ELLIPSES)


def _table(study: Study, found: ScanResult, periods: Periods, *, unit: str) -> pd.DataFrame:
    """Return one row per cluster."""
    rows = [_row(study, cluster, periods, unit) for cluster in found.clusters]
    table = pd.DataFrame(rows, columns=list(_ROLES)[1:])
    table.insert(0, "cluster", np.arange(1, len(rows) + 1))
    return table


def _row(study: Study, cluster: Cluster, periods: Periods, unit: str) -> dict[str, object]:
    """Return what is known of one cluster."""
    known = study.area.cells.iloc[cluster.centre]
    strings = cells_to_strings(study.cells[cluster.places])
    return {
        "centre_cell": cells_to_strings(study.cells[[cluster.centre]])[0],
        "district": known["district"],
        "ward": known["ward"],
        "radius": cluster.radius,
        "radius_unit": unit,
        "times_as_long": cluster.form[0],
        "degrees_from_east": cluster.form[1],
        "cells": cluster.places.size,
        "first_day": str(periods.starts[cluster.first_period]),
        "last_day": str(periods.starts[cluster.last_period + 1] - 1),
        "incidents": cluster.count,
        "expected": cluster.expected,
        "relative_risk": cluster.relative_risk,
        "llr": cluster.llr,
        "p": cluster.p,
        "cell_list": "; ".join(strings),
    }


def _told(choices: SpaceTimeScanChoices, periods: Periods) -> dict[str, object]:
    """Return what the choices came to, for the manifest."""
    return {
        "longest": choices.longest or max(periods.size // 2, 1),
        "periods": periods.size,
    }


def scan_words(found: ScanResult, choices: ScanChoices, of: str) -> str:
    """Say how many clusters chance would hardly make."""
    clear = sum(cluster.p <= 0.05 for cluster in found.clusters)  # noqa: PLR2004 - the usual level
    least = 1 / (choices.runs + 1)
    return (
        f"{clear} of {count(len(found.clusters), 'cluster')} with p at most 0.05, among"
        f" {count(found.total, of)}; with {choices.runs} runs p is at least {least:.2g}."
    )


QUESTION = Question(
    id="scan",
    title="Space-time scan",
    question="Where and when did incidents pile up most, beyond what chance makes?",
    definition="Largest likelihood ratio over discs and times; Monte Carlo p.",
    source="Kulldorff 1997, 2001; Kulldorff and others 2005.",
    group="When",
    choices=SpaceTimeScanChoices,
    answer=ask_scan,
    long=True,
)
