"""A neighbourhood viewer's release: own cells alone, and nothing that gives the neighbours away."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.base.errors import DisclosureError, RefusedError
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.own_wards import narrowed
from mapper.disclosure.people import Viewer
from mapper.grid.hexagons import cells_to_discs, cells_to_points, cells_to_strings
from mapper.outputs.tables import cells_parquet, hotspots_csv, hotspots_geojson
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area(9)
CELLS = AREA.cells["cell"].to_numpy()
LON, _ = cells_to_points(CELLS)
WEST = LON < -2.95
ACROSS = disc(1)  # a busy place on the border of the two wards
DEEP = disc(1, lon=-2.97)  # and one inside the west


def viewer(*roles, wards=()):
    return Viewer("Sam", frozenset(roles), frozenset(wards))


NIA = viewer("neighbourhood", wards=["West Ward"])


def run(extra=(), seed=2, **choices):
    spread = np.random.default_rng(seed).choice(CELLS, 150)
    cells = np.concatenate([np.repeat(ACROSS, 12), np.repeat(DEEP, 12), spread, *extra])
    return analyse(incidents_at(cells), lens=EVERYTHING, area=AREA, **choices)


@pytest.fixture(scope="module")
def result():
    return run()


@pytest.fixture(scope="module")
def shown(result):
    return release_to(NIA, result)


def test_only_own_cells_and_their_hot_spots_are_there(result, shown):
    assert set(shown.cells["ward"]) == {"West Ward"}
    assert list(shown.cells["ward"].cat.categories) == ["West Ward"]
    assert len(shown.cells) == WEST.sum()
    assert set(shown.hotspots["ward"]) == {"West Ward"}
    whole = release_to(viewer("analyst"), result)
    assert len(whole.cells) == len(CELLS)
    own = whole.cells[WEST].reset_index(drop=True)
    assert shown.cells["incidents"].equals(own["incidents"])
    assert shown.cells["hot"].equals(own["hot"])


def test_streets_are_named_in_own_cells_alone():
    incidents = incidents_at(np.repeat(CELLS, 4))
    west = np.repeat(WEST, 4)
    labels = pd.Categorical(np.where(west, "West Street", "East Street"))
    table = incidents.table.assign(location=labels)
    found = analyse(replace(incidents, table=table), lens=EVERYTHING, area=AREA)
    assert set(found.streets["street"]) == {"West Street", "East Street"}
    streets = release_to(NIA, found).streets
    assert set(streets["street"]) == {"West Street"}
    assert set(streets["cell"]) == set(cells_to_strings(CELLS[WEST]))


def test_a_hot_spot_across_the_border_is_listed_with_its_own_part(result, shown):
    cut = shown.hotspots[shown.hotspots["name"].str.contains("part of a hot spot")]
    assert len(cut) == 1
    row = cut.iloc[0]
    own = shown.cells[shown.cells["hotspot_id"] == row["hotspot_id"]]
    assert row["incidents"] == own["incidents"].sum()
    assert row["cells"] == len(own)
    whole = result.hotspots.set_index("hotspot_id").loc[row["hotspot_id"]]
    assert row["cells"] < whole["cells"]
    assert "your wards" in row["reason"]
    assert f"that {result.standard.words}" in row["reason"]
    assert "even spread" not in row["reason"]
    assert np.isnan(row["q"])
    assert row["streets"] == ""
    told = {part.split(":")[0] for part in row["busiest"].split("; ")}
    assert told <= set(own["cell"])
    region = shown.cells["region"] == row["region"]
    km2 = AREA.cells["area_km2"].to_numpy()[WEST][region.to_numpy()]
    assert row["region_km2"] == pytest.approx(km2.sum())
    assert row["region_places"] == (shown.hotspots["region"] == row["region"]).sum()


def test_figures_of_border_cells_hold_own_counts_only(result, shown):
    """By hand, cell by cell: a ring is summed over those of its cells that are own."""
    own = set(CELLS[WEST].tolist())
    counts = dict(zip(CELLS.tolist(), result.cells["incidents"], strict=True))
    for place, cell in enumerate(CELLS[WEST]):
        ring = set(cells_to_discs(np.array([cell]), rings=1)[1].tolist()) - {int(cell)}
        inside = ring & own
        row = shown.cells.iloc[place]
        assert row["disc_incidents"] == sum(counts[one] for one in inside) + counts[int(cell)]
        assert row["disc_score"] == row["disc_incidents"]
        assert row["neighbours"] == len(inside)
        reaches_out = bool(ring & (set(CELLS.tolist()) - own))
        assert np.isnan(row["z"]) == np.isnan(row["q"]) == reaches_out


@pytest.mark.parametrize("choices", [{}, {"rings": 2}], ids=["one ring", "two rings"])
def test_another_wards_incidents_moved_about_change_no_count_that_is_shown(choices):
    """Two worlds that differ in the east alone, by where its incidents lie."""
    far = CELLS[~WEST][np.argsort(LON[~WEST])[-40:]]
    one = release_to(NIA, run([np.repeat(far[:4], 10)], **choices))
    two = release_to(NIA, run([np.repeat(far[20:24], 10)], **choices))
    columns = ["cell", "incidents", "disc_incidents", "score", "disc_score", "neighbours"]
    assert one.cells[columns].equals(two.cells[columns])
    assert dict(one.record["numbers"]) == dict(two.record["numbers"])
    assert one.record["facts"] == two.record["facts"]


def test_a_place_whose_ring_stays_inside_keeps_its_q(result, shown):
    whole = result.hotspots.set_index("hotspot_id")
    inner = shown.hotspots[shown.hotspots["q"].notna()]
    assert len(inner) >= 1
    for row in inner.to_dict("records"):
        assert row["q"] == whole.loc[row["hotspot_id"], "q"]


def test_it_says_what_it_leaves_out(shown):
    assert any(note.startswith("Only your wards are shown: West Ward.") for note in shown.caveats)
    assert shown.record["numbers"]["incidents_counted"] == shown.cells["incidents"].sum()


def test_the_files_of_a_narrowed_release_can_be_made(shown):
    for make in (hotspots_csv, hotspots_geojson, cells_parquet):
        made = make(shown)
        assert b"East Ward" not in made


def test_the_viewers_of_two_wards_see_different_releases(result, shown):
    other = release_to(viewer("neighbourhood", wards=["East Ward"]), result)
    assert not set(other.cells["cell"]) & set(shown.cells["cell"])
    assert other.digest != shown.digest


@pytest.mark.parametrize(
    "who",
    [viewer(), viewer("administrator"), viewer("neighbourhood"), None, "analyst"],
    ids=str,
)
def test_everyone_else_is_refused(result, who):
    with pytest.raises(RefusedError):
        release_to(who, result)


def test_a_ward_elsewhere_shows_nothing(result):
    with pytest.raises(RefusedError, match="None of your wards lies in this area"):
        narrowed(result, ["Anfield"])


def test_a_partner_gets_no_operational_release(result):
    with pytest.raises(DisclosureError, match="register"):
        release_to(viewer("partner"), result)


@pytest.mark.parametrize("role", ["neighbourhood", "partner", "administrator"])
def test_a_finding_is_for_those_who_see_everything(role):
    with pytest.raises(RefusedError, match="takes the role analyst"):
        release_to(viewer(role, wards=["West Ward"]), None)
