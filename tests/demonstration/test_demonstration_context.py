"""What practitioners are shown of the demonstration force, against its own truth and rows."""

import numpy as np
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.context.place_files import read_places
from mapper.context.sinks import find_sinks
from mapper.lenses.load import load_lens
from mapper.questions.children import ChildrenChoices, ask_children
from mapper.questions.context import ContextChoices, ask_context
from mapper.questions.corridors import CorridorsChoices, ask_corridors
from mapper.questions.days import DaysChoices, ask_days
from mapper.questions.shifts import ShiftsChoices, ask_shifts
from mapper.questions.signature import SignatureChoices, ask_signature

YES = ("y", "yes", "1", "true")


def study_of(incidents, lens):
    return prepare(incidents, lens=load_lens(lens), area=load_study_area())


@pytest.fixture(scope="module")
def abuse(incidents):
    return study_of(incidents, "domestic-abuse")


@pytest.fixture(scope="module")
def lines(incidents):
    study = study_of(incidents, "county-lines")
    return study, find_hotspots(study)


def test_children_are_the_published_figures(abuse):
    (row,) = ask_children(abuse, ChildrenChoices(by="area")).table.to_dict("records")
    assert (row["with_child"], row["incidents"]) == (9_715, 33_333)
    assert f"{row['child_share']:.2%}" == "29.15%"
    assert round(row["with_child_a_month"]) == 810
    assert row["with_baby"] == 874


def test_districts_wards_and_hot_spots_agree_with_the_rows(abuse, demonstration):
    rows = demonstration.clean
    flags = rows["domestic_abuse"].str.lower().isin(YES)
    repeat = (flags & rows["repeat_victim"].str.lower().isin(YES)).sum()
    high = (flags & (rows["risk_grade"] == "high")).sum()
    for by in ("district", "ward"):
        table = ask_children(abuse, ChildrenChoices(by=by)).table
        totals = table[["incidents", "with_child", "with_baby", "repeat", "high_risk"]].sum()
        assert totals.tolist() == [33_333, 9_715, 874, repeat, high]
    result = find_hotspots(abuse)
    finding = ask_children(abuse, ChildrenChoices(by="hotspot"), result=result)
    assert finding.table["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    assert finding.table["incidents"].tolist() == result.hotspots["incidents"].tolist()
    assert finding.synthetic


def test_the_planted_desk_is_the_largest_sink(incidents, demonstration):
    truth = demonstration.truth["geocode_sink"]
    sinks = find_sinks(incidents.table)
    assert sinks[0].label == truth["location"]
    assert sinks[0].incidents == truth["incidents"]
    assert (sinks[0].lon, sinks[0].lat) == pytest.approx((truth["lon"], truth["lat"]), abs=3e-5)
    assert {sink.kind for sink in sinks[1:6]} == {"hospital"}


def test_planted_county_lines_drive_their_places(lines, demonstration):
    """Every hot spot over a strong county-lines plant is driven by its flags."""
    study, result = lines
    cells = result.cells.set_index("cell")["hotspot_id"]
    plants = [
        plant for plant in demonstration.truth["planted"]
        if plant["lens"] == "county-lines" and plant["signal"] == "cluster" and plant["strong"]
    ]  # fmt: skip
    hit = {cells[plant["cell"]] for plant in plants} - {""}
    assert len(hit) >= 3
    table = ask_signature(study, SignatureChoices(), result=result).table
    clear = table[table["sure"] == "clear"].groupby("hotspot_id")["indicator"].agg(set)
    flags = {"Linked to a county line", "Exploitation suspected", "Cuckooing", "Drug supply"}
    assert all(len(clear[place] & flags) >= 2 for place in hit)


def test_one_hot_spot_and_one_cell_can_be_asked_for(lines):
    study, result = lines
    one = result.hotspots["hotspot_id"].iloc[1]
    finding = ask_signature(study, SignatureChoices(hotspot=one), result=result)
    assert set(finding.table["hotspot_id"]) == {one}
    cell = result.cells.loc[result.cells["hotspot_id"] == one, "cell"].iloc[0]
    alone = ask_signature(study, SignatureChoices(cell=cell))
    assert alone.unit == "cell"
    position = int(np.flatnonzero((result.cells["cell"] == cell).to_numpy())[0])
    inside = (study.counts.position == position).sum()
    assert (alone.table["of"] == inside).all()


@pytest.fixture(scope="module")
def around(demonstration):
    return read_places(demonstration.files.places)


def test_the_places_around_are_invented_and_say_so(around, lines):
    assert around.synthetic
    assert around.table["name"].str.startswith("Invented").all()
    assert set(around.table["side"]) == {"risk", "protective", "both"}
    study, result = lines
    finding = ask_context(study, ContextChoices(places=around), result=result)
    assert finding.notes[0] == "The places are invented for the demonstration."
    rows = finding.table[finding.table["hotspot_id"] == result.hotspots["hotspot_id"].iloc[0]]
    assert rows["kind"].is_unique
    assert (rows.filter(like="ring_").sum(axis=1) == rows["within"]).all()


def test_corridors_hold_each_report_with_both_ends_once(lines, demonstration, around):
    study, _ = lines
    finding = ask_corridors(study, CorridorsChoices(places=around))
    rows = demonstration.clean
    missing = rows["missing"].str.lower().isin(YES)
    placed = rows["found_easting"].notna() | rows["found_longitude"].notna()
    assert finding.unit == "pair"
    assert finding.table["reports"].sum() == (missing & placed).sum()
    at_hub = rows["found_place"].isin(["Railway Station", "Bus Station"])
    to_hub = finding.table.loc[finding.table["to_kind"] == "hub", "reports"].sum()
    assert to_hub >= (missing & placed & at_hub).sum()  # and a few on the streets around


def test_shifts_and_days_hold_each_incident_once(lines):
    study, result = lines
    shifts = ask_shifts(study, ShiftsChoices(by="district")).table
    assert shifts["weight"].sum() == pytest.approx(study.counts.total)
    assert (shifts.groupby("district").size() == 21).all()
    days = ask_days(study, DaysChoices(), result=result).table
    pay = days[days["contrast"].str.startswith("pay")]
    whole = (pay["incidents"] + pay["other_incidents"]).tolist()
    assert all(n <= m for n, m in zip(whole, result.hotspots["incidents"], strict=True))
    assert (pay["days"] + pay["other_days"] == 365).all()
