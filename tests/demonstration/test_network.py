"""The invented streets: each in a cell where incidents name it, none out of its cell."""

import numpy as np
import shapely

from demonstration.network import network
from demonstration.sites import STREETS
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import points_to_cells


def cells_of(points):
    return points_to_cells(points.x.to_numpy(), points.y.to_numpy(), resolution=9)


def test_streets_lie_in_their_cells_and_bear_the_names_that_incidents_have(incidents):
    area = load_study_area("merseyside")
    layers = network(area)
    streets = layers["streets"][layers["streets"]["name"] != ""]
    assert set(streets["name"]) <= set(STREETS)
    inner = streets.geometry.set_crs(None, allow_override=True)  # its lines are short and straight
    cells = cells_of(inner.interpolate(0.5, normalized=True))
    for part in (0.02, 0.98):  # a street ends before its cell does
        assert (cells_of(inner.interpolate(part, normalized=True)) == cells).all()
    assert np.isin(cells, area.cells["cell"]).all()
    table = incidents.table
    here = points_to_cells(table["lon"].to_numpy(), table["lat"].to_numpy(), resolution=9)
    named = table["location"].isin(STREETS).to_numpy()
    drawn = set(zip(cells.tolist(), streets["name"], strict=True))
    asked = zip(here[named].tolist(), table["location"].astype("str")[named], strict=True)
    found = np.array([one in drawn for one in asked])
    assert found.mean() > 0.5  # the commonest names of each cell


def test_the_same_ground_comes_of_every_call_and_roads_join_towns():
    area = load_study_area("merseyside")
    one, other = network(area), network(area)
    assert all(one[name].equals(other[name]) for name in one)
    assert len(one["roads"]) == 17
    assert (shapely.length(one["roads"].geometry.array) > 0).all()
    assert set(one["woods"]["rank"]) == {1, 2}
