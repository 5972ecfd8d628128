"""A whole workspace leaves in one file and comes back the same, or not at all."""

import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from sqlalchemy import select

from mapper.base.errors import RecordsError, RefusedError
from mapper.disclosure.people import Viewer, one_person
from mapper.records.audit_check import verify
from mapper.records.open import open_database
from mapper.records.saving import StaleVersionError, Work, keep_draft, save
from mapper.records.schema.trust import audit
from mapper.records.versions import draft, history, set_aside
from mapper.records.visits import Visit, keep_visits, visits_between
from mapper.records.workspace_file import MANIFEST, export_workspace, import_workspace

ANNE = one_person("anne")
VISIT = Visit(date(2026, 3, 1), "night", 15, "Parade", frozenset({"8919516040bffff"}))
HOSTILE = "a\0b \ud800 é\u2028\r\n"


@pytest.fixture
def empty(tmp_path):
    opened = open_database(workspace=tmp_path / "other")
    yield opened
    opened.close()


@pytest.fixture
def exported(database):
    """Some work, as a file."""
    work = Work("A-1", "assessment", {"name": "Parade", "voice": HOSTILE})
    save(database, work, viewer=ANNE, reason=HOSTILE)
    late = Work("A-1", "assessment", {"name": "Parade", "voice": "late"})
    with pytest.raises(StaleVersionError):
        save(database, late, viewer=ANNE, reason="x")
    keep_draft(database, Work("P-1", "plan", {"name": "Draft"}), viewer=ANNE)
    keep_visits(database, [VISIT], viewer=ANNE)
    return export_workspace(database, viewer=ANNE)


def test_all_work_comes_back_the_same_across_engines(database, empty, exported):
    taken = import_workspace(empty, exported, viewer=ANNE)
    assert dict(taken.rows) == {
        "work_versions": 1,
        "work_set_aside": 1,
        "work_drafts": 2,
        "visits": 1,
    }
    assert taken.digest == hashlib.sha256(exported).hexdigest()
    assert history(empty, "A-1") == history(database, "A-1")
    assert set_aside(empty, "A-1") == set_aside(database, "A-1")
    assert visits_between(empty, VISIT.day, VISIT.day) == (VISIT,)
    assert draft(empty, "P-1", author="anne") == draft(database, "P-1", author="anne")
    with empty.read() as connection:
        assert verify(connection).whole
        (entry,) = connection.execute(select(audit)).all()
    assert (entry.kind, entry.digest) == ("import", taken.digest)


def test_the_same_work_gives_the_same_tables(database, exported):
    def tables(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = json.loads(archive.read(MANIFEST))["files"]
        return {name: digest for name, digest in files.items() if name != "audit.jsonl"}

    assert tables(export_workspace(database, viewer=ANNE)) == tables(exported)


def test_nothing_is_written_over(database, exported):
    with pytest.raises(RecordsError, match="already"):
        import_workspace(database, exported, viewer=ANNE)


def test_a_file_from_before_visits_were_kept_is_taken_in(empty, exported, monkeypatch):
    taken = import_workspace(empty, changed(exported, "earlier", monkeypatch), viewer=ANNE)
    assert (taken.rows["work_versions"], taken.rows["visits"]) == (1, 0)


@pytest.mark.parametrize("how", ["cut", "text", "row", "newer", "other", "no zip", "bomb"])
def test_a_damaged_or_changed_file_is_refused_whole(empty, exported, how, monkeypatch):
    with pytest.raises(RecordsError, match=r"Nothing was taken in|cannot be imported"):
        import_workspace(empty, changed(exported, how, monkeypatch), viewer=ANNE)
    assert history(empty, "A-1") == ()


def changed(content, how, monkeypatch):
    """Return the file with something wrong."""
    if how in {"cut", "no zip"}:
        return content[: len(content) // 2] if how == "cut" else b"nothing"
    if how == "bomb":
        monkeypatch.setattr("mapper.records.workspace_file.LARGEST", 10)
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts[MANIFEST])
    name = "work_versions.jsonl"
    if how == "text":
        parts[name] = parts[name].replace(b"Parade", b"Parody")
    elif how == "row":  # and the manifest made to fit
        parts[name] = parts[name].replace(b"Parade", b"Parody")
        manifest["files"][name] = hashlib.sha256(parts[name]).hexdigest()
    elif how == "earlier":
        del parts["visits.jsonl"], manifest["files"]["visits.jsonl"]
        manifest["revision"] = "0005"
    else:
        manifest.update({"revision": "9999"} if how == "newer" else {"format": "x"})
    parts[MANIFEST] = json.dumps(manifest).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def test_only_who_sees_everything_takes_all_away(database):
    team = Viewer(name="t", roles=frozenset({"neighbourhood"}), wards=frozenset({"Anfield"}))
    with pytest.raises(RefusedError):
        export_workspace(database, viewer=team)
    with pytest.raises(RefusedError):
        import_workspace(database, b"", viewer=team)
