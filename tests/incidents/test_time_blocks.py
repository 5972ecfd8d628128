"""Times that stand for shifts and blocks of hours: told as such, spread, never as "not known"."""

import numpy as np
import pandas as pd
import pytest

from mapper.incidents.column_doubts import column_doubts
from mapper.incidents.time_blocks import block_minutes, block_starts
from tests.incidents.test_column_doubts import SIZE, plain


def floored(hours, *, first=0, share=1.0):
    """Plain data of which a share stands at the start of its block of hours."""
    table = plain()
    mine = np.random.default_rng(2).random(SIZE) < share
    shift = pd.Timedelta(hours=first)
    starts = ((table["start"] - shift).dt.floor(f"{hours}h") + shift).astype("datetime64[us]")
    table["start"] = table["start"].where(~mine, starts)
    return table


@pytest.mark.parametrize(
    ("hours", "first", "share"),
    [(8, 0, 1.0), (8, 7, 1.0), (8, 6, 0.4), (4, 0, 1.0), (4, 0, 0.7), (12, 7, 1.0), (2, 0, 1.0)],
)
def test_starts_of_blocks_are_known_to_the_block(hours, first, share):
    table = floored(hours, first=first, share=share)
    (found,) = column_doubts(table)
    assert (found.code, found.effect) == ("times rounded", "caveat")
    assert "spread each over its block" in found.words
    minutes = block_minutes(table["start"].to_numpy(), np.ones(SIZE, dtype=bool))
    assert set(minutes[found.rows]) == {hours * 60}
    assert found.rows.size == (minutes > 0).sum() >= 0.9 * share * SIZE


@pytest.mark.parametrize("other", [0, 12 * 60])
def test_a_minute_for_unknown_is_told_beside_shifts(other):
    table = floored(8, first=7)
    rows = np.arange(800)
    clock = np.timedelta64(other, "m")
    table.loc[rows, "start"] = table["start"].iloc[rows].dt.normalize().to_numpy() + clock
    assert [one.code for one in column_doubts(table)] == ["times rounded", "times unknown"]


def test_three_minutes_unevenly_spread_stand_for_unknown():
    held = np.ones(1440, dtype=np.int64)
    held[[0, 540, 720]] = 400  # 00:00, 09:00, 12:00
    assert block_starts(held).size == 0


def test_one_oclock_habits_and_busy_evenings_make_no_blocks():
    hours = np.full(24, 20)
    hours[19:24] = 200
    held = np.zeros(1440, dtype=np.int64)
    held[::60] = hours
    assert block_starts(held).size == 0
