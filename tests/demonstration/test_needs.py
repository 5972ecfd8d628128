"""Complex lives in the demonstration: the place where needs were planted together is found."""

from datetime import date

import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, RequestError
from mapper.context.signature import CLEAR
from mapper.disclosure.make import release
from mapper.disclosure.nearest import release_nearest
from mapper.disclosure.register import MemoryRegister
from mapper.lenses.load import load_lens
from mapper.questions.accuracy import AccuracyChoices, ask_accuracy
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.signature import SignatureChoices, ask_signature

TOGETHER = "Alcohol and mental health"
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


def test_needs_on_different_incidents_of_one_address_meet(demonstration, incidents):
    area = load_study_area(resolution=9)
    study = prepare(incidents, lens=load_lens("needs-at-address"), area=area)
    together = incidents.table.assign(counts=study.weights > 0)
    each = together[together["counts"]].groupby(["lon", "lat"])[list(NEEDS)].any().sum(axis=1)
    assert (each >= 2).all()
    assert (together.loc[together["counts"], list(NEEDS)].sum(axis=1) == 1).any()
    result = find_hotspots(study)
    (plant,) = [one for one in demonstration.truth["planted"] if one["id"] == "domestic-abuse-1"]
    assert (result.cells.set_index("cell")["hotspot_id"][plant["cells"]] != "").any()
    for audience in ("partnership", "public"):
        told = {"audience": audience, "register": MemoryRegister()}
        with pytest.raises(DisclosureError, match="met at single addresses"):
            release(result, **told)
        with pytest.raises(DisclosureError, match="met at single addresses"):
            release_nearest(result, make=pytest.fail, **told)
    finding = ask_change(study, ChangeChoices(since=date(2022, 3, 1)))
    with pytest.raises(DisclosureError):
        release(finding, audience="partnership", register=MemoryRegister())
    with pytest.raises(RequestError, match="later ones at the same address"):
        ask_accuracy(study, AccuracyChoices())


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
