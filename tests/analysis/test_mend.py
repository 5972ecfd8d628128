"""What mends a doubt: every code has an act or a reason why only the files can; each act mends."""

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import mapper
from mapper.analysis.examine import examine
from mapper.analysis.mend import ACTS, IN_THE_FILES, Act, act_words, acts_of, mended, mended_by_name
from mapper.base.errors import RequestError
from mapper.cli.doubts import doubt_line
from tests.analysis.test_examine import AREA, CUT, TODAY, kept, made


def codes_told():
    """Every code that a doubt is made with, as the source writes them."""
    texts = [path.read_text() for path in Path(mapper.__file__).parent.rglob("*.py")]
    made_with = r'(?:code=\(?|caveat\(\s*|_of_references\(\s*|else )"([a-z ]+)"'
    found = {code for text in texts for code in re.findall(made_with, text)}
    return found & {*ACTS, *IN_THE_FILES} | {
        code for text in texts for code in re.findall(r'code="([a-z ]+)"', text)
    }


def test_every_doubt_has_an_act_or_a_reason():
    assert not set(ACTS) & set(IN_THE_FILES)
    assert codes_told() == set(ACTS) | set(IN_THE_FILES)
    assert {act for acts in ACTS.values() for act in acts} == set(get_args(Act))


def stopped():
    every = made()
    late = (every.table["start"] >= CUT) & (every.table["type"] == "Robbery")
    return kept(every, ~late)


def renamed():
    incidents = made()
    names = incidents.table["type"].astype(object).to_numpy().copy()
    names[(names == "Robbery") & (incidents.table["start"] >= CUT)] = "Robbery (personal)"
    incidents.table["type"] = pd.Categorical(names)
    return incidents


def batch():
    incidents = made()
    incidents.table.loc[:99, "start"] = np.datetime64("2024-05-06T10:17", "us")
    return incidents


def told(incidents):
    return [one for one in examine(incidents, AREA, today=TODAY) if one.code != "data old"]


@pytest.mark.parametrize("data", [stopped, renamed, batch])
def test_each_act_mends(data):
    incidents = data()
    (doubt,) = told(incidents)
    for act in acts_of(doubt):
        after = mended(incidents, doubt, act)
        assert told(after) == []
        assert len(after.table) + len(after.rejected) == len(incidents.table)
        assert "chosen" in after.notes[-1] or "are used" in after.notes[-1]


def test_an_act_is_asked_for_by_the_name_that_check_says():
    incidents = stopped()
    (doubt,) = told(incidents)
    assert "[--to 2024-0" in doubt_line(doubt)
    assert doubt_line(doubt).endswith('or --mend "part stops: Robbery"]')
    assert act_words(doubt, "leave out").endswith("incidents of “Robbery”")
    after = mended_by_name(incidents, AREA, ["Part stops: robbery"])
    assert "Robbery" not in set(after.table["type"])
    with pytest.raises(RequestError, match="“part stops: Theft” is not what the data shows"):
        mended_by_name(incidents, AREA, ["part stops: Theft"])
    with pytest.raises(RequestError, match="“data old” is mended in the files alone"):
        mended_by_name(incidents, AREA, ["data old"])


def test_values_that_differ_in_case_alone_are_one_and_a_new_code_list_is_told_once():
    incidents = made()
    late = (incidents.table["start"] >= CUT).to_numpy()
    names = incidents.table["type"].astype(object).to_numpy()
    upper = np.where(late, [name.upper() for name in names], names)
    incidents.table["type"] = pd.Categorical(upper)
    assert told(incidents) == []
    codes = np.where(late, [f"X{ord(name[0])}{len(name)}" for name in names], names)
    anew = made()
    anew.table["type"] = pd.Categorical(codes)
    (doubt,) = told(anew)
    assert (doubt.code, acts_of(doubt)) == ("values renamed", ("days",))
    assert "coded anew" in doubt.words
