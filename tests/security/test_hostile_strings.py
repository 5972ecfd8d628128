"""Hostile strings at every door and every exit: kept, shown as text, never run."""

import csv
import io
import json
import logging
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import suppress
from datetime import UTC, datetime

import geopandas
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pypdf
import pytest
import shapely
import tomli_w
import xlsxwriter

from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.base.text import straight_text
from mapper.disclosure.people import Viewer
from mapper.incidents.mapping import ColumnMapping, load_mapping, save_mapping
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.documents.model import Bullets, Document, Heading, Paragraph, Table
from mapper.outputs.documents.page import document_html
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.documents.word import document_docx
from mapper.outputs.exports import export
from mapper.outputs.exports.layers import kml
from mapper.outputs.exports.pictures import map_svg
from mapper.outputs.manifest import manifest
from mapper.outputs.rejected import rejected_csv
from mapper.records.content import as_json
from mapper.records.open import open_database
from mapper.records.saving import Work, save
from mapper.records.versions import new_record, newest
from tests.incidents.incident_files import TODAY
from tests.security.hostile_strings import FORMULAS, HOSTILE, folded

COLUMNS = ["reference", "from_at", "longitude", "latitude", "incident_type", "location"]
FREE = ["missing_from", "found_place", "outcome"]
FORMULA_SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
FORMATS = ("csv", "tsv", "xlsx", "parquet", "geojson", "gpkg", "zip")


def hostile_rows():
    """One row for each string, which stands in every free column."""
    rows = []
    for at, text in enumerate(HOSTILE):
        place = [f"{-2.95 + at / 10_000:.5f}", "53.41"]
        rows.append([f"{text} {at}", "2026-03-02 14:05", *place, text, text, text, text, text])
    return rows


def write_rows(folder, form):
    """Write the hostile rows in one format."""
    header, rows = [*COLUMNS, *FREE], hostile_rows()
    path = folder / f"rows.{form}"
    if form in ("csv", "tsv"):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter="," if form == "csv" else "\t").writerows([header, *rows])
    elif form == "xlsx":
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(path, plain) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([header, *rows]):
                sheet.write_row(number, 0, row)
    elif form == "parquet":
        pd.DataFrame(rows, columns=header).to_parquet(path)
    else:
        write_layer(pd.DataFrame(rows, columns=header), path)
    return path


