"""Shifts and days of the week as part of the request: placed by hand, refused in words."""

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.shift_filter import filter_in_words, in_shifts
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, RequestError
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.read import read_incidents
from mapper.incidents.table import Incidents
from mapper.lenses.load import load_lens
from tests.small_extract import write_extract

FRIDAY = "2023-03-10"  # a Friday


def table(times, precision="minute"):
    return pd.DataFrame(
        {
            "start": pd.to_datetime(pd.Series(times)).astype("datetime64[us]"),
            "precision": pd.Categorical([precision] * len(times)),
        }
    )


@pytest.mark.parametrize(
    ("time", "shift", "weekday"),
    [
        (f"{FRIDAY} 06:59", "night", "Thursday"),
        (f"{FRIDAY} 07:00", "early", "Friday"),
        (f"{FRIDAY} 14:59", "early", "Friday"),
        (f"{FRIDAY} 15:00", "late", "Friday"),
        (f"{FRIDAY} 23:00", "night", "Friday"),
        ("2023-03-11 02:00", "night", "Friday"),
        ("2023-03-13 03:00", "night", "Sunday"),
        ("1969-12-29 12:00", "early", "Monday"),
    ],
)
def test_each_moment_has_one_shift_and_one_day(time, shift, weekday):
    one = table([time])
    assert in_shifts(one, shifts=(shift,), weekdays=(weekday,)).all()
    for other in {"early", "late", "night"} - {shift}:
        assert not in_shifts(one, shifts=(other,), weekdays=()).any()
    others = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    rest = tuple(day for day in others if day != weekday)
    assert not in_shifts(one, shifts=(), weekdays=rest).any()


def test_no_choice_leaves_nothing_out():
    assert in_shifts(table([FRIDAY], "month"), shifts=(), weekdays=()).all()


def test_days_without_a_time_keep_their_own_day_and_have_no_shift():
    days = table([FRIDAY], "day")
    assert in_shifts(days, shifts=(), weekdays=("Friday",)).all()
    with pytest.raises(RequestError, match="only the day of each incident, so no shift"):
        in_shifts(days, shifts=("early",), weekdays=())


def test_months_are_refused_in_words():
    with pytest.raises(RequestError, match="only the month of each incident, so no day of the"):
        in_shifts(table(["2023-03-01"], "month"), shifts=(), weekdays=("Monday",))


def test_a_choice_in_words():
    assert filter_in_words(shifts=(), weekdays=()) == ""
    assert filter_in_words(shifts=("night", "late"), weekdays=("Saturday", "Friday")) == (
        "Friday and Saturday, late (15:00 to 23:00) and night (23:00 to 07:00)"
    )


@pytest.mark.parametrize(
    "wrong", [{"shifts": ("noon",)}, {"weekdays": ("Friday", "Friday")}, {"weekdays": ("friday",)}]
)
def test_unknown_or_repeated_names_are_refused(wrong):
    with pytest.raises(RequestError, match="choose each once among"):
        AnalysisRequest(lens="all-demand", **wrong)


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    return read_incidents([write_extract(tmp_path_factory.mktemp("data") / "small.csv")])


def test_shifts_part_the_incidents_of_a_study(incidents):
    lens, area = load_lens("county-lines"), load_study_area(resolution=8)
    whole = prepare(incidents, lens=lens, area=area)
    parts = [whole.varied(shifts=(shift,)) for shift in ("early", "late", "night")]
    np.testing.assert_array_equal(
        sum(part.counts.incidents for part in parts), whole.counts.incidents
    )
    np.testing.assert_array_equal(sum(part.demand for part in parts), whole.demand)
    assert {(part.first, part.last) for part in parts} == {(whole.first, whole.last)}
    assert any("late (15:00 to 23:00)" in note.words for note in parts[1].notes)
    assert not any("Only these times" in note.words for note in whole.notes)


def test_rows_that_cannot_be_placed_are_counted_in_the_notes(incidents):
    vague = incidents.table.copy()
    known = vague["precision"].astype("str").to_numpy().astype(object)
    known[:7] = "month"
    vague["precision"] = pd.Categorical(known, categories=["minute", "day", "month"])
    changed = Incidents(vague, incidents.rejected, incidents.files, incidents.notes)
    lens, area = load_lens("county-lines"), load_study_area(resolution=8)
    notes = prepare(changed, lens=lens, area=area, weekdays=("Saturday", "Sunday")).notes
    assert any("7 incidents without a known time" in note.words for note in notes)


def test_chosen_hours_stay_inside_the_operational_audience(incidents):
    lens, area = load_lens("county-lines"), load_study_area(resolution=8)
    result = find_hotspots(prepare(incidents, lens=lens, area=area, shifts=("night",)))
    assert release(result).record["request"]["shifts"] == ("night",)
    for audience in ("partnership", "public"):
        with pytest.raises(DisclosureError, match="operational use only"):
            release(result, audience=audience, register=MemoryRegister())
