"""Free text on its way out: shown as it is, never run."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.text import encode_text, script_json, spreadsheet_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_encoded_text_has_no_sign_that_runs_and_reads_back_as_it_was(text):
    encoded = encode_text(text)
    assert not set(encoded.replace("&#", "")) & set("{}`$\\<>&\"'")
    # Not all numeric entities survive html.unescape (control characters), but these do.
    assert html.unescape(encoded) == text


@given(TEXTS)
def test_script_json_reads_back_and_cannot_leave_its_script(text):
    value = {text: [text, 1, None, 2.5]}
    written = script_json(value)
    assert json.loads(written) == value
    assert written.isascii()
    assert not set(written) & set("<>&'`")


def test_script_json_refuses_what_json_has_no_word_for():
    with pytest.raises(ValueError, match="JSON"):
        script_json([float("nan")])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_formulas_become_text_in_a_spreadsheet(start):
    assert spreadsheet_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Park Lane", "1-3 High Street", "'quoted'", " =1"])
def test_other_text_stays(text):
    assert spreadsheet_text(text) == text
