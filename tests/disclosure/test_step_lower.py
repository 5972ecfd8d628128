"""A total that is withheld tells nothing to a reader who knows by which rule it was."""

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest

from mapper.disclosure import finding_check
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import interval_of
from tests.builders import disc
from tests.disclosure.test_differencing import ALL, FLAG, told

RULE = rules().audiences["partnership"]
HIDDEN, LARGE, NONE = 2, 12, 0
MOST = 60


def outcomes(counts):
    """What a reader is given for each number that all demand of some cells can be.

    Parameters
    ----------
    counts
        Of domestic abuse in each cell, as partners were given them before.
    """
    cells = disc(1)[: len(counts)]
    held = [told(counts, selection=FLAG, cells=cells)]
    everywhere = np.zeros(len(counts), dtype=np.int64)
    withheld, given = {}, {}
    for number in range(int(held[0].low.sum()), MOST):
        printed = interval_of(number, RULE)
        if printed not in withheld:
            low, high = np.array(printed)[:, None]
            new = replace(
                held[0], selection=ALL, digest="new", region=everywhere, low=low, high=high
            )
            withheld[printed] = check_finding([new], held, rule=RULE).withhold[0].any()
        given.setdefault("withheld" if withheld[printed] else printed, []).append(number)
    return held[0], given


WORLDS = [
    world
    for size in range(1, 6)
    for world in combinations_with_replacement((HIDDEN, LARGE, NONE), size)
    if HIDDEN in world
] + [(HIDDEN,) * 6, (HIDDEN,) * 7, (*(HIDDEN,) * 6, LARGE)]


@pytest.mark.parametrize(
    "counts",
    [pytest.param(one, marks=pytest.mark.soak if len(one) == 5 else ()) for one in WORLDS],
    ids=str,
)
def test_whatever_is_said_or_not_said_every_hidden_count_keeps_its_values(counts):
    before, given = outcomes(counts)
    low, high = before.low, before.high
    for said, numbers in given.items():
        room = max(numbers) - int(low.sum())  # all else is other demand, of which none need be
        for cell in np.flatnonzero((low == 1) & (high == RULE.smallest_count - 1)):
            values = min(int(high[cell] - low[cell]), room) + 1
            assert values >= RULE.values_kept, (said, numbers)
    assert MOST - 1 not in given.get("withheld", [])  # a large total is told


def test_without_the_step_a_withheld_total_tells_how_few_there_are(monkeypatch):
    monkeypatch.setattr(finding_check, "limits_lower", lambda *_, **__: [])
    before, given = outcomes((HIDDEN,) * 6)
    assert max(given["withheld"]) - int(before.low.sum()) + 1 < RULE.values_kept
    monkeypatch.undo()
    before, given = outcomes((HIDDEN,) * 6)
    assert max(given["withheld"]) - int(before.low.sum()) + 1 >= RULE.values_kept
    assert len(given) > 2  # and larger ones are told
