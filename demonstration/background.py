"""Everyday demand: what is left of each kind of incident once the plants have taken their share."""

import numpy as np
import pandas as pd

from demonstration.calendar import draw_minutes
from demonstration.ground import Ground, draw_cells, risk
from demonstration.kinds import KINDS, PLACE, Kind
from demonstration.planting import empty_incidents
from demonstration.sites import Sites

SINK_SHARE = 0.015  # of all records carry the police station's point
_AT_SPECIAL = ("station", "hospital", "care home")


def draw_background(
    ground: Ground, sites: Sites, planted: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return everyday incidents, so that with the planted ones every kind has its exact total."""
    taken = planted.groupby(["kind", "domestic"]).size()
    parts = []
    for number, kind in enumerate(KINDS):
        for domestic, total in ((True, kind.domestic), (False, kind.total - kind.domestic)):
            left = total - int(taken.get((number, domestic), 0))
            if left > 0:
                part = _draw(kind, left, domestic=domestic, ground=ground, rng=rng)
                parts.append(part.assign(kind=np.int8(number)))
    background = pd.concat(parts, ignore_index=True)
    return _move_to_special(background, sites, rng)


def fill_sink(background: pd.DataFrame, sites: Sites, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents with a share of them given the police station's point, as desks do."""
    number = int(sites.numbers_of({"police station"})[0])
    free = np.flatnonzero((background["site"] < 0).to_numpy())
    chosen = rng.permutation(free)[: round(SINK_SHARE * sum(kind.total for kind in KINDS))]
    sunk = background.copy()
    sunk.loc[chosen, "site"] = number
    sunk.loc[chosen, "cell"] = sites.special["cell"].iloc[number - sites.first_special]
    sunk.loc[chosen, "place"] = np.int8(PLACE["police station"])
    return sunk


def _draw(
    kind: Kind, size: int, *, domestic: bool, ground: Ground, rng: np.random.Generator
) -> pd.DataFrame:
    """Return incidents of one kind; domestic abuse keeps to homes, whatever its kind."""
    columns = empty_incidents(size)
    surface, rhythm = ("homes", "home") if domestic else (kind.surface, kind.rhythm)
    columns["domestic"][:] = domestic
    columns["cell"][:] = draw_cells(rng, risk(ground, surface), size=size)
    columns["minute"][:] = draw_minutes(rng, rhythm, size=size)
    if not domestic:
        names = [PLACE[name] for name in kind.places]
        columns["place"][:] = rng.choice(names, size=size, p=list(kind.places.values()))
    return pd.DataFrame(columns)


def _move_to_special(
    background: pd.DataFrame, sites: Sites, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the incidents with those at stations, hospitals and care homes put at one of them."""
    moved = background.copy()
    for place in _AT_SPECIAL:
        numbers = sites.numbers_of({place})
        rows = sites.special.iloc[numbers - sites.first_special]
        chosen = np.flatnonzero((background["place"] == PLACE[place]).to_numpy())
        weight = rows["weight"].to_numpy(dtype=np.float64)
        which = draw_cells(rng, weight / weight.sum(), size=chosen.size)
        moved.loc[chosen, "site"] = numbers[which]
        moved.loc[chosen, "cell"] = rows["cell"].to_numpy()[which]
    return moved
