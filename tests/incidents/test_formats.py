"""Every format gives the same incidents as the plain CSV, and is refused in words when broken."""

import datetime as dt
import io
import json
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.mapping import ColumnMapping
from tests.incidents.incident_files import EXTRACT, csv_text, extract, read, reasons, write_csv

ROWS = extract(
    {"incident_type": "Théft \u2013 \u201cshop\u201d"},
    {"to_at": "2026-03-02 15:00", "knife": "N"},
    {"easting": "x"},
    {"reference": "R1", "incident_type": "Théft \u2013 \u201cshop\u201d"},
)
OUTSIDE = "coordinates outside Great Britain and Northern Ireland"
LON_LAT = [(-2.9915, 53.4045), (-2.98, 53.41), None, (-2.97, 53.4)]


@pytest.fixture
def plain(tmp_path):
    return read(write_csv(tmp_path / "plain.csv", ROWS))


def assert_same(found, plain):
    ours, theirs = (x.table.drop(columns="source").astype({"type": "str"}) for x in (found, plain))
    pd.testing.assert_frame_equal(ours, theirs, check_categorical=False)
    assert reasons(found) == reasons(plain)


@pytest.mark.parametrize("delimiter", list(",;\t|^~:¬"))
def test_delimiters(tmp_path, plain, delimiter):
    found = read(write_csv(tmp_path / "a.txt", ROWS, delimiter=delimiter))
    assert_same(found, plain)
    assert found.files[0].delimiter == delimiter


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(tmp_path, plain, encoding):
    found = read(write_csv(tmp_path / "a.csv", ROWS, encoding=encoding))
    assert_same(found, plain)
    noted = "a.csv: is not UTF-8 and was read as Windows-1252 text" in found.notes
    assert noted == (encoding == "cp1252")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, plain, end):
    assert_same(read(write_csv(tmp_path / "a.csv", ROWS, end=end)), plain)


def test_bytes_that_windows_leaves_undefined(tmp_path):
    data = csv_text(ROWS[:2]).replace("Théft", "T\x81").encode("latin-1", errors="replace")
    (tmp_path / "a.csv").write_bytes(data)
    assert read(tmp_path / "a.csv").table["type"][0].startswith("T\x81")


def test_a_hint_of_excel_names_the_delimiter(tmp_path, plain):
    told = "sep=;\r\n" + csv_text(ROWS, delimiter=";")
    (tmp_path / "a.csv").write_bytes(told.encode())
    found = read(tmp_path / "a.csv")
    assert found.table["row"].tolist() == [n + 1 for n in plain.table["row"]]


def test_headers_without_regard_to_case_spaces_and_underscores(tmp_path, plain):
    rows = [[name.replace("_", " ").title() for name in EXTRACT], *ROWS[1:]]
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["row"].tolist() == plain.table["row"].tolist()
    assert found.rejected["field"].tolist() == ["Easting", "Reference"]


def test_records_larger_than_a_block_and_blocks_of_many_records(tmp_path, monkeypatch):
    monkeypatch.setattr("mapper.incidents.delimited_records.BLOCK", 2_000)
    changes = [{"incident_type": f"T{n % 7}", "to_at": "?" if n == 350 else ""} for n in range(400)]
    rows = extract(*changes)
    rows[200] = rows[200][:2]
    path = write_csv(tmp_path / "a.csv", rows)
    short = read(path)
    assert reasons(short) == [(201, "wrong number of fields", ""), (352, "bad date", "to_at")]
    rows[300][5] = "long " * 3_000  # past Arrow's block: Python's parser takes over
    long = read(write_csv(tmp_path / "b.csv", rows))
    assert reasons(long) == reasons(short)
    assert long.table["row"].tolist() == short.table["row"].tolist()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"\n \n", "is empty"),
        (b"a\n1\n", "one column only"),
        (b"a,b\n1,2\n", "neither a police.uk street file nor an extract"),
        (b"reference,from_at,from at,easting,northing\n", "stand twice in the header"),
        (b"reference,from_at,easting\n", "no easting and northing"),
        (b"reference,easting,northing\n", "no from_at"),
        (b"Crime ID,Month,Longitude,Latitude,Location\n", "no column 'Crime type'"),
        (
            b'reference,from_at,easting,northing\n1,2,3,4\n"5,6,7,8\n',
            "opened in row 3 is never closed",
        ),
        (b"\xff\xfea\x00\xd8", "cannot be decoded"),
        (b"\xef\xbb\xbf\xff", "marked as UTF-8"),
        (b"\x1f\x8b\x08", "cannot be unpacked"),
        (b"fgb\x03fgb\x00\x01", "FlatGeobuf"),
        (bytes(8) + b"DUCK@", "cannot be read"),
        (b"\x9d\x01\x02\x03 table", "bytes and no text"),
        (("," * 2_001).encode() + b"x\n", "more than 2,000"),
    ],
)
def test_text_that_cannot_be_read(tmp_path, data, words):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(InputError, match=words) as refusal:
        read(tmp_path / "a.csv")
    assert str(refusal.value).startswith("a.csv: ")


