"""JSON and TOML of others are parsed within bounds, at one place each, and refused in words."""

import ast
import json
from pathlib import Path

import pytest

from mapper.base.errors import DisclosureError, InputError, LensError, RecordsError
from mapper.base.files import read_regular
from mapper.base.json_file import read_json
from mapper.base.json_text import SMALL, json_of
from mapper.base.toml_file import LARGEST, toml_of
from mapper.disclosure.rules import read_rules
from mapper.incidents import geojson, limits
from mapper.lenses.lens_file import read_lens_file
from mapper.outputs.folder import earlier_set
from mapper.records.audit_check import read_head
from tests.incidents.incident_files import EXTRACT, extract, read

CONVERTED = geojson.converted
MAPPER = Path(__file__).parents[2] / "mapper"
PARSERS = {"json.load", "json.loads", "tomllib.load", "tomllib.loads", "ET.parse"}
DATABASE = "text that mapper wrote in its database"
SHIPPED = "a file that mapper ships"
OWN = "what another process of mapper answers, or wrote for it"
ALLOWED = {
    "base/json_text.py": "this is the place",
    "base/toml_file.py": "this is the place",
    "base/settings.py": "a list in a setting: an environment holds no more than the system lets it",
    "base/sandbox.py": OWN,
    "base/sandbox_child.py": OWN,
    "app/shell/incident_store.py": OWN,
    "outputs/exports/layers.py": OWN,
    "incidents/on_disk.py": "a file without a name that was just written, of 16 MB or less",
    "methods/load.py": SHIPPED,
    "records/form.py": SHIPPED,
    "records/person_scan.py": SHIPPED,
    "app/admin/audit_page.py": DATABASE,
    "app/work/record_desk.py": DATABASE,
    "records/briefings.py": DATABASE,
    "records/content.py": "a value that was made into JSON in the same line",
    "records/known_people.py": DATABASE,
    "records/releases.py": DATABASE,
    "records/saved_runs.py": DATABASE,
    "app/door/sign_ins.py": DATABASE,
    "records/sessions.py": DATABASE,
    "records/versions.py": DATABASE,
}


def parsed_in(source):
    """Yield each call that parses JSON, TOML or YAML, or reads a file to its end unbounded."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        whole = name.endswith(".read") and not node.args and "database" not in name.lower()
        if name in PARSERS or name.startswith("yaml.") or whole:
            yield ast.unparse(node)


def test_every_text_of_others_is_parsed_at_one_place():
    found = {
        path.relative_to(MAPPER).as_posix(): calls
        for path in sorted(MAPPER.rglob("*.py"))
        if (calls := list(parsed_in(path.read_text())))
    }
    found.pop("areas/table_child.py")  # a table of which the line counts the rows first
    assert {name: calls for name, calls in found.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) == set(found)


def test_a_reader_that_came_in_by_another_way_is_seen():
    source = "import json\nwith open_regular(p) as file:\n    told = json.loads(file.read())"
    assert list(parsed_in(source)) == ["json.loads(file.read())", "file.read()"]
    assert list(parsed_in("with database().read() as c: read_json(path)")) == []


DEEP = b'{"mapper_audit_head": ' + b"[" * 200_000
DOTS = "a." * 20_000 + "a = 1"


@pytest.mark.parametrize(
    ("read", "name", "content", "refused", "words"),
    [
        (read_head, "head.json", DEEP, RecordsError, "not the head of an audit log"),
        (read_head, "head.json", b" " * (SMALL + 1), RecordsError, "it is over 1,048,576 bytes"),
        (read_rules, "rules.toml", DOTS, DisclosureError, "line 1: .*a key of a hundred parts"),
        (read_rules, "rules.toml", "#" * (LARGEST + 1), DisclosureError, "over 1,048,576 bytes"),
        (read_lens_file, "a.toml", f"\n{DOTS}", LensError, "line 2: .*a key of a hundred parts"),
        (read_lens_file, "a.toml", "x = " + "{a=" * 20_000, LensError, "nested too deeply"),
    ],
)
def test_what_is_endless_is_refused_in_words(tmp_path, read, name, content, refused, words):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(refused, match=words) as told:
        read(path)
    assert name in str(told.value)
    assert "\n" not in str(told.value)


def test_a_manifest_of_brackets_is_no_manifest(tmp_path):
    (tmp_path / "a.manifest.json").write_bytes(DEEP)
    assert earlier_set(tmp_path, "a.manifest.json") == {}


def test_sound_texts_are_what_the_parsers_say(tmp_path):
    text = '"a b".\'c.d\'.e_f-1 = "a.b.c"\n[[x.y]]\nz = {q.r = 1}\n'
    assert toml_of(text)["a b"]["c.d"] == {"e_f-1": "a.b.c"}
    assert toml_of("a." * 50 + "a = 1")["a"]
    (tmp_path / "a.json").write_text('{"a": [1, null]}')
    assert read_json(tmp_path / "a.json") == {"a": [1, None]}
    assert read_json(tmp_path / "a.json", at_most=16) == json_of('{"a": [1, null]}')
    with pytest.raises(OSError, match="over 15 bytes long"):
        read_regular(tmp_path / "a.json", at_most=15)


@pytest.mark.parametrize("key", ['"a\\"b".', "'a b' . ", '"."\t.', "a-1_."])
def test_an_endless_key_is_seen_however_it_is_quoted(key):
    with pytest.raises(ValueError, match="a key of a hundred parts and more"):
        toml_of(key * 1_000 + "a = 1")


def features(rows):
    at = {name: number for number, name in enumerate(EXTRACT)}
    head, *rest = rows
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": dict(zip(head, row, strict=True)),
                "geometry": {
                    "type": "Point",
                    "coordinates": [float(row[at["easting"]]), float(row[at["northing"]])],
                },
            }
            for row in rest
        ],
        "crs": {"properties": {"name": "EPSG:27700"}},
    }


def test_a_large_geojson_is_read_in_a_child_as_a_small_one_is_here(tmp_path, monkeypatch):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(features(extract(*[{} for _ in range(40)]))))
    here = read(path)
    asked = []
    monkeypatch.setattr("mapper.incidents.geojson.SMALL", 1_000)
    monkeypatch.setattr(
        "mapper.incidents.geojson.converted",
        lambda data, **told: asked.append(told["by"]) or CONVERTED(data, **told),
    )
    apart = read(path)
    assert asked == ["geojson_child"]
    assert here.table.equals(apart.table)
    assert len(apart.table) == 40
    assert here.files == apart.files


def test_features_with_nothing_in_common_are_no_table(tmp_path):
    path = tmp_path / "a.geojson"
    rows = [{"properties": {f"p{at}": 1}} for at in range(limits.MAX_COLUMNS)]
    path.write_text(json.dumps({"features": rows + [{}] * 9_000}))
    with pytest.raises(InputError, match=r"a.geojson: .* too few properties in common"):
        read(path)
