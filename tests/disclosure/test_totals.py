"""Totals of a whole area: safe beside the map of its cells, and kept beside one another."""

import numpy as np
import pytest

from mapper.disclosure import prepare
from mapper.disclosure.differencing import DifferencingCheck
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.rules import rules
from mapper.disclosure.totals import TotalsRegister, total_is_safe
from tests.disclosure.test_partner_findings import finding

RULE = rules().audiences["partnership"]


@pytest.mark.parametrize(
    ("counts", "safe"),
    [
        ([1] * 12 + [0] * 50, False),  # 12 is printed as 10: at most 12, so each of the 12 is one
        ([4] * 3, True),  # 8 to 12: one of them can still be 1 where the others are 4 and 3
        ([4] * 5, False),  # 18 to 22 of at most 20: none of them can be 1
        ([1] * 40 + [4] * 40, True),
        ([30, 40, 50], True),  # nothing is hidden
        ([0] * 9, True),
    ],
)
def test_a_total_is_printed_only_where_it_leaves_hidden_counts_their_values(counts, safe):
    assert total_is_safe([np.array(counts)], RULE) is safe


def test_every_map_must_be_left_its_values():
    fine, coarse = np.array([30, 40]), np.array([1] * 12)
    assert total_is_safe([fine], RULE)
    assert not total_is_safe([fine, coarse], RULE)


def test_totals_are_kept_apart_from_maps_and_checked_beside_one_another(monkeypatch):
    register = MemoryRegister()
    totals = TotalsRegister(register)
    release(finding(), audience="partnership", register=totals)
    assert register.earlier("partnership") == ()
    kept = totals.earlier("partnership")
    assert {one.audience for one in kept} == {"partnership totals"}
    assert len(kept) == 2
    seen = []

    def watched(new, earlier, *, rule, reader):
        assert reader is rule
        seen.append((len(new), tuple(earlier), rule.audience))
        nothing = tuple(np.zeros(part.low.size, dtype=bool) for part in new)
        return DifferencingCheck(nothing, refused=False, linked=())

    monkeypatch.setattr(prepare, "check_finding", watched)
    other = finding(table=finding().table.assign(now=[57, 3, 0]))
    release(other, audience="partnership", register=totals)
    assert seen == [(2, kept, "partnership")]
