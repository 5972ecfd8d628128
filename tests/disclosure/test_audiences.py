"""Every line of the rules of audiences: what is printed, what is hidden, what is refused."""

import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.base.errors import DisclosureError
from mapper.base.note import Note, NoteCode
from mapper.base.tables import (
    PARTNER_CELL_COLUMNS,
    PARTNER_DISTRICT_COLUMNS,
    PARTNER_HOTSPOT_COLUMNS,
)
from mapper.disclosure.backdrop import backdrop_of
from mapper.disclosure.make import release
from mapper.disclosure.preview import preview
from mapper.disclosure.register import MemoryRegister, from_document, to_document
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import kind_words, print_counts
from mapper.lenses.lens import Lens, Rule
from mapper.outputs.briefing.spans import spans_of_cells
from mapper.outputs.manifest import manifest
from mapper.outputs.maps import embed_map, export_map
from mapper.outputs.maps.basemap import Basemap
from mapper.outputs.maps.drawing import context_of, figures_of
from mapper.outputs.tables import cells_parquet, districts_csv, hotspots_csv, hotspots_geojson
from mapper.outputs.write import write_outputs
from tests.builders import EVERYTHING, disc, incidents_at, small_area

SEEDS = 3
START, END = date(2024, 1, 1), date(2024, 6, 30)
GIVES_AWAY = {
    "score",
    "disc_score",
    "streets",
    "z",
    "p",
    "q",
    "rank",
    "ratio",
    "expected",
    "excess",
    "disc_incidents",
}
BABIES = Lens(
    id="babies",
    title="Babies",
    version="1",
    question="Where?",
    requires=(),
    rules=(Rule("baby", 1, "flag", (("baby_at_address", "is", True),)),),
)


