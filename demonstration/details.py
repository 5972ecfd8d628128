"""What else is recorded of each incident: flags, risk grade, times, and where people were found."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from demonstration.calendar import YEAR, skip_clock_change
from demonstration.ground import draw_cells
from demonstration.kinds import BABIES, CHILDREN, KIND, KINDS, PLACE
from demonstration.planting import FLAGS, PLANTS, WITH_NEEDS
from demonstration.sites import Sites
from mapper.base.types import Flags, Floats, Integers

# How often a flag is set on everyday incidents that are no domestic abuse, by kind.
RATES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "county_line": {
            "Drug supply": 0.28, "Drug possession": 0.05, "Suspicious activity": 0.012,
            "Missing person": 0.015, "Possession of weapons": 0.04, "Robbery": 0.01,
            "Violence with injury": 0.01, "Concern for safety": 0.003,
        },
        "exploitation": {
            "Concern for safety": 0.01, "Missing person": 0.03, "Sexual offence": 0.06,
            "Drug supply": 0.06, "Suspicious activity": 0.005, "Anti-social behaviour": 0.002,
        },
        "cuckooing": {
            "Concern for safety": 0.003, "Anti-social behaviour": 0.002, "Drug supply": 0.04,
            "Other call": 0.0005,
        },
        "missing": {"Missing person": 1.0},
        "missing_child": {"Missing person": 0.36},
        "knife": {
            "Possession of weapons": 0.6, "Robbery": 0.2, "Violence with injury": 0.06,
            "Violence without injury": 0.02, "Stop and search": 0.025, "Suspicious activity": 0.006,
            "Anti-social behaviour": 0.002,
        },
        "young_person": {
            "Anti-social behaviour": 0.35, "Stop and search": 0.25, "Robbery": 0.3,
            "Possession of weapons": 0.3, "Drug possession": 0.15, "Drug supply": 0.18,
            "Violence with injury": 0.1, "Violence without injury": 0.12, "Shoplifting": 0.1,
            "Criminal damage": 0.12, "Suspicious activity": 0.1,
        },
        "drugs": {
            "Drug supply": 1.0, "Drug possession": 1.0, "Stop and search": 0.2,
            "Suspicious activity": 0.03, "Road traffic": 0.005,
        },
        "organised_crime": {
            "Drug supply": 0.15, "Possession of weapons": 0.05, "Vehicle crime": 0.02,
            "Robbery": 0.03, "Arson": 0.1, "Suspicious activity": 0.004,
        },
        "proactive": {
            "Stop and search": 1.0, "Drug possession": 0.65, "Possession of weapons": 0.35,
            "Drug supply": 0.5, "Road traffic": 0.1,
        },
        "repeat_victim": {
            "Stalking and harassment": 0.5, "Anti-social behaviour": 0.08,
            "Violence without injury": 0.12, "Criminal damage": 0.1, "Burglary": 0.05,
        },
    }
)  # fmt: skip
# The same for needs that stand beside an incident, domestic abuse or not.
NEED_RATES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "alcohol": {
            "Domestic incident": 0.16, "Violence with injury": 0.3,
            "Violence without injury": 0.18, "Public order": 0.4, "Sexual offence": 0.12,
            "Anti-social behaviour": 0.12, "Concern for safety": 0.08, "Criminal damage": 0.08,
            "Mental health": 0.1, "Missing person": 0.03, "Road traffic": 0.02,
            "Drug possession": 0.05, "Other call": 0.02,
        },
        "mental_health": {
            "Mental health": 1.0, "Concern for safety": 0.14, "Missing person": 0.16,
            "Domestic incident": 0.06, "Violence without injury": 0.04,
            "Violence with injury": 0.03, "Anti-social behaviour": 0.02, "Arson": 0.08,
            "Stalking and harassment": 0.03, "Drug possession": 0.02, "Other call": 0.02,
        },
    }
)  # fmt: skip
_WITH_NEEDS_EACH, _MORE_OFTEN = 13, 3.0  # each so many homes have needs, met so much more often
_TOGETHER = 0.5
GRADES = ("", "standard", "medium", "high")
FOUND = ("", "Home address", "Friend's address", "Out of force area", "Street", "at a hub")
# Chance of a repeat-victim flag where the home had an earlier incident this year, and where not.
_REPEAT_AGAIN, _REPEAT_FIRST = 0.8, 0.18
_FOUND_SHARES = {
    "adult": (0.15, 0.45, 0.15, 0.05, 0.17, 0.03),
    "child": (0.12, 0.33, 0.2, 0.07, 0.16, 0.12),
}


def set_flags(incidents: pd.DataFrame, sites: Sites, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents with every flag set; those of plants stay as they were planted."""
    kind = incidents["kind"].to_numpy()
    everyday = (incidents["plant"] < 0).to_numpy() & ~incidents["domestic"].to_numpy()
    flags = {flag: incidents[flag].to_numpy(copy=True) for flag in FLAGS}
    for flag, rates in RATES.items():
        chance = np.array([rates.get(one.name, 0.0) for one in KINDS])
        flags[flag] |= everyday & (rng.random(kind.size) < chance[kind])
    place = incidents["place"].to_numpy()
    flags["missing_child"] |= everyday & flags["missing"] & (place == PLACE["care home"])
    flags["young_person"] |= flags["missing_child"]
    flags["travel_hub"] |= place == PLACE["station"]
    flagged = incidents.assign(**flags)
    return _set_household(flagged, sites, rng)


