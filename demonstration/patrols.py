"""Invented positions of patrol cars at the places that an intervention helped, and elsewhere.

Every helped place is visited so many times a week from the first day of its intervention on, by a
car of its own. Call signs are there so that a reader can
be seen to drop them.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from demonstration.calendar import LAST
from demonstration.force import Force
from demonstration.interventions import START
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import cells_to_points

HEADER = "call_sign,time,latitude,longitude"
A_WEEK = 3
_EVERY = 2  # minutes between positions
_SHORTEST, _LONGEST = 10, 30  # minutes of a visit
_FIRST_HOUR, _LAST_HOUR = 8, 21
_ELSEWHERE = 2_000  # positions


def patrols_text(force: Force, rng: np.random.Generator) -> str:
    """Return positions as CSV; the same force and random numbers, the same text."""
    weeks = int((LAST - START).astype(int) + 1) // 7
    parts = []
    for number, plan in enumerate(plan for plan in force.interventions if plan.fall):
        days = 7 * np.repeat(np.arange(weeks), A_WEEK) + np.tile(np.arange(A_WEEK) * 2, weeks)
        hours = rng.integers(_FIRST_HOUR, _LAST_HOUR, size=days.size)
        minutes = _EVERY * rng.integers(_SHORTEST // 2, _LONGEST // 2 + 1, size=days.size)
        begins = START.astype("datetime64[m]") + (days * 24 + hours) * np.timedelta64(60, "m")
        centre = force.ground.cells[plan.treated[:1]]
        parts.append(_stays(f"DEMO-{number + 1:02}", begins, minutes, cells_to_points(centre)))
    parts.append(_elsewhere(force, rng, days=7 * weeks))
    table = pd.concat(parts).sort_values(["time", "call_sign"], kind="stable")
    lines = [
        f"{sign},{time:%Y-%m-%d %H:%M},{lat:.5f},{lon:.5f}"
        for sign, time, lat, lon in table.itertuples(index=False)
    ]
    return "\n".join([HEADER, *lines, ""])


def _stays(
    sign: str, begins: npt.NDArray[np.datetime64], minutes: Integers, at: tuple[Floats, Floats]
) -> pd.DataFrame:
    """Return the positions of one car during its visits to one point."""
    each = [
        begin + np.arange(0, long + 1, _EVERY) * np.timedelta64(1, "m")
        for begin, long in zip(begins, minutes, strict=True)
    ]
    return pd.DataFrame(
        {"call_sign": sign, "time": np.concatenate(each), "lat": at[1][0], "lon": at[0][0]}
    )


def _elsewhere(force: Force, rng: np.random.Generator, *, days: int) -> pd.DataFrame:
    """Return positions at cells where no intervention is."""
    away = np.setdiff1d(
        np.arange(force.ground.cells.size),
        np.concatenate([plan.treated for plan in force.interventions]),
    )
    lon, lat = cells_to_points(force.ground.cells[rng.choice(away, size=_ELSEWHERE)])
    after = rng.integers(0, days * 24 * 60, size=_ELSEWHERE) * np.timedelta64(1, "m")
    time = START.astype("datetime64[m]") + after
    return pd.DataFrame({"call_sign": "DEMO-99", "time": time, "lat": lat, "lon": lon})
