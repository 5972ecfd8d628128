"""Hot spots: joined, named, ranked, and keeping their ids."""

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.hotspots import (
    HotspotInputs,
    Standard,
    describe_hotspots,
    even_spread,
    place_ids,
)
from mapper.grid.hexagons import cells_to_points, cells_to_strings
from mapper.grid.neighbours import find_neighbours, touching_groups
from tests.builders import count_incidents, disc, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
NEAR = find_neighbours(CELLS)


def counts_of(per_cell):
    lon, lat = cells_to_points(np.repeat(CELLS, per_cell))
    weights = np.ones(lon.size, dtype=np.int64)
    return count_incidents(lon, lat, weights, cells=CELLS, resolution=9)


def groups_of(*discs):
    chosen = np.isin(CELLS, np.concatenate(discs))
    return touching_groups(NEAR, chosen)


WEST = disc(2, lon=-2.97)
EAST = disc(1, lon=-2.93)


def described(per_cell, group, **more):
    counts = counts_of(per_cell)
    standard = even_spread(counts.total, CELLS.size, AREA.title)
    q = np.full(group.max(initial=-1) + 1, 0.003)
    return describe_hotspots(
        HotspotInputs(
            **{"area": AREA, "counts": counts, "group": group, "q": q, "standard": standard} | more
        ),
        place_ids(AREA, counts, group),
    )


def test_figures_add_up_by_hand():
    per_cell = np.where(np.isin(CELLS, WEST), 5, 1) + 20 * np.isin(CELLS, EAST)
    table = described(per_cell, groups_of(WEST, EAST))
    assert table["rank"].tolist() == [1, 2]
    assert table["ward"].tolist() == ["East Ward", "West Ward"]
    assert table["cells"].tolist() == [7, 19]
    assert table["incidents"].tolist() == [7 * 21, 19 * 5]
    even = per_cell.sum() / CELLS.size
    np.testing.assert_allclose(table["expected"], [7 * even, 19 * even])
    np.testing.assert_allclose(table["excess"], table["incidents"] - table["expected"])
    np.testing.assert_allclose(table["ratio"], table["incidents"] / table["expected"])
    np.testing.assert_allclose(table["q"], 0.003)
    np.testing.assert_allclose(table["area_km2"], [7 * 0.0945, 19 * 0.0945], rtol=0.01)
    np.testing.assert_allclose(table["lon"], [-2.93, -2.97], atol=0.002)
    assert table["reason"][0].startswith("147 incidents in 7 touching cells, ")
    assert table["reason"][0].endswith(
        "that an even spread over the round area would put there; if every cell were equally"
        " likely, fields included, fewer than 1 in 100 places as strong as this would be chance."
    )


def test_the_standard_is_named_and_compared_with():
    per_cell = np.where(np.isin(CELLS, EAST), 5, 1)
    expected = np.where(np.isin(CELLS, EAST), 2.0, np.nan)
    standard = Standard(expected=expected, words="residents would explain")
    table = described(per_cell, groups_of(EAST), standard=standard, q=np.array([0.04]))
    assert table["expected"][0] == 14
    assert table["ratio"][0] == 2.5
    assert table["reason"][0] == (
        "35 incidents in 7 touching cells, 2.5 times the 14 that residents would explain;"
        " about 1 in 25 places as strong as this would be chance."
    )


def test_no_ratio_is_told_to_the_least_that_is_held_to_be_expected():
    """Where nobody lives 35 are not 35 times what residents explain: they explain none."""
    per_cell = np.where(np.isin(CELLS, EAST), 5, 1)
    standard = Standard(np.zeros(CELLS.size), "residents would explain", least=1.0)
    assert described(per_cell, groups_of(EAST), standard=standard)["reason"][0].startswith(
        "35 incidents in 7 touching cells, where residents would explain no more than 1; "
    )


def test_a_place_where_hardly_anybody_lives_is_held_to_expect_the_least():
    per_cell = np.where(np.isin(CELLS, EAST), 5, 1)
    standard = Standard(np.full(CELLS.size, 0.01), "residents would explain", least=1.0)
    table = described(per_cell, groups_of(EAST), standard=standard)
    assert table["expected"][0] == 1.0
    assert table["ratio"][0] == 35.0


def test_cores_of_one_region_say_so():
    per_cell = np.where(np.isin(CELLS, np.concatenate([WEST, EAST])), 5, 1)
    group = groups_of(WEST, EAST)
    alone = described(per_cell, group, region=group)
    assert not alone["reason"].str.contains("region").any()
    together = described(per_cell, group, region=np.where(group >= 0, 0, -1))
    assert (
        together["reason"]
        .str.endswith(" One of 2 places in a region of 2.5 km² round West Ward.")
        .all()
    )


