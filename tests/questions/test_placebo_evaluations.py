"""Evaluations of nothing: real years in which nothing was done may not be told as an effect."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.action import Action
from mapper.questions.evaluate import ask_evaluate, open_trial
from mapper.questions.windows import Window, counts_within
from mapper.statistics.action_outcome import effect_code, is_clear, ring_code

LENSES = ("public-all", "public-violence", "public-harm")
QUARTERS = (
    Window(date(2018, 10, 1), date(2018, 12, 31)),
    Window(date(2019, 1, 1), date(2019, 3, 31)),
)
HALVES = Window(date(2018, 7, 1), date(2018, 12, 31)), Window(date(2019, 1, 1), date(2019, 6, 30))
YEARS = Window(date(2018, 1, 1), date(2018, 12, 31)), Window(date(2019, 1, 1), date(2019, 12, 31))


@pytest.fixture(scope="module")
def read(shared):
    folder = shared / "police_uk" / "merseyside-2018-2021"
    return read_incidents(sorted(folder.glob("201[89]-*-street.csv")))


@pytest.fixture(scope="module")
def study_of(read):
    """A maker of the study of a lens up to a day, each made once."""
    return cache(
        lambda lens, last: prepare(read, lens=load_lens(lens), area=load_study_area(), end=last)
    )


def five_cells(study, before, rng, *, kind):
    """Five cells of the busier half before, at random or among the 300 that rose most."""
    lately = counts_within(study, before)
    busy = np.flatnonzero(lately >= max(3, np.median(lately[lately > 0])))
    if kind == "rise":
        middle = before.first if before.first > study.first else date(2018, 7, 1)
        recent = counts_within(study, Window(middle, before.last))
        past = counts_within(study, Window(study.first, before.last)) - recent
        usual = past * recent.sum() / past.sum()
        busy = np.argsort(-(recent - usual) / np.sqrt(usual + 1), kind="stable")[:300]
    return tuple(cells_to_strings(study.cells[rng.choice(busy, 5, replace=False)]))


def told(study, action):
    """Whether an effect is told, displacement or a spread is told, and the ring's interval."""
    treated, ring = open_trial(study, action).ledgers
    outcome, around = treated.outcome(), ring.outcome()
    effect = effect_code(outcome, incidents=treated.incidents)
    spill = ring_code(effect, around)
    return (
        effect in {"fewer", "more"},
        spill in {"displacement", "spread of benefit"},
        is_clear(around),
    )


@pytest.mark.parametrize(
    ("windows", "sets"),
    [
        (QUARTERS, 3),
        pytest.param(QUARTERS, 120, marks=pytest.mark.soak),
        pytest.param(HALVES, 120, marks=pytest.mark.soak),
        pytest.param(YEARS, 120, marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("kind", ["random", "rise"])
def test_nothing_done_is_rarely_told_as_an_effect(study_of, windows, sets, kind):
    """At most 6 % of evaluations of nothing claim an effect, and as few a spillover."""
    rng = np.random.default_rng(18)
    found = []
    for lens in LENSES:
        study = study_of(lens, windows[1].last)
        for _ in range(sets):
            cells = five_cells(study, windows[0], rng, kind=kind)
            action = Action(before=windows[0], after=windows[1], cells=cells)
            found.append(told(study, action))
    effect, spill, around = np.mean(found, axis=0)
    chance = 2 / len(found)  # of a few sets, two may be told by chance
    assert effect <= 0.06 + chance * (sets < 100)
    assert spill <= 0.06
    assert around <= 0.08 + chance * (sets < 100)


def test_busy_cells_that_rose_are_told_nothing_of(study_of):
    """The cells of a published complaint: "down by 23 %" and "displacement", of nothing."""
    cells = (
        "8919510605bffff", "89195107083ffff", "8919510733bffff", "89195107397ffff",
        "891951074b3ffff",
    )  # fmt: skip
    study = study_of("public-all", date(2019, 6, 30))
    action = Action(before=QUARTERS[0], after=QUARTERS[1], cells=cells)
    notes = ask_evaluate(study, action=action).notes
    assert notes[0].startswith("Cannot be told: these places rose beyond chance")
    assert "nothing is said of displacement" in notes[1]
