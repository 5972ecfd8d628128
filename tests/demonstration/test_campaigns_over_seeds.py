"""Campaigns over several places, evaluated as their page does it: what was planted is found.

Nothing was done at the hot spots that a lens ranks first, so a campaign there may claim nothing. At
the disc with a planted fall by four tenths a campaign is found; at the one with none it is not.
"""

import json
import sys
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from demonstration.writing import write_demonstration
from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.windows import Window
from mapper.records.campaigns import as_intervention
from mapper.records.evaluations import evaluate_intervention
from mapper.records.versions import Version
from tests.demonstration.test_nothing_done_at_hot_spots import LENSES

PLACES = 6
SEASON = Window(date(2021, 12, 1), date(2022, 2, 28)), Window(date(2022, 3, 1), date(2022, 5, 31))
MONTH = Window(date(2022, 6, 1), date(2022, 6, 30)), Window(date(2022, 7, 1), date(2022, 7, 31))
HALVES = Window(date(2021, 9, 1), date(2022, 2, 28)), Window(date(2022, 3, 1), date(2022, 8, 31))


def campaign(places, first):
    """A campaign over some cells of each of several places, as it is kept."""
    rows = [{"place": f"Place {at}", "cells": list(cells)} for at, cells in enumerate(places)]
    content = {"name": "Campaign", "first": first.isoformat(), "places": rows}
    kept = Version(
        record="C-1", number=1, kind="campaign", content=content, digest="", author="anne",
        saved=datetime(2026, 1, 1, tzinfo=UTC), reason="", title="Campaign", hotspot_id="",
        ward="", form=1,
    )  # fmt: skip
    return as_intervention(kept)


def told(study, places, windows):
    """The result of a campaign over some windows."""
    before, after = windows
    one = campaign(places, after.first)
    return evaluate_intervention(study, one, before=before, after=after)["result"]


def claims(result):
    """Whether an effect is claimed, or that harm moved or its absence spread."""
    effect = result["code"] in {"fewer", "more"}
    return effect or result["ring"] in {"displacement", "spread of benefit"}


def ranked_first(study, last, acted):
    """The six busiest hot spots known on a day, without those where something was planted."""
    found = find_hotspots(study.varied(question="concentrated", end=last))
    cells = found.cells.groupby("hotspot_id", observed=True)["cell"].agg(tuple)
    order = found.hotspots.sort_values("incidents", ascending=False)["hotspot_id"]
    free = [cells[spot] for spot in order if acted.isdisjoint(cells[spot])]
    return free[:PLACES]


def acted_on(truth):
    """All cells that an intervention of the demonstration changed."""
    parts = [one[f"{part}_cells"] for one in truth for part in ("treated", "buffer")]
    return frozenset(cell for part in parts for cell in part)


def outcomes(read, truth, lenses):
    """What campaigns of one year are told: of nothing, of the planted fall, of the planted none."""
    area, acted = load_study_area(), acted_on(truth)
    nothing = []
    for lens in lenses:
        study = prepare(read, lens=load_lens(lens), area=area)
        for windows in (SEASON, MONTH):
            places = ranked_first(study, windows[0].last, acted)
            if places:
                nothing.append(told(study, places, windows))
    whole = prepare(read, lens=load_lens("all-demand"), area=area)
    planted = {
        one["id"].removeprefix("intervention-"): told(
            whole, [[cell] for cell in one["treated_cells"]], HALVES
        )
        for one in truth
    }
    return SimpleNamespace(nothing=nothing, fall=planted["fall"], none=planted["nothing"])


def test_a_planted_campaign_is_found_and_one_of_nothing_is_not_told(demonstration, incidents):
    found = outcomes(incidents, demonstration.truth["interventions"], LENSES[2:3])
    assert found.fall["verdict"] == "worked"
    assert not claims(found.none)
    assert [one["verdict"] for one in found.nothing] == ["could not be told"] * 2


@pytest.mark.soak
def test_over_twenty_seeds_and_five_lenses_one_verdict_in_ten_at_most_is_unfounded(
    tmp_path, capsys
):
    nothing, falls, worked, nones = [], [], [], []
    for seed in range(1, 21):
        files = write_demonstration(tmp_path / str(seed), seed=seed)
        truth = json.loads(files.truth.read_text(encoding="utf-8"))["interventions"]
        read = read_incidents([files.incidents], today=date(2026, 1, 1))
        found = outcomes(read, truth, LENSES)
        nothing += found.nothing
        falls.append(found.fall["code"] == "fewer")
        worked.append(found.fall["verdict"] == "worked")
        nones.append(claims(found.none))
        with capsys.disabled():
            unfounded = sum(map(claims, nothing)) + sum(nones)
            codes = sorted({one["code"] for one in nothing})
            counts = {code: sum(one["code"] == code for one in nothing) for code in codes}
            told_of = f"{unfounded} of {len(nothing) + len(nones)} unfounded, {counts}"
            sys.stdout.write(
                f"seed {seed}: {told_of}; falls told {sum(falls)}, worked {sum(worked)}\n"
            )
    assert sum(falls) >= 0.9 * len(falls)  # the others rose before beyond chance
    assert sum(worked) >= 0.75 * len(worked)  # elsewhere the ring may have gained half of the fall
    assert sum(map(claims, nothing)) + sum(nones) <= 0.1 * (len(nothing) + len(nones))
