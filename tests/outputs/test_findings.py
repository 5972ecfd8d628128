"""A finding leaves only as a release, as a table and its manifest, both or neither."""

import html
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from xml.etree import ElementTree as ET

import geopandas
import h3
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from mapper.base.errors import DisclosureError, InputError
from mapper.disclosure.make import release
from mapper.disclosure.release import FindingRelease
from mapper.outputs.exports.answers import answer_csv
from mapper.outputs.forms import ANSWER_FORMS
from mapper.outputs.write import write_answer, write_outputs
from mapper.questions.finding import Finding


@pytest.fixture
def finding():
    """A small finding with every type of value, free text that would run, and what is missing."""
    table = pd.DataFrame(
        {
            "cell": ["=1+1", "b"],
            "incidents": [3, 4],
            "ratio": [np.nan, np.inf],
            "clear": [True, False],
            "rank": pd.array([1, None], dtype="Int64"),
            "ward": pd.Categorical(["Alt", None]),
        }
    )
    roles = {"cell": "key", "incidents": "count", "ratio": "derived", "clear": "class"}
    return Finding(
        id="change",
        title="What changed",
        question="Which?",
        definition="So.",
        source="Somebody 1999",
        unit="cell",
        table=table,
        roles=MappingProxyType({**roles, "rank": "derived", "ward": "fact"}),
        first=date(2024, 1, 1),
        last=date(2024, 3, 31),
        lens_title="Everything",
        area_title="The area",
        resolution=9,
        notes=("Mind this.",),
        choices=MappingProxyType({"by": "cell", "bands": [1.5, 2.0]}),
        record=MappingProxyType({"request": {"lens": "everything"}, "inputs": []}),
    )


def test_csv_is_plain_text_and_never_a_formula(finding):
    lines = answer_csv(release(finding)).decode("utf-8-sig").splitlines()
    assert lines == [
        "cell,hex_id,incidents,ratio,clear,rank,ward",
        "'=1+1,'=1+1,3,,true,1,Alt",
        "b,b,4,inf,false,,",
    ]


def test_table_and_manifest_are_written_together(finding, tmp_path):
    shown = release(finding, made_by="an analyst")
    table, manifest = write_answer(shown, tmp_path / "deep" / "change.parquet")
    said = json.loads(manifest.read_text())
    assert manifest.name == "change.manifest.json"
    assert said["marking"] == "OFFICIAL-SENSITIVE"
    assert said["audience"] == "operational"
    assert said["made_by"] == "an analyst"
    assert said["period"] == "1 January 2024 to 31 March 2024"
    assert said["choices"] == {"by": "cell", "bands": [1.5, 2.0]}
    assert said["columns"]["incidents"] == "count"
    assert list(said["outputs"]) == ["change.parquet"]
    inside = json.loads(pq.read_schema(table).metadata[b"mapper"])
    assert inside["notes"] == ["Mind this."]
    pd.testing.assert_frame_equal(pd.read_parquet(table).drop(columns="hex_id"), finding.table)


@pytest.fixture
def places(finding):
    """An answer about cells with Welsh names."""
    cells = ["89195128c83ffff", "89195128c87ffff"]
    names = ["T\u0177 Croes", "Pen-y-groes"]
    table = finding.table.assign(cell=cells, name=names)
    return replace(finding, table=table, roles=MappingProxyType({**finding.roles, "name": "key"}))


def said_in(path):  # noqa: PLR0911 - one way for each form
    """What a file says of itself, by its own means."""
    match path.suffix:
        case ".csv":
            about = json.loads(path.with_name(f"{path.name}-metadata.json").read_text())
            return about["notes"][0]
        case ".xlsx":
            rows = openpyxl.load_workbook(path)["About"].iter_rows(min_row=3, values_only=True)
            return {name.lower(): value for name, value in rows}
        case ".parquet" | ".geoparquet":
            return json.loads(pq.read_schema(path).metadata[b"mapper"])
        case ".gpkg":
            return pyogrio.read_info(path, layer="answer")["dataset_metadata"]
        case ".geojson":
            return json.loads(path.read_text())
        case ".kml":
            lines = html.unescape(path.read_text().split("<description>")[1].split("</desc")[0])
            return dict(line.split(": ", 1) for line in lines.splitlines() if ": " in line)
        case _:
            found = html.unescape(path.read_text())
            assert "Mind this." in found
            return {"marking": found.split('class="mark">')[1].split("<")[0], "licence": ""}


