"""Yes, no and not known in every spelling, and the share that is not known."""

import pytest

from mapper.incidents.flags import NOT_KNOWN, UNKNOWN_SPELLING, parse_flags
from mapper.incidents.quality import quality_report
from tests.incidents.incident_files import extract, read, reasons, write_csv


@pytest.mark.parametrize(
    ("texts", "flag"),
    [
        (["Yes", "y", "TRUE", "1", "-1", "\u2713", "Yes - Confirmed", "Y (DASH)", "DA", "x"], 1),
        (["domestic abuse", "Domestic_Abuse", "yes: see log"], 1),
        (["DA - Domestic violence", "DA: yes", "DA (see log)", "Domestic abuse: Y"], 1),
        (["DA: no", "Domestic Abuse - N", "DA (none known)"], 0),
        (["DA: unknown", "N/K.", "Unknown."], NOT_KNOWN),
        (["Y.", "yes.", "DA."], 1),
        (["N.", "No.", "Not DA."], 0),
        (["No", "n", "0", "false", "No - not DA", "Not DA", "non-domestic abuse", "\u2610"], 0),
        (["Unknown", "N/K", "not known", "TBC", "u", "Unknown - awaiting", "DK", "D/K"], NOT_KNOWN),
        (["perhaps", "?", "2", "Yesterday", "Nobody", "n/a thing", ".", "..."], UNKNOWN_SPELLING),
    ],
)
def test_spellings(texts, flag):
    names = ("domestic_abuse", "da")
    assert parse_flags(texts, names=names).tolist() == [flag] * len(texts)


def test_what_is_not_known_counts_as_no_and_its_share_is_told(tmp_path):
    rows = extract({"knife": "Unknown"}, {"knife": "Knife"}, {"knife": "N/K"}, {"knife": ""})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["knife"].tolist() == [False, True, False, False]
    assert found.unknown == {"knife": 2}
    assert quality_report(found).unknown == {"knife": 0.5}


def test_twos_that_may_stand_for_no_are_told_with_a_mapping_that_reads_them(tmp_path):
    path = write_csv(tmp_path / "a.csv", extract({"knife": "1"}, {"knife": "2"}, {"knife": "2"}))
    found = read(path)
    words = 'If it stands for no, give a mapping with [flags] no = ["2"]'
    assert reasons(found) == [(n, "flag is neither yes nor no", "knife") for n in (3, 4)]
    assert found.notes == (f"a.csv: rows with 2 in knife were rejected. {words}",)
    (tmp_path / "flags.toml").write_text('[flags]\nno = ["2"]\n')
    mended = read(path, mapping=tmp_path / "flags.toml")
    assert mended.table["knife"].tolist() == [True, False, False]
    assert mended.notes == ()


@pytest.mark.parametrize("other", ["0", "3", "no"])
def test_twos_beside_another_no_or_another_code_are_not_taken_for_no(tmp_path, other):
    rows = extract({"knife": "1"}, {"knife": "2"}, {"knife": other})
    assert read(write_csv(tmp_path / "a.csv", rows)).notes == ()
