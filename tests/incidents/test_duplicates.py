"""Repeated references against pandas, over any texts in any number of parts."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mapper.incidents.duplicates import shared

alike = st.builds("{}{}{}".format, st.just("MP/2026/"), st.integers(0, 9), st.just("/A"))
texts = st.none() | alike | st.text("ab\0é", max_size=20)


@given(st.lists(st.lists(texts, max_size=12), max_size=4))
def test_it_agrees_with_pandas(parts):
    found = shared([pa.array(part, pa.string()) for part in parts])
    whole = pd.Series([text for part in parts for text in part], dtype=object)
    expected = whole.duplicated(keep=False) & whole.notna()
    starts = np.cumsum([0, *map(len, parts)])
    rows = [start + at for start, (at, _) in zip(starts, found, strict=False)]
    positions = np.concatenate([*rows, np.zeros(0, np.intp)])
    assert positions.tolist() == np.flatnonzero(expected.to_numpy(dtype=bool)).tolist()
    codes = np.concatenate([*(codes for _, codes in found), np.zeros(0, np.intp)])
    pairs = set(zip(codes.tolist(), whole[positions], strict=True))
    assert len(pairs) == len({code for code, _ in pairs}) == len({text for _, text in pairs})


def test_slices_of_an_array_are_read_at_their_own_place():
    whole = pa.array(["x", "long reference one", "long reference two", "long reference one"])
    assert [at.tolist() for at, _ in shared([whole.slice(1, 3)])] == [[0, 2]]