def write_layer(table, path):
    """Write rows as points, in a spatial format; shapefiles have short names and fields."""
    points = shapely.points(table["longitude"].astype(float), table["latitude"].astype(float))
    frame = geopandas.GeoDataFrame(
        table.drop(columns=["longitude", "latitude"]), geometry=points, crs="EPSG:4326"
    )
    if path.suffix != ".zip":
        frame.to_file(path)
        return
    for name in frame.columns.drop("geometry"):
        frame[name] = frame[name].str[:80]  # a field of a shapefile has 254 bytes
    short = frame.rename(
        columns={"incident_type": "type", "missing_from": "missing", "found_place": "found"}
    )
    parts = path.parent / "parts"
    short.to_file(parts.with_suffix(".shp"), encoding="UTF-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in path.parent.glob("parts.*"):
            archive.write(part, part.name)


def readable(text):
    """Text as a file format can hold it at all: XML and DBF know no control characters."""
    return "".join(sign for sign in text if sign.isprintable()).strip()


@pytest.mark.parametrize("form", FORMATS)
def test_every_file_format_takes_text_as_text(tmp_path, form):
    mapping = None
    if form == "zip":
        mapping = ColumnMapping(
            {"reference": ("reference",), "from_at": ("from_at",), "location": ("location",)}
        )
    found = read_incidents([write_rows(tmp_path, form)], mapping=mapping, today=TODAY)
    assert len(found.table) + len(found.rejected) == len(HOSTILE)
    assert len(found.table) >= len(HOSTILE) - 3
    known = {readable(text)[:80] for text in HOSTILE}
    texts = found.table["location"].astype(str)
    assert {readable(text)[:80] for text in texts} <= known
    assert texts.nunique() >= len(HOSTILE) - 8


def test_rejected_rows_go_back_as_text():
    table = pd.DataFrame(
        {
            "source": list(HOSTILE),
            "row": range(len(HOSTILE)),
            "reason": "no date",
            "field": list(HOSTILE),
            "original": list(HOSTILE),
        }
    ).astype({"row": "int64"})
    for row in csv.DictReader(io.StringIO(rejected_csv(table).decode("utf-8-sig"), newline="")):
        for name in ("source", "field", "original"):
            assert not row[name].startswith(tuple(FORMULA_SIGNS))


@pytest.mark.parametrize("text", HOSTILE)
def test_mapping_files_keep_text(tmp_path, text):
    mapping = ColumnMapping({"from_at": (text,), "location": (text, "b")}, name=text)
    save_mapping(mapping, tmp_path / "m.toml")
    back = load_mapping(tmp_path / "m.toml")
    assert (back.name, back.columns["from_at"]) == (text, (text,))


@pytest.mark.parametrize("text", HOSTILE)
def test_lens_titles_and_reasons_are_text_or_refused(tmp_path, text):
    rule = {"name": text, "weight": 1, "reason": text, "when": {"type": text}}
    told = {"id": "own", "title": text, "version": "1", "question": text, "caveats": [text]}
    path = tmp_path / "own.toml"
    path.write_text(tomli_w.dumps({**told, "requires": [], "rule": [rule]}), encoding="utf-8")
    if not text.isprintable() or len(text) > 1_000:
        with suppress(MapperError):
            load_lens(path)
        return
    lens = load_lens(path)
    assert folded(lens.title) == folded(text)
    assert folded(lens.rules[0].reason) == folded(text)


def test_names_of_wards_are_text(tmp_path):
    boxes = [
        shapely.box(-2.99 + at / 200, 53.40, -2.985 + at / 200, 53.41) for at in range(len(HOSTILE))
    ]
    path = tmp_path / "wards.geojson"
    frame = geopandas.GeoDataFrame({"ward": list(HOSTILE)}, geometry=boxes, crs="EPSG:4326")
    frame.to_file(path, driver="GeoJSON")
    wards = {str(name) for name in load_study_area(str(path)).cells["ward"]}
    # Some names are alike once white space is folded; a box may be too small to win a cell.
    assert len(wards) > len(HOSTILE) / 2
    assert any("7*7" in ward for ward in wards)


@pytest.mark.parametrize("text", HOSTILE)
def test_assessments_keep_text(tmp_path_factory, text):
    database = open_database(workspace=tmp_path_factory.mktemp("records"))
    try:
        work = Work(new_record("assessment"), "assessment", {"name": "x", "voice": text}, 0)
        viewer = Viewer(name="anne", roles=frozenset({"analyst"}))
        kept = save(database, work, viewer=viewer, reason=text)
        assert newest(database, work.record) == kept
        assert folded(kept.content["voice"]) == folded(text)
        assert json.loads(as_json(kept.content))["voice"] == kept.content["voice"]
    finally:
        database.close()


@pytest.fixture(scope="module")
def attacked(make_release):
    """A release with another hostile string at each hot spot, and all of them in its words."""
    count = len(HOSTILE)
    plain = make_release(rings=30, spots=count, seed=3)
    texts = [HOSTILE[at % count] for at in range(len(plain.cells))]
    listed = [HOSTILE[at % count] for at in range(len(plain.hotspots))]
    return make_release(
        rings=30,
        spots=count,
        seed=3,
        hotspots=dict.fromkeys(("name", "ward", "district", "reason"), listed),
        cells=plain.cells.assign(ward=pd.Categorical(texts)),
        title=" ".join(HOSTILE[:20]),
        question=" ".join(HOSTILE[20:40]),
        caveats=HOSTILE,
        licence=" ".join(HOSTILE[40:60]),
    )


def names_of(release):
    return release.hotspots["name"].tolist()


def test_csv(attacked):
    rows = list(
        csv.DictReader(io.StringIO(export(attacked, "csv").decode("utf-8-sig"), newline=""))
    )
    for row, name in zip(rows, names_of(attacked), strict=True):
        assert row["name"] in (straight_text(name), f"'{straight_text(name)}")
        for column in ("name", "ward", "district", "reason"):
            assert not row[column].startswith(tuple(FORMULA_SIGNS))


def test_the_field_dictionary(attacked):
    for row in csv.reader(io.StringIO(export(attacked, "fields").decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(tuple(FORMULA_SIGNS)) for cell in row)


def test_workbook_read_by_a_second_library(attacked):
    book = openpyxl.load_workbook(io.BytesIO(export(attacked, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    texts = {folded(cell.value) for cell in cells if isinstance(cell.value, str)}
    for formula in ("=1+1", "=cmd|' /C calc'!A0", "{{7*7}}"):
        assert any(formula in text for text in texts)


def test_geojson_and_manifest_are_json_with_the_text_as_it_is(attacked):
    told = json.loads(export(attacked, "geojson"))
    assert [one["properties"]["name"] for one in told["features"]] == names_of(attacked)
    made = manifest(attacked, outputs={"a": b""}, made_at=datetime.now(tz=UTC))
    assert json.loads(made)["caveats"] == list(HOSTILE)


@pytest.mark.parametrize("form", ["parquet", "geoparquet", "cells-geoparquet"])
def test_parquet(attacked, form):
    table = pq.read_table(io.BytesIO(export(attacked, form)))
    column = "name" if form == "geoparquet" else "ward"
    known = names_of(attacked) if form == "geoparquet" else attacked.cells["ward"].tolist()
    assert {str(text) for text in table.column(column).to_pylist()} <= {str(t) for t in known}


def test_geopackage(attacked, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(export(attacked, "gpkg"))
    file = sqlite3.connect(path)
    kept = {name for (name,) in file.execute("select name from hotspots")}
    file.close()
    assert {text.replace("\0", "") for text in names_of(attacked)} <= kept


@pytest.mark.parametrize("make", [kml, map_svg])
def test_kml_and_svg_are_xml_without_anything_that_runs(attacked, make):
    root = ET.fromstring(make(attacked))
    for element in root.iter():
        name = element.tag.rsplit("}", 1)[-1].lower()
        assert name not in {"script", "iframe", "object", "foreignobject", "img", "base", "link"}
        assert not [key for key in element.attrib if key.lower().startswith("on")]
        assert not [value for value in element.attrib.values() if "javascript:" in value]


@pytest.fixture(scope="module")
def document(attacked):
    words = tuple(text for text in HOSTILE if len(text) < 200)
    return Document(
        title=words[0],
        subtitle=words[25],
        release=attacked,
        blocks=(
            Heading(words[1]),
            *(Paragraph(text) for text in words),
            Bullets(words),
            Table(words[2], ("Place", words[3]), tuple((text, text) for text in words)),
        ),
        made_by=words[4],
        made_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
    )


def test_nothing_that_people_read_turns_round(attacked, document):
    with zipfile.ZipFile(io.BytesIO(document_docx(document))) as file:
        word = file.read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(export(attacked, "xlsx")))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    printed = pypdf.PdfReader(io.BytesIO(document_pdf(document))).pages
    shown = {
        "page": document_html(document).decode(),
        "map": export(attacked, "html").decode(),
        "picture": map_svg(attacked).decode(),
        "kml": kml(attacked).decode(),
        "csv": export(attacked, "csv").decode(),
        "workbook": " ".join(cells),
        "word": word,
        "printed": " ".join(page.extract_text() for page in printed),
    }
    for form, text in shown.items():
        assert "gnp.exe" in text or form == "picture", form
        signs = ("\u202e", "\u2066", "\\u202e", "\\u2066", "&#8238;", "&#8294;")
        assert not [sign for sign in signs if sign in text], form


def test_printed_pages_hold_the_signs_and_run_nothing(document):
    pdf = pypdf.PdfReader(io.BytesIO(document_pdf(document)))
    text = folded(" ".join(page.extract_text() for page in pdf.pages))
    for wanted in ("{{7*7}}", "<script>window.ran=1</script>", "=1+1", "DROP TABLE releases"):
        assert wanted in text
    catalogue = pdf.trailer["/Root"]
    assert "/OpenAction" not in catalogue
    assert "/JavaScript" not in str(catalogue.get("/Names", ""))
    assert not [page for page in pdf.pages if page.get("/AA")]


def test_word_documents_hold_the_signs_and_no_fields(document):
    with zipfile.ZipFile(io.BytesIO(document_docx(document))) as file:
        body = file.read("word/document.xml").decode()
    root = ET.fromstring(body)
    text = "".join(root.itertext())
    for wanted in ("{{7*7}}", "<script>window.ran=1</script>", "=1+1", "DROP TABLE releases"):
        assert wanted in text
    kinds = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
    assert not kinds & {"hyperlink", "object", "altChunk", "subDoc"}


@pytest.mark.browser
def test_pages_in_a_browser_run_nothing_and_show_everything(attacked, document, browser, tmp_path):
    for name, content in (
        ("map.html", export(attacked, "html")),
        ("picture.svg", map_svg(attacked)),
        ("document.html", document_html(document)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        page, asked, said = browser.new_page(), [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda box, said=said: (said.append(box.message), box.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran === undefined"), name
        assert asked == [path.as_uri()]
        assert said == []
        if name == "map.html":
            look_through(page, attacked)
        page.close()


def look_through(page, release):
    """Open every hot spot of an exported map: row, card and tip hold the text, nothing runs."""
    rows = [folded(text) for text in page.locator("tbody.spot").all_inner_texts()]
    names = [folded(straight_text(name)) for name in names_of(release)]
    for at, name in enumerate(names):
        assert name in rows[at]
    for at in range(0, len(rows), 4):
        page.locator("tbody.spot button").nth(at).click()
        shown = page.locator(".leaflet-popup-content h3").last.inner_text()
        assert folded(shown) == names[at]
    assert page.evaluate("window.ran === undefined")
    assert page.locator("img, iframe, object, base, a[href^=http]").count() == 0


def test_the_log_says_where_a_reader_stopped_and_nothing_of_the_file(caplog, tmp_path):
    from mapper.base.sandbox import in_child

    with caplog.at_level(logging.WARNING), pytest.raises(MapperError):
        in_child("mapper.base.sandbox_child:no_such_task", {"text": list(HOSTILE)}, name="x.csv")
    assert "AttributeError" in caplog.text
    assert not [text for text in FORMULAS if text in caplog.text]
