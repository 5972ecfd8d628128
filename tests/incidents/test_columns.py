"""Columns of text: what is found fast is what is found slowly."""

import numpy as np
import pyarrow as pa
import pytest

from mapper.incidents.columns import distinct, is_empty, numbers, references, share_values

NEXT = ["2.5", "-1e2"]


@pytest.mark.parametrize(
    ("text", "value", "is_blank", "is_wrong"),
    [
        ("1.5", 1.5, False, False),
        (" 1.5 ", 1.5, False, False),
        ("'1.5", 1.5, False, False),
        ('="1.5"', 1.5, False, False),
        ("nan", np.nan, True, False),
        ("", np.nan, True, False),
        (None, np.nan, True, False),
        ("inf", np.nan, False, True),
        ("x", np.nan, False, True),
    ],
)
def test_numbers_beside_any_other_are_read_alike(text, value, is_blank, is_wrong):
    found, blank, wrong = numbers(
        pa.chunked_array([[text, *NEXT]], pa.large_string()), degrees=True
    )
    assert found.tolist()[1:] == [2.5, -100.0]
    assert found[0] == value or (np.isnan(found[0]) and np.isnan(value))
    assert (blank.tolist(), wrong.tolist()) == ([is_blank, False, False], [is_wrong, False, False])


@pytest.mark.parametrize("text", ["AB1", " AB1", "AB1\t", "'0AB1", '="AB1"', "é1", "", "n/a"])
def test_references_are_trimmed_wherever_they_need_it(text):
    plain = pa.chunked_array([["x1", text, "x2"]], pa.string())
    apart = pa.chunked_array([pa.array(["cut", "x1", text, "x2"]).slice(1)])
    wanted = {"'0AB1": "0AB1", "": None, "n/a": None}.get(text, text.strip(' \t="'))
    assert references(plain).to_pylist() == references(apart).to_pylist() == ["x1", wanted, "x2"]


def test_distinct_values_are_as_written_only_where_nothing_is_to_mend():
    clean = pa.chunked_array([["a", "b", "a"], ["b", "c"]])
    assert distinct(clean).encoded().to_pylist() == ["a", "b", "a", "b", "c"]
    mended = distinct(pa.chunked_array([["a", "a ", "NULL", None, " b"]]))
    assert mended.encoded().to_pylist() == ["a", "a", None, None, "b"]
    assert mended.values.to_pylist() == ["a", "b"]


def test_a_change_of_spelling_joins_what_becomes_one():
    held = distinct(pa.chunked_array([["a", "A", "b"]]))
    assert held.spelt(lambda text: text) is held
    assert held.spelt(str.lower).encoded().to_pylist() == ["a", "a", "b"]


@pytest.mark.parametrize(
    "texts", [["a ", "b", "", "a"], ["b", "b", "b", "b"], ["", " ", "n/a", ""]]
)
def test_a_column_in_parts_is_the_same_whether_they_share_their_values_or_not(texts):
    written = pa.DictionaryArray.from_arrays([0, 1, 2, 3, 0, 3], pa.array(texts))
    apart = pa.chunked_array([written.slice(0, 4).dictionary_decode().dictionary_encode()] * 2)
    own = pa.chunked_array(
        [pa.array(texts).dictionary_encode(), pa.array(texts[:2][::-1]).dictionary_encode()]
    )
    shared = pa.chunked_array([written.slice(0, 4), written.slice(4)])
    assert (share_values(shared), share_values(own)) == (True, False)
    for column in (shared, own, apart):
        plain = column.cast(pa.string())
        found, wanted = distinct(column), distinct(plain)
        assert found.encoded().to_pylist() == wanted.encoded().to_pylist()
        assert is_empty(column).tolist() == is_empty(plain).tolist()
        assert is_empty(column).tolist() == [not text.strip() for text in plain.to_pylist()]
    assert is_empty(pa.chunked_array([], own.type)).tolist() == []