def test_no_hot_spot_gives_an_empty_table_with_all_columns():
    table = described(np.ones(CELLS.size, dtype=int), np.full(CELLS.size, -1))
    assert len(table) == 0
    assert table["reason"].dtype == "str"


def test_name_takes_the_commonest_street_and_not_a_kind_of_place():
    per_cell = np.isin(CELLS, EAST).astype(int) * 4
    counts = counts_of(per_cell)
    labels = ("On or near Supermarket", "On or near Bold Street", "On or near Slater Street")
    codes = np.array([0] * 20 + [1] * 5 + [2] * 3)
    group = groups_of(EAST)
    table = describe_hotspots(
        HotspotInputs(
            area=AREA,
            counts=counts,
            group=group,
            q=np.zeros(1),
            standard=even_spread(28, CELLS.size, AREA.title),
            codes=codes,
            labels=labels,
            counted=np.ones(28, dtype=bool),
        ),
        place_ids(AREA, counts, group),
    )
    assert table["name"].tolist() == ["East Ward: Bold Street, Slater Street"]
    assert table["streets"].tolist() == ["Bold Street (5), Slater Street (3)"]
    assert "Most at Bold Street (5), Slater Street (3)." in table["reason"][0]
    assert "(" not in table["name"][0]  # names travel into records: no count goes with them


def test_two_hot_spots_of_one_ward_have_two_names_and_two_ids():
    north, south = disc(1, lon=-2.93, lat=53.408), disc(1, lon=-2.93, lat=53.392)
    per_cell = 1 + np.isin(CELLS, north).astype(int)
    table = described(per_cell, groups_of(north, south))
    assert table["name"].tolist() == ["East Ward", "East Ward (2)"]
    assert table["hotspot_id"].is_unique


def test_ids_stay_when_counts_and_edges_move_a_little():
    rng = np.random.default_rng(8)
    place = disc(1, lon=-2.97)
    per_cell = 2 + 30 * np.isin(CELLS, place) + 20 * np.isin(CELLS, EAST)
    first = described(per_cell, groups_of(place, EAST))
    kept = 0
    for _ in range(20):
        west = np.delete(place, rng.choice(place.size, 1))
        again = described(rng.poisson(per_cell), groups_of(west, EAST))
        kept += again["hotspot_id"].tolist() == first["hotspot_id"].tolist()
    assert kept >= 18


def test_previous_ids_are_carried_over_by_largest_overlap():
    counts = counts_of(np.ones(CELLS.size, dtype=int))
    group = groups_of(WEST, EAST)
    before = pd.Series(
        ["OLD-WEST"] * WEST.size + ["OLD-EAST"] * 2 + ["GONE"],
        index=[*cells_to_strings(WEST), *cells_to_strings(EAST[:2]), "89195d000000000"],
    )
    ids = place_ids(AREA, counts, group, previous=before)
    assert sorted(ids) == ["OLD-EAST", "OLD-WEST"]
    west = group[np.searchsorted(CELLS, WEST[0])]
    assert ids[west] == "OLD-WEST"


def test_one_old_id_is_never_given_to_two_places():
    counts = counts_of(np.ones(CELLS.size, dtype=int))
    group = groups_of(WEST, EAST)
    cells = [*cells_to_strings(WEST), *cells_to_strings(EAST)]
    ids = place_ids(AREA, counts, group, previous=pd.Series("OLD", index=cells))
    assert ids.count("OLD") == 1
    assert len(set(ids)) == 2


@pytest.mark.parametrize("resolution", [7, 8, 10])
def test_ids_exist_at_every_resolution(resolution):
    area = small_area(4, resolution=resolution)
    near = find_neighbours(area.cells["cell"].to_numpy())
    group = touching_groups(near, np.arange(near.size) % 3 == 0)
    lon, lat = cells_to_points(area.cells["cell"].to_numpy())
    counts = count_incidents(
        lon,
        lat,
        np.ones(lon.size, np.int64),
        cells=area.cells["cell"].to_numpy(),
        resolution=resolution,
    )
    ids = place_ids(area, counts, group)
    assert len(set(ids)) == len(ids) == group.max() + 1


def test_a_hot_spot_without_an_incident_of_its_own_still_gets_its_own_id():
    per_cell = np.where(np.isin(CELLS, WEST), 3, 0)
    group = groups_of(WEST, EAST)
    ids = place_ids(AREA, counts_of(per_cell), group)
    assert len(set(ids)) == 2


def test_an_id_of_an_earlier_list_is_not_given_to_another_place():
    counts = counts_of(np.ones(CELLS.size, dtype=int))
    group = groups_of(EAST)
    natural = place_ids(AREA, counts, group)
    everywhere = pd.Series(natural * 2, index=cells_to_strings(WEST[:2]))
    assert place_ids(AREA, counts, group, previous=everywhere) != natural
