"""Complex lives in the demonstration: the place where needs were planted together is found."""

from dataclasses import replace

import numpy as np
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError
from mapper.context.signature import CLEAR
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.lenses.load import load_lens
from mapper.outputs.dossier.place import needs_met_words
from mapper.questions.signature import SignatureChoices, ask_signature

TOGETHER = "Alcohol and mental health"
AT_PLACE = "needs-at-place"
NEEDS = ("domestic_abuse", "drugs", "alcohol", "mental_health", "missing")


@pytest.fixture(scope="module")
def study(incidents):
    return prepare(incidents, lens=load_lens("complex-lives"), area=load_study_area(resolution=9))


@pytest.fixture(scope="module")
def result(study):
    return find_hotspots(study)


def test_the_planted_place_is_found_and_told_which_needs_met(demonstration, study, result):
    (plant,) = [one for one in demonstration.truth["planted"] if one["id"] == "domestic-abuse-1"]
    assert "about half of its incidents" in plant["note"]
    spots = result.cells.set_index("cell")["hotspot_id"][plant["cells"]]
    (spot,) = set(spots[spots != ""])
    found = ask_signature(study, SignatureChoices(hotspot=spot), result=result)
    clear = found.table[found.table["sure"] == CLEAR]
    assert TOGETHER in set(clear["indicator"])
    one = clear[clear["indicator"] == TOGETHER].iloc[0]
    cells = set(result.cells.loc[result.cells["hotspot_id"] == spot, "cell"])
    table = incidents_in(study, cells)
    assert one["incidents"] == (table["alcohol"] & table["mental_health"]).sum()
    assert one["of"] == len(table)
    assert 0.35 * plant["incidents"] < one["incidents"] < plant["incidents"]


def test_needs_on_whichever_incidents_of_a_place_are_told_of_it(demonstration, incidents):
    area = load_study_area(resolution=9)
    study = prepare(incidents, lens=load_lens(AT_PLACE), area=area)
    result = find_hotspots(study)
    (plant,) = [one for one in demonstration.truth["planted"] if one["id"] == "domestic-abuse-1"]
    spots = result.cells.set_index("cell")["hotspot_id"][plant["cells"]]
    (spot,) = set(spots[spots != ""])
    found = ask_signature(study, SignatureChoices(hotspot=spot), result=result)
    cells = set(result.cells.loc[result.cells["hotspot_id"] == spot, "cell"])
    table = incidents_in(study, cells)
    shown = release(found, audience="operational", made_by="Sam")
    words = needs_met_words(shown)
    recorded = {name: int(table[name].sum()) for name in NEEDS}
    assert sum(number > 0 for number in recorded.values()) >= 4
    for name, number in recorded.items():
        assert not number or f"{name.replace('_', ' ')} ({number:,})" in words
    clear = set(found.table.loc[found.table["sure"] == CLEAR, "indicator"])
    assert {"Domestic abuse", "Alcohol"} <= clear


@pytest.mark.parametrize("lens", [AT_PLACE, pytest.param("complex-lives", marks=pytest.mark.soak)])
def test_needs_that_fall_by_chance_make_no_place_hot(incidents, lens):
    area = load_study_area(resolution=9)
    table = incidents.table.drop(columns="location_type")  # nothing is left out by where it was
    needs = table[list(NEEDS)].to_numpy()
    rng = np.random.default_rng(1)
    for _ in range(3):
        dealt = dict(zip(NEEDS, rng.permutation(needs).T, strict=True))  # whole incidents change
        one = replace(incidents, table=table.assign(**dealt))
        study = prepare(one, lens=load_lens(lens), area=area, expected="demand")
        assert study.weights.sum() > 10_000
        assert find_hotspots(study).hotspots.empty


def incidents_in(study, cells):
    """The incidents of some cells, one by one."""
    names = study.area.cells["cell"].to_numpy()
    position = study.counts.position
    inside = [at >= 0 and f"{names[at]:x}" in cells for at in position]
    return study.incidents.table[inside]


def test_partners_see_rounded_counts_and_no_combination(result, study):
    register = MemoryRegister()
    shown = release(result, audience="partnership", register=register)
    counts = shown.cells["incidents"].dropna()
    assert (counts % 5 == 0).all()
    small = (result.incidents > 0) & (result.incidents < 5)
    assert shown.cells["incidents"][small].isna().all()
    finding = ask_signature(study, SignatureChoices(), result=result)
    with pytest.raises(DisclosureError):
        release(finding, audience="partnership", register=register)


def test_the_public_sees_mental_health_by_district_alone(incidents):
    coarse = prepare(incidents, lens=load_lens("complex-lives"), area=load_study_area(resolution=8))
    shown = release(find_hotspots(coarse), audience="public", register=MemoryRegister())
    assert shown.cells["incidents"].isna().all()
    assert shown.districts["incidents"].notna().any()
