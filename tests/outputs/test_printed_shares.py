"""Shares for partners: from printed counts alone, and never narrower than what these leave open."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mapper.base.errors import DisclosureError
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import print_counts
from mapper.outputs import printed_shares
from mapper.outputs.printed_shares import with_child_shares

RULE = rules().audiences["partnership"]


@pytest.fixture
def shown(monkeypatch):
    """A stand-in for the release of some counts, as disclosure control prints them."""
    monkeypatch.setattr(printed_shares, "is_release", lambda thing, _kind: thing)

    def made(incidents, with_child):
        printed = {
            name: print_counts(np.array(counts), RULE)
            for name, counts in (("incidents", incidents), ("with_child", with_child))
        }
        table = {
            name: pd.array(
                [v if k else pd.NA for v, k in zip(one.value, one.value > 0, strict=True)], "Int64"
            )
            for name, one in printed.items()
        }
        return SimpleNamespace(table=pd.DataFrame(table), printed=printed)

    return made


def test_the_same_print_gives_the_same_share_whatever_is_behind(shown):
    first = with_child_shares(shown([100, 203], [31, 58]))
    other = with_child_shares(shown([102, 204], [29, 62]))
    assert first.equals(other)
    assert first["child_share"].tolist() == ["30 %", "29 %"]


@pytest.mark.parametrize(("incidents", "children"), [(100, 31), (40, 12), (203, 61)])
def test_the_interval_holds_that_of_every_count_that_print_leaves_open(shown, incidents, children):
    made = shown([incidents], [children])
    words = with_child_shares(made)["child_interval"][0]
    low, high = (float(one) for one in words.removesuffix(" %").split(" to "))
    of, some = made.printed["incidents"], made.printed["with_child"]
    for whole in range(of.low[0], of.high[0] + 1):
        for part in range(some.low[0], some.high[0] + 1):
            ends = binomtest(part, whole).proportion_ci(method="exact")
            assert low <= 100 * ends.low + 0.05
            assert high >= 100 * ends.high - 0.05


def test_nothing_is_said_where_a_count_is_hidden(shown):
    told = with_child_shares(shown([100, 3], [3, 2]))
    assert told["child_share"].tolist() == ["", ""]
    assert told["child_interval"].tolist() == ["", ""]


def test_only_a_release_is_taken():
    with pytest.raises(DisclosureError):
        with_child_shares(SimpleNamespace(table=pd.DataFrame()))