def test_a_header_alone_is_no_rows_and_is_noted(tmp_path):
    found = read(write_csv(tmp_path / "a.csv", [EXTRACT]))
    assert (len(found.table), len(found.rejected)) == (0, 0)
    assert found.notes == ("a.csv: has a header and no rows",)


def test_columns_that_are_not_read_are_noted(tmp_path):
    rows = [[*row, "x"] for row in extract({})]
    rows[0][-1] = "Victim name"
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.notes == ("a.csv: columns not read: 'Victim name'",)


def workbook(path, rows, *, above=0):
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(above):
        sheet.append([])
    for row in rows:
        sheet.append(row)
    book.create_sheet("Lookup")["A1"] = "x"
    book.save(path)
    return path


@pytest.mark.parametrize("above", [0, 2])
def test_workbooks(tmp_path, plain, above):
    rows = [ROWS[0]]
    for row in ROWS[1:]:
        typed = [int(c) if c.isdigit() else c or None for c in row]
        typed[1] = dt.datetime.fromisoformat(row[1])
        typed[6] = row[6] == "yes"
        rows.append(typed)
    found = read(workbook(tmp_path / "a.xlsx", rows, above=above))
    found.table["row"] -= above
    found.rejected["row"] -= above
    assert_same(found, plain)
    assert "a.xlsx: sheet 'Sheet' was read; not read: 'Lookup'" in found.notes


def test_blank_rows_inside_a_workbook(tmp_path, here):
    rows = extract({}, {})
    found = read(workbook(tmp_path / "a.xlsx", [rows[0], [], rows[1], [], rows[2]]))
    assert found.table["row"].tolist() == [3, 5]
    assert "a.xlsx: 2 wholly blank lines not counted as rows" in found.notes


def sheet_xml(path, cells, dimension=""):
    """A workbook whose only sheet has the XML given."""
    workbook(path, [["x"]])
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    body = f"{dimension}<sheetData>{cells}</sheetData></worksheet>".encode()
    members["xl/worksheets/sheet1.xml"] = start + body
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def test_a_workbook_that_ends_its_parser_is_refused(tmp_path):
    path = sheet_xml(tmp_path / "a.xlsx", FAR)
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match=r"a\.xlsx: has a value in row 1,048,576 but only"):
        read(path)


def test_a_workbook_that_declares_too_much_never_reaches_the_child(tmp_path, monkeypatch):
    path = sheet_xml(tmp_path / "a.xlsx", FAR, '<dimension ref="A1:XFD1048576"/>')
    monkeypatch.setattr("subprocess.Popen", None)
    with pytest.raises(InputError, match="16384 columns and 1048576 rows"):
        read(path)


