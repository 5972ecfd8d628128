"""Each greedy kind of file: exit 2 with one message, within bounds of memory, and no look-up.

A command runs as a person would run it. What is asserted of time is only that it ends.
"""

import gzip
import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from mapper.app.data.intake import take_in
from mapper.base import sandbox
from mapper.base.errors import InputError
from mapper.incidents.coordinates import named_crs
from mapper.incidents.html_table import html_cells
from mapper.incidents.read import read_incidents
from tests.security.hostile_files import GOOD, Upload, book

MB = 1024**2
MOST_KB = 1_000_000
SECONDS = 120  # a command that takes longer on the busiest machine would never end


def one_line(folder):
    path = folder / "line.csv"
    with path.open("wb") as file:
        file.write(b"Crime ID,Month\n")
        for _ in range(300):
            file.write(b"x" * MB)
    return path


def long_record(folder):
    path = folder / "record.csv"
    with path.open("wb") as file:
        file.write(GOOD.encode() + b'"')
        for _ in range(100):
            file.write((b"x" * 1023 + b"\n") * 1024)
        file.write(b'",2025-06\n')
    return path


def dictionary_page(folder):
    path = folder / "page.parquet"
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000), pa.array(["x" * MB]))
    pq.write_table(pa.table({"Month": values.cast(pa.dictionary(pa.int32(), pa.string()))}), path)
    return path


def even_page(folder):
    path = folder / "even.parquet"
    values = pa.array([b"\0" * MB] * 200, pa.binary())
    table = pa.table({f"c{i}": values for i in range(4)})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    return path


def far_row(folder):
    cell = '<c r="{}{}" t="inlineStr"><is><t>x</t></is></c>'
    first = "".join(cell.format(letter, 1) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = f'<row r="1">{first}</row><row r="1048576">{cell.format("A", 1048576)}</row>'
    return book("far.xlsx", rows)(folder)


def recursive_view(folder):
    path = folder / "view.gpkg"
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 52)], crs=4326)
    frame.to_file(path, layer="places")
    with closing(sqlite3.connect(path)) as file:
        kept = file.execute("SELECT geom FROM places").fetchone()[0]
        file.execute("DROP TABLE places")
        file.execute(
            "CREATE VIEW places AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            f" SELECT i AS fid, X'{kept.hex()}' AS geom, i AS a FROM n WHERE i < 0"
        )
        file.commit()
    return path


def gzip_bomb(folder):
    path = folder / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"Crime ID,Month\n" + b"x,y\n" * (20 * MB), 6))
    return path


GREEDY = {
    "one line": (one_line, "has a line of more than 8,388,608 bytes"),
    "long record": (long_record, "a record holds more than 8,388,608 bytes"),
    "dictionary page": (dictionary_page, "could not be read within"),
    "even page": (even_page, "could not be read within"),
    "far row": (far_row, "has a value in row 1,048,576 but only 2 rows with values"),
    "recursive view": (recursive_view, "view.gpkg: took more than "),
    "gzip bomb": (gzip_bomb, "unpacks to more than"),
}


# The most memory that this process and any child of it held; what the kernel counts for a process
# since its start would hold that of the process which started it.
MEASURED = """
import re, resource, sys
from pathlib import Path
sys.argv = ["mapper", "check", sys.argv[1]]
code = 0
try:
    from mapper.cli import main
    main()
except SystemExit as ended:
    code = ended.code
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.stdout.write(f"\\n{code} {max(own, child)}")
"""


QUICK = ("one line", "dictionary page")  # the others take seconds of work, as they must
KINDS = [k if k in QUICK else pytest.param(k, marks=pytest.mark.soak) for k in GREEDY]


@pytest.mark.parametrize("kind", KINDS)
def test_a_greedy_file_is_refused_within_bounds(kind, tmp_path):
    make, words = GREEDY[kind]
    path = make(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    path.unlink()
    code, most = run.stdout.splitlines()[-1].split()
    assert code == "2", run.stderr
    assert run.stderr.startswith(f"{path.name}: ")
    assert words in run.stderr
    assert run.stderr.count("\n") == 1
    assert int(most) < MOST_KB


@pytest.mark.parametrize("kind", [pytest.param(k, marks=pytest.mark.soak) for k in GREEDY])
def test_the_app_refuses_the_same_files(kind, tmp_path):
    make, words = GREEDY[kind]
    path = make(tmp_path)
    refusal = take_in([Upload(path)]).refusal
    path.unlink()
    assert words in refusal
    assert "\n" not in refusal


def test_a_view_without_end_is_stopped_by_the_clock_of_its_child(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_SECONDS_FIRST", 2)
    with pytest.raises(InputError, match=r"view.gpkg: took more than 2 s of work to read"):
        read_incidents([recursive_view(tmp_path)])


def test_limits_follow_the_size_up_to_the_most():
    small, large = (sandbox._limits(size, sandbox.MEMORY, 120) for size in (1000, 1000 * MB))
    assert (small.memory, small.cpu, small.wall) == (640 * MB + 40_000, 6, 60)
    assert (large.memory, large.cpu, large.wall) == (sandbox.MEMORY, 240, 120)


def test_merged_cells_of_a_page_are_counted():
    page = b"<table>" + b"<tr>" + b"<td colspan=1000 rowspan=1000>x" * 200 + b"</table>"
    with pytest.raises(InputError, match=r"p.xls: its merged cells stand for more than a table"):
        html_cells(page, name="p.xls")
    assert html_cells(b"<table><tr><td colspan=3>x</table>", name="p.xls").num_columns == 3


def test_a_table_inside_an_open_cell_is_a_table_of_its_own():
    page = b"<table><tr><td>a<td>b<table></td></tr><tr><td>c<td>d<td>e</table>"
    assert html_cells(page, name="p.xls").num_columns in {2, 3}
    assert html_cells(b"<table><tr><td>a<table></td></table>", name="p.xls").num_rows == 1


ELSEWHERE = (
    "/vsicurl/{}",
    "init={}",
    "+init=epsg:27700",
    "+proj=longlat +nadgrids={} +type=crs",
    "+proj=vgridshift +grids=@{}",
    "{}",
    'GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298]],PARAMETERFILE["x","{}"]]',
)


@pytest.mark.parametrize("told", ELSEWHERE)
def test_a_reference_system_that_points_elsewhere_is_never_looked_up(told, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        crs = {"type": "name", "properties": {"name": told.format(address)}}
        shape = {"type": "Point", "coordinates": [1, 52]}
        feature = {"type": "Feature", "properties": {"Month": "2025-06"}, "geometry": shape}
        path = tmp_path / "a.geojson"
        path.write_text(
            json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
        )
        with pytest.raises(InputError, match=r"a.geojson: The coordinate system .* points at"):
            read_incidents([path])
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("EPSG:27700", 27700),
        ("urn:ogc:def:crs:EPSG::3857", 3857),
        ("http://www.opengis.net/def/crs/EPSG/0/27700", 27700),
    ],
)
def test_a_reference_system_by_its_name_is_known(told, code):
    assert named_crs(told).to_epsg() == code
    assert named_crs(named_crs(told).to_wkt("WKT1_GDAL")).to_epsg() == code  # with +nadgrids=@null
