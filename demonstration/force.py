"""The demonstration force: all its incidents, in the order of their reporting."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.background import draw_background, fill_sink
from demonstration.calendar import YEAR_BEFORE
from demonstration.details import (
    FOUND,
    find_missing,
    grade_risk,
    set_flags,
    set_needs,
    set_times,
)
from demonstration.ground import Ground, survey
from demonstration.interventions import Intervention, intervene, plan_interventions
from demonstration.planting import Planting, empty_incidents, plant_all
from demonstration.sites import Sites, build_sites, draw_sites
from demonstration.spots import (
    choose_spots,
    place_plants,
    single_places,
    special_sites,
)
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress, no_progress

# One stream of random numbers for each step: a change in one step leaves the others as they were.
_STREAMS = (
    "ground", "spots", "special", "sites", "plants", "background", "interventions", "sink",
    "addresses", "flags", "details", "times", "records", "faults", "places", "patrols",
    "needs",
)  # fmt: skip


_OTHER_YEAR = 2**40  # seeds of the year before: no draw of the year itself is seen again


@dataclass(frozen=True, eq=False)
class Force:
    """Everything about the demonstration force, before it is written as text."""

    ground: Ground
    sites: Sites
    plantings: list[Planting]
    interventions: list[Intervention]
    incidents: pd.DataFrame  # in the order of reporting


def stream(seed: int, step: str) -> np.random.Generator:
    """Return the random numbers of one step."""
    sequence = np.random.SeedSequence(seed, spawn_key=(_STREAMS.index(step),))
    return np.random.Generator(np.random.PCG64(sequence))


def compose_force(area: StudyArea, *, seed: int, progress: Progress = no_progress) -> Force:
    """Return the demonstration force of a study area."""
    progress("Surveying the study area", 0.05)
    ground = survey(area, stream(seed, "ground"))
    spots = choose_spots(ground, stream(seed, "spots"))
    plantings = place_plants(ground, spots)
    plans = plan_interventions(ground, spots)
    sites = build_sites(
        ground, special_sites(ground, spots, stream(seed, "special")), stream(seed, "sites")
    )
    progress("Planting known truth", 0.1)
    planted = _settle(plant_all(plantings, stream(seed, "plants")), plantings, sites)
    progress("Drawing everyday incidents", 0.15)
    incidents = draw_background(ground, sites, planted, stream(seed, "background"))
    incidents = intervene(
        incidents, plans, ground=ground, spots=spots, rng=stream(seed, "interventions")
    )
    incidents = fill_sink(incidents, sites, stream(seed, "sink"))
    incidents = pd.concat([incidents, planted], ignore_index=True)
    progress("Recording details", 0.3)
    incidents = _detail(incidents, sites, seed)
    return Force(ground, sites, plantings, plans, incidents)


def compose_year_before(force: Force, *, seed: int) -> Force:
    """Return another year of the same ground with everyday incidents alone: nothing is planted.

    Its minutes are those of the year, to be written down ``YEAR_BEFORE`` days earlier, and what
    would fall on the first day of the year itself is left out.
    """
    own = seed + _OTHER_YEAR
    nothing = pd.DataFrame(empty_incidents(0)).assign(kind=np.int8(0))
    incidents = draw_background(force.ground, force.sites, nothing, stream(own, "background"))
    incidents = fill_sink(incidents, force.sites, stream(own, "sink"))
    incidents = _detail(incidents, force.sites, own)
    before = incidents["reported"].to_numpy() < YEAR_BEFORE * 1440
    return Force(force.ground, force.sites, [], [], incidents[before].reset_index(drop=True))


def _settle(planted: pd.DataFrame, plantings: list[Planting], sites: Sites) -> pd.DataFrame:
    """Return planted incidents with those of a single place put at its one home."""
    homes = sites.numbers_of({"dwelling"})
    ids = single_places()
    home_of = np.array(
        [homes[ids.index(p.plant.id)] if p.plant.id in ids else -1 for p in plantings]
    )
    return planted.assign(site=home_of[planted["plant"].to_numpy()])


def _detail(incidents: pd.DataFrame, sites: Sites, seed: int) -> pd.DataFrame:
    """Return the incidents with all that is recorded of each, sorted by when it was reported."""
    incidents = incidents.assign(site=draw_sites(sites, stream(seed, "addresses"), incidents))
    incidents = set_flags(incidents, sites, stream(seed, "flags"))
    incidents = set_needs(incidents, stream(seed, "needs"))
    rng = stream(seed, "details")
    found, hub = find_missing(incidents, sites, rng)
    at_hub = found == FOUND.index("at a hub")
    reported, start, end = set_times(incidents, stream(seed, "times"))
    detailed = incidents.assign(
        travel_hub=incidents["travel_hub"].to_numpy() | at_hub,
        risk=grade_risk(incidents, rng),
        found=found,
        found_hub=hub,
        reported=reported,
        start=start,
        end=end,
    )
    order = np.argsort(detailed["reported"].to_numpy(), kind="stable")
    return detailed.iloc[order].reset_index(drop=True)
