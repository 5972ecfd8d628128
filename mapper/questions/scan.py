"""Space-time scan: where and when incidents piled up most."""

from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import cells_to_points, cells_to_strings
from mapper.questions.answer import answer
from mapper.questions.definitions import SCAN
from mapper.questions.finding import Finding, Role
from mapper.questions.periods import Periods, counts_by_period, left_out, split_periods
from mapper.statistics.scan import Cluster, ScanChoices, ScanResult, scan
from mapper.statistics.scan_windows import Zones, circle_zones, disc_zones

Exposure = Literal["residents", "demand"]
_ROLES: dict[str, Role] = {
    "cluster": "key",
    "centre_cell": "key",
    "district": "key",
    "ward": "key",
    "radius": "fact",
    "radius_unit": "fact",
    "cells": "fact",
    "first_day": "fact",
    "last_day": "fact",
    "incidents": "count",
    "expected": "derived",
    "relative_risk": "derived",
    "llr": "derived",
    "p": "derived",
    "gumbel_p": "derived",
    "cell_list": "class",
}


def ask_scan(
    study: Study,
    *,
    choices: ScanChoices | None = None,
    every: str = "month",
    windows: Literal["discs", "circles"] = "discs",
    radius: int = 10,
    exposure: Exposure = "residents",
    progress: Progress = no_progress,
) -> Finding:
    """Search every disc and interval for clusters, most likely first.

    Parameters
    ----------
    choices
        Null, prospective or retrospective, limits, runs and seed.
    every
        Periods: ``month``, ``week`` or a number of days.
    windows
        ``discs`` of 0 to ``radius`` grid steps, or great-``circles`` around the middle of each
        cell, growing until they hold the largest share of what incidents are expected from.
    radius
        Of the largest disc.
    exposure
        What incidents are expected in proportion to, under the Poisson null only.

    Raises
    ------
    RequestError
        When the choices do not fit together.
    """
    choices = choices or ScanChoices()
    periods = split_periods(study, every=every)
    shares = _exposure(study, periods, exposure) if choices.null == "poisson" else None
    counts, lost = _countable(counts_by_period(study, periods), shares, exposure)
    found = scan(
        counts,
        _zones(study, counts, shares, windows=windows, radius=radius, choices=choices),
        exposure=shares,
        period_exposure=None if shares is None else periods.lengths,
        choices=choices,
        progress=progress,
    )
    chosen = {"every": every, "windows": windows, "radius": radius, "exposure": exposure}
    return answer(
        study,
        SCAN,
        _table(study, found, periods, unit="km" if windows == "circles" else "rings"),
        _ROLES,
        unit="area",
        choices={**_told(choices, periods), **chosen},
        notes=(_words(found, choices), *lost, *left_out(study, periods)),
    )


def _countable(
    counts: Integers, shares: Floats | None, exposure: Exposure
) -> tuple[Integers, tuple[str, ...]]:
    """Leave out the incidents of cells from which none is expected, and say how many."""
    if shares is None:
        return counts, ()
    nowhere = shares == 0
    lost = int(counts[nowhere].sum())
    words = (f"{lost:,} incidents in cells without {exposure} are left out.",) if lost else ()
    return np.where(nowhere[:, np.newaxis], 0, counts), words


def _exposure(study: Study, periods: Periods, exposure: Exposure) -> Floats:
    """Return what incidents are expected in proportion to, 0 where it is not known."""
    if exposure == "residents":
        known = np.nan_to_num(study.area.cells["residents"].to_numpy(), nan=0.0)
    else:
        inside = (study.counts.position >= 0) & (periods.number >= 0)
        where = study.counts.position[inside]
        known = np.bincount(where, minlength=study.near.size).astype(np.float64)
    if not known.any():
        raise RequestError(
            f"Nothing is known of {exposure} here. Choose the permutation null, which needs none."
        )
    return np.asarray(known, dtype=np.float64)


def _zones(
    study: Study,
    counts: Integers,
    shares: Floats | None,
    *,
    windows: Literal["discs", "circles"],
    radius: int,
    choices: ScanChoices,
) -> Zones:
    """Return the places that windows cover."""
    if windows == "discs":
        return disc_zones(study.cells, rings=radius)
    lon, lat = cells_to_points(study.cells)
    weight = counts.sum(axis=1).astype(np.float64) if shares is None else shares
    return circle_zones(lon, lat, exposure=weight, largest_share=choices.largest_share)


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
        "cells": cluster.places.size,
        "first_day": str(periods.starts[cluster.first_period]),
        "last_day": str(periods.starts[cluster.last_period + 1] - 1),
        "incidents": cluster.count,
        "expected": cluster.expected,
        "relative_risk": cluster.relative_risk,
        "llr": cluster.llr,
        "p": cluster.p,
        "gumbel_p": cluster.gumbel_p,
        "cell_list": "; ".join(strings),
    }


def _told(choices: ScanChoices, periods: Periods) -> dict[str, object]:
    """Return the choices of a scan for its manifest."""
    return {
        "null": choices.null,
        "look": choices.look,
        "longest": choices.longest or max(periods.size // 2, 1),
        "largest_share": choices.largest_share,
        "fewest": choices.fewest,
        "runs": choices.runs,
        "seed": choices.seed,
        "periods": periods.size,
    }


def _words(found: ScanResult, choices: ScanChoices) -> str:
    """Say how many clusters chance would hardly make."""
    clear = sum(cluster.p <= 0.05 for cluster in found.clusters)  # noqa: PLR2004 - the usual level
    least = 1 / (choices.runs + 1)
    return (
        f"{clear} of {len(found.clusters)} clusters have p at most 0.05, among {found.total:,}"
        f" incidents; with {choices.runs} runs p is at least {least:.2g}, and Gumbel's p tells"
        " smaller ones."
    )
