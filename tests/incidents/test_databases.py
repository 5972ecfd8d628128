"""Tables and queries of databases read as files are; who asked and how is never told."""

import sqlite3
import struct

import duckdb
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from mapper.base.errors import InputError
from mapper.cli.commands import app
from mapper.cli.inputs import keep_inputs
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.read import read_incidents
from mapper.incidents.source import is_address, shown_source, source_of
from tests.records.conftest import postgresql_server

__all__ = ["postgresql_server"]

ROWS = [
    ("R1", "2025-03-01 22:10", "Robbery", -2.98, 53.40),
    ("R2", "2025-03-02 09:00", "Theft, of a cycle", -2.97, 53.41),
    ("R3", None, "Robbery", -2.96, 53.42),
]
NAMES = ("reference", "from_at", "incident_type", "longitude", "latitude")


def same_as_file(found, tmp_path):
    path = tmp_path / "plain.csv"
    pd.DataFrame(ROWS, columns=NAMES).to_csv(path, index=False)
    plain = read_incidents(path)
    left, right = (one.table.drop(columns="source") for one in (found, plain))
    pd.testing.assert_frame_equal(left, right)
    assert found.rejected["reason"].tolist() == plain.rejected["reason"].tolist() == ["no date"]


@pytest.fixture
def server(postgresql_server):
    """A schema of a real PostgreSQL with the rows, and what an address of it starts with."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS force CASCADE")
        connection.execute("CREATE SCHEMA force")
        connection.execute(
            "CREATE TABLE force.incidents (reference text, from_at timestamp, incident_type text,"
            " longitude float8, latitude float8)"
        )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO force.incidents VALUES (%s, %s, %s, %s, %s)", ROWS)
    return postgresql_server + ("&" if "?" in postgresql_server else "?")


def test_a_table_and_a_query_give_what_a_file_gives(server, tmp_path):
    same_as_file(read_incidents(f"{server}table=force.incidents"), tmp_path)
    query = "SELECT * FROM force.incidents ORDER BY reference;"
    found = read_incidents([f"{server}query={query}"])
    same_as_file(found, tmp_path)
    assert found.files[0].rows == 3
    assert len(found.files[0].sha256) == 64
    assert found.files[0].name.endswith(": a query")


def test_times_with_an_offset_and_geometries_are_placed(server):
    points = shapely.set_srid(shapely.points([row[3:] for row in ROWS]), 4326)
    hexed = shapely.to_wkb(points, hex=True, include_srid=True).tolist()
    address = server.rstrip("&?")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE force.placed (from_at timestamptz, kind text, geom text)")
        rows = [("2025-07-01 22:10+01", "Robbery", one) for one in hexed]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO force.placed VALUES (%s, %s, %s)", rows)
    mapping = ColumnMapping({"from_at": ("from_at",), "incident_type": ("kind",)})
    found = read_incidents(f"{server}table=force.placed", mapping=mapping)
    assert found.table["lon"].tolist() == [row[3] for row in ROWS]
    assert found.table["start"].unique().tolist() == [pd.Timestamp("2025-07-01 22:10")]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM force.incidents RETURNING *",
        "SELECT 1) AS a; DROP TABLE force.incidents; SELECT * FROM (SELECT 1",
        "WITH gone AS (DELETE FROM force.incidents RETURNING *) SELECT * FROM gone",
    ],
)
def test_nothing_can_be_written(server, query, tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_incidents(f"{server}query={query}")
    same_as_file(read_incidents(f"{server}table=force.incidents"), tmp_path)


def test_a_table_that_is_not_there_is_named(server):
    with pytest.raises(InputError, match=r'force\.none.*relation "force.none" does not exist'):
        read_incidents(f"{server}table=force.none")


def test_who_asks_is_never_told(capsys, caplog, tmp_path):
    address = "postgresql://anna:s3cret@127.0.0.1:9/records?table=force.incidents&connect_timeout=1"
    assert shown_source(address) == "records at 127.0.0.1: force.incidents"
    with pytest.raises(InputError) as refused:
        read_incidents(address)
    log = tmp_path / "job.log"
    job = tmp_path / "job.toml"
    job.write_text(
        f'title = "T"\nout = "out"\nlog = "job.log"\n[incidents]\npaths = ["{address}"]\n'
        '[analysis]\nlenses = ["all-demand"]\n'
    )
    with pytest.raises(InputError) as again:
        app(["run", str(job), "-v"], standalone_mode=False)
    printed = capsys.readouterr()
    told = [str(refused.value), str(again.value), printed.out, printed.err, log.read_text()]
    told += [repr(refused.value.__cause__), caplog.text]
    assert "records at 127.0.0.1" in told[4]
    assert not any(word in text for text in told for word in ("s3cret", "anna"))


def sqlite_file(path):
    with sqlite3.connect(path) as file:
        file.execute(f"CREATE TABLE incidents ({', '.join(NAMES)})")
        file.executemany("INSERT INTO incidents VALUES (?, ?, ?, ?, ?)", ROWS)
    file.close()
    return path


def test_sqlite_is_read_by_its_one_table_a_named_one_or_a_query(tmp_path):
    path = sqlite_file(tmp_path / "log.db")
    same_as_file(read_incidents(path), tmp_path)
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE other (a)")
    file.close()
    with pytest.raises(InputError, match=r"2 tables \(incidents, other\)\. Give sqlite:///"):
        read_incidents(path)
    same_as_file(read_incidents(f"sqlite:///{path}?table=incidents"), tmp_path)
    same_as_file(read_incidents(f"sqlite:///{path}?query=SELECT * FROM incidents"), tmp_path)
    with pytest.raises(InputError, match=r"no such table\. Its tables are: incidents, other"):
        read_incidents(f"sqlite:///{path}?table=none")
    with pytest.raises(Exception, match="is read by this command"):
        keep_inputs({"paths": [f"sqlite:///{path}?table=incidents"], "out": path})


def test_a_parquet_dataset_gives_its_folders_as_columns(tmp_path):
    table = pa.table(dict(zip(NAMES, zip(*ROWS, strict=True), strict=True)))
    kinds = table.column("incident_type").to_pylist()
    pyarrow.dataset.write_dataset(
        table, tmp_path / "set", format="parquet", partitioning=["incident_type"],
        partitioning_flavor="hive",
    )  # fmt: skip
    found = read_incidents(tmp_path / "set")
    assert found.rows_read == 3
    assert set(found.table["type"]) == set(kinds[:2])


def test_duckdb_files_give_their_only_table_or_the_one_that_is_asked_for(tmp_path):
    path = tmp_path / "log.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE TABLE incidents (reference TEXT, from_at TIMESTAMP, incident_type TEXT,"
            " longitude DOUBLE, latitude DOUBLE)"
        )
        made.executemany("INSERT INTO incidents VALUES (?, ?, ?, ?, ?)", ROWS)
    same_as_file(read_incidents(path), tmp_path)
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE staff (name TEXT)")
    same_as_file(read_incidents(f"duckdb:///{path}?table=incidents"), tmp_path)
    same_as_file(read_incidents(f"duckdb:///{path}?query=SELECT * FROM incidents;"), tmp_path)
    with pytest.raises(InputError, match=r"say which of its tables \(incidents, staff\)"):
        read_incidents(path)
    (tmp_path / "secret.csv").write_text("reference,from_at,longitude,latitude\n")
    elsewhere = f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')"
    with pytest.raises(InputError, match=r"log\.duckdb: a query: cannot be read"):
        read_incidents(f"duckdb:///{path}?query={elsewhere}")


# Two incidents in metres, and the way each kind of database holds their points.
METRES = [(335_011.0, 391_150.0), (335_100.0, 391_200.0)]
PLACED = [(-2.9792, 53.4132), (-2.9779, 53.4136)]
TIMED = [("R1", "2025-03-01 22:10", "Robbery"), ("R2", "2025-03-02 09:00", "Theft")]


def spatialite(x, y):
    """A point as SpatiaLite's own bytes: reference system, bounds, kind, coordinates."""
    return struct.pack("<BBi4dBIddB", 0, 1, 27_700, x, y, x, y, 0x7C, 1, x, y, 0xFE)


