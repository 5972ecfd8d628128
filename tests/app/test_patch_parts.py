"""The pure parts of My patch: addresses, periods, searches, areas, words."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.app.hotspots.panel import _listed
from mapper.app.patch.area import figures_of, is_inside
from mapper.app.patch.cards import cards_of, panel_data
from mapper.app.patch.choice import (
    BEFORE,
    SPANS,
    Allowed,
    PatchChoice,
    days_before,
    days_of_span,
    from_address,
    to_address,
)
from mapper.app.patch.details import twin
from mapper.app.patch.panel import corners_of
from mapper.app.patch.search import PlaceMatch, find_place, grid_point
from mapper.app.patch.sheet import notes_of
from mapper.app.patch.words import action_words, peak_words, shift_words
from mapper.areas.load import load_study_area
from mapper.base.errors import RefusedError
from mapper.base.settings import settings
from mapper.context.near import near_places
from mapper.context.places import Places, places_table
from mapper.disclosure.patch import allowed_wards, patch_for, release_patch
from mapper.disclosure.people import Viewer, in_wards
from mapper.disclosure.place_findings import PlaceFindings
from mapper.grid.hexagons import cells_to_points, points_to_cells, strings_to_cells
from mapper.incidents.coordinates import degrees_to_grid
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.documents.page import document_html
from mapper.outputs.dossier import dossier
from mapper.outputs.dossier.defence import defence
from mapper.outputs.maps import embed_map
from mapper.outputs.maps.patch_layer import patch_drawing
from mapper.outputs.shift_sheet import MOST_PLACES, shift_sheet
from mapper.outputs.tables import hotspot_rows
from mapper.questions.patch import back_by_months, study_patch
from mapper.records.actions import PlannedAction
from mapper.records.place_work import PlaceWork
from tests.small_extract import PLACES, write_extract

WARDS = ("Anfield, Liverpool", "Everton, Liverpool", "Picton, Liverpool")
ALLOWED = Allowed(WARDS, ("county-lines", "drugs"), date(2023, 1, 2), date(2023, 12, 27))
ANALYST = Viewer("Ann", frozenset({"analyst"}))

choices = st.builds(
    PatchChoice,
    wards=st.sets(st.sampled_from(WARDS)).map(lambda some: tuple(sorted(some))),
    lens=st.sampled_from(ALLOWED.lenses),
    span=st.sampled_from(list(SPANS)),
    start=st.none() | st.dates(ALLOWED.first, ALLOWED.last),
    end=st.none() | st.dates(ALLOWED.first, ALLOWED.last),
    shifts=st.sampled_from([(), ("early",), ("late", "night")]),
    weekdays=st.sampled_from([(), ("Friday", "Saturday")]),
    beside=st.sampled_from(["", BEFORE, "drugs"]),
    spot=st.sampled_from(["", "HS-71951046"]),
)


@given(choices)
def test_an_address_restores_the_same_choice(choice):
    assert from_address(to_address(choice), allowed=ALLOWED) == (choice, ())


ANYTHING = st.dictionaries(
    st.sampled_from(["ward", "lens", "period", "from", "to", "shift", "day", "beside", "spot"]),
    st.lists(st.text(), max_size=3),
)


@given(ANYTHING)
def test_whatever_an_address_holds_only_what_is_allowed_comes_out(asked):
    choice, _ = from_address(asked, allowed=ALLOWED)
    assert set(choice.wards) <= set(WARDS)
    assert choice.lens in {"", *ALLOWED.lenses}
    assert choice.span in SPANS
    for day in (choice.start, choice.end):
        assert day is None or ALLOWED.first <= day <= ALLOWED.last
    assert len(choice.spot) <= 40


def test_what_an_address_asks_in_vain_is_said():
    asked = {"ward": ["Speke, Liverpool", WARDS[0]], "from": ["2023-13-01"], "to": ["1999-01-01"]}
    choice, faults = from_address(asked, allowed=ALLOWED)
    assert choice.wards == (WARDS[0],)
    assert choice.end == ALLOWED.first
    assert len(faults) == 3


@pytest.mark.parametrize(
    ("last", "months", "first"),
    [
        (date(2022, 8, 31), 1, date(2022, 8, 1)),
        (date(2022, 8, 31), 12, date(2021, 9, 1)),
        (date(2023, 12, 27), 1, date(2023, 11, 28)),
        (date(2024, 2, 29), 3, date(2023, 12, 1)),
        (date(2024, 3, 30), 1, date(2024, 2, 29)),
    ],
)
def test_months_are_counted_back_from_the_last_day(last, months, first):
    assert back_by_months(last, months) == first


def test_a_span_never_starts_before_the_data():
    assert days_of_span(PatchChoice(span="year"), ALLOWED) == (ALLOWED.first, ALLOWED.last)
    assert days_of_span(PatchChoice(span="quarter"), ALLOWED)[0] == date(2023, 9, 28)
    assert days_of_span(PatchChoice(span="custom"), ALLOWED) == (ALLOWED.first, ALLOWED.last)


def test_the_days_before_are_whole_months_or_as_many_days():
    assert days_before(date(2022, 6, 1), date(2022, 8, 31)) == (date(2022, 3, 1), date(2022, 5, 31))
    assert days_before(date(2022, 6, 5), date(2022, 6, 11)) == (date(2022, 5, 29), date(2022, 6, 4))
    for start, end in ((date(2022, 3, 1), date(2022, 3, 31)), (date(2022, 1, 7), date(2022, 2, 3))):
        first, last = days_before(start, end)
        assert last + timedelta(days=1) == start
        assert first <= last


@pytest.mark.parametrize(
    ("text", "easting", "northing"),
    [
        ("SJ 35 90", 335_500, 390_500),
        ("sj3590", 335_500, 390_500),
        ("SJ 355 905", 335_550, 390_550),
        ("SJ 35512 90534", 335_512.5, 390_534.5),
        ("335512, 390534", 335_512, 390_534),
        ("TQ 300 803", 530_050, 180_350),
        ("NY 39 55", 339_500, 555_500),
        ("HU 47 41", 447_500, 1_141_500),
    ],
)
def test_grid_references_lead_to_the_middle_of_their_square(text, easting, northing):
    lon, lat = grid_point(text)
    east, north = degrees_to_grid(np.array([lon]), np.array([lat]))
    assert east[0] == pytest.approx(easting, abs=0.5)
    assert north[0] == pytest.approx(northing, abs=0.5)


@pytest.mark.parametrize("text", ["", "SI 35 90", "SJ 355 90", "SJ 359", "Anfield", "AA 11 11"])
def test_what_is_no_grid_reference_is_none(text):
    assert grid_point(text) is None


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    incidents = read_incidents([write_extract(tmp_path_factory.mktemp("data") / "small.csv")])
    near = places_table(
        name=["A school", "A <b>pub</b>", "Far away"],
        kind=["school", "licensed premises", "school"],
        lon=[PLACES[2][0], PLACES[2][0] + 0.002, -3.0],
        lat=[PLACES[2][1], PLACES[2][1], 53.9],
        source="test",
    )
    return study_patch(
        incidents, lens=load_lens("county-lines"), area=load_study_area(),
        places=Places(near),
    )  # fmt: skip


@pytest.fixture(scope="module")
def patch(study):
    return release_patch(ANALYST, study)


def test_a_place_tells_months_hours_phase_and_what_is_near(patch, study):
    spots = patch.shown.hotspots
    assert [place.hotspot_id for place in patch.places] == spots["hotspot_id"].tolist()
    assert all(place.whole and place.pattern and place.rule for place in patch.places)
    table, counted = study.history.incidents.table, study.history.counted
    cells = points_to_cells(
        table["lon"].to_numpy()[counted], table["lat"].to_numpy()[counted], resolution=9
    )
    first = patch.shown.cells.loc[patch.shown.cells["hotspot_id"] == spots["hotspot_id"][0], "cell"]
    inside = np.isin(cells, strings_to_cells(first.to_numpy(dtype=object)))
    months = table["start"][counted][inside].dt.strftime("%Y-%m").value_counts()
    assert dict(zip(patch.months, patch.places[0].months, strict=True)) == {
        name: months.get(name, 0) for name in patch.months
    }
    assert patch.places[0].hours.sum() == pytest.approx(inside.sum())
    assert int(patch.incidents.sum()) == study.result.numbers["incidents_counted"]


def test_a_phase_says_from_how_many_incidents_it_is_told(patch, study):
    for place in patch.places:
        assert place.phase
        told = f"Told from {sum(place.months):,} incidents over the year behind."
        assert place.reason.endswith(told)


def test_a_card_tells_how_deprived_its_place_is_and_the_list_with_work(patch, study):
    area = load_study_area(resolution=9)
    spots = patch.shown.hotspots["hotspot_id"].tolist()
    action = PlannedAction("Light the path", agency="police", door="housing")
    cards = cards_of(patch, {spots[0]: (action,)}, today=date(2024, 1, 1), area=area)
    doors = [card["door"] for card in cards]
    assert doors == ["One door for families here: housing", *[""] * (len(spots) - 1)]
    cells = patch.shown.cells.set_index("cell")["hotspot_id"]
    known = area.cells.assign(cell=[f"{cell:x}" for cell in area.cells["cell"]]).set_index("cell")
    usual = {
        spot: known.loc[cells.index[cells == spot], "deprivation_decile"].median() for spot in spots
    }
    most = [spot for spot in spots if usual[spot] == 1]
    for card in cards:
        lies = "most deprived tenth" in card["deprived"].split(";")[0]
        assert lies is (card["id"] in most)
        assert f": {len(most)} of {len(spots)} place" in card["inequality"]
        assert f"of the 1 covered by work under way, {int(spots[0] in most)}." in card["inequality"]
    assert {card["deprived"] for card in cards_of(patch, {}, today=date(2024, 1, 1))} == {""}


def test_a_card_tells_which_needs_meet_at_its_place_and_only_under_such_a_lens(patch, study):
    columns = ("county_line", "domestic_abuse", "exploitation")
    lens = load_lens(
        {
            "id": "needs",
            "title": "Needs",
            "version": "1",
            "question": "Where?",
            "expected": "residents",
            "expected_reason": "Homes.",
            "requires": ["county_line"],
            "combine": {"at_least": 2, "over": "place", "weight": 1, "reason": "Together."},
            "need": [{"name": f"Need of {one}", "when": {one: True}} for one in columns],
        }
    )
    days = ("Monday", "Tuesday", "Thursday", "Sunday")  # not all, and so are the numbers
    found = study_patch(study.now.incidents, lens=lens, area=study.now.area, weekdays=days)
    told = release_patch(ANALYST, found)
    table, counted = found.now.incidents.table, found.now.counted
    names = found.result.cells["hotspot_id"].to_numpy()[found.now.counts.position]
    cards = cards_of(told, {}, today=date(2024, 1, 1))
    for card in cards:
        inside = counted & (names == card["id"])
        one, two = (f"need of {name} ({table[name][inside].sum():,})" for name in columns[:2])
        assert card["needs"] in {
            f"Needs that meet here, 2 of 3: {words}. Not recorded: need of exploitation."
            for words in (f"{one}, {two}", f"{two}, {one}")
        }
    assert cards
    assert {card["needs"] for card in cards_of(patch, {}, today=date(2024, 1, 1))} == {""}


def test_near_places_are_those_of_the_whole_list_within_the_rings(patch, study):
    for place in patch.places:
        cells = patch.shown.cells.loc[patch.shown.cells["hotspot_id"] == place.hotspot_id, "cell"]
        index = strings_to_cells(cells.to_numpy(dtype=object))
        every = near_places(study.places.table, index, resolution=9, rings=3)
        every = every[every["within"] > 0]
        assert [one.kind for one in place.near] == every["kind"].tolist()
        assert [one.metres for one in place.near] == every["nearest_m"].tolist()


def test_a_neighbour_is_told_of_own_wards_alone(study):
    spot = study.result.hotspots.iloc[0]
    whole = study.result.cells
    wards = whole.loc[whole["hotspot_id"] == spot["hotspot_id"], ["ward", "district"]]
    ward = ", ".join(wards.value_counts().index[0])
    viewer = Viewer("Sam", frozenset({"neighbourhood"}), frozenset({ward}))
    own = release_patch(viewer, study)
    mine = in_wards(whole, [ward]).to_numpy()
    assert set(own.shown.cells["cell"]) == set(whole.loc[mine, "cell"])
    counts = study.history.counts
    assert own.counts.sum() <= counts.incidents[mine].sum()
    assert own.incidents.tolist() == study.result.incidents[mine].tolist()
    place = own.places[0]
    cells = (whole["hotspot_id"] == place.hotspot_id).to_numpy() & mine
    assert place.hours.sum() == pytest.approx(study.week.counts.incidents[cells].sum())
    assert own.shown.hotspots["incidents"][0] == study.result.incidents[cells].sum()
    assert sum(place.months) <= study.history.counts.incidents[cells].sum()


def test_wards_of_others_and_partners_are_refused(study):
    cells = study.result.cells
    sam = Viewer("Sam", frozenset({"neighbourhood"}), frozenset({"Anfield"}))
    assert allowed_wards(sam, cells) == ["Anfield, Liverpool"]
    with pytest.raises(RefusedError, match="not among your wards"):
        release_patch(sam, study, wards=["Everton, Liverpool"])
    for role in ("partner", "administrator"):
        with pytest.raises(RefusedError):
            release_patch(Viewer("Pat", frozenset({role})), study)
    both = Viewer("Bo", frozenset({"partner", "neighbourhood"}))
    with pytest.raises(RefusedError, match="operational detail"):
        release_patch(both, study)


def test_a_postcode_is_found_where_a_directory_is_given(patch, tmp_path, monkeypatch):
    shown = patch.shown
    lon, lat = cells_to_points(strings_to_cells([shown.cells["cell"][100]]))
    directory = tmp_path / "directory.csv"
    directory.write_text(
        f"pcds,lat,long\nCH41 1AA,{lat[0]},{lon[0]}\nSW1A 1AA,51.501,-0.1419\n", encoding="utf-8"
    )
    monkeypatch.delenv("MAPPER_POSTCODES", raising=False)
    settings.cache_clear()
    assert "no directory of them" in find_place("CH41 1AA", shown)
    monkeypatch.setenv("MAPPER_POSTCODES", str(directory))
    settings.cache_clear()
    found = find_place("ch411aa", shown)
    assert found.words == f"Postcode CH411AA, {shown.cells['ward'][100]}"
    assert (found.lon, found.lat) == pytest.approx((lon[0], lat[0]))
    assert "lies outside the wards shown" in find_place("SW1A 1AA", shown)
    assert "is not in the directory of postcodes (directory.csv)" in find_place("L1 1AA", shown)
    monkeypatch.delenv("MAPPER_POSTCODES")
    settings.cache_clear()


def test_searches_find_wards_streets_cells_and_references(patch):
    cell = patch.shown.cells["cell"][100]
    named = pd.DataFrame(
        {"street": ["Elm Row West", "Elm Row"], "cell": cell, "lon": [-3.0, -3.01], "lat": 53.4}
    )
    shown = replace(patch.shown, streets=named)
    ward = find_place("birkenhead and tranmere", shown)
    assert ward.words == "Birkenhead and Tranmere, Wirral"
    assert ward.box[0] < ward.lon < ward.box[2]
    found = find_place(cell, shown)
    lon, lat = cells_to_points(strings_to_cells([cell]))
    assert (found.lon, found.lat) == (lon[0], lat[0])
    ward = shown.cells["ward"][100]
    assert find_place("elm row", shown) == PlaceMatch(f"Elm Row, {ward}", -3.01, 53.4)
    assert find_place("row west", shown).words == f"Elm Row West, {ward}"
    assert isinstance(find_place("SJ 35 90", shown), PlaceMatch)
    assert "lies outside the wards shown" in find_place("TQ 30 80", shown)
    assert "is no cell" in find_place("8ffffffffffffff", shown)
    assert "is not on this patch" in find_place("Nowhere Street", shown)


def test_a_drawn_area_counts_the_cells_whose_middle_is_in_it(patch):
    west, east, south, north = -2.76, -2.72, 53.43, 53.47
    corners = [(west, south), (east, south), (east, north), (west, north)]
    found = figures_of(patch, corners)
    lon, lat = cells_to_points(strings_to_cells(patch.shown.cells["cell"].to_numpy(dtype=object)))
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    assert found.cells == inside.sum() > 0
    assert found.incidents == patch.incidents[inside].sum()
    assert sum(found.by_month) == patch.counts[inside].sum()
    assert len(found.hotspots) >= 1


def test_inside_follows_hollow_shapes():
    shape = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], dtype=float)
    x, y = np.array([2.0, 0.5, 3.5, 2.0, 5.0]), np.array([0.5, 2.0, 2.0, 3.0, 1.0])
    assert is_inside(shape, x, y).tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    "sent", [None, [], [[0, 0], [1, 1]], [[0, 0], [1, 1], ["2", 2]], [[0, 0], [1, 1], [2, 999]],
             [[0, 0]] * 401, [[0, 0], [1, 1], [2]], [[0, 0], [1, 1], [float("nan"), 2]]],
)  # fmt: skip
def test_corners_that_are_none_are_taken_for_no_area(sent):
    assert corners_of(sent) == ()


def test_cards_say_what_is_known_and_are_plain_text(patch, study):
    today = date(2023, 12, 28)
    id_ = patch.places[0].hotspot_id
    late = PlannedAction("Light the path", "Inspector", due=date(2023, 12, 1))
    cards = cards_of(patch, {id_: (late,)}, today=today, places=study.places)
    near = next(card for card in cards if card["direction"])
    assert re.fullmatch(r"(at|\d+ m [a-z-]+ of) A school", near["direction"])
    assert cards[0]["state"] == "1 action open, 1 overdue"
    assert cards[0]["actions"] == ["Light the path (Inspector, 27 days late)"]
    risks = [line for card in cards for line in card["risks"]]
    assert any(line.startswith("licensed premises 1") for line in risks)
    assert cards[1]["state"] == "no action open"
    streets = patch.shown.hotspots["streets"].str.partition(" (")[0]
    for card, street, ward in zip(cards, streets, patch.shown.hotspots["ward"], strict=True):
        assert card["title"] in (f"{street}, {ward}", card["name"])
    assert len({card["title"] for card in cards}) == len(cards)
    data = panel_data(
        patch, cards, maps=[("/maps/x", "")], chosen="HS-none", found=None, knows_places=True
    )
    assert data["chosen"] is None
    assert data["hint"] == "More incidents than residents would explain; largest excess first."
    assert data["nearNote"] == ""
    invented = replace(patch, invented_places=True)
    said = panel_data(invented, cards, maps=[], chosen="", found=None, knows_places=True)
    assert "invented" in said["nearNote"]
    assert len(data["months"]) == len(cards[0]["months"])
    assert len(twin(patch, cards)) == len(cards)


def test_card_list_and_papers_of_one_place_never_disagree(patch, study):
    """Name, ward, incidents, reason, busiest cells and direction are said alike everywhere.

    The map's own mark and what opens from it are among them.
    """
    today, places = date(2023, 12, 28), study.places
    cards = cards_of(patch, {}, today=today, places=places)
    notes = notes_of(patch, {}, today=today, places=places)
    made = {"made_by": "anne", "made_at": datetime(2024, 1, 1, tzinfo=UTC), "places": places}
    sheet = printed(shift_sheet(patch.shown, notes, wards="all", **{
        name: made[name] for name in ("made_by", "made_at")
    }))  # fmt: skip
    drawing = patch_drawing(patch, places)
    on_map = html.unescape(embed_map(patch.shown, patch=drawing))
    rows = hotspot_rows(patch.shown, on_screen=True)
    listed = [
        _listed(row, card["direction"], [(f"{row['incidents']:,}", row["incidents"])])
        for row, card in zip(rows, cards, strict=True)
    ]
    assert [one["direction"] for one in cards if one["direction"]]
    for card, row in zip(cards, listed, strict=True):
        found = PlaceFindings(patch.shown, card["id"], {}, {})
        papers = [printed(dossier(found, PlaceWork(), **made)), printed(defence(found, **made))]
        incidents = row["figures"][0][0]
        assert (row["id"], row["name"], row["rank"]) == (card["id"], card["name"], card["rank"])
        assert (row["reason"], row["busiest"]) == (card["reason"], card["busiest"])
        assert card["number"].startswith(f"{incidents} incident")
        assert row["where"].endswith(card["direction"])
        for words in (card["name"], card["reason"]):
            assert words in on_map
        for paper in papers:
            for words in (card["name"], card["reason"], card["direction"]):
                assert words in paper
            assert f"<b>{incidents}</b>" in paper
        if card["rank"] <= MOST_PLACES:
            for words in (card["name"], card["direction"], incidents):
                assert words in sheet


def printed(document):
    """The words of a document, as its web page holds them."""
    return html.unescape(document_html(document).decode())


def test_shifts_and_actions_in_words(patch):
    assert shift_words(0) == "Monday early 07-15"
    assert shift_words(14) == "Friday night 23-07"
    assert action_words(PlannedAction("Meet", due=None), date(2023, 1, 1)) == (
        "Meet (no owner yet, no day set)"
    )
    place = patch.places[0]
    none = np.zeros(21)
    assert "Too few" in peak_words(replace(place, shifts=none))
    peaks = np.arange(21) == 14
    busy = np.where(peaks, 30.0, 1.0)
    assert peak_words(replace(place, shifts=busy, peaks=peaks)) == "Friday night 23-07"
    assert "No shift stands out" in peak_words(replace(place, shifts=np.ones(21), peaks=none > 0))
    late = np.where(np.arange(21) % 3 == 1, 10.0, 1.0)
    told = peak_words(replace(place, shifts=late, peaks=none > 0))
    assert told == "Mostly late 15-23; no one day of it stands out; busiest: Monday late 15-23"


def test_the_map_is_given_months_and_encoded_places(patch, study):
    drawn = patch_drawing(patch, study.places)
    assert len(drawn["months"]["names"]) == len(patch.months)
    held = patch.counts.any(axis=1)
    assert len(drawn["months"]["rings"]) == len(drawn["months"]["counts"]) == held.sum()
    assert np.array(drawn["months"]["counts"]).sum() == patch.counts.sum()
    names = [one[4] for one in drawn["places"]]
    assert "A &#60;b&#62;pub&#60;/b&#62;" in names
    assert "Far away" not in names
    assert drawn["starts"] is None
    assert patch_drawing(patch, None, like=patch)["starts"]


def test_months_alone_give_no_pattern_but_a_reason(study):
    table = study.history.incidents.table
    start = pd.Timestamp(table["start"].max()) - pd.Timedelta(days=50)
    late = table["start"] >= start
    short = replace(
        study.history.incidents,
        table=table[late].reset_index(drop=True),
        rejected=study.history.incidents.rejected,
        files=(
            replace(study.history.incidents.files[0], rows=int((table["start"] >= start).sum())),
        ),
    )
    found = study_patch(short, lens=load_lens("county-lines"), area=load_study_area())
    assert found.months is None
    patch = release_patch(ANALYST, found)
    assert patch.months == ()
    assert all("whole periods" in place.reason for place in patch.places)
    assert patch_drawing(patch, None)["months"]["names"] == []


def test_a_patch_that_two_share_is_each_ones_own_release(study):
    ann, bob = (Viewer(name, frozenset({"analyst"})) for name in ("Ann", "Bob"))
    first = release_patch(ann, study)
    second = patch_for(bob, first)
    assert (first.shown.record["made_by"], second.shown.record["made_by"]) == ("Ann", "Bob")
    assert second.shown.content_digest == first.shown.content_digest
    assert second.shown.digest == release_patch(bob, study).shown.digest != first.shown.digest
    assert second.shown.cells is first.shown.cells
