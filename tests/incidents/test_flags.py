"""Yes, no and not known in every spelling, and the share that is not known."""

import pytest

from mapper.incidents.flags import NOT_KNOWN, UNKNOWN_SPELLING, parse_flags
from mapper.incidents.quality import quality_report
from tests.incidents.incident_files import extract, read, write_csv


@pytest.mark.parametrize(
    ("texts", "flag"),
    [
        (["Yes", "y", "TRUE", "1", "-1", "\u2713", "Yes - Confirmed", "Y (DASH)", "DA", "x"], 1),
        (["domestic abuse", "Domestic_Abuse", "yes: see log"], 1),
        (["DA - Domestic violence", "DA: yes", "DA (see log)", "Domestic abuse: Y"], 1),
        (["DA: no", "Domestic Abuse - N", "DA (none known)"], 0),
        (["DA: unknown"], NOT_KNOWN),
        (["No", "n", "0", "false", "No - not DA", "Not DA", "non-domestic abuse", "\u2610"], 0),
        (["Unknown", "N/K", "not known", "TBC", "u", "Unknown - awaiting", "DK", "D/K"], NOT_KNOWN),
        (["perhaps", "?", "2", "Yesterday", "Nobody", "n/a thing"], UNKNOWN_SPELLING),
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
