"""Files of every format, changed where their structure is, given to the readers of that format.

Run as ``python -m tests.security.fuzz FIRST LAST FORMAT...``. There is one line of JSON for each
format and seed, said before it is read and after, so that whoever runs it knows which file ended or
stopped the process. Seed -1 is the sound file. Children's tasks are done in this process, which has
limits of memory and a clock of its own.
"""

import io
import json
import os
import random
import re
import resource
import signal
import sqlite3
import sys
import tempfile
import tomllib
import zipfile
from contextlib import closing
from functools import cache
from importlib import import_module
from pathlib import Path

import geopandas
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import tomli_w

from mapper.app.door.people_file import read_people_file
from mapper.areas import boundaries, study_area
from mapper.areas.base_table import read_base_table
from mapper.areas.boundaries import read_boundary
from mapper.areas.load import load_study_area
from mapper.areas.official_table import read_official
from mapper.base.errors import MapperError
from mapper.base.files import no_progress
from mapper.cli.job_file import read_job
from mapper.context import place_files
from mapper.context.place_files import read_places
from mapper.disclosure.rules import read_rules
from mapper.incidents import parquet, spatial, workbook
from mapper.incidents.mapping import load_mapping
from mapper.incidents.postcodes import load_postcodes
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.maps.basemap import basemap_of
from tests.incidents.incident_files import csv_text, extract
from tests.security.hostile_files import SQUARE

MEMORY = 2 * 1024**3  # bytes of data, most of them taken by libraries before the first file
SECONDS = 20  # for one file
ROOT = Path(__file__).parents[2]
ODD = (
    *(None, True, [], {}, "", "\0", " ", "x" * 70_000, "\u202e", "=1+1", "{{7*7}}", "../../x"),
    *(-1, 0, 10**30, -(2**63), 1e308, float("nan"), float("inf"), "99/99/9999", "0000-00-00"),
    *("1e999", "\ud800", [[[[]]]], {"a": {"b": {}}}, "EPSG:0", "/vsicurl/http://127.0.0.1:1/"),
)
TOKENS = (
    *('"', ",", ";", "\n", "\r", "\t", "\0", "'", "<", ">", "&", "&#x0;", "]]>", "<!--", "=", "{"),
    *("[", "}", "]", "\ufeff", "99999999999", "-1", "1e400", "NaN", "", "\\", "%s", "\u2028"),
)


