"""Files for a study area made to harm: boundaries that cross each other, tables without end."""

import json
import resource
import socket
from contextlib import suppress

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import mapping

from mapper.areas import build as area_build
from mapper.areas import official_table
from mapper.areas.boundaries import read_boundary
from mapper.areas.build import build_area
from mapper.areas.load import load_study_area
from mapper.areas.population import read_residents
from mapper.base.errors import AreaError, ContextError
from mapper.context.place_files import read_places
from tests.security.hostile_files import SQUARE, comb


def saved(path, shape, **columns):
    """Save one shape with its attributes."""
    geopandas.GeoDataFrame(columns, geometry=[shape], crs=4326).to_file(path)
    return path


def test_two_boundaries_that_cross_each_other_without_end_are_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(area_build, "SECONDS", 2)
    out = tmp_path / "area.parquet"
    with pytest.raises(AreaError, match=r"lsoa.gpkg: .*(took more than 2 s|memory).*Simplify"):
        build_area(
            lsoa=saved(
                tmp_path / "lsoa.gpkg",
                comb(9_000, turned=False),
                LSOA11CD=["E01"],
                LSOA11NM=["East Town 001A"],
            ),
            districts=saved(tmp_path / "lad.gpkg", comb(9_000, turned=True), lad=["East Town"]),
            name="x",
            title="X",
            out=out,
        )
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lad.gpkg", "lsoa.gpkg"]


def test_a_sound_area_is_built_in_the_child(tmp_path):
    lsoa = saved(tmp_path / "lsoa.gpkg", SQUARE, LSOA11CD=["E01"], LSOA11NM=["East Town 001A"])
    area = build_area(lsoa=lsoa, name="x", title="X", out=tmp_path / "area.parquet")
    assert set(area.cells["district"]) == {"East Town"}
    assert area.title == "X"


def test_a_table_of_residents_has_a_largest_size(tmp_path, monkeypatch):
    path = tmp_path / "people.csv"
    path.write_bytes(b"LSOA11CD," + b"," * 20_000_000 + b"\n")
    with pytest.raises(AreaError, match=r"first line is over 0\.1 MB"):
        read_residents(path, None)
    monkeypatch.setattr(official_table, "MAX_BYTES", 1_000_000)
    path.write_bytes(b"LSOA11CD,population\n" + b"E01,1\n" * 200_000)
    with pytest.raises(AreaError, match=r"people.csv: is 1 MB, more than 1 MB"):
        read_residents(path, None)


@pytest.mark.parametrize("read", [read_boundary, read_places])
@pytest.mark.parametrize(("kind", "key"), [("link", "href"), ("URL", "url")])
def test_the_reference_system_that_a_file_points_at_is_never_fetched(tmp_path, read, kind, key):
    shape = {"type": "Feature", "properties": {}, "geometry": mapping(SQUARE)}
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        crs = {"type": kind, "properties": {key: address, "type": "esriwkt"}}
        path = tmp_path / "b.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [shape]}))
        with suppress(AreaError, ContextError):
            read(path)
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_an_area_table_that_unpacks_without_end_is_unpacked_by_no_parent(tmp_path):
    path = tmp_path / "kept.parquet"
    endless = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(1_000_000, np.int32)), pa.array(["x" * 100_000])
    )  # 100 GB of text in under 200 kB
    pq.write_table(pa.table({"ward": endless}), path, store_schema=False)
    assert path.stat().st_size < 200_000
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(AreaError, match=r"kept.parquet: .*memory.* Make it again with mapper area"):
        load_study_area(str(path))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun < 100_000  # kB
