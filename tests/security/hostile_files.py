# ruff: noqa: ISC004 - bytes and markup of files, kept in one piece
"""Files made to harm their reader: bombs, giants, liars, climbers, and broken geometry.

Each maker takes an empty folder, writes one file there and returns its path. ``INCIDENTS`` go
through the app's intake, ``BOUNDARIES`` through the reader of boundaries, and so on.
"""

import gzip
import io
import json
import sqlite3
import stat
import struct
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from tests.incidents.incident_files import csv_text, extract

GOOD = csv_text(extract({}, {}, {}))
MB = 1024**2
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def file(name, content):
    """A maker of a file with fixed content."""

    def make(folder):
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def packed(name, *, mbytes):
    """A maker of blanks without end, packed by gzip."""

    def make(folder):
        path = folder / name
        with gzip.open(path, "wb", compresslevel=9) as out:
            for _ in range(mbytes):
                out.write(b" " * 1024**2)
        return path

    return make


def zipped(name, *members, encrypt=False):
    """A maker of a zip archive of (name or ZipInfo, content)."""

    def make(folder):
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(member, content)
        if encrypt:
            data = bytearray(path.read_bytes())
            data[data.rfind(b"PK\x01\x02") + 8] |= 1
            path.write_bytes(data)
        return path

    return make


def bomb(name, member, *, mbytes, head=b"", tail=b"", declared=None, others=()):
    """A maker of an archive whose member is blanks without end, written in moments.

    ``declared`` is the size that the archive tells where it lies.
    """

    def make(folder):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
        block = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
        last = packer.compress(tail) + packer.flush(zlib.Z_FINISH)
        crc, blanks = zlib.crc32(head), b" " * MB
        for _ in range(mbytes):
            crc = zlib.crc32(blanks, crc)
        crc = zlib.crc32(tail, crc)
        size = len(head) + mbytes * MB + len(tail) if declared is None else declared
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for other, content in others:
                archive.writestr(other, content)
        _append(path, member.encode(), first + block * mbytes + last, crc, size)
        return path

    return make


def _append(path, name, packed, crc, size):
    """Put a member of packed bytes into an archive, behind those that it has."""
    old = path.read_bytes()
    end = old.rfind(b"PK\x05\x06")
    count, _, start = struct.unpack("<HII", old[end + 10 : end + 20])
    told = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + told + name + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + told
    entry += struct.pack("<HHHII", 0, 0, 0, 0, start) + name
    directory = old[start:end] + entry
    last = struct.pack(
        "<HHHHIIH", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0
    )
    path.write_bytes(old[:start] + local + directory + b"PK\x05\x06" + last)


BOOK = (
    (
        "[Content_Types].xml",
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default'
        ' Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
    ),
    (
        "_rels/.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    ),
    (
        "xl/workbook.xml",
        f'<workbook {NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http:'
        '//schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
        ' Target="sharedStrings.xml"/></Relationships>',
    ),
)
SHEET = "xl/worksheets/sheet1.xml"
LONG = pa.array(["x" * 3_000] * 1_000)
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
EMPTY_STRINGS = ("xl/sharedStrings.xml", f"<sst {NS}/>")


def book(name, rows, *, before="", strings=EMPTY_STRINGS, prologue=""):
    """A maker of a workbook of one sheet, its XML as given."""
    sheet = f"{prologue}<worksheet {NS}>{before}<sheetData>{rows}</sheetData></worksheet>"
    return zipped(name, *BOOK, strings, (SHEET, sheet))


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 1000
    + '"><!ENTITY c "'
    + "&b;" * 1000
    + '"><!ENTITY d "'
    + "&c;" * 1000
    + '">]>'
)


