"""What stands beside a place on the list, counted by hand."""

from dataclasses import replace

import numpy as np

from mapper.analysis.analyse import analyse
from mapper.grid.hexagons import cells_to_points
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
HOT = disc(1, lon=-2.93)
SPREAD = np.random.default_rng(4).choice(CELLS, 300)


def test_few_residents_are_told_of_a_place_judged_by_them():
    empty = AREA.cells.assign(residents=np.where(np.isin(CELLS, HOT), 1.0, 50.0))
    cells = np.concatenate([np.repeat(HOT, 12), SPREAD])
    found = analyse(incidents_at(cells), lens=EVERYTHING, area=replace(AREA, cells=empty))
    living = found.cells.loc[found.cells["hot"], "residents"].sum()
    assert living < 50
    assert f" About {living:.0f} residents there: " in found.hotspots["reason"][0]
    many = analyse(incidents_at(cells), lens=EVERYTHING, area=AREA)
    assert "residents there" not in many.hotspots["reason"][0]


def test_incidents_outside_the_edge_are_counted_beside_the_place():
    """A busy cell at the eastern edge, and seven incidents in the next cell, outside."""
    lon, lat = cells_to_points(CELLS)
    edge = CELLS[[int(np.argmax(lon))]]
    next_out = disc(0, lon=float(lon.max()) + 0.004, lat=float(lat[np.argmax(lon)]))
    assert not np.isin(next_out, CELLS).any()
    cells = np.concatenate([np.repeat(edge, 60), SPREAD])
    alone = analyse(incidents_at(cells), lens=EVERYTHING, area=AREA)
    assert "One cell at the edge of the study area." in alone.hotspots["reason"][0]
    more = np.concatenate([cells, np.repeat(next_out, 7)])
    beside = analyse(incidents_at(more), lens=EVERYTHING, area=AREA)
    assert "It adjoins the edge: 7 more lie within 500 m outside" in beside.hotspots["reason"][0]