def set_needs(incidents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents with alcohol and mental health, mostly at the same homes each time.

    At the plant of needs both stand together on about half of the incidents.
    """
    kind, site = incidents["kind"].to_numpy(), incidents["site"].to_numpy()
    often = np.where(site % _WITH_NEEDS_EACH == 0, _MORE_OFTEN, 1.0)
    ids = [plant.id for plant in PLANTS]
    planted = (incidents["plant"] == ids.index(WITH_NEEDS)).to_numpy()
    together = planted & (rng.random(kind.size) < _TOGETHER)
    needs = {}
    for need, rates in NEED_RATES.items():
        chance = np.array([rates.get(one.name, 0.0) for one in KINDS])[kind] * often
        needs[need] = together | (rng.random(kind.size) < chance)
    return incidents.assign(**needs)


def _set_household(incidents: pd.DataFrame, sites: Sites, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents with children, babies and repeat victims of domestic abuse.

    The number with a child, and with a baby, is exact. The same homes have children each time.
    """
    domestic = incidents["domestic"].to_numpy()
    site = incidents["site"].to_numpy()
    family = np.where(sites.family[site], 9.0, 1.0)
    child = incidents["child_at_address"].to_numpy(copy=True)
    free = np.flatnonzero(domestic & (incidents["plant"].to_numpy() < 0))
    child[_weighted(rng, free, family[free], CHILDREN - int(child.sum()))] = True
    baby = np.zeros(child.size, dtype=bool)
    homes = np.flatnonzero(child)
    baby[_weighted(rng, homes, np.where(site[homes] % 7 == 0, 6.0, 1.0), BABIES)] = True
    again = domestic & _seen_before(site, incidents["minute"].to_numpy(), domestic)
    chance = np.where(again, _REPEAT_AGAIN, _REPEAT_FIRST)
    repeat = domestic & (rng.random(site.size) < chance)
    return incidents.assign(
        child_at_address=child,
        child_under_1=baby,
        repeat_victim=incidents["repeat_victim"].to_numpy() | repeat,
    )


def grade_risk(incidents: pd.DataFrame, rng: np.random.Generator) -> Integers:
    """Return the position in ``GRADES`` of each incident's risk, 0 for no domestic abuse."""
    injured = (incidents["kind"] == KIND["Violence with injury"]).to_numpy()
    worse = 0.05 * injured + 0.04 * incidents["repeat_victim"].to_numpy()
    lot = rng.random(len(incidents))
    grade = 1 + (lot > 0.64 - 2 * worse).astype(np.int64) + (lot > 0.9 - worse)
    return np.where(incidents["domestic"].to_numpy(), grade, 0)


def set_times(
    incidents: pd.DataFrame, rng: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Return minutes reported, from and to; ``to`` is -1 where the moment is known."""
    kind = incidents["kind"].to_numpy()
    start = incidents["minute"].to_numpy()
    size = start.size
    share = np.array([one.interval for one in KINDS])[kind]
    share = np.where(incidents["domestic"].to_numpy() | (incidents["plant"] >= 0), 0, share)
    shortest, longest = np.array([one.span for one in KINDS], dtype=np.float64)[kind].T
    length = shortest * (longest / shortest) ** rng.random(size)
    end = skip_clock_change(np.minimum(start + np.rint(length).astype(np.int64), YEAR - 1))
    end = np.where((rng.random(size) < share) & (end > start), end, -1)
    lag = np.array([one.lag for one in KINDS], dtype=np.float64)[kind] ** rng.random(size)
    reported = skip_clock_change(np.maximum(start, end) + lag.astype(np.int64))
    return reported, start, end


def find_missing(
    incidents: pd.DataFrame, sites: Sites, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Return where each missing person was found: position in ``FOUND``, and hub site or -1."""
    missing = incidents["missing"].to_numpy()
    child = incidents["missing_child"].to_numpy()
    found = np.zeros(missing.size, dtype=np.int64)
    for who, chosen in (("adult", missing & ~child), ("child", missing & child)):
        rows = np.flatnonzero(chosen)
        found[rows] = draw_cells(rng, np.array(_FOUND_SHARES[who]), size=rows.size)
    hubs = sites.numbers_of({"station"})
    weight = sites.special["weight"].to_numpy(dtype=np.float64)[hubs - sites.first_special]
    hub = np.full(missing.size, -1, dtype=np.int64)
    at_hub = np.flatnonzero(found == FOUND.index("at a hub"))
    hub[at_hub] = hubs[draw_cells(rng, weight / weight.sum(), size=at_hub.size)]
    return found, hub


def _weighted(rng: np.random.Generator, rows: Integers, weight: Floats, size: int) -> Integers:
    """Return exactly ``size`` of the rows, heavier ones sooner (Efraimidis and Spirakis 2006)."""
    key = np.log(rng.random(rows.size)) / weight
    return rows[np.argsort(-key, kind="stable")[:size]]


def _seen_before(site: Integers, minute: Integers, domestic: Flags) -> Flags:
    """Return whether an earlier domestic-abuse incident lies at the same site."""
    rows = np.flatnonzero(domestic)
    rows = rows[np.lexsort((minute[rows], site[rows]))]
    seen = np.zeros(site.size, dtype=bool)
    seen[rows[1:]] = site[rows[1:]] == site[rows[:-1]]
    return seen
