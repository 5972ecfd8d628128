"""Corridors counted again pair by pair."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import LensError
from mapper.context.corridors import HUB_REACH, find_corridors
from mapper.context.distances import metres_between
from mapper.context.places import places_table
from mapper.grid.hexagons import cells_to_strings, points_to_cells

HUBS = places_table(
    name=["Lime Street", "Lime Street", "A Park"],
    kind=["railway station", "bus or coach station", "park"],
    lon=[-2.978, -2.96, -2.95],
    lat=[53.407, 53.40, 53.41],
    source="hubs.csv",
)


def drawn(size=500, seed=0):
    rng = np.random.default_rng(seed)
    found_lon = rng.normal(-2.97, 0.02, size)
    table = pd.DataFrame(
        {
            "missing": rng.random(size) < 0.8,
            "missing_child": rng.random(size) < 0.4,
            "lon": rng.normal(-2.95, 0.02, size),
            "lat": rng.normal(53.40, 0.01, size),
            "found_lon": np.where(rng.random(size) < 0.3, np.nan, found_lon),
            "found_lat": rng.normal(53.405, 0.004, size),
        }
    )
    table.loc[:60, ["found_lon", "found_lat"]] = -2.9781, 53.4071
    return table


def end(lon, lat):
    """The hub within reach, the nearer of two, else the cell."""
    near = sorted(
        (float(metres_between(lon, lat, row.lon, row.lat)), name)
        for row, name in zip(HUBS.itertuples(), ("Lime Street", "Lime Street (2)"), strict=False)
    )
    if near[0][0] <= HUB_REACH:
        return "hub", near[0][1]
    cell = points_to_cells(np.array([lon]), np.array([lat]), resolution=7)
    return "cell", str(cells_to_strings(cell)[0])


def test_pairs_by_a_plain_loop():
    table = drawn()
    found = find_corridors(table, HUBS)
    rows = [row for row in table.itertuples() if row.missing and not np.isnan(row.found_lon)]
    pairs = Counter((*end(r.lon, r.lat), *end(r.found_lon, r.found_lat)) for r in rows)
    children = Counter(
        (*end(r.lon, r.lat), *end(r.found_lon, r.found_lat)) for r in rows if r.missing_child
    )
    keys = ["from_kind", "from", "to_kind", "to"]
    counted = {
        tuple(row[:4]): row[4:] for row in found.table[[*keys, "reports", "children"]].values
    }
    assert {pair: count for pair, (count, _) in counted.items()} == dict(pairs)
    assert {pair: count for pair, (_, count) in counted.items() if count} == dict(children)
    assert (found.missing, found.placed) == (int(table["missing"].sum()), len(rows))
    assert found.table["reports"].is_monotonic_decreasing
    assert found.table["expected"].sum() <= len(rows) + 1e-9


def test_expected_is_row_times_column_over_all():
    found = find_corridors(drawn(), HUBS).table
    one = found.iloc[0]
    out = found.loc[found["from"] == one["from"], "reports"].sum()
    into = found.loc[found["to"] == one["to"], "reports"].sum()
    assert one["expected"] == pytest.approx(out * into / found["reports"].sum())


def test_without_hubs_every_end_is_a_cell():
    found = find_corridors(drawn()).table
    assert set(found["from_kind"]) == set(found["to_kind"]) == {"cell"}


def test_nobody_missing_gives_no_corridor():
    table = drawn().assign(missing=False)
    assert find_corridors(table, HUBS).table.empty


def test_data_that_does_not_say_is_refused():
    with pytest.raises(LensError, match="no column for found_lon"):
        find_corridors(drawn().drop(columns="found_lon"))
