"""Back-test: how well each ranking would have foretold the months that followed.

The months of a lens's incidents are counted over the study area; rankings are made from training
months alone and measured on later ones (:mod:`mapper.statistics.accuracy`). Months without a
single row in the files are left out and named: they are missing, not zero. A year of history is
thus the last twelve months that have data.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.base.types import Integers
from mapper.grid.counts import count_by_period, locate
from mapper.grid.neighbours import find_neighbours
from mapper.incidents.table import Incidents
from mapper.lenses.classify import classify
from mapper.lenses.lens import Lens
from mapper.statistics.accuracy import (
    AccuracyTest,
    Split,
    accuracy_table,
    rolling_splits,
    single_split,
)
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.rankings import History, rankings_for

FEWEST_MONTHS = 12  # to train on: last year's counts must be whole


@dataclass(frozen=True)
class BackTest:
    """What is trained on and what is tested."""

    test_from: date  # first month to test; all earlier months train
    design: Literal["single", "rolling"] = "single"
    train_months: int | None = None  # length of the training window, all earlier months if None
    test_months: int = 1  # length of each rolling test window
    police_generated: bool = True
    start: date | None = None  # first and last day to look at, all there are if None
    end: date | None = None


@dataclass(frozen=True, eq=False)
class BackTestResult:
    """The accuracy of every ranking, and what it was measured on."""

    table: pd.DataFrame  # ACCURACY_COLUMNS
    train: tuple[str, ...]  # months of the first split's training window, as 2018-01
    test: tuple[str, ...]  # all months tested
    missing: tuple[str, ...]  # months between the first and the last that hold no row at all
    incidents: int  # that count, in all training and test months
    splits: int


def back_test(
    incidents: Incidents,
    plan: BackTest,
    *,
    lens: Lens,
    area: StudyArea,
    trial: AccuracyTest | None = None,
    progress: Progress = no_progress,
) -> BackTestResult:
    """Measure the accuracy of every signal and rival for a lens.

    Parameters
    ----------
    incidents
        Accepted incidents; those that know only their month count in it.
    plan
        The months to train on and to test.
    lens, area
        Which incidents count, and where. Incidents count once, whatever their weight.
    trial
        Shares of the area, bootstrap and reference.
    progress
        Called on the way; what it raises stops the work.

    Raises
    ------
    RequestError
        When fewer than 12 months come before the first one tested, or none can be tested, or
        fewer than 30 incidents count in the training months.
    LensError
        When the data lacks a column the lens needs.
    """
    progress("Choosing the incidents that count", 0.0)
    table = _within(incidents.table, plan)
    weights = classify(table, lens, include_police_generated=plan.police_generated)
    months, period = np.unique(_months(table), return_inverse=True)
    splits = _splits(months, plan)
    cells = area.cells["cell"].to_numpy()
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    position = locate(lon, lat, cells=cells, resolution=area.resolution)
    size = {"size": cells.size, "periods": months.size}
    counts = count_by_period(position, (weights > 0).astype(np.int64), period, **size)
    demand = count_by_period(position, np.ones(len(table), dtype=np.int64), period, **size)
    _refuse_too_few(int(counts[:, list(splits[0].train)].sum()), lens)
    themed = not np.array_equal(counts, demand)
    history = History(
        counts=counts,
        cells=cells,
        near=find_neighbours(cells),
        residents=area.cells["residents"].to_numpy(),
    )
    found = accuracy_table(
        history,
        splits,
        rankings_for(demand=themed),
        area_km2=area.cells["area_km2"].to_numpy(),
        demand=demand if themed else None,
        trial=trial,
        progress=progress,
    )
    return _result(found, months, splits, counts)


def _within(table: pd.DataFrame, plan: BackTest) -> pd.DataFrame:
    """Return the incidents of the days to look at."""
    if plan.start is None and plan.end is None:
        return table
    days = table["start"].to_numpy().astype("datetime64[D]")
    first = np.datetime64(plan.start or date.min)
    last = np.datetime64(plan.end or date.max)
    return table[(days >= first) & (days <= last)]


def _months(table: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """Return the month in which each incident starts."""
    return table["start"].to_numpy().astype("datetime64[M]")


def _splits(months: npt.NDArray[np.datetime64], plan: BackTest) -> tuple[Split, ...]:
    """Return the splits of a plan over the months that have data."""
    start = int(np.searchsorted(months, np.datetime64(plan.test_from, "M")))
    train = start if plan.train_months is None else plan.train_months
    if not FEWEST_MONTHS <= train <= start or start + plan.test_months > months.size:
        have = f"{months[0]} to {months[-1]}" if months.size else "no month at all"
        raise RequestError(
            f"The data holds {have}, {count(start, 'month')} before {plan.test_from:%B %Y}."
            " Choose a first"
            f" month to test with at least {max(FEWEST_MONTHS, plan.train_months or 0)} months of"
            f" data before it and {plan.test_months} from it on, and at least {FEWEST_MONTHS} to"
            " train on."
        )
    if plan.design == "rolling":
        return rolling_splits(months.size, train=train, test=plan.test_months, first=start)
    split = single_split(months.size, train=start)
    return (Split(split.train[-train:], split.test),)


def _refuse_too_few(trained: int, lens: Lens) -> None:
    """Stop, in words, when there is too little to rank by."""
    if trained < FEWEST_INCIDENTS:
        raise RequestError(
            f"Only {count(trained, 'incident counts', 'incidents count')} under “{lens.title}” in"
            " the training months: fewer"
            f" than {FEWEST_INCIDENTS}. Choose a wider lens, a larger area or a later first month."
        )


def _result(
    table: pd.DataFrame,
    months: npt.NDArray[np.datetime64],
    splits: tuple[Split, ...],
    counts: Integers,
) -> BackTestResult:
    """Return the table with the months it rests on."""
    tested = sorted({period for split in splits for period in split.test})
    used = sorted({*splits[0].train, *tested})
    gaps = np.setdiff1d(np.arange(months[used[0]], months[used[-1]] + 1), months)
    return BackTestResult(
        table=table,
        train=tuple(str(months[period]) for period in splits[0].train),
        test=tuple(str(months[period]) for period in tested),
        missing=tuple(str(month) for month in gaps),
        incidents=int(counts[:, used].sum()),
        splits=len(splits),
    )
