"""Three actions half-way through the year, for later evaluation: what they did is known.

Each has a treated disc, a buffer (the ring around it) and an untreated control disc alike in kind.
Incidents are moved, never removed, so that all totals stay.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.calendar import FIRST
from demonstration.ground import Ground, draw_cells, risk
from demonstration.spots import Spots, planted_cells
from mapper.base.types import Integers

FALL = 0.4
START = np.datetime64("2022-03-01", "D")


@dataclass(frozen=True, eq=False)
class Intervention:
    """One action and what it truly did."""

    id: str
    effect: str  # in plain words
    fall: float  # true share by which incidents of all kinds fell in the treated cells
    displaced: bool  # whether they went to the buffer cells
    treated: Integers  # cell positions
    buffer: Integers
    control: Integers


_EFFECTS = {
    "fall": (f"a fall of {FALL:.0%} with no displacement", FALL, False),
    "displaced": (f"a fall of {FALL:.0%}, all of it displaced to the cells around", FALL, True),
    "nothing": ("no effect", 0.0, False),
}


def plan_interventions(ground: Ground, spots: Spots) -> list[Intervention]:
    """Return the three interventions with their cells."""
    plans = []
    for name, (words, fall, displaced) in _EFFECTS.items():
        disc = ground.disc(spots.treated[name])
        wide = ground.disc(spots.treated[name], rings=2)
        plans.append(
            Intervention(
                id=f"intervention-{name}",
                effect=words,
                fall=fall,
                displaced=displaced,
                treated=disc,
                buffer=np.setdiff1d(wide, disc),
                control=ground.disc(spots.control[name]),
            )
        )
    return plans


def intervene(
    incidents: pd.DataFrame,
    plans: list[Intervention],
    *,
    ground: Ground,
    spots: Spots,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the incidents with those that an intervention prevented put elsewhere."""
    elsewhere = risk(ground, "homes")
    elsewhere[planted_cells(ground, spots)] = 0
    cell = incidents["cell"].to_numpy(copy=True)
    after = incidents["minute"].to_numpy() >= int((START - FIRST).astype(np.int64)) * 1440
    movable = after & (incidents["site"].to_numpy() < 0)
    for plan in plans:
        there = rng.permutation(np.flatnonzero(movable & np.isin(cell, plan.treated)))
        gone = there[: round(plan.fall * there.size)]
        if plan.displaced:
            cell[gone] = rng.choice(plan.buffer, size=gone.size)
        else:
            cell[gone] = draw_cells(rng, elsewhere / elsewhere.sum(), size=gone.size)
    return incidents.assign(cell=cell)
