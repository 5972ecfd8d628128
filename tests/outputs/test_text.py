"""Free text on its way out: shown as it is, never run."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.text import (
    ascii_escapes,
    count,
    encode_text,
    line_text,
    lines_text,
    place_name,
    printable_text,
    script_json,
    shown_name,
    spreadsheet_text,
    straight_text,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_encoded_text_has_no_sign_that_runs_and_reads_back_as_it_was(text):
    encoded = encode_text(text)
    assert not set(encoded.replace("&#", "")) & set("{}`$\\<>&\"'")
    # Not all numeric entities survive html.unescape (control characters), but these do.
    assert html.unescape(encoded) == straight_text(text)


OBEYED = set(map(chr, (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F)))) | {"\u2066"}


@given(st.text(st.sampled_from([*OBEYED, *"aé[8m\\"])))
def test_no_terminal_obeys_what_it_is_shown(text):
    assert not OBEYED & set(line_text(text))
    assert not (OBEYED - {"\n"}) & set(lines_text(text))
    assert lines_text(text).count("\n") == text.count("\n")
    written = ascii_escapes(json.dumps([text], ensure_ascii=False))
    assert json.loads(written) == [text]
    assert not OBEYED & set(written)


def test_an_endless_name_is_cut_and_says_so():
    assert shown_name("Lime Street") == "Lime Street"
    assert shown_name("\u202egnp.exe") == "\\u202egnp.exe"
    assert shown_name("x" * 5_000) == "x" * 120 + "… (cut: 5,000 characters)"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u061c", "\u200f"])
def test_nothing_turns_what_follows_round(sign):
    name = f"{sign}gnp.exe"
    for encode in (encode_text, script_json, spreadsheet_text, printable_text, line_text):
        assert sign not in encode(name)
        assert f"\\u{ord(sign):04x}" not in encode(name) or encode is line_text
    assert json.loads(script_json(name)) == "\ufffdgnp.exe"
    assert json.loads(script_json("\\u202e")) == "\\u202e"  # letters, not a sign


@given(TEXTS)
def test_script_json_reads_back_and_cannot_leave_its_script(text):
    value = {text: [text, 1, None, 2.5]}
    written = script_json(value)
    straight = straight_text(text)
    assert json.loads(written) == {straight: [straight, 1, None, 2.5]}
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


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Hyde'S Brow", "Hyde's Brow"),
        ("On or near Hyde'S Brow", "On or near Hyde's Brow"),
        ("HYDE'S BROW", "Hyde's Brow"),
        ("ON OR NEAR ST. JOHN'S LANE", "On or near St. John's Lane"),
        ("O'NEILL ST", "O'Neill St"),
        ("MCDONALD AVE", "McDonald Ave"),
        ("LLAN Y PWLL", "Llan y Pwll"),
        ("YR HEOL", "Yr Heol"),
        ("PENTRE'R BRYN", "Pentre'r Bryn"),
        ("1ST AVENUE", "1st Avenue"),
        ("1St Avenue", "1st Avenue"),
        ("M62 JUNCTION 5", "M62 Junction 5"),
        ("NCP CAR PARK", "NCP Car Park"),
        ("BANGOR-ON-DEE", "Bangor-on-Dee"),
    ],
)
def test_names_that_machines_changed_are_written_as_people_do(given, shown):
    assert place_name(given) == shown


@given(st.from_regex(r"[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,3}", fullmatch=True))
def test_other_names_are_printed_as_the_data_have_them(name):
    assert place_name(name) == name


def test_names_of_people_in_streets_and_initials_stay():
    for name in ("O'Connell Road", "D'Arcy Close", "Mcdonald Ave", "McKay St", "St. Anne's", "ASDA",
                 "Allt y Coed", "Ysgol y Graig", "LL65 1AB"):  # fmt: skip
        assert place_name(name) == name
        assert place_name(place_name(name)) == place_name(name)


def test_one_has_no_plural():
    words = [count(1, "month"), count(2_000, "month"), count(1, "entry", "entries")]
    assert words == ["1 month", "2,000 months", "1 entry"]
