"""The evaluation recovers what the demonstration's three interventions truly did."""

import numpy as np
import pandas as pd
import pytest

from demonstration.background import draw_background
from demonstration.calendar import FIRST
from demonstration.force import compose_force, stream
from demonstration.interventions import FALL, START, intervene, plan_interventions
from demonstration.spots import choose_spots
from mapper.areas.load import load_study_area
from mapper.grid.counts import locate
from mapper.grid.hexagons import strings_to_cells
from mapper.statistics.evaluation import BeforeAfter, evaluate_action

BEFORE, AFTER = 181, 184  # days of the demonstration year before 1 March and from it on
START_MINUTE = int((START - FIRST).astype(np.int64)) * 1440


def before_after(cells, minutes, chosen):
    there, late = np.isin(cells, chosen), minutes >= START_MINUTE
    return BeforeAfter(int((there & ~late).sum()), int((there & late).sum()))


@pytest.fixture(scope="module")
def world():
    """The demonstration's fixed ground and plans; incidents are drawn anew for each simulation."""
    force = compose_force(load_study_area(), seed=1)
    planted = force.incidents[force.incidents["plant"] >= 0]
    spots = choose_spots(force.ground, stream(1, "spots"))
    return force, planted, spots


def simulate(world, seed):
    """Return before and after of each intervention's places, as acted on and as undisturbed."""
    force, planted, spots = world
    drawn = draw_background(force.ground, force.sites, planted, stream(seed, "background"))
    plans = plan_interventions(force.ground, spots)
    acted = intervene(
        drawn, plans, ground=force.ground, spots=spots, rng=stream(seed, "interventions")
    )
    minutes = drawn["minute"].to_numpy()
    counted = {}
    for plan in plans:
        for name, cells in zip(
            ("treated", "buffer", "control"), (plan.treated, plan.buffer, plan.control), strict=True
        ):
            counted[plan.id.removeprefix("intervention-"), name] = (
                before_after(acted["cell"].to_numpy(), minutes, cells),
                before_after(drawn["cell"].to_numpy(), minutes, cells),
            )
    return counted


def coverage(world, worlds):
    """Return how often the interval for the effect and for the spillover hold the planted truth.

    Displaced incidents all go to the buffer, so its true ratio is 1 + 0.4 x treated / buffer, from
    the mean counts of all simulations without any action.
    """
    runs = [simulate(world, seed) for seed in range(100, 100 + worlds)]
    rows = []
    for name, effect in (("fall", 1 - FALL), ("displaced", 1 - FALL), ("nothing", 1.0)):
        usual = {
            part: sum(run[name, part][1].after for run in runs) for part in ("treated", "buffer")
        }
        spillover = 1 + FALL * usual["treated"] / usual["buffer"] if name == "displaced" else 1.0
        for run in runs:
            found = evaluate_action(
                run[name, "treated"][0],
                run[name, "control"][0],
                buffer=run[name, "buffer"][0],
                before_length=BEFORE,
                after_length=AFTER,
            )
            rows.append(
                {
                    "plan": name,
                    "effect": found.effect.low <= effect <= found.effect.high,
                    "spillover": found.spillover.low <= spillover <= found.spillover.high,
                    "fell": found.effect.high < 1,
                    "spilled": found.spillover.low > 1,
                }
            )
    return pd.DataFrame(rows).groupby("plan").sum()


@pytest.mark.parametrize(
    ("worlds", "least"), [(20, 18), pytest.param(100, 93, marks=pytest.mark.soak)]
)
def test_intervals_cover_what_was_planted(world, worlds, least):
    found = coverage(world, worlds)
    assert (found[["effect", "spillover"]] >= least).all(axis=None), found
    assert found.loc["fall", "fell"] >= 0.8 * worlds
    assert found.loc["displaced", "fell"] >= 0.8 * worlds
    assert found.loc["nothing", "fell"] <= 0.07 * worlds
    assert found.loc["displaced", "spilled"] > found.loc["fall", "spilled"]


def test_the_shipped_year_says_what_its_truth_says(incidents, demonstration):
    """The product's own cells give the truth's counts, and its evaluation the planted effects."""
    area = load_study_area()
    table = incidents.table
    cells = area.cells["cell"].to_numpy()
    at = locate(table["lon"].to_numpy(), table["lat"].to_numpy(), cells=cells, resolution=9)
    late = (table["start"] >= pd.Timestamp("2022-03-01")).to_numpy()
    for plan in demonstration.truth["interventions"]:
        counts = {}
        for name, truth in plan["before_after"].items():
            there = np.isin(cells[at], strings_to_cells(plan[f"{name}_cells"])) & (at >= 0)
            assert [int((there & ~late).sum()), int((there & late).sum())] == truth
            counts[name] = BeforeAfter(*truth)
        found = evaluate_action(counts["treated"], counts["control"], buffer=counts["buffer"])
        assert found.effect.low <= 1 - plan["fall"] <= found.effect.high
        assert (found.effect.high < 1) == (plan["fall"] > 0)
