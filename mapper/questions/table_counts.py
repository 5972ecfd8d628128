"""Cases and population of one's own table by place and, where it has times, by period.

A time is a year, a month or a day (2026, 2026-03, 2026-03-14), the same kind in every row. The
periods run from the first to the last without a gap: a place without a row in one has no cases
there. Rows whose columns that name a place agree are of one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.areas.base_table import BaseTable
from mapper.base.errors import RequestError
from mapper.base.types import Integers

_MOST_PERIODS = 4_000
_KINDS: Mapping[int, str] = MappingProxyType({4: "Y", 7: "M", 10: "D"})  # by length, as numpy's
_WRITTEN = r"\d{4}(-\d{2}(-\d{2})?)?"


@dataclass(frozen=True, eq=False)
class TableCounts:
    """What a table holds, by place and period."""

    row: Integers  # the first row of each place, shape (places,)
    cases: Integers  # shape (places, periods)
    population: Integers | None  # of whole numbers, where it was asked for; shape as cases
    starts: npt.NDArray[np.datetime64] | None  # days, shape (periods + 1,); none without times

    @property
    def lengths(self) -> npt.NDArray[np.float64] | None:
        """Days of each period, shape (periods,)."""
        return None if self.starts is None else np.diff(self.starts).astype(np.float64)


def counts_of_table(
    table: BaseTable, cases: str, *, population: str = "", when: str = ""
) -> TableCounts:
    """Return the counts of a table.

    Parameters
    ----------
    cases, population
        Columns of whole numbers; the population's is left out where it is empty.
    when
        Column of times; empty: each row is a place of its own.

    Raises
    ------
    AreaError, RequestError
        When a column is not there, a number is not whole, or a time cannot be read.
    """
    values = [whole_numbers(table, each) for each in (cases, population) if each]
    if not when:
        shaped = [each[:, np.newaxis] for each in values]
        return TableCounts(np.arange(len(table.rows)), *_pair(shaped), starts=None)
    number, starts = _periods(table, when)
    place, row = table.same_places()
    shaped = []
    for each in values:
        grid = np.zeros((row.size, starts.size - 1), dtype=np.int64)
        np.add.at(grid, (place, number), each)
        shaped.append(grid)
    return TableCounts(row, *_pair(shaped), starts=starts)


def whole_numbers(table: BaseTable, column: str) -> Integers:
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


def _pair(shaped: list[Integers]) -> tuple[Integers, Integers | None]:
    return shaped[0], shaped[1] if len(shaped) > 1 else None


def _periods(table: BaseTable, when: str) -> tuple[Integers, npt.NDArray[np.datetime64]]:
    """Return the period of each row and the first day of each period, one more at the end."""
    if when not in table.rows.columns:
        names = ", ".join(str(name) for name in table.rows.columns)
        raise RequestError(f"{table.name}: has no column “{when}”; it has {names}. Name one.")
    told = table.rows[when].astype("str").str.strip()
    length = told.str.len()
    read = pd.to_datetime(told, errors="coerce", format="ISO8601")
    wrong = (~told.str.fullmatch(_WRITTEN) | read.isna() | (length != length.iloc[0])).to_numpy()
    if wrong.any():
        raise RequestError(
            f"{table.name}: {int(wrong.sum()):,} values of column {when} are no time like the"
            f" first row's, first in row {int(wrong.argmax()) + 2}. Write all as 2026, all as"
            " 2026-03 or all as 2026-03-14."
        )
    unit = _KINDS[int(length.iloc[0])]
    at = read.to_numpy().astype(f"datetime64[{unit}]").astype(np.int64)
    if at.max() - at.min() >= _MOST_PERIODS:
        raise RequestError(
            f"{table.name}: column {when} reaches over {int(at.max() - at.min()) + 1:,} periods;"
            f" at most {_MOST_PERIODS:,} can be scanned. Write months in place of days."
        )
    starts = np.arange(at.min(), at.max() + 2).astype(f"datetime64[{unit}]")
    return at - at.min(), starts.astype("datetime64[D]")