@pytest.mark.parametrize("form", ANSWER_FORMS)
def test_every_form_says_what_it_is_and_holds_the_rows(places, tmp_path, form):
    shown = release(replace(places, licence="Contains OS data"))
    path, *_ = write_answer(shown, tmp_path / f"change.{form}")
    said = said_in(path)
    assert said["marking"] == "OFFICIAL-SENSITIVE"
    if form == "html":
        assert "Contains OS data" in path.read_text()
    else:
        assert said["licence"] == "Contains OS data"
        notes = said["notes"]
        assert "Mind this." in (notes if isinstance(notes, list) else notes.splitlines())
    if form in ("geojson", "gpkg", "geoparquet", "kml"):
        layer = {"layer": "answer"} if form == "gpkg" else {}
        read = geopandas.read_parquet if form == "geoparquet" else pyogrio.read_dataframe
        frame = read(path, **layer)
        assert set(frame.geometry.geom_type) == {"Polygon"}
        assert frame.crs.to_epsg() == 4326
        names = frame["Name" if form == "kml" else "name"].tolist()
        assert names == ["T\u0177 Croes", "Pen-y-groes"]
        if form == "kml":  # some builds of GDAL read no more than names
            told = ET.parse(path).iterfind(".//{*}SimpleData")
            cells = [each.text for each in told if each.get("name") == "hex_id"]
        else:
            cells = frame["hex_id"].tolist()
        middles = [h3.cell_to_latlng(cell)[::-1] for cell in cells]
        assert len(middles) == len(frame)
        assert shapely.contains(frame.geometry.to_numpy(), shapely.points(middles)).all()


def test_an_answer_without_places_has_every_form_too(finding, tmp_path):
    table = finding.table.drop(columns="cell")
    roles = MappingProxyType({n: r for n, r in finding.roles.items() if n != "cell"})
    shown = release(replace(finding, table=table, roles=roles, unit="area"))
    forms = tuple(ANSWER_FORMS)
    written = write_answer(shown, tmp_path / "change.csv", forms=forms)
    names = {f"change.{form}" for form in forms}
    assert {p.name for p in written} == names | {"change.csv-metadata.json", "change.manifest.json"}
    assert json.loads((tmp_path / "change.geojson").read_text())["features"][0]["geometry"] is None
    assert len(pyogrio.read_dataframe(tmp_path / "change.gpkg", layer="answer")) == len(table)


def test_csv_opens_right_in_excel_and_can_say_what_it_is_in_lines_of_comment(places, tmp_path):
    plain, *_ = write_answer(release(places), tmp_path / "a.csv")
    assert plain.read_bytes().startswith(b"\xef\xbb\xbfcell,hex_id,")
    path, *_ = write_answer(release(places), tmp_path / "b.csv", comments=True)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0] == "# marking: OFFICIAL-SENSITIVE"
    assert "# notes: Mind this." in lines
    about = json.loads((tmp_path / "b.csv-metadata.json").read_text())
    assert lines[about["dialect"]["skipRows"]].startswith("cell,hex_id,")
    pd.testing.assert_frame_equal(pd.read_csv(plain), pd.read_csv(path, comment="#"))
    kinds = {one["name"]: one["datatype"] for one in about["tableSchema"]["columns"]}
    assert kinds["incidents"] == "integer"
    assert (kinds["ratio"], kinds["clear"], kinds["name"]) == ("number", "boolean", "string")


def test_the_qgis_style_is_graded_and_labelled(places, tmp_path):
    path, *_ = write_answer(release(places), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as file:
        (style,) = file.execute("SELECT styleQML FROM layer_styles").fetchone()
    tree = ET.fromstring(style)
    assert tree.find("renderer-v2").attrib["attr"] == "incidents"
    assert len(tree.findall("renderer-v2/ranges/range")) >= 1
    assert tree.find("labeling/settings/text-style").attrib["fieldName"] == "name"


def test_the_same_finding_gives_the_same_bytes(finding, tmp_path):
    one, two = (write_answer(release(finding), tmp_path / n / "t.csv") for n in "ab")
    assert one[0].read_bytes() == two[0].read_bytes()
    first, second = (json.loads(pair[-1].read_text()) for pair in (one, two))
    first.pop("made_at")
    second.pop("made_at")
    assert first == second
    other = replace(finding, table=finding.table.assign(incidents=[3, 5]))
    assert release(other).digest != release(finding).digest


def test_only_a_release_leaves(finding, tmp_path):
    with pytest.raises(DisclosureError, match="take a release of a finding, not a Finding"):
        write_answer(finding, tmp_path / "t.csv")
    shown = release(finding)
    with pytest.raises(DisclosureError, match="take a release, not a FindingRelease"):
        write_outputs(shown, tmp_path / "map")
    with pytest.raises(DisclosureError, match="is made by"):
        replace(shown, audience="public", _key=None)
    with pytest.raises(DisclosureError, match="is made by"):
        FindingRelease(**dict.fromkeys(FindingRelease.__dataclass_fields__))
    with pytest.raises(DisclosureError, match="or a finding is released, not a DataFrame"):
        release(finding.table)
    with pytest.raises(DisclosureError):
        release(finding, audience="everyone")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["t.doc", "t", "folder.csv"])
def test_paths_that_cannot_be_used_are_refused(finding, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError):
        write_answer(release(finding), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_failure_half_way_leaves_neither(finding, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space"):
        write_answer(release(finding), tmp_path / "new" / "t.csv")
    assert not (tmp_path / "new").exists()