def test_workbook_bombs_and_damage(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", ROWS)
    whole = path.read_bytes()
    monkeypatch.setattr(limits, "MAX_WORKBOOK_UNPACKED", 1_000)
    with pytest.raises(InputError, match="too many bytes"):
        read(path)
    path.write_bytes(whole[:500])
    with pytest.raises(InputError, match="damaged workbook"):
        read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        read(path)


def test_an_endless_workbook_is_given_up(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", ROWS)
    monkeypatch.setattr(limits, "WORKBOOK_SECONDS", 0.001)
    with pytest.raises(InputError, match=r"took more than 0\.001 s"):
        read(path)


def table(**changes):
    columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
    return pa.table({name: list(values) for name, values in (columns | changes).items()})


def test_parquet(tmp_path, plain):
    moments = pa.array(
        [dt.datetime(2026, 3, 2, 14, 5, tzinfo=dt.UTC)] * 4, pa.timestamp("us", "UTC")
    )
    typed = table(from_at=moments, knife=[True, False, True, True])
    typed = typed.set_column(5, "incident_type", typed["incident_type"].dictionary_encode())
    pq.write_table(typed, tmp_path / "a.parquet")
    assert_same(read(tmp_path / "a.parquet"), plain)


def test_times_of_parquet_in_utc_become_london_time(tmp_path):
    moments = pa.array(
        [dt.datetime(2026, 6, 2, 14, 5, tzinfo=dt.UTC)] * 4, pa.timestamp("ns", "UTC")
    )
    pq.write_table(table(from_at=moments, to_at=[None] * 4), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert found.table["start"][0] == pd.Timestamp("2026-06-02 15:05")


@pytest.mark.parametrize("length", [4, 8, 100, -1])
def test_truncated_parquet(tmp_path, length):
    pq.write_table(table(), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()[:length]
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.parquet: is not a whole Parquet file"):
        read(tmp_path / "a.parquet")


def frame(crs="EPSG:4326"):
    points = [None if p is None else shapely.Point(p) for p in LON_LAT]
    points[3] = shapely.LineString([(-2.9, 53.4), (-2.8, 53.4)])
    columns = table().drop_columns(["easting", "northing", "to_at"]).to_pandas()
    columns["reference"] = ["R1", "R2", "R3", "R4"]
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_crs(crs)


def assert_spatial(found, *, metres=0.01):
    assert found.table["row"].tolist() == [2, 3]
    assert reasons(found) == [
        (4, "no coordinates", "geometry"),
        (5, "geometry is not a point", "geometry"),
    ]
    for row, expected in zip(found.table[["lon", "lat"]].to_numpy(), LON_LAT[:2], strict=True):
        assert abs(row - expected).max() < metres / 60_000
    assert found.table["knife"].tolist() == [True, False]
    assert "Théft" in found.table["type"][0]


@pytest.mark.parametrize(
    ("crs", "metres"), [("EPSG:4326", 0.01), ("EPSG:3857", 0.01), ("EPSG:27700", 9)]
)
@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet"])
def test_spatial_files(tmp_path, kind, crs, metres, here):
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        frame(crs).to_parquet(path)
    elif kind == "geojson":
        path.write_text(frame(crs).to_json(to_wgs84=False, show_bbox=False))
    else:
        frame(crs).to_file(path, layer="incidents")
    assert_spatial(read(path), metres=metres)


def layers(path, *names):
    """A GeoPackage of some layers: beats are polygons, stations points without times."""
    here = frame()[:2]
    for name in names:
        told = here if name == "incidents" else here[["geometry"]].assign(name=name)
        if name == "beats":
            told = told.assign(geometry=told.buffer(0.01))
        told.to_file(path, layer=name)
    return path


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_a_layer_that_can_hold_points_is_read_before_one_that_cannot(tmp_path, here):
    found = read(layers(tmp_path / "a.gpkg", "beats", "incidents"))
    assert len(found.table) == 2
    assert "a.gpkg: layer 'incidents' was read; not read: beats" in found.notes


@pytest.mark.parametrize("mapping", [None, ColumnMapping({"from_at": ("When",)})])
def test_layers_that_were_not_read_are_named_where_the_first_is_none_of_incidents(
    tmp_path, mapping, here
):
    path = layers(tmp_path / "a.gpkg", "stations", "incidents")
    words = r"This is its layer 'stations'; .* \(incidents\), give sqlite:///FILE\?table=NAME"
    with pytest.raises(InputError, match=words):
        read(path, mapping=mapping)
    assert len(read(f"sqlite:///{path}?table=incidents").table) == 2


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet"])
def test_a_list_of_one_point_is_its_point_and_one_of_several_is_none(tmp_path, kind, here):
    listed = frame()
    one, two, _ = (shapely.Point(p) if p else None for p in LON_LAT[:3])
    listed.geometry = [
        shapely.MultiPoint([one]),
        shapely.MultiPoint([two]),
        shapely.MultiPoint([]),
        shapely.MultiPoint([one, two]),
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        listed.to_parquet(path)
    elif kind == "geojson":
        path.write_text(listed.to_json())
    else:
        listed.to_file(path)
    assert_spatial(read(path))


def shapefile(folder):
    """A shapefile holds one kind of geometry, and short names of columns."""
    whole = frame().iloc[:3].rename(columns={"incident_type": "incidenttype"})
    whole = whole.rename(columns={"incidenttype": "Location"})
    whole.to_file(folder / "layer.shp", encoding="utf-8")
    return sorted(folder.glob("layer.*"))


@pytest.mark.parametrize("zipped", [True, False])
def test_shapefiles(tmp_path, zipped):
    (tmp_path / "in").mkdir()
    parts = shapefile(tmp_path / "in")
    path = tmp_path / "in" / "layer.shp"
    if zipped:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as file:
            for part in parts:
                file.write(part, f"deep/{part.name}")
    found = read(path)
    assert found.table["row"].tolist() == [2, 3]
    assert reasons(found) == [(4, "no coordinates", "geometry")]
    assert "Théft" in found.table["location"][0]


def test_a_shapefile_without_its_table_or_system(tmp_path, here):
    shapefile(tmp_path)
    (tmp_path / "layer.prj").unlink()
    with pytest.raises(InputError, match="does not say its coordinate system"):
        read(tmp_path / "layer.shp")
    (tmp_path / "layer.dbf").unlink()
    with pytest.raises(InputError, match=r"\.dbf part is absent"):
        read(tmp_path / "layer.shp")


def test_broken_spatial_files(tmp_path):
    frame().to_file(tmp_path / "a.gpkg")
    whole = (tmp_path / "a.gpkg").read_bytes()
    for data in (whole[:50], whole[:5000], b"<OGRVRTDataSource/>"):
        (tmp_path / "a.gpkg").write_bytes(data)
        with pytest.raises(InputError, match=r"a\.gpkg: "):
            read(tmp_path / "a.gpkg")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"type": "FeatureCollection"}',
        '{"features": [{"geometry": null}]}',
        "[" * 100_000,
    ],
)
def test_broken_geojson(tmp_path, text):
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(InputError, match=r"a\.geojson: "):
        read(tmp_path / "a.geojson")


def test_json_of_arcgis_is_told_from_geojson(tmp_path):
    feature = {"attributes": {"reference": 7}, "geometry": {"x": -2.9, "y": 53.4}}
    told = {"geometryType": "esriGeometryPoint", "features": [feature]}
    (tmp_path / "a.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"a\.json: is JSON as ArcGIS writes it.*f=geojson"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no coordinates"),
        ({"type": "Point", "coordinates": []}, "no coordinates"),
        ({"type": "Point", "coordinates": [0, 0]}, "zero coordinates"),
        ({"type": "Point", "coordinates": ["-2.9", 53.4]}, "geometry is not a point"),
        ({"type": "Point", "coordinates": [-2.9]}, "geometry is not a point"),
        ({"type": "Point", "coordinates": [1e400, 53.4]}, "geometry is not a point"),
        ({"type": "Point", "coordinates": [10**400, 53.4]}, "geometry is not a point"),
        ({"type": "MultiPoint", "coordinates": [[-2.9, 53.4]]}, None),
        ({"type": "MultiPoint", "coordinates": [[-2.9, 53.4]] * 2}, "geometry is not a point"),
        ({"type": "MultiPoint", "coordinates": [[]]}, "no coordinates"),
        ({"type": "MultiPoint", "coordinates": [None]}, "geometry is not a point"),
        ({"type": "MultiPoint", "coordinates": [["-2.9", 53.4]]}, "geometry is not a point"),
        ({"type": "Point", "coordinates": [2.9, 53.4]}, OUTSIDE),
        (3, "geometry is not a point"),
        ({"type": "Point", "coordinates": [-2.9, 53.4, 12]}, None),
    ],
)  # fmt: skip
def test_geometries_of_geojson(tmp_path, geometry, reason):
    properties = {"reference": 7, "from_at": "2026-03-02", "incident_type": "\ud800", "knife": 1}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    told = json.dumps({"type": "FeatureCollection", "features": [feature, {"geometry": None}]})
    (tmp_path / "a.json").write_text(told)
    found = read(tmp_path / "a.json")
    assert [r for _, r, _ in reasons(found)] == [reason] * (reason is not None)
    assert found.notes == ("a.json: 1 wholly blank line not counted as rows",)


def test_a_file_is_known_by_its_bytes_not_its_name(tmp_path, plain):
    stream = io.BytesIO()
    pq.write_table(table(), stream)
    (tmp_path / "a.csv").write_bytes(stream.getvalue())
    assert_same(read(tmp_path / "a.csv"), plain)
