"""What is true of the demonstration force, as one JSON document for tests and evaluation."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demonstration.background import SINK_SHARE
from demonstration.calendar import FIRST, LAST
from demonstration.force import Force
from demonstration.interventions import START, Intervention
from demonstration.kinds import KINDS, PLACE
from demonstration.planting import Planting
from mapper.base.types import Flags, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.synthetic import SYNTHETIC_MARK, SYNTHETIC_NOTICE

Facts = dict[str, Any]  # JSON


def truth_text(force: Force, dirty: Mapping[str, list[int]], *, seed: int, sha256: str) -> str:
    """Return truth.json: the same force, the same text.

    Parameters
    ----------
    dirty
        Row numbers of the dirty rows by reason.
    sha256
        Of the incident file that this is the truth of.
    """
    area = force.ground.area
    truth: Facts = {
        "synthetic": True,
        "notice": SYNTHETIC_NOTICE,
        "mark": SYNTHETIC_MARK,
        "seed": seed,
        "sha256": sha256,
        "area": {"name": area.name, "resolution": area.resolution, "sha256": area.sha256},
        "first_day": str(FIRST),
        "last_day": str(LAST),
        "incidents": _totals(force.incidents, dirty),
        "dirty_rows": {
            reason: {"count": len(rows), "rows": rows} for reason, rows in dirty.items()
        },
        "planted": [
            _plant(force, planting, number) for number, planting in enumerate(force.plantings)
        ],
        "geocode_sink": _sink(force),
        "interventions": [_intervention(force, plan) for plan in force.interventions],
        "care_homes": _care_homes(force),
    }
    return json.dumps(truth, indent=1, ensure_ascii=False) + "\n"


def indicators(incidents: pd.DataFrame, lens: str) -> Flags:
    """Return the incidents that a planted lens is about, by the generator's own reckoning."""
    if lens == "domestic-abuse":
        return incidents["domestic"].to_numpy()
    if lens == "domestic-abuse-children":
        return incidents["child_at_address"].to_numpy()
    if lens == "all-demand":
        return np.ones(len(incidents), dtype=bool)
    supply = np.array([kind.name == "Drug supply" for kind in KINDS])
    told = incidents[["county_line", "exploitation", "cuckooing", "missing_child"]].any(axis=1)
    armed = incidents["knife"] & incidents["young_person"]
    supplied = supply[incidents["kind"].to_numpy()]
    return np.asarray((told | armed).to_numpy() | supplied, dtype=bool)


def _totals(incidents: pd.DataFrame, dirty: Mapping[str, list[int]]) -> Facts:
    crime = np.array([kind.crime for kind in KINDS])[incidents["kind"].to_numpy()]
    added = sum(len(rows) for rows in dirty.values())
    return {
        "rows": len(incidents) + added,
        "clean": len(incidents),
        "dirty": added,
        "not_crime": int((~crime).sum()),
        "domestic_abuse": int(incidents["domestic"].sum()),
        "child_at_address": int(incidents["child_at_address"].sum()),
        "child_under_1": int(incidents["child_under_1"].sum()),
    }


def _plant(force: Force, planting: Planting, number: int) -> Facts:
    """Return one plant: where, when, how strong, and what should find it."""
    plant, incidents = planting.plant, force.incidents
    disc = force.ground.disc(planting.centre)
    counted = indicators(incidents, plant.lens)
    within = counted & incidents["cell"].isin(disc).to_numpy()
    usual = counted.sum() * disc.size / force.ground.cells.size
    mine = (incidents["plant"] == number).to_numpy()
    single = plant.signal == "single place"
    return {
        "id": plant.id,
        "lens": plant.lens,
        "signal": plant.signal,
        "pattern": plant.pattern,
        "seen_as": plant.seen_as or plant.pattern,
        "strong": plant.strong,
        **_where(force, planting.centre),
        "cells": _strings(force, planting.members),
        "address": _address(force, mine) if single else None,
        "months": list(plant.months),
        "incidents": int(mine.sum()),
        "incidents_in_disc": int(within.sum()),
        "strength": round(float(within.sum() / usual), 2),  # times the average disc
        "note": plant.note,
    }


def _address(force: Force, mine: Flags) -> Facts:
    """Return the one site that a single-place plant uses."""
    site = int(force.incidents["site"].to_numpy()[mine][0])
    row = force.sites.special.iloc[site - force.sites.first_special]
    return {"location": str(row["text"]), "lon": _round(row["lon"]), "lat": _round(row["lat"])}


def _sink(force: Force) -> Facts:
    place = force.incidents["place"] == PLACE["police station"]
    row = force.sites.special[force.sites.special["place"] == "police station"].iloc[0]
    return {
        "location": str(row["text"]),
        **_where(force, int(row["cell"])),
        "lon": _round(row["lon"]),
        "lat": _round(row["lat"]),
        "incidents": int(place.sum()),
        "share": SINK_SHARE,
    }


def _care_homes(force: Force) -> list[Facts]:
    """Return the care homes: places from which children truly go missing more often."""
    special = force.sites.special
    rows = special[special["place"] == "care home"]
    at = force.incidents["site"] - force.sites.first_special
    return [
        {**_where(force, int(row["cell"])), "incidents": int((at == number).sum())}
        for number, row in rows.iterrows()
    ]


def _intervention(force: Force, plan: Intervention) -> Facts:
    """Return one intervention: its cells, its true effect, and incidents before and after."""
    before = (force.incidents["start"] // 1440 < (START - FIRST).astype(np.int64)).to_numpy()
    cell = force.incidents["cell"]
    groups = {"treated": plan.treated, "buffer": plan.buffer, "control": plan.control}
    counts = {}
    for name, cells in groups.items():
        there = cell.isin(cells).to_numpy()
        counts[name] = [int((there & before).sum()), int((there & ~before).sum())]
    return {
        "id": plan.id,
        "lens": "all-demand",
        "effect": plan.effect,
        "start": str(START),
        "fall": plan.fall,
        "displaced": plan.displaced,
        **_where(force, int(plan.treated[0])),
        **{f"{name}_cells": _strings(force, cells) for name, cells in groups.items()},
        "before_after": counts,
    }


def _where(force: Force, cell: int) -> Facts:
    ground = force.ground
    row = ground.area.cells.iloc[cell]
    return {
        "cell": _strings(force, np.array([cell]))[0],
        "district": str(row["district"]),
        "ward": str(row["ward"]),
        "lon": _round(ground.lon[cell]),
        "lat": _round(ground.lat[cell]),
    }


def _strings(force: Force, cells: Integers) -> list[str]:
    return [str(cell) for cell in cells_to_strings(force.ground.cells[cells])]


def _round(degrees: float) -> float:
    return round(float(degrees), 6)
