"""Data that knows months only is never cut inside one: such windows are refused in words."""

from datetime import date, timedelta

import numpy as np
import pytest

from mapper.analysis.study import prepare
from mapper.app.work.evaluation_view import reach_words
from mapper.base.errors import RequestError
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.action import Action
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.evaluate import ask_evaluate
from mapper.questions.windows import Window, windows_of_work
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


HISTORY = (date(2021, 1, 1), date(2022, 8, 31))


@pytest.mark.parametrize(
    ("work", "by_month", "before", "after"),
    [
        # days: the days of the work, and as many before
        (("2022-07-10", "2022-07-31"), False, ("2022-06-18", "2022-07-09"), None),
        # beyond the data it is cut; the time before is then as long as what is left
        (("2022-08-10", "2022-12-31"), False, ("2022-07-19", "2022-08-09"), "2022-08-31"),
        # more before than there is: all there is
        (("2021-03-01", "2022-08-31"), False, ("2021-01-01", "2021-02-28"), None),
        # months: those that begin during the work, or that hold it
        (("2022-06-20", "2022-08-10"), True, ("2022-05-01", "2022-06-30"), "2022-08-31"),
        (("2022-07-10", "2022-07-20"), True, ("2022-06-01", "2022-06-30"), "2022-07-31"),
    ],
)
def test_work_is_set_against_as_long_before_it(work, by_month, before, after):
    days = Window(*map(date.fromisoformat, work))
    found = windows_of_work(days, HISTORY, by_month=by_month)
    assert (found[0].first.isoformat(), found[0].last.isoformat()) == before
    assert found[1].last.isoformat() == (after or work[1])
    assert found[0].last + timedelta(days=1) == found[1].first


@pytest.mark.parametrize("first", ["2021-01-01", "2022-09-01"])
def test_work_needs_data_on_both_sides(first):
    day = date.fromisoformat(first)
    with pytest.raises(RequestError, match="both sides of the first day"):
        windows_of_work(Window(day, day), HISTORY, by_month=False)


def test_the_page_says_what_else_the_windows_are_judged_by():
    before, after = windows_of_work(
        Window(date(2022, 7, 1), date(2022, 7, 31)), HISTORY, by_month=False
    )
    words = reach_words(before, after, HISTORY[0], by_month=False)
    assert "1 January 2021 to 30 May 2022" in words
    assert words.endswith("a year before: 1 July 2021 to 31 July 2021.")
    short = reach_words(before, after, date(2021, 9, 1), by_month=False)
    assert "1 September 2021 to 30 May 2022" in short
    assert short.endswith("the same weeks a year before are not in it.")
    assert "few or no days before these" in reach_words(before, after, before.first, by_month=False)