def bytes_changed(rng, data):
    """Bytes with some flipped, cut, doubled or taken out."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) or 1)
        kind = rng.randrange(5)
        if kind == 0 and data:
            data[at] = rng.choice((0, 255, 127, 128, rng.randrange(256)))
        elif kind == 1:
            del data[at : at + rng.randint(1, 64)]
        elif kind == 2:
            data[at:at] = data[at : at + rng.randint(1, 64)] * rng.randint(1, 4)
        elif kind == 3:
            data[at : at + 4] = rng.choice((b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\xff" * 4))
        else:
            data = data[: rng.randint(len(data) // 2, len(data))]
    return bytes(data)


def text_changed(rng, data):
    """Text with parts between signs exchanged, doubled or taken out."""
    parts = re.split(r"([^\w.]+)", data.decode())
    for _ in range(rng.randint(1, 10)):
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        kind = rng.randrange(5)
        if kind == 0:
            parts[at], parts[other] = parts[other], parts[at]
        elif kind == 1:
            parts[at] = rng.choice(TOKENS)
        elif kind == 2:
            parts[at] *= rng.choice((0, 2, 300))
        elif kind == 3:
            parts[at:at] = parts[other : other + rng.randint(1, 40)]
        else:
            del parts[at : at + rng.randint(1, 6)]
            parts = parts or [""]
    text = "".join(parts)
    return text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig")), "replace")


def tree_changed(rng, tree):
    """A tree of dictionaries and lists with nodes exchanged for odd ones, taken out or doubled."""
    for _ in range(rng.randint(1, 4)):
        node = tree
        while isinstance(node, (dict, list)) and node:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            key = rng.choice(list(keys))
            below = node[key]
            if not isinstance(below, (dict, list)) or not below or rng.random() < 0.25:
                kind = rng.randrange(4)
                if kind == 0:
                    del node[key]
                elif kind == 1 and isinstance(node, dict):
                    node[str(rng.choice(ODD))[:99]] = node.pop(key)
                else:
                    node[key] = rng.choice(ODD)
                break
            node = below
    return tree


def json_changed(rng, data):
    """JSON changed as a tree, or now and then as text."""
    if rng.random() < 0.2:
        return text_changed(rng, data)
    return json.dumps(tree_changed(rng, json.loads(data))).encode()


def toml_changed(rng, data):
    """TOML changed as a tree where the tree can still be written, else as text."""
    try:
        return tomli_w.dumps(tree_changed(rng, tomllib.loads(data.decode()))).encode()
    except (TypeError, ValueError, AttributeError):
        return text_changed(rng, data)


def zip_changed(rng, data):
    """An archive with one member changed, as text where it is text; or its own bytes."""
    if rng.random() < 0.15:
        return bytes_changed(rng, data)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        chosen = rng.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name == chosen:
                change = text_changed if name.endswith((".xml", ".rels", ".csv")) else bytes_changed
                content = change(rng, content)
            new.writestr(name, content)
    return out.getvalue()


def sqlite_changed(rng, data):
    """A GeoPackage with cells of its tables of data or of description changed."""
    if rng.random() < 0.4:
        return bytes_changed(rng, data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.gpkg")
        path.write_bytes(data)
        with closing(sqlite3.connect(path)) as file:
            tables = ("places", "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
            for _ in range(rng.randint(1, 3)):
                table = rng.choice(tables)
                columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
                column = rng.choice(columns)
                value = rng.choice(
                    [o for o in ODD if isinstance(o, (str, float)) and o != "\ud800"]
                )
                if column == "geom":
                    (old,) = file.execute("SELECT geom FROM places").fetchone()
                    value = bytes_changed(rng, old)
                try:
                    file.execute(f"UPDATE {table} SET {column} = ?", (value,))
                except sqlite3.Error:
                    continue
            file.commit()
        return path.read_bytes()


def parquet_changed(rng, data):
    """A Parquet file of other types, of other descriptions, or of changed bytes."""
    if rng.random() < 0.4:
        return bytes_changed(rng, data)
    table = pq.read_table(io.BytesIO(data))
    kinds = [
        lambda n: pa.array([rng.choice([None, 2**62, -(2**62)])] * n, pa.timestamp("us", "UTC")),
        lambda n: pa.array([[1, [2]][:1]] * n),
        lambda n: pa.array([{"a": None}] * n),
        lambda n: pa.array([b"\xff\xfe"] * n, pa.binary()),
        lambda n: pa.DictionaryArray.from_arrays(pa.array([0] * n), pa.array(["x"])),
        lambda n: pa.array([None] * n, pa.null()),
        lambda n: pa.array([float("nan")] * n),
        lambda n: pa.array([10**37] * n, pa.decimal128(38, 0)),
        lambda n: pa.array([2**31 - 1] * n, pa.date32()),
    ]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(table.num_columns)
        made = rng.choice(kinds)(table.num_rows)
        table = table.set_column(at, rng.choice([*table.column_names, "", "x"]), made)
    told = {b"geo": json_changed(rng, b'{"primary_column":"x","columns":{"x":{"crs":null}}}')}
    if rng.random() < 0.5:
        table = table.replace_schema_metadata(told)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@cache
def samples():
    """A sound file of each kind, as bytes."""
    rows = csv_text(extract({}, {}, {}, {}))
    cells = [line.split(",") for line in rows.splitlines()]
    frame = geopandas.GeoDataFrame({"name": ["a"], "kind": ["park"]}, geometry=[SQUARE], crs=4326)
    point = geopandas.GeoDataFrame(
        {"reference": ["A1"], "from_at": ["2025-06-01 10:00"], "incident_type": ["Violence"]},
        geometry=[shapely.Point(-2.98, 53.4)],
        crs=4326,
    )
    found = {"csv": rows.encode(), "geojson": point.to_json().encode()}
    book = openpyxl.Workbook()
    for line in cells:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    found["xlsx"] = out.getvalue()
    out = io.BytesIO()
    pq.write_table(pa.table({n: list(c) for n, *c in zip(*cells, strict=True)}), out)
    found["parquet"] = out.getvalue()
    page = "".join(f"<tr><td>{'<td colspan=1 rowspan=1>'.join(line)}</tr>" for line in cells)
    found["html"] = f"<html><table>{page}</table></html>".encode()
    with tempfile.TemporaryDirectory() as folder:
        point.to_file(Path(folder, "a.gpkg"), layer="places")
        found["gpkg"] = Path(folder, "a.gpkg").read_bytes()
        frame.to_file(Path(folder, "b.gpkg"), layer="places")
        found["shapes"] = Path(folder, "b.gpkg").read_bytes()
        frame.to_file(Path(folder, "c.shp"))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for part in sorted(Path(folder).glob("c.*")):
                archive.write(part, part.name)
        found["shp"] = out.getvalue()
    found["polygons"] = frame.to_json().encode()
    corners = " ".join(f"{x},{y}" for x, y in SQUARE.exterior.coords)
    found["kml"] = (
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        "<name>a</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document>"
        "</kml>"
    ).encode()
    return found


CSVS = {
    "places": b"name,kind,lon,lat\nA,park,-2.9,53.4\nB,school,-2.8,53.5\n",
    "ratings": b"<FHRSEstablishment><EstablishmentDetail><FHRSID>1</FHRSID><BusinessName>a"
    b"</BusinessName><BusinessType>Pub/bar/nightclub</BusinessType><Geocode><Longitude>-2.9"
    b"</Longitude><Latitude>53.4</Latitude></Geocode></EstablishmentDetail></FHRSEstablishment>",
    "postcodes": b"pcds,lat,long\nL1 1AA,53.4,-2.9\nL1 1AB,53.5,-2.8\n",
    "expected": b"lsoa,people\nE01006512,10\nE01006513,20\n",
    "official": b"Title\nLSOA21CD,Name,Total\nE01006512,A,10\nE01006513,B,20\n",
    "mapping": b'name = "x"\n[columns]\nfrom_at = "When"\nlongitude = "X"\nlatitude = ["Y", "Z"]\n',
    "job": b'title = "x"\nout = "out"\n[incidents]\npaths = ["x.csv"]\n[analysis]\n'
    b'lenses = ["all-demand"]\n',
    "people": b'[claims]\nname = "email"\nroles = "groups"\nwards = "groups"\n[roles]\n'
    b'analyst = ["g1"]\npartner = ["g2"]\n[wards]\n"g1" = ["Everton"]\n',
    "pmtiles": b"PMTiles\x03" + bytes(89) + b"\x01\x01\x02\x00\x0e" + bytes(300),
}


def shipped(path):
    return (ROOT / path).read_bytes()


# Name -> file name, sound content, how it is changed, and what reads it.
FORMATS = {
    "csv": ("a.csv", "csv", text_changed, lambda p: read_incidents([p])),
    "geojson": ("a.geojson", "geojson", json_changed, lambda p: read_incidents([p])),
    "parquet": ("a.parquet", "parquet", parquet_changed, lambda p: read_incidents([p])),
    "workbook": ("a.xlsx", "xlsx", zip_changed, lambda p: read_incidents([p])),
    "page": ("a.xls", "html", text_changed, lambda p: read_incidents([p])),
    "geopackage": ("a.gpkg", "gpkg", sqlite_changed, lambda p: read_incidents([p])),
    "boundary geojson": ("b.geojson", "polygons", json_changed, read_boundary),
    "boundary geopackage": ("b.gpkg", "shapes", sqlite_changed, read_boundary),
    "boundary shapefile": ("b.zip", "shp", zip_changed, read_boundary),
    "boundary kml": ("b.kml", "kml", text_changed, read_boundary),
    "area table": ("t.parquet", "parquet", parquet_changed, lambda p: load_study_area(str(p))),
    "expected": ("e.csv", "expected", text_changed, read_base_table),
    "official": ("o.csv", "official", text_changed, read_official),
    "places": ("p.csv", "places", text_changed, read_places),
    "ratings": ("p.xml", "ratings", text_changed, read_places),
    "shapes of places": ("p.gpkg", "shapes", sqlite_changed, read_places),
    "postcodes": ("c.csv", "postcodes", text_changed, load_postcodes),
    "lens": ("county-lines.toml", "mapper/lenses/county-lines.toml", toml_changed, load_lens),
    "mapping": ("m.toml", "mapping", toml_changed, load_mapping),
    "job": ("j.toml", "job", toml_changed, read_job),
    "people": ("q.toml", "people", toml_changed, read_people_file),
    "rules": ("r.toml", "mapper/disclosure/rules.toml", toml_changed, read_rules),
    "background": ("s.pmtiles", "pmtiles", bytes_changed, lambda p: basemap_of(str(p))),
}


def sound(what):
    """A sound file's bytes."""
    if "/" in what:
        return shipped(what)
    return CSVS[what] if what in CSVS else samples()[what]


