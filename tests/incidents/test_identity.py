"""Which rows are one incident told twice: identity, versions of a file, joined flags."""

import pytest

from mapper.incidents.mapping import ColumnMapping
from tests.incidents.incident_files import EXTRACT, POLICE_UK, extract, read, reasons, write_csv

ONE = ColumnMapping(references="one per reference")


@pytest.mark.parametrize(
    "changes",
    [
        {"from_at": "2026-03-02 14:06"},
        {"easting": "334568"},
        {"incident_type": "Assault"},
    ],
)
def test_a_shared_reference_is_no_repeat_where_anything_else_differs(tmp_path, changes):
    path = write_csv(tmp_path / "a.csv", extract({}, {"reference": "R1", **changes}))
    found = read(path)
    assert len(found.table) == 2
    assert any("1 reference is shared by 2 rows that differ" in note for note in found.notes)
    one = read(path, mapping=ONE)
    assert reasons(one) == [(3, "repeated reference", "reference")]


def test_one_per_reference_keeps_the_earliest(tmp_path):
    rows = extract({"reference": "A"}, {"reference": "A", "from_at": "2026-03-01 09:00"})
    found = read(write_csv(tmp_path / "a.csv", rows), mapping=ONE)
    assert found.table["row"].tolist() == [3]


def test_a_flag_on_any_repeated_row_is_kept(tmp_path):
    rows = extract({"knife": "no"}, {"reference": "R1", "knife": "yes"}, {"knife": "no"})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["knife"].tolist() == [True, False]
    assert any("1 incident stands on several rows that disagree on knife" in n for n in found.notes)


def test_the_highest_grade_on_any_repeated_row_counts_and_other_differences_are_told(tmp_path):
    rows = extract(
        {"risk_grade": "standard", "channel": "999"},
        {"reference": "R1", "risk_grade": "High", "channel": "999"},
        {"reference": "R1", "risk_grade": "medium", "channel": "online"},
        header=[*EXTRACT, "risk_grade", "channel"],
    )
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["risk_grade"].tolist() == ["high"]
    assert found.table["channel"].tolist() == ["999"]
    told = "1 incident stands on several rows that disagree on"
    assert [note for note in found.notes if told in note] == [
        f"{told} risk_grade: the highest counts",
        f"{told} channel: the first of them counts",
    ]


def test_log_numbers_that_restart_each_day_are_all_kept(tmp_path):
    rows = [{"reference": f"LOG {n}", "from_at": f"2026-03-{day:02} 0{n}:10"}
            for day in range(1, 29) for n in range(1, 6)]  # fmt: skip
    assert len(read(write_csv(tmp_path / "a.csv", extract(*rows))).table) == 140


@pytest.mark.parametrize("word", ["TBC", "n/k", "0", "1.23457E+12", "Unknown"])
def test_words_that_hold_the_place_of_a_reference_are_none(tmp_path, word):
    found = read(write_csv(tmp_path / "a.csv", extract({"reference": word}, {"reference": word})))
    assert len(found.table) == 2
    assert found.table["reference"].isna().all()


def crime(reference, month, outcome="", kind="Robbery", lon="-2.98"):
    return [reference, month, "F", "F", lon, "53.4", "On or near A", "", "", kind, outcome, ""]


def asb(month, lon="-2.98"):
    return crime("", month, kind="Anti-social behaviour", lon=lon)


def write_month(folder, download, month, rows):
    path = folder / download / month / f"{month}-f-street.csv"
    path.parent.mkdir(parents=True)
    return write_csv(path, [POLICE_UK, *rows])


