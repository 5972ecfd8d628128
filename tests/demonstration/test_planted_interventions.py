"""The evaluation finds what the demonstration's three interventions truly did, and no more."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from demonstration.background import draw_background
from demonstration.calendar import FIRST
from demonstration.force import compose_force, stream
from demonstration.interventions import FALL, intervene, plan_interventions
from demonstration.spots import choose_spots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.grid.counts import locate
from mapper.grid.hexagons import cells_to_strings, strings_to_cells
from mapper.questions.action import Action
from mapper.questions.evaluate import open_trial, sums_of
from mapper.questions.windows import Window, counts_within, days_with_data
from mapper.statistics.action_outcome import evaluate_ledgers
from tests.builders import EVERYTHING, incidents_at

BEFORE = Window(date(2021, 9, 1), date(2022, 2, 28))
AFTER = Window(date(2022, 3, 1), date(2022, 8, 31))
EFFECTS = {"fall": 1 - FALL, "displaced": 1 - FALL, "nothing": 1.0}


def evaluation(study, action):
    """Everything told of one action."""
    trial = open_trial(study, action)
    counts = counts_within(study, action.before), counts_within(study, action.after)
    return evaluate_ledgers(
        *trial.ledgers,
        {name: sums_of(counts, flags) for name, flags in trial.ground.parts.items()},
        before_length=days_with_data(study, action.before),
        after_length=days_with_data(study, action.after),
    )


@pytest.fixture(scope="module")
def world():
    """The demonstration's fixed ground and plans; incidents are drawn anew for each simulation."""
    force = compose_force(load_study_area(), seed=1)
    planted = force.incidents[force.incidents["plant"] >= 0]
    return force, planted, choose_spots(force.ground, stream(1, "spots"))


def simulate(world, seed):
    """Return the evaluation of each intervention in one drawing of the year."""
    force, planted, spots = world
    drawn = draw_background(force.ground, force.sites, planted, stream(seed, "background"))
    plans = plan_interventions(force.ground, spots)
    acted = intervene(
        drawn, plans, ground=force.ground, spots=spots, rng=stream(seed, "interventions")
    )
    cells = force.ground.cells
    made = incidents_at(cells[acted["cell"].to_numpy()], start=str(FIRST))
    made.table["start"] = FIRST.astype("datetime64[us]") + acted["minute"].to_numpy().astype(
        "timedelta64[m]"
    )
    study = prepare(made, lens=EVERYTHING, area=load_study_area())
    return {
        plan.id.removeprefix("intervention-"): evaluation(
            study,
            Action(before=BEFORE, after=AFTER, cells=tuple(cells_to_strings(cells[plan.treated]))),
        )
        for plan in plans
    }


@pytest.mark.parametrize("worlds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_what_was_planted_is_found_and_nothing_else(world, worlds):
    """Power: a fall by four tenths is told in nine of ten; no effect is told where none is."""
    runs = [simulate(world, seed) for seed in range(100, 100 + worlds)]
    rows = pd.DataFrame(
        {
            "plan": name,
            "covered": run[name].treated.low <= effect <= run[name].treated.high,
            "fewer": run[name].effect == "fewer",
            "more": run[name].effect == "more",
            "displaced": run[name].ring == "displacement",
            "spread": run[name].ring == "spread of benefit",
        }
        for run in runs
        for name, effect in EFFECTS.items()
    )
    found = rows.groupby("plan").mean()
    assert rows["covered"].mean() >= 0.9, found
    assert found.loc["fall", "fewer"] >= 0.9 - 1 / worlds, found
    assert found.loc["displaced", "fewer"] >= 0.9 - 1 / worlds, found
    assert found.loc["nothing", ["fewer", "more"]].sum() <= 0.06 + 1 / worlds, found
    assert found.loc[["fall", "nothing"], "displaced"].sum() <= 0.06 + 1 / worlds, found
    assert found["spread"].sum() <= 0.06 + 1 / worlds, found
    assert found.loc["displaced", "displaced"] >= 0.25, found


def test_the_shipped_year_says_what_its_truth_says(incidents, demonstration):
    """The product's own cells give the truth's counts."""
    area = load_study_area()
    table = incidents.table
    cells = area.cells["cell"].to_numpy()
    at = locate(table["lon"].to_numpy(), table["lat"].to_numpy(), cells=cells, resolution=9)
    late = (table["start"] >= pd.Timestamp("2022-03-01")).to_numpy()
    for plan in demonstration.truth["interventions"]:
        for name, truth in plan["before_after"].items():
            there = np.isin(cells[at], strings_to_cells(plan[f"{name}_cells"])) & (at >= 0)
            assert [int((there & ~late).sum()), int((there & late).sum())] == truth
