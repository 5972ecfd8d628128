"""Two answers beside each other, checked by hand; a finding's workbook reopens with its values."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest

from mapper.base.errors import OutputError
from mapper.disclosure.make import release
from mapper.outputs.exports.answers import answer_workbook
from mapper.outputs.finding_difference import counted, difference
from mapper.questions.finding import Finding


def finding(ids, counts, **changes):

    table = pd.DataFrame(
        {
            "rank": range(1, len(ids) + 1),
            "hotspot_id": pd.array(ids, dtype="str"),
            "name": [f"=Place {one}" for one in ids],
            "incidents": counts,
            "ratio": [each / 7 for each in counts],
        }
    )
    members = {
        "id": "change", "title": "What changed", "question": "Which?", "definition": "Counted.",
        "source": "mapper", "unit": "hotspot", "table": table,
        "roles": {"rank": "derived", "hotspot_id": "key", "name": "key", "incidents": "count",
                  "ratio": "derived"},
        "first": date(2024, 1, 1), "last": date(2024, 6, 30), "lens_title": "Everything",
        "area_title": "Here", "resolution": 9, "notes": ("One note.",),
    }  # fmt: skip
    return Finding(**{**members, **changes})


def test_new_gone_moved_changed_and_same_by_hand():
    first = release(finding(["a", "b", "c", "d"], [9, 8, 7, 6]))
    second = release(finding(["a", "c", "e", "d"], [9, 8, 7, 5]))
    table = difference(first, second)
    states = dict(zip(table["hotspot_id"], table["state"], strict=True))
    assert states == {"e": "new", "b": "gone", "c": "moved", "d": "changed", "a": "same"}
    assert counted(table) == {"new": 1, "gone": 1, "moved": 1, "changed": 1, "same": 1}
    change = dict(zip(table["hotspot_id"], table["change"], strict=True))
    assert change["d"] == -1
    assert change["a"] == 0
    assert pd.isna(change["e"])


def test_an_answer_compared_with_itself_has_no_difference():
    shown = release(finding(["a", "b"], [2, 1]))
    assert set(difference(shown, shown)["state"]) == {"same"}


def test_unlike_answers_are_not_compared():
    first = release(finding(["a"], [1]))
    with pytest.raises(OutputError, match="same question"):
        difference(first, release(finding(["a"], [1], id="scan")))
    with pytest.raises(OutputError, match="different audiences"):
        difference(first, replace(first, audience="partnership"))
    with pytest.raises(OutputError, match=r"different sizes \(resolutions 9 and 8\)"):
        difference(first, release(finding(["a"], [1], resolution=8)))


def test_the_workbook_reopens_with_equal_values_and_text_as_text():
    shown = release(finding(["a", "b"], [8, 3]))
    book = openpyxl.load_workbook(io.BytesIO(answer_workbook(shown)))
    assert book.sheetnames == ["About", "Answer", "Fields"]
    for sheet in book:
        assert sheet["A1"].value == "OFFICIAL-SENSITIVE"
    rows = list(book["Answer"].iter_rows(min_row=3, values_only=True))
    assert list(rows[0]) == list(shown.table.columns)
    reopened = pd.DataFrame(rows[1:], columns=list(rows[0]))
    # A workbook keeps sixteen digits of a number.
    pd.testing.assert_frame_equal(reopened, shown.table, check_dtype=False, rtol=1e-15)
    assert book["Answer"]["C4"].data_type == "s"
    about = {row[0].value: row[1].value for row in book["About"].iter_rows(min_row=3)}
    assert about["Question"] == "Which?"
    assert about["Release"] == shown.digest