def with_points(path, points):
    """An SQLite table whose only place is a column of points; registered where they are its own."""
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE incidents (reference, from_at, incident_type, geom BLOB)")
        rows = [(*row, point) for row, point in zip(TIMED, points, strict=True)]
        file.executemany("INSERT INTO incidents VALUES (?, ?, ?, ?)", rows)
        if path.stem == "spatialite":
            file.execute(
                "CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY, auth_name TEXT,"
                " auth_srid INTEGER, ref_sys_name TEXT, proj4text TEXT, srtext TEXT)"
            )
            system = ("epsg", 27_700, "grid", "", pyproj.CRS(27_700).to_wkt("WKT1_GDAL"))
            file.execute("INSERT INTO spatial_ref_sys VALUES (27700, ?, ?, ?, ?, ?)", system)
            file.execute(
                "CREATE TABLE geometry_columns (f_table_name TEXT, f_geometry_column TEXT,"
                " geometry_type INTEGER, coord_dimension INTEGER, srid INTEGER,"
                " spatial_index_enabled INTEGER)"
            )
            file.execute(
                "INSERT INTO geometry_columns VALUES ('incidents', 'geom', 1, 2, 27700, 0)"
            )
    file.close()
    return path


def are_placed(found):
    places = found.table[["lon", "lat"]].round(4).itertuples(index=False, name=None)
    assert list(places) == PLACED
    assert found.rejected.empty


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("spatialite", spatialite),
        ("wkb", lambda x, y: shapely.to_wkb(shapely.Point(x, y))),
        ("text", lambda x, y: f"SRID=27700;POINT({x} {y})"),
    ],
)
def test_a_geometry_alone_places_rows_of_sqlite_in_metres(tmp_path, name, point, here):
    path = with_points(tmp_path / f"{name}.sqlite", [point(*one) for one in METRES])
    are_placed(read_incidents(path))
    are_placed(read_incidents(f"sqlite:///{path}?query=SELECT * FROM incidents"))


