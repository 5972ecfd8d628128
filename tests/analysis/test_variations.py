"""Settings by hand: windows, variants of a lens, and what the usual settings are."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mapper.analysis.study import prepare
from mapper.analysis.variations import (
    ALL_ONE,
    AS_IS,
    NamedWindow,
    Setting,
    base_setting,
    check_settings,
    lens_variants,
    settings_around,
    windows_of,
)
from mapper.lenses.lens import Lens, Rule
from tests.builders import EVERYTHING, incidents_at, small_area

WEIGHED = replace(
    EVERYTHING,
    rules=(
        Rule(name="heavy", weight=3, reason="", conditions=(("type", "is", "Robbery"),)),
        Rule(
            name="light",
            weight=1,
            reason="",
            conditions=(("type", "is", "Drugs"),),
            police_generated=True,
        ),
    ),
)


def study_of(lens: Lens, **choices):
    area = small_area(4)
    cells = area.cells["cell"].to_numpy()
    made = incidents_at(np.resize(cells, 400), days=900)
    return prepare(made, lens=lens, area=area, **{"question": "concentrated", **choices})


def test_unusual_places_have_settings_of_their_own():
    """Resolutions, windows, rings, alphas, police-generated or not, expectations: no score."""
    found = settings_around(
        study_of(WEIGHED, question="unusual", alpha=0.02), variants={AS_IS: WEIGHED}
    )
    assert len(found) == 3 * 4 * 2 * 4 * 2 * 2
    assert {one.expected for one in found} == {"residents", "demand"}
    assert {(one.score, one.null, one.weighting) for one in found} == {("capped", "total", AS_IS)}


def test_windows_part_at_the_start_of_a_month():
    found = windows_of(date(2021, 1, 1), date(2021, 12, 31))
    assert found == (
        NamedWindow("whole", date(2021, 1, 1), date(2021, 12, 31)),
        NamedWindow("first half", date(2021, 1, 1), date(2021, 6, 30)),
        NamedWindow("second half", date(2021, 7, 1), date(2021, 12, 31)),
    )


def test_a_long_window_has_a_last_year_and_a_short_one_no_halves():
    last = windows_of(date(2018, 1, 1), date(2020, 12, 31))[-1]
    assert last == NamedWindow("last year", date(2020, 1, 1), date(2020, 12, 31))
    assert [w.name for w in windows_of(date(2021, 3, 2), date(2021, 3, 20))] == ["whole"]
    leap = windows_of(date(2018, 1, 1), date(2020, 2, 28))[-1]
    assert leap == NamedWindow("last year", date(2019, 2, 28), date(2020, 2, 28))


@pytest.mark.parametrize("days", range(0, 1200, 37))
def test_halves_always_make_up_the_whole(days):
    first = date(2019, 5, 17)
    whole, *parts = windows_of(first, date.fromordinal(first.toordinal() + days))
    if parts:
        one, two = parts[:2]
        assert (one.first, two.last) == (whole.first, whole.last)
        assert (two.first - one.last).days == 1
        assert two.first.day == 1


def test_variants_of_a_lens():
    found = lens_variants(WEIGHED)
    assert list(found) == [AS_IS, ALL_ONE, "heavy +1", "heavy -1", "light +1", "light -1"]
    weights = {name: {r.name: r.weight for r in lens.rules} for name, lens in found.items()}
    assert weights[AS_IS] == {"heavy": 3, "light": 1}
    assert weights[ALL_ONE] == {"heavy": 1, "light": 1}
    assert weights["heavy -1"] == {"heavy": 2, "light": 1}
    assert weights["light -1"] == {"heavy": 3}
    assert list(lens_variants(EVERYTHING)) == [AS_IS]


def test_the_usual_settings():
    study = study_of(EVERYTHING, alpha=0.02)
    found = settings_around(study, variants=lens_variants(study.lens))
    assert found[0] == base_setting(study)
    assert len(set(found)) == len(found) == 3 * 4 * 4 * 2 * 4
    assert {setting.alpha for setting in found} == {0.1, 0.05, 0.02, 0.01}
    assert {setting.police_generated for setting in found} == {True}


def test_rules_are_varied_one_at_a_time():
    study = study_of(WEIGHED)
    found = settings_around(study, variants=lens_variants(WEIGHED))
    assert len(found) == 3 * 4 * 4 * 2 * 3 * 2 * 2 + 4
    assert {setting.police_generated for setting in found} == {True, False}
    single = [s for s in found if s.weighting not in {AS_IS, ALL_ONE}]
    assert [replace(s, weighting=AS_IS) for s in single] == [found[0]] * 4


def test_settings_that_cannot_be_run_are_all_named():
    window = NamedWindow("w", date(2021, 1, 2), date(2021, 1, 1))
    wrong = Setting(9, window, "count", 3, "total", 0.05, "other", True)
    with pytest.raises(ValueError, match=r"rings out of range; .*window out of range; .*'other'"):
        check_settings((wrong,), {AS_IS: EVERYTHING})
    with pytest.raises(ValueError, match="no setting"):
        check_settings((), {})
