"""A finding leaves only as a release, as a table and its manifest, both or neither."""

import json
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from mapper.base.errors import DisclosureError, InputError
from mapper.disclosure.make import release
from mapper.disclosure.release import FindingRelease
from mapper.outputs.findings import finding_csv, write_finding
from mapper.outputs.write import write_outputs
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
    lines = finding_csv(release(finding)).decode().splitlines()
    assert lines == [
        "cell,incidents,ratio,clear,rank,ward",
        "'=1+1,3,,true,1,Alt",
        "b,4,inf,false,,",
    ]


def test_table_and_manifest_are_written_together(finding, tmp_path):
    shown = release(finding, made_by="an analyst")
    table, manifest = write_finding(shown, tmp_path / "deep" / "change.parquet")
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
    pd.testing.assert_frame_equal(pd.read_parquet(table), finding.table)


def test_the_same_finding_gives_the_same_bytes(finding, tmp_path):
    one, two = (write_finding(release(finding), tmp_path / n / "t.csv") for n in "ab")
    assert one[0].read_bytes() == two[0].read_bytes()
    first, second = (json.loads(pair[1].read_text()) for pair in (one, two))
    first.pop("made_at")
    second.pop("made_at")
    assert first == second
    other = replace(finding, table=finding.table.assign(incidents=[3, 5]))
    assert release(other).digest != release(finding).digest


def test_only_a_release_leaves(finding, tmp_path):
    with pytest.raises(DisclosureError, match="take a release of a finding, not a Finding"):
        write_finding(finding, tmp_path / "t.csv")
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


@pytest.mark.parametrize("name", ["t.xlsx", "t", "folder.csv"])
def test_paths_that_cannot_be_used_are_refused(finding, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError):
        write_finding(release(finding), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_failure_half_way_leaves_neither(finding, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space"):
        write_finding(release(finding), tmp_path / "new" / "t.csv")
    assert not (tmp_path / "new").exists()