@pytest.mark.parametrize(("srid", "hexed"), [(27_700, True), (0, True), (0, False)])
def test_a_geometry_alone_places_rows_of_postgresql_in_metres(server, srid, hexed):
    """One without its reference system is in metres by its values."""
    points = shapely.set_srid(shapely.points(METRES), srid)
    made = shapely.to_wkb(points, hex=True, include_srid=True) if hexed else shapely.to_wkt(points)
    with psycopg.connect(server.rstrip("&?"), autocommit=True) as connection:
        connection.execute("CREATE TABLE force.shaped (reference text, from_at timestamp,"
                           " incident_type text, geom text)")  # fmt: skip
        rows = [(*row, one) for row, one in zip(TIMED, made.tolist(), strict=True)]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO force.shaped VALUES (%s, %s, %s, %s)", rows)
    are_placed(read_incidents(f"{server}table=force.shaped"))


@pytest.mark.parametrize("kind", ["GEOMETRY", "BLOB"])
def test_a_geometry_alone_places_rows_of_duckdb_in_metres(tmp_path, kind):
    path = tmp_path / "log.duckdb"
    points = [shapely.Point(one) for one in METRES]
    texts = [one.wkt if kind == "GEOMETRY" else shapely.to_wkb(one) for one in points]
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE TABLE incidents"
            f" (reference TEXT, from_at TIMESTAMP, incident_type TEXT, g {kind})"
        )
        rows = [(*row, one) for row, one in zip(TIMED, texts, strict=True)]
        made.executemany(f"INSERT INTO incidents VALUES (?, ?, ?, ?::{kind})", rows)
    are_placed(read_incidents(path))


def test_a_geometry_alone_places_rows_of_plain_parquet(tmp_path):
    columns = dict(zip(NAMES[:3], zip(*TIMED, strict=True), strict=True))
    columns["geometry"] = shapely.to_wkb(shapely.points(METRES)).tolist()
    pq.write_table(pa.table(columns), tmp_path / "plain.parquet")
    are_placed(read_incidents(tmp_path / "plain.parquet"))


def test_addresses_are_told_from_paths():
    assert is_address("postgresql://h/d?table=a")
    assert not is_address("postgresql.csv")
    for address, words in (
        ("postgresql://h/d", "say which table"),
        ("postgresql://h/d?table=a&query=b", "say which table"),
        ("mysql://h/x?table=a", "export the table to Parquet"),
    ):
        with pytest.raises(InputError, match=words):
            source_of(address)
