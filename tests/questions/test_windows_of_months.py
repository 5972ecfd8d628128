"""Data that knows months only is never cut inside one: such windows are refused in words."""

from datetime import date

import numpy as np
import pytest

from mapper.analysis.study import prepare
from mapper.base.errors import RequestError
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.action import Action
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.evaluate import ask_evaluate
from tests.builders import EVERYTHING, incidents_at, small_area

AREA = small_area(8)
CELLS = AREA.cells["cell"].to_numpy()


def months(precision):
    """Ten months of 60 incidents each, spread over the cells."""
    rng = np.random.default_rng(4)
    made = incidents_at(rng.choice(CELLS, 600), start="2024-01-01", precision=precision)
    start = (np.datetime64("2024-01") + np.repeat(np.arange(10), 60)).astype("datetime64[us]")
    made.table["start"] = start
    return prepare(made, lens=EVERYTHING, area=AREA, end=date(2024, 10, 31))


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("2024-05-05:2024-05-20", "2024-06-01:2024-06-30", "2024-05-01:2024-05-31"),
        ("2024-05-01:2024-05-31", "2024-06-10:2024-06-20", "2024-06-01:2024-06-30"),
        ("2024-01-01:2024-02-15", "2024-03-01:2024-03-31", "2024-01-01:2024-02-29"),
    ],
)
def test_a_window_that_cuts_a_month_is_refused_and_whole_months_are_named(before, after, whole):
    study = months("month")
    action = Action(before=before, after=after, cells=tuple(cells_to_strings(CELLS[:1])))
    for ask in (
        lambda: ask_evaluate(study, action),
        lambda: ask_change(study, ChangeChoices(before=before, after=after)),
    ):
        with pytest.raises(RequestError, match=f"cuts a month.*{whole}"):
            ask()


def test_the_same_windows_are_taken_where_days_are_known():
    study = months("day")
    choices = ChangeChoices(before="2024-01-01:2024-02-15", after="2024-03-01:2024-03-31")
    notes = ask_change(study, choices).notes
    assert any(note.startswith("Before: 1 January 2024 to 15 February") for note in notes)