def here(task, told, **_):
    """Do a child's task in this process."""
    module, _, function = task.partition(":")
    answer = getattr(import_module(module), function)(json.loads(json.dumps(told)), no_progress)
    return json.loads(json.dumps(answer))


def outcome(read, path):
    """Return how a reader took a file: read, refused, or how it fell."""
    try:
        read(path)
    except MapperError as error:
        return "refused" if str(error).strip() else "fell: without a word"
    except MemoryError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - what the fuzzer looks for
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        at = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
        return f"fell: {type(error).__name__} at {at}: {str(error)[:160]}"
    return "read"


def most_memory():
    """The most that this process held, in kB; ru_maxrss counts the one that started it too."""
    (line,) = [x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x]
    return int(line.split()[1])


def late(*_):
    raise TimeoutError("hangs")


def main(first, last, *forms):
    """Read the changed files of some seeds, of each format."""
    for module in (boundaries, place_files, parquet, spatial, study_area, workbook):
        module.in_child = here
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, late)
    with os.fdopen(os.dup(1), "w") as answers, tempfile.TemporaryDirectory() as folder:
        os.dup2(2, 1)  # what libraries print goes elsewhere

        def tell(*words):
            answers.write(f"{json.dumps(words)}\n")
            answers.flush()

        for form in forms:
            name, what, change, read = FORMATS[form]
            data, path = sound(what), Path(folder, name)
            for seed in range(int(first), int(last)):
                tell(form, seed, "begun", 0)
                changed = data if seed < 0 else change(random.Random(seed), data)
                path.write_bytes(changed)
                signal.alarm(SECONDS)
                told = outcome(read, path)
                signal.alarm(0)
                tell(form, seed, told, most_memory())


if __name__ == "__main__":
    main(*sys.argv[1:])