def test_of_two_downloads_of_a_month_the_newer_counts_whole(tmp_path):
    old = [*(crime(r, "2026-02", "Under investigation") for r in "abcd"), asb("2026-02")]
    new = [*(crime(r, "2026-02", "Charged", lon="-2.97") for r in "abc"), *[asb("2026-02")] * 2]
    write_month(tmp_path, "z-first", "2026-02", old)
    write_month(tmp_path, "a-second", "2026-02", new)
    write_month(tmp_path, "a-second", "2026-03", [asb("2026-03")])
    found = read(tmp_path)
    assert found.rows_read == 11
    assert found.table["outcome"].dropna().tolist() == ["Charged"] * 3
    assert set(found.rejected["reason"]) == {"older version of the row"}
    assert set(found.rejected["source"].str.contains("z-first")) == {True}
    note = next(note for note in found.notes if "older version" in note)
    assert "3 rows whose reference stands in both, 1 without a reference, 1 that" in note


def test_files_of_two_forces_in_one_month_are_no_versions(tmp_path):
    one = write_csv(tmp_path / "1.csv", [POLICE_UK, crime("a", "2026-02"), asb("2026-02")])
    two = write_csv(tmp_path / "2.csv", [POLICE_UK, crime("b", "2026-02"), asb("2026-02")])
    assert len(read(one, two).table) == 4


def test_of_overlapping_extracts_the_newer_counts_and_what_it_lacks_is_kept(tmp_path):
    def rows(days, knife):
        return [{"reference": f"D{d}", "from_at": f"2026-03-{d:02} 10:00", "knife": knife}
                for d in days]  # fmt: skip

    unnamed = {"reference": "", "from_at": "2026-03-08 12:00"}
    alone = {"reference": "gone", "from_at": "2026-03-08 13:00"}
    one = write_csv(tmp_path / "1.csv", extract(*rows(range(1, 11), "no"), unnamed, alone))
    two = write_csv(tmp_path / "2.csv", extract(*rows(range(7, 16), "yes"), unnamed))
    found = read(two, one)
    counts = found.table["reference"].value_counts(dropna=False)
    assert counts.max() == 1
    assert len(counts) == 15 + 2
    assert int(found.table["knife"].sum()) == 9 + 2  # unnamed and gone have the good row's yes


def test_one_per_reference_takes_earliest_time_worst_type_and_any_yes(tmp_path):
    rows = extract(
        {"reference": "A", "incident_type": "Concern for safety", "knife": "no"},
        {
            "reference": "A",
            "incident_type": "Violence with injury",
            "knife": "yes",
            "from_at": "2026-03-03 10:00",
        },
        {"reference": "B", "incident_type": "Theft", "knife": "no"},
    )
    found = read(write_csv(tmp_path / "a.csv", rows), mapping=ONE)
    assert found.table["type"].tolist() == ["Violence with injury", "Theft"]
    assert found.table["knife"].tolist() == [True, False]
    assert found.table["row"].tolist() == [2, 4]
    (note,) = [note for note in found.notes if "differ" in note]
    assert "the earliest time, the most serious type and any yes" in note


@pytest.mark.parametrize("lag", [0, 9])
def test_how_late_days_are_is_told_by_an_earlier_extract(tmp_path, lag):
    """The older holds half of the rows of its last days: those in which recording still went on."""
    rows = [{"reference": f"D{d}-{n}", "from_at": f"2026-{3 + d // 28:02}-{d % 28 + 1:02} 10:{n}",
             "_day": d} for d in range(50) for n in range(10, 20)]  # fmt: skip
    early = [row for row in rows if row["_day"] < 40]
    early = [r for r in early if r["_day"] < 40 - lag or r["reference"][-1] in "02468"]
    one = write_csv(tmp_path / "1.csv", extract(*early))
    two = write_csv(tmp_path / "2.csv", extract(*rows))
    found = read(one, two)
    assert len(found.table) == 500
    assert found.days_late == lag


def test_references_in_scientific_form_are_counted(tmp_path):
    rows = [{"reference": f"{n}.2E+12"} for n in range(1, 8)] + [{"reference": "TBC"}, {}]
    assert read(write_csv(tmp_path / "a.csv", extract(*rows))).shortened == 7
