"""Archives and folders: what is read, passed over and refused."""

import stat
import zipfile

import pytest

from mapper.base.errors import InputError
from mapper.base.files import digest_of
from mapper.incidents import limits
from tests.incidents.incident_files import csv_text, extract, read, write_csv

GOOD = csv_text(extract({}))


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def test_a_downloaded_archive(tmp_path):
    other = csv_text(extract({"reference": "B"}))
    members = [
        ("2026-03/2026-03-x-street.csv", GOOD),
        ("2026-02/2026-02-x-street.csv", other),
        ("2026-03/2026-03-x-outcomes.csv", "Crime ID\nx\n"),
        ("2026-03/2026-03-x-stop-and-search.csv", "Type\nx\n"),
        ("__MACOSX/._a.csv", "x"),
        (".hidden.csv", "x"),
        ("2026-03/~$crime log.xlsx", "x" * 165),
        ("readme.pdf", "x"),
        ("folder/", ""),
    ]
    path = archive(tmp_path / "a.zip", members)
    found = read(path)
    names = ["a.zip/2026-02/2026-02-x-street.csv", "a.zip/2026-03/2026-03-x-street.csv"]
    assert [file.name for file in found.files] == names
    assert {file.sha256 for file in found.files} == {digest_of(path)}
    assert found.table["source"].tolist() == names
    assert found.notes == (
        "Police.uk files of outcomes or searches passed over: 2",
        "Files of other kinds passed over: 1",
    )


def test_a_rejected_row_of_an_archive_keeps_its_text(tmp_path):
    path = archive(tmp_path / "a.zip", [("a.csv", csv_text(extract({"easting": "?"})))])
    assert "R1,2026-03-02 14:05,,?," in read(path).rejected["original"][0]


def test_members_are_copies_by_their_own_bytes(tmp_path):
    other = csv_text(extract({"reference": ""}))
    path = archive(tmp_path / "a.zip", [("a.csv", GOOD), ("b.csv", GOOD), ("c.csv", other)])
    found = read(path, write_csv(tmp_path / "d.csv", extract({})))
    assert [file.name for file in found.files] == ["a.zip/a.csv", "a.zip/c.csv"]
    assert [note.split(":")[0] for note in found.notes] == ["a.zip/b.csv", "d.csv"]


LINK = zipfile.ZipInfo("link.csv")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("/etc/a.csv", "leads out"),
        ("../a.csv", "leads out"),
        ("x/../../a.csv", "leads out"),
        ("..\\a.csv", "leads out"),
        ("C:/a.csv", "leads out"),
        ("n" * 2000 + ".csv", "leads out"),
        ("inner.zip", "archive inside"),
        ("inner.tar.gz", "archive inside"),
        (LINK, "is a link"),
    ],
)
def test_unsafe_members_are_refused(tmp_path, member, words):
    path = archive(tmp_path / "a.zip", [("good.csv", GOOD), (member, GOOD)])
    with pytest.raises(InputError, match=words) as refusal:
        read(path)
    assert "a.zip: refused, nothing was unpacked" in str(refusal.value)


def test_all_faults_are_told_in_one_message(tmp_path):
    path = archive(tmp_path / "a.zip", [("../a.csv", GOOD), ("b.zip", GOOD), (LINK, GOOD)])
    with pytest.raises(InputError) as refusal:
        read(path)
    for words in ("leads out", "archive inside", "is a link"):
        assert words in str(refusal.value)


def test_bombs_and_crowds_are_refused(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.zip", [(f"{i}.csv", "0" * 1_000_000) for i in range(3)])
    monkeypatch.setattr(limits, "RATIO_MATTERS_ABOVE", 1_000_000)
    with pytest.raises(InputError, match="as only a trap does"):
        read(path)
    monkeypatch.setattr(limits, "MAX_FILES", 2)
    monkeypatch.setattr(limits, "MAX_ARCHIVE_BYTES", 2_000_000)
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 500_000)
    with pytest.raises(InputError, match=r"3 members.*bytes unpacked.*500000"):
        read(path)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", [("a.csv", GOOD * 50)])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02") + 24  # unpacked size in the central directory
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.zip/a\.csv"):
        read(path)


def test_damaged_and_encrypted_archives(tmp_path):
    path = archive(tmp_path / "a.zip", [("a.csv", GOOD)])
    whole = path.read_bytes()
    path.write_bytes(whole[:60])
    with pytest.raises(InputError, match="cannot be opened as a zip"):
        read(path)
    marked = bytearray(whole)
    marked[marked.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(marked)
    with pytest.raises(InputError, match="is encrypted"):
        read(path)


def test_a_folder_is_read_whole_and_sorted(tmp_path):
    (tmp_path / "x" / "deep").mkdir(parents=True)
    write_csv(tmp_path / "x" / "b.csv", extract({"reference": "B"}))
    write_csv(tmp_path / "x" / "deep" / "b.csv", extract({"reference": "C"}))
    archive(tmp_path / "x" / "a.zip", [("a.csv", GOOD)])
    (tmp_path / "x" / "notes.md").write_text("x")
    (tmp_path / "x" / "~$b.xlsx").write_bytes(b"\x07K. Smith" + bytes(155))  # as Excel locks b
    found = read(tmp_path / "x")
    assert [file.name for file in found.files] == ["a.zip/a.csv", "x/b.csv", "deep/b.csv"]
    assert found.notes == ("Files of other kinds passed over: 1",)


def test_absent_paths_and_empty_folders(tmp_path):
    with pytest.raises(InputError, match=r"Not found: .*one, .*two"):
        read(tmp_path / "one", tmp_path / "two")
    with pytest.raises(InputError, match="Nothing to read"):
        read(tmp_path)
    with pytest.raises(InputError, match="no path was given"):
        read()


def test_all_files_that_cannot_be_read_are_told_at_once(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError) as refusal:
        read(tmp_path)
    assert "2 files cannot be read" in str(refusal.value)
    assert "a.csv: is empty" in str(refusal.value)
    assert "b.csv: this is a PDF document" in str(refusal.value)


def test_words_beside_a_table_are_passed_over_and_a_table_as_text_is_read(tmp_path):
    write_csv(tmp_path / "extract.txt", extract({}))
    write_csv(tmp_path / "meread.txt", extract({"reference": "R9"}))
    names = ("readme.txt", "READ ME first.txt", "Licence.txt", "extract_metadata.txt")
    for name in names:
        (tmp_path / name).write_text("Notes, and more\nto the data\n")
    found = read(tmp_path)
    assert len(found.table) == 2
    assert f"Files of other kinds passed over: {len(names)}" in found.notes
