"""Areas and cores as places of a campaign: by cells counted by hand."""

from io import BytesIO
from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import shapely

from mapper.app.campaigns.areas import areas_of, drawn_area, file_areas
from mapper.app.campaigns.candidates import cores
from mapper.areas.boundaries import boundary_of
from mapper.base.errors import AreaError
from mapper.grid.hexagons import cells_to_points, strings_to_cells
from tests.conftest import synthetic_release


@pytest.fixture(scope="module")
def shown():
    return synthetic_release()


@pytest.fixture(scope="module")
def box(shown):
    """A box over the middle of the map."""
    lon, lat = cells_to_points(strings_to_cells(shown.cells["cell"].to_numpy(dtype=object)))
    x, y = np.median(lon), np.median(lat)
    return shapely.box(x - 0.01, y - 0.006, x + 0.01, y + 0.006)


def overlapped(shown, shape):
    """Cells of the map that a shape overlaps, by Shapely over each hexagon."""
    import h3

    hexes = [
        shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
        for cell in shown.cells["cell"]
    ]
    return set(shown.cells["cell"][shapely.intersects(hexes, shape)])


def test_a_drawn_area_takes_every_cell_that_it_overlaps(shown, box):
    one = drawn_area(shown, list(box.exterior.coords)[:-1], name="Area 1")
    wanted = overlapped(shown, box)
    assert set(one.cells) == wanted
    assert one.incidents == shown.cells.loc[shown.cells["cell"].isin(wanted), "incidents"].sum()
    assert (one.kind, one.place) == ("area", "Area 1")
    assert one.why == f"drawn on the map, {one.incidents} incidents"
    assert "Ward" in one.ward


def test_a_line_that_crosses_itself_is_an_area_and_elsewhere_is_none(shown, box):
    west, south, east, north = box.bounds
    bow = [(west, south), (east, north), (east, south), (west, north)]
    assert 0 < len(drawn_area(shown, bow, name="Bow").cells) < len(overlapped(shown, box))
    away = [(lon + 5, lat) for lon, lat in list(box.exterior.coords)[:-1]]
    assert drawn_area(shown, away, name="Away") is None


def test_polygons_of_a_file_are_places_by_their_names(shown, box):
    far = shapely.box(10, 40, 10.1, 40.1)
    frame = geopandas.GeoDataFrame(
        {"beat_name": ["Docks", "Docks", None, "Far"]},
        geometry=[box, box, box, far],
        crs="EPSG:4326",
    )
    found = areas_of(shown, boundary_of(frame, name="our_beats.geojson"))
    assert [one.place for one in found] == ["Docks", "Docks (2)", "our beats 3"]
    assert set(found[0].cells) == overlapped(shown, box)


def test_an_area_of_more_cells_than_a_place_may_have_is_refused(shown, box, monkeypatch):
    around = list(box.buffer(1, join_style="mitre").exterior.coords)[:-1]
    assert len(drawn_area(shown, around, name="All").cells) == len(shown.cells)
    monkeypatch.setattr("mapper.app.campaigns.areas.MOST_CELLS", len(shown.cells) - 1)
    with pytest.raises(AreaError, match=f"at most {len(shown.cells) - 1}"):
        drawn_area(shown, around, name="All")


def upload(content):
    return SimpleNamespace(name="../areas.geojson", getvalue=lambda: content)


def test_a_file_is_read_under_guard_and_what_is_none_is_refused(shown, box, in_process):
    out = BytesIO()
    geopandas.GeoDataFrame({"name": ["Docks"]}, geometry=[box], crs="EPSG:4326").to_file(
        out, driver="GeoJSON"
    )
    (one,) = file_areas(shown, upload(out.getvalue()))
    assert one.place == "Docks"
    with pytest.raises(AreaError, match="no boundary file"):
        file_areas(shown, upload(b"name,lat\nx,1\n"))
    many = geopandas.GeoDataFrame({"name": range(61)}, geometry=[box] * 61, crs="EPSG:4326")
    out = BytesIO()
    many.to_file(out, driver="GeoJSON")
    with pytest.raises(AreaError, match="at most 60"):
        file_areas(shown, upload(out.getvalue()))


def test_a_core_is_the_busiest_cells_of_its_hot_spot(shown):
    assert [one.hotspot_id for one in cores(shown)] == shown.hotspots["hotspot_id"].tolist()
    for one in cores(shown):
        inside = shown.cells[shown.cells["hotspot_id"] == one.hotspot_id].set_index("cell")[
            "incidents"
        ]
        assert 3 <= len(one.cells) <= 5
        assert one.incidents == inside[list(one.cells)].sum()
        assert inside[list(one.cells)].min() >= max(inside.drop(list(one.cells)), default=0)