def incidents(seed=0, size=900):
    drawn = np.random.default_rng(seed)
    cells = disc(8)
    chances = drawn.gamma(0.3, 1.0, cells.size)
    places = drawn.choice(cells, size, p=chances / chances.sum())
    places[: size // 5] = drawn.choice(disc(1), size // 5)  # a place that stands out
    location = pd.Categorical([f"On or near Street {n % 90}" for n in range(size)])
    return incidents_at(
        places,
        start=START.isoformat(),
        days=182,
        seed=seed,
        baby_at_address=drawn.random(size) < 0.3,
        location=location,
    )


def result(seed=0, *, lens=EVERYTHING, resolution=9, rings=8, start=START, end=END, **choices):
    area = small_area(rings, resolution=resolution)
    return analyse(incidents(seed), lens=lens, area=area, start=start, end=end, **choices)


def partnership(seed=0, **choices):
    return release(result(seed, **choices), audience="partnership", register=MemoryRegister())


def public(seed=0, **choices):
    asked = {"resolution": 8, "rings": 3, **choices}
    return release(result(seed, **asked), audience="public", register=MemoryRegister())


@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_names_and_busiest_cells_give_no_street_and_no_count_that_is_not_printed(audience):
    choices = {"partnership": {}, "public": {"resolution": 8, "rings": 3}}[audience]
    area = small_area(choices.get("rings", 8), resolution=choices.get("resolution", 9))
    table = incidents().table
    labels = pd.Categorical(np.where(np.arange(len(table)) % 3, "Lime Street", "Bold Street"))
    known = replace(incidents(), table=table.assign(location=labels))
    found = analyse(known, lens=EVERYTHING, area=area, start=START, end=END, alpha=0.5)
    assert found.hotspots["name"].str.contains("Street").all()
    assert found.hotspots["streets"].str.contains(r"\(\d").all()
    assert set(found.streets["street"]) == {"Lime Street", "Bold Street"}
    assert release(found).streets.equals(found.streets)
    shown = release(found, audience=audience, register=MemoryRegister())
    assert shown.streets is None
    drawn = context_of(shown)
    assert drawn["streets"] == {"names": [], "name": [], "xy": []}
    assert {label[3] for label in drawn["labels"]} == {*area.cells["ward"], *area.cells["district"]}
    for page in (export_map(shown), embed_map(shown)):
        assert "Lime Street" not in page
        assert "Bold Street" not in page
    assert "Lime Street" in export_map(release(found))
    under = Basemap("file", "Streets from a file here", vector=True)
    lies = re.search(r'"layers": ?(\[[^\]]*\])', embed_map(shown, basemap=under))[1]
    assert set(json.loads(lies)) == set(backdrop_of(shown).layers)
    assert not {"streets", "buildings"} & set(json.loads(lies))
    assert {"streets", "buildings"} <= set(backdrop_of(release(found)).layers)
    assert len(shown.hotspots) >= 1
    for column in ("name", "busiest", "reason"):
        assert not shown.hotspots[column].str.contains("Street").any()
    printed = dict(zip(shown.cells["cell"], shown.cells["incidents"], strict=True))
    parts = [part for told in shown.hotspots["busiest"] for part in told.split("; ") if part]
    assert parts
    for part in parts:
        cell, count = part.split(": ")
        assert int(count.split(" ")[0].replace(",", "")) == printed[cell]
    for row in shown.hotspots.to_dict("records"):
        assert row["region_places"] == (shown.hotspots["region"] == row["region"]).sum()


@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_small_counts_are_hidden_before_the_others_are_rounded(audience):
    rule = rules().audiences[audience]
    counts = np.arange(200)
    printed = print_counts(counts, rule)
    for count, kind, value, low, high in zip(
        counts, printed.kind, printed.value, printed.low, printed.high, strict=True
    ):
        assert low <= count <= high
        if count == 0:
            assert (kind, value) == (0, 0)
        elif count < rule.smallest_count:
            assert (kind, value, low, high) == (1, 0, 1, rule.smallest_count - 1)
        else:
            assert (kind, value % 5) == (2, 0)
            assert abs(int(value) - int(count)) <= 2


def test_the_shipped_rules_are_those_of_the_table():
    known = rules().audiences
    partners, everyone = known["partnership"], known["public"]
    assert (partners.finest_resolution, partners.smallest_count, partners.round_to) == (9, 5, 5)
    assert (everyone.finest_resolution, everyone.smallest_count, everyone.round_to) == (8, 8, 5)
    assert (partners.week_clock, partners.single_place) == ("shift", False)
    assert {"child_at_address", "baby_at_address"} <= set(everyone.district_only)


@pytest.mark.parametrize("make", [partnership, public])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_printed_count_is_an_exact_one(make, seed):
    shown = make(seed)
    known = result(seed, resolution=shown.resolution, rings=8 if shown.resolution == 9 else 3)
    rule = rules().audiences[shown.audience]
    true = known.incidents
    hidden = (true > 0) & (true < rule.smallest_count)
    assert hidden.any()
    assert shown.cells.loc[hidden, "incidents"].isna().all()
    assert set(shown.cells.loc[hidden, "shown"]) == {rule.hidden_words}
    assert (shown.cells["incidents"].dropna() % rule.round_to == 0).all()
    assert (shown.cells.loc[true == 0, "incidents"] == 0).all()


def test_the_columns_are_the_contract_and_none_gives_a_count_away():
    shown = partnership()
    assert dict(shown.cells.dtypes.astype(str)) == dict(PARTNER_CELL_COLUMNS)
    assert dict(shown.hotspots.dtypes.astype(str)) == dict(PARTNER_HOTSPOT_COLUMNS)
    assert dict(shown.districts.dtypes.astype(str)) == dict(PARTNER_DISTRICT_COLUMNS)
    assert not GIVES_AWAY & {*shown.cells, *shown.hotspots, *shown.districts}


def test_z_gives_every_hidden_count_back_and_a_partner_release_holds_none():
    """From exported z and two known counts every hidden count comes back exactly."""
    known = result(score="count")
    cells = known.cells
    rule = rules().audiences["partnership"]
    count, z = cells["incidents"].to_numpy(), cells["z"].to_numpy()
    degree = cells["neighbours"].to_numpy() + 1
    hidden = (count > 0) & (count < rule.smallest_count)
    # z = (disc - mean degree) / (deviation sqrt((n degree - degree^2) / (n - 1))): two unknowns.
    size = len(cells)
    root = np.sqrt((size * degree - degree**2) / (size - 1))
    disc_count = cells["disc_incidents"].to_numpy()
    inner = np.flatnonzero(degree == degree.max())
    one, other = inner[np.argmax(disc_count[inner])], inner[np.argmin(disc_count[inner])]
    deviation = (disc_count[one] - disc_count[other]) / (root[one] * (z[one] - z[other]))
    mean = (disc_count[one] - z[one] * deviation * root[one]) / degree[one]
    discs = np.rint(z * deviation * root + mean * degree)
    from mapper.grid.neighbours import find_neighbours

    near = find_neighbours(known.area.cells["cell"].to_numpy())
    matrix = np.array([unit + near.ring_sums(unit) for unit in np.eye(size, dtype=np.int64)])
    back = np.rint(np.linalg.lstsq(matrix.T.astype(float), discs, rcond=None)[0])
    assert (back[hidden] == count[hidden]).mean() > 0.95
    assert "z" not in partnership(score="count").cells


@pytest.mark.parametrize("seed", range(SEEDS))
def test_everything_printed_follows_from_the_printed_counts(seed):
    """Other true counts behind the same printed ones give the same release, outlines included."""
    known = result(seed)
    drawn = np.random.default_rng(seed)
    rule = rules().audiences["partnership"]
    printed = print_counts(known.incidents, rule)
    other = drawn.integers(printed.low, printed.high + 1)
    assert (other != known.incidents).any()
    moved = replace(
        known, incidents=other, cells=known.cells.assign(count=other, z=0.0, p=0.5, q=0.5)
    )
    one, two = (
        release(r, audience="partnership", register=MemoryRegister()) for r in (known, moved)
    )
    for name in ("cells", "hotspots", "districts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.digest == two.digest


def test_totals_are_sums_of_rounded_parts():
    shown = partnership()
    by_cell = shown.cells.groupby("district", observed=True)["incidents"].sum()
    by_district = shown.districts.set_index("district")["incidents"]
    assert by_cell.to_dict() == by_district.to_dict()
    assert len(shown.hotspots)
    for spot in shown.hotspots.to_dict("records"):
        inside = shown.cells["hotspot_id"] == spot["hotspot_id"]
        assert inside.any()
        total = shown.cells.loc[inside, "incidents"].sum()
        assert (0 if pd.isna(spot["incidents"]) else spot["incidents"]) == total


def test_weights_are_never_printed():
    heavy = replace(EVERYTHING, rules=(replace(EVERYTHING.rules[0], weight=9),))
    assert (partnership(lens=heavy).cells["incidents"] == partnership().cells["incidents"]).all()


def test_no_street_and_no_file_name_is_printed():
    shown = partnership()
    assert result().hotspots["name"].str.contains("Street").any()
    assert not shown.hotspots["name"].str.contains("Street").any()
    assert "made.csv" not in json.dumps(dict(shown.record), default=str)
    assert "facts" not in shown.record
    assert "incidents_counted" not in shown.record["numbers"]


@pytest.mark.parametrize(
    ("audience", "choices", "said"),
    [
        ("partnership", {"resolution": 10, "rings": 12}, "run it again at 9"),
        ("public", {"resolution": 9}, "run it again at 8"),
        ("partnership", {"end": START + timedelta(20)}, "choose 28 or more"),
        ("public", {"resolution": 8, "rings": 3, "end": date(2024, 6, 12)}, "1 January 2024 to 30"),
        ("partnership", {"location_day": True}, "count every incident"),
    ],
)
def test_what_is_too_fine_is_refused_with_what_to_choose(audience, choices, said):
    with pytest.raises(DisclosureError, match=said):
        release(result(**choices), audience=audience, register=MemoryRegister())


@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_which_notes_leave_is_decided_by_their_codes_and_not_by_their_words(audience):
    level, rings = (9, 8) if audience == "partnership" else (8, 3)
    notes = tuple(
        Note(
            code,
            f"Gap {code}"
            if code in ("months missing", "residents unknown")
            else f"No data at all for 17 of {code}: words 17.",
        )
        for code in get_args(NoteCode)
    )
    known = replace(result(resolution=level, rings=rings), notes=notes)
    shown = release(known, audience=audience, register=MemoryRegister())
    assert {"Gap months missing", "Gap residents unknown"} < set(shown.caveats)
    assert not any("words 17" in words for words in shown.caveats)
    assert {note.words for note in notes} <= set(release(known).caveats)


def test_words_of_printed_counts_can_be_written_anew(monkeypatch):
    """The words of each kind stand in one place; what is concluded from a map follows the kinds."""
    before = spans_of_cells(partnership())
    words = {kind: f"kind {kind}" for kind in kind_words(rules().audiences["partnership"])}
    for home in ("disclosure.partner_tables", "disclosure.suppression"):
        monkeypatch.setattr(f"mapper.{home}.kind_words", lambda _rule: words)
    shown = partnership()
    assert set(shown.cells["shown"]) <= set(words.values())
    after = spans_of_cells(shown)
    assert (before.low.tolist(), before.high.tolist()) == (after.low.tolist(), after.high.tolist())


def test_an_audience_needs_a_register_and_a_name():
    with pytest.raises(DisclosureError, match="needs the register"):
        release(result(), audience="partnership")
    with pytest.raises(DisclosureError, match="choose operational or partnership or public"):
        release(result(), audience="press", register=MemoryRegister())


def test_children_are_public_by_district_alone():
    shown = public(lens=BABIES)
    assert set(shown.cells["shown"]) == {"by district only"}
    assert shown.cells["incidents"].isna().all()
    assert len(shown.hotspots) == 0
    assert shown.districts["incidents"].tolist() == [
        5 * round(int(result(lens=BABIES, resolution=8, rings=3).incidents.sum()) / 5)
    ]
    assert "by district only" in export_map(shown)


def test_a_month_more_is_refused_or_withheld_and_says_what_is_safe():
    register = MemoryRegister()
    asked = {"resolution": 8, "rings": 3}
    release(result(**asked, end=date(2024, 5, 31)), audience="public", register=register)
    with pytest.raises(DisclosureError, match="Choose days that were not released before: 1 June"):
        release(result(**asked), audience="public", register=register)
    assert len(register.earlier("public")) == 1
    june = result(**asked, start=date(2024, 6, 1))
    release(june, audience="public", register=register)


def test_the_same_release_again_is_the_same():
    register = MemoryRegister()
    one, two = (release(result(), audience="partnership", register=register) for _ in range(2))
    assert one.digest == two.digest
    assert len(register.earlier("partnership")) == 1


def test_a_stored_release_survives_its_document():
    register = MemoryRegister()
    release(result(), audience="partnership", register=register)
    stored = register.earlier("partnership")[0]
    again = from_document(json.loads(json.dumps(to_document(stored))))
    assert to_document(again) == to_document(stored)
    assert again.selection == stored.selection


def test_the_preview_shows_both_sides_and_keeps_nothing():
    register = MemoryRegister()
    seen = preview(result(), audience="partnership", register=register)
    assert seen.refusal == ""
    assert seen.cells["incidents"].tolist() == result().incidents.tolist()
    hidden = seen.cells["shown"] == "fewer than 5"
    assert seen.cells.loc[hidden, "why"].str.contains("hidden").all()
    assert sum(seen.numbers.values()) == len(seen.cells)
    assert register.earlier("partnership") == ()
    fine = preview(result(resolution=10, rings=12), audience="partnership", register=register)
    assert "run it again at 9" in fine.refusal
    assert fine.cells["printed"].isna().all()


def test_files_say_fewer_than_and_never_a_hidden_number(tmp_path):
    shown = partnership(lens=replace(EVERYTHING, title="Lens"))
    assert hotspots_csv(shown).decode("utf-8-sig").splitlines()[0] == ",".join(
        PARTNER_HOTSPOT_COLUMNS
    )
    assert districts_csv(shown).decode("utf-8-sig").splitlines()[0] == ",".join(
        PARTNER_DISTRICT_COLUMNS
    )
    members = json.loads(hotspots_geojson(shown))
    assert (members["marking"], members["audience"]) == ("OFFICIAL-SENSITIVE", "partnership")
    cells = pd.read_parquet(io.BytesIO(cells_parquet(shown)))
    assert (cells["hex_id"] == cells["cell"]).all()
    pd.testing.assert_frame_equal(cells.drop(columns="hex_id"), shown.cells)
    page = export_map(shown)
    assert "hidden (fewer than 5, or withheld)" in page
    assert "for partnership use" in page
    assert "times expected" not in page.lower().split("<script")[0]
    names = {path.name for path in write_outputs(shown, tmp_path / "out")}
    assert "districts.csv" in names
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["audience"] == "partnership"


def test_the_map_draws_hidden_counts_without_a_number():
    shown = partnership()
    drawn = {**context_of(shown), **figures_of(shown)}
    assert drawn["partner"] is True
    cells = drawn["cells"]
    assert not GIVES_AWAY & set(cells)
    for count, words in zip(cells["incidents"], cells["shown"], strict=True):
        assert (count is None) == (words in {"fewer than 5", "withheld"})


def test_the_operational_release_is_as_it_was():
    known = result()
    shown = release(known)
    pd.testing.assert_frame_equal(shown.cells, known.cells)
    pd.testing.assert_frame_equal(shown.hotspots, known.hotspots)
    assert shown.districts is None
    assert districts_csv(shown) == b""
    assert figures_of(shown)["partner"] is False
    from datetime import UTC, datetime

    assert manifest(shown, outputs={}, made_at=datetime(2026, 1, 1, tzinfo=UTC))