def linked(name):
    """The entry of a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def nul_name(folder):
    """An archive with a NUL byte in the name of a member."""
    path = zipped("nul.zip", ("aXb.csv", GOOD))(folder)
    path.write_bytes(path.read_bytes().replace(b"aXb.csv", b"a\0b.csv"))
    return path


def cut(maker, keep):
    """A maker of the first bytes of what another makes."""

    def make(folder):
        path = maker(folder)
        data = path.read_bytes()
        path.write_bytes(data[: keep if keep > 1 else int(len(data) * keep)])
        return path

    return make


def parquet(name, table, **choices):
    """A maker of a Parquet file."""

    def make(folder):
        pq.write_table(table(), folder / name, **choices)
        return folder / name

    return make


def features(*geometries, crs=None):
    """GeoJSON text of features with a name and a time."""
    told = {"type": "FeatureCollection", "features": []}
    for at, geometry in enumerate(geometries):
        properties = {"reference": f"R{at}", "from_at": "2026-03-02 14:05", "name": f"N{at}"}
        told["features"].append({"type": "Feature", "properties": properties, "geometry": geometry})
    if crs:
        told["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(told)


def point(x, y):
    return {"type": "Point", "coordinates": [x, y]}


def spatial(name, *shapes, **columns):
    """A maker of a file in the format of its suffix."""

    def make(folder):
        import geopandas

        told = columns or {"name": [f"N{i}" for i in range(len(shapes))]}
        frame = geopandas.GeoDataFrame(told, geometry=list(shapes), crs="EPSG:4326")
        if name.endswith(".parquet"):
            frame.to_parquet(folder / name)
        else:
            frame.to_file(folder / name)
        return folder / name

    return make


def shapefile(name, *, keep=None, without=()):
    """A maker of a zipped shapefile, its .shp cut short or parts left out."""

    def make(folder):
        import geopandas

        frame = geopandas.GeoDataFrame(
            {"ref": ["a"], "from_at": ["2026-03-02"]},
            geometry=[shapely.Point(-2.9, 53.4)],
            crs="EPSG:4326",
        )
        parts = folder / "parts"
        parts.mkdir()
        frame.to_file(parts / "layer.shp")
        members = []
        for part in sorted(parts.iterdir()):
            data = part.read_bytes()
            data = data[:keep] if keep and part.suffix == ".shp" else data
            if part.suffix not in without:
                members.append((part.name, data))
            part.unlink()
        parts.rmdir()
        return zipped(name, *members)(folder)

    return make


def database(name, *statements):
    """A maker of an SQLite file."""

    def make(folder):
        connection = sqlite3.connect(folder / name)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return folder / name

    return make


def star(corners):
    """A polygon that crosses itself about ``corners`` squared times."""
    angle = np.random.default_rng(1).uniform(0, 2 * np.pi, corners)
    ring = np.c_[-2.9 + 0.05 * np.cos(angle), 53.4 + 0.03 * np.sin(angle)]
    return shapely.Polygon(ring)


def comb(teeth, *, turned):
    """A polygon of many thin teeth, each across the whole square."""
    at = np.repeat(np.arange(teeth) / teeth, 2)
    reach = np.tile([0.1, 1.0, 1.0, 0.1], teeth // 2 + 1)[: 2 * teeth]
    ring = np.r_[np.c_[reach, at + 0.0], [[0.0, 1.0], [0.0, 0.0]]]
    ring = ring[:, ::-1] if turned else ring
    return shapely.Polygon(ring * 0.05 + [-2.95, 53.38])


def many_corners(folder, count=10_000_000):
    """A GeoParquet whose polygon has any number of corners, round and round the same ring."""
    path = spatial("corners.parquet", SQUARE)(folder)
    angle = np.linspace(0, 2 * np.pi, 10_000)
    ring = np.c_[-2.9 + 0.05 * np.cos(angle), 53.4 + 0.03 * np.sin(angle)]
    head = struct.pack("<BIII", 1, 3, 1, count)
    wkb = pa.py_buffer(b"".join([head, *[ring.tobytes()] * (count // 10_000)]))
    ends = pa.py_buffer(np.array([0, wkb.size], dtype=np.int32))
    geometry = pa.Array.from_buffers(pa.binary(), 1, [None, ends, wkb])  # without a copy
    told = pq.read_schema(path).metadata
    table = pa.table({"name": ["N"], "geometry": geometry}).replace_schema_metadata(told)
    pq.write_table(table, path, use_dictionary=False, write_statistics=False, compression="none")
    return path


def with_nan(folder):
    """A GeoPackage whose polygon has a corner that is no number, put into its bytes."""
    path = spatial("nan.gpkg", shapely.Polygon([(-2.5, 53.4), (-2.125, 53.4), (-2.5, 53.5)]))(
        folder
    )
    data = path.read_bytes()
    assert struct.pack("<d", -2.125) in data
    path.write_bytes(data.replace(struct.pack("<d", -2.125), struct.pack("<d", float("nan"))))
    return path


SQUARE = shapely.box(-2.99, 53.38, -2.95, 53.41)
BOW_TIE = shapely.Polygon([(-2.99, 53.40), (-2.95, 53.42), (-2.95, 53.40), (-2.99, 53.42)])
UTF16 = GOOD.encode("utf-16-le")
WIDE = ",".join(f"c{i}" for i in range(5_000))

INCIDENTS = {
    "far cells": book("far.xlsx", FAR),
    "far cells declared": book("told.xlsx", FAR, before='<dimension ref="A1:XFD1048576"/>'),
    "workbook bomb": bomb("bomb.xlsx", SHEET, mbytes=3_000, others=BOOK),
    "workbook bomb below the limit": bomb(
        "under.xlsx",
        "xl/sharedStrings.xml",
        mbytes=900,
        head=f"<sst {NS}><si><t xml:space='preserve'>".encode(),
        tail=b"</t></si></sst>",
        others=(*BOOK, (SHEET, f"<worksheet {NS}><sheetData>{FAR}</sheetData></worksheet>")),
    ),
    "workbook that lies about its size": bomb(
        "liar.xlsx", SHEET, mbytes=3_000, declared=1_000, others=BOOK
    ),
    "billion laughs": book(
        "laughs.xlsx", '<row r="1"><c t="str"><v>&d;</v></c></row>', prologue=LAUGHS
    ),
    "workbook cut short": cut(book("cut.xlsx", FAR), 300),
    "text called a workbook": file("text.xlsx", GOOD),
    "picture called a workbook": file("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "old workbook of nothing": file("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "ods bomb": bomb("bomb.ods", "content.xml", mbytes=2_000),
    "archive bomb": bomb("bomb.zip", "a.csv", mbytes=3_000),
    "archive that lies": bomb("liar.zip", "a.csv", mbytes=200, declared=100),
    "absolute member": zipped("absolute.zip", ("/etc/cron.d/a.csv", GOOD)),
    "climbing member": zipped("climbing.zip", ("x/../../a.csv", GOOD)),
    "climbing the other way": zipped("windows.zip", ("..\\..\\a.csv", GOOD)),
    "drive member": zipped("drive.zip", ("C:/a.csv", GOOD)),
    "linked member": zipped("linked.zip", (linked("a.csv"), "/etc/passwd")),
    "nested archive": zipped("nested.zip", ("inner.zip", b"PK\x05\x06" + bytes(18))),
    "member name of 5,000": zipped("long.zip", ("n" * 5_000 + ".csv", GOOD)),
    "member with a NUL": nul_name,
    "protected archive": zipped("locked.zip", ("a.csv", GOOD), encrypt=True),
    "crowded archive": zipped("crowd.zip", *((f"{i}.csv", "") for i in range(20_001))),
    "archive cut short": cut(zipped("cut.zip", ("a.csv", GOOD * 50)), 0.5),
    "device members": zipped("devices.zip", ("CON.csv", GOOD), ("NUL.csv", GOOD)),
    "gzip bomb": packed("trap.csv.gz", mbytes=1_000),
    "gzip called CSV": file("packed.csv", zlib.compress(GOOD.encode(), wbits=31)),
    "PDF called CSV": file("paper.csv", b"%PDF-1.7\n" + bytes(50)),
    "program called CSV": file("program.csv", b"\x7fELF" + bytes(200)),
    "nothing at all": file("empty.csv", b""),
    "only line breaks": file("breaks.csv", b"\r\n" * 100_000),
    "NUL bytes": file("nul.csv", GOOD.replace("Robbery", "Rob\0bery")),
    "ragged rows": file("ragged.csv", GOOD + "a,b\r\n" + "x," * 50 + "\r\n"),
    "UTF-16 without a mark": file("utf16.csv", UTF16),
    "half of UTF-16": file("half16.csv", b"\xff\xfe" + UTF16[:-1]),
    "quotation mark never closed": file("quote.csv", GOOD + '"R9,2026\r\n' + GOOD),
    "5,000 columns": file("wide.csv", f"{WIDE}\r\n{WIDE}\r\n"),
    "a field of 60 MB": file("field.csv", GOOD + "x" * (60 * MB) + "\r\n"),
    "a header of 20 million commas": file("commas.csv", b"," * 20_000_000),
    "Parquet cut short": cut(parquet("cut.parquet", lambda: pa.table({"a": range(9999)})), 0.6),
    "Parquet of 200 million rows": parquet(
        "claims.parquet", lambda: pa.table({"from_at": pa.nulls(200_000_000)})
    ),
    "Parquet that packs a bomb": parquet(
        "bomb.parquet", lambda: pa.table({"from_at": pa.chunked_array([LONG] * 1_000)})
    ),
    "Parquet with a false end": file("end.parquet", b"PAR1" + b"\xff\xff\xff\x7f" * 9 + b"PAR1"),
    "JSON of 100,000 brackets": file("deep.geojson", '{"features":' + "[" * 100_000),
    "JSON of numbers that are none": file(
        "numbers.geojson",
        features(point(float("nan"), 53.4), point(1e308, 10**400), point("x", None), None),
    ),
    "JSON of features that are none": file("none.geojson", '{"features":[1,null,"x",[[]]]}'),
    "JSON of 400,000 features": file(
        "giant.geojson", '{"features":[' + '{"properties":{"a":"b","c":"d"}},' * 400_000 + "{}]}"
    ),
    "GeoPackage cut short": cut(spatial("cut.gpkg", shapely.Point(-2.9, 53.4)), 9_000),
    "GeoPackage of noise": file(
        "noise.gpkg", b"SQLite format 3\0" + np.random.default_rng(1).bytes(50_000)
    ),
    "database without a layer": database(
        "bare.gpkg", "create table a(b)", "create view v as select load_extension('x')"
    ),
    "shapefile cut short": shapefile("cutshape.zip", keep=110),
    "shapefile without its table": shapefile("bare.zip", without=(".dbf",)),
    "shapefile of noise": file("noise.shp", b"\x00\x00\x27\x0a" + b"\xff" * 400),
}


def ring(*corners):
    return {"type": "Polygon", "coordinates": [list(corners)]}


BOUNDARIES = {
    "no number in a corner": with_nan,
    "crossing itself once": spatial("bow.geojson", BOW_TIE),
    "crossing itself 200 million times": spatial("star.geojson", star(20_000)),
    "combs across each other": spatial(
        "combs.gpkg", comb(6_000, turned=False), comb(6_000, turned=True)
    ),
    "10 million corners": many_corners,
    "empty shapes": spatial("empty.gpkg", shapely.Polygon(), shapely.Polygon()),
    "off the globe": file(
        "off.geojson", features(ring([1e300, 1], [5, 1e300], [6, 6], [1e300, 1]))
    ),
    "points only": spatial("points.geojson", shapely.Point(-2.9, 53.4)),
    "system of no one": file(
        "system.geojson",
        features(ring([1, 1], [2, 1], [2, 2], [1, 1]), crs="https://example.org/x"),
    ),
    "boundary of brackets": file(
        "deep.geojson", '{"type":"FeatureCollection","features":' + "[" * 99_999
    ),
    "pointing at another file": file(
        "points.geojson",
        "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
    ),
    "outer entity": file(
        "entity.kml",
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>',
    ),
    "boundary archive that climbs": zipped("up.zip", ("../a.shp", b"\x00\x00\x27\x0a")),
    "boundary archive bomb": bomb("bomb.zip", "a.shp", mbytes=3_000),
    "boundary archive with a link": zipped("link.zip", (linked("a.shp"), "/etc/passwd")),
    "boundary cut short": cut(spatial("cut.gpkg", SQUARE), 20_000),
    "boundary Parquet cut short": cut(spatial("cut.parquet", SQUARE), 0.5),
    "FlatGeobuf cut short": cut(spatial("cut.fgb", SQUARE), 0.5),
    "boundary of nothing": file("nothing.geojson", b""),
}

MAPPINGS = {
    "mapping of brackets": file("deep.toml", "a = " + "[" * 50_000),
    "mapping of 10 MB": file("giant.toml", '# "\n' * 2_500_000),
    "mapping of digits": file("digits.toml", "a = " + "9" * 10_000),
    "mapping that is a program": file("program.toml", b"\x7fELF" + bytes(range(256))),
    "mapping with a NUL": file("nul.toml", b'[columns]\nfrom_at = "a\0b"\n'),
}
LENSES = {
    "lens of brackets": file("deep.toml", "a = " + "[" * 20_000),
    "lens of 10 MB": file("giant.toml", "# \n" * 3_500_000),
    "lens of digits": file("digits.toml", "a = " + "9" * 10_000),
    "lens that is a program": file("program.toml", b"\x7fELF" + bytes(range(256))),
    "lens with a NUL": file("nul.toml", b'id = "a\0b"\n'),
}
STUDY_AREAS = {
    "area of 200 million rows": parquet(
        "claims.parquet", lambda: pa.table({"cell": pa.nulls(200_000_000)})
    ),
    "area cut short": cut(parquet("cut.parquet", lambda: pa.table({"cell": range(9999)})), 0.6),
    "area of other columns": parquet("other.parquet", lambda: pa.table({"x": [1]})),
}


class Upload:
    """A file as the app's upload hands it on."""

    def __init__(self, path, name=None):
        self.path, self.name = path, name or path.name

    def getvalue(self):
        return self.path.read_bytes()


def packed(data):
    """Bytes as a file object, for second readers."""
    return io.BytesIO(data)
