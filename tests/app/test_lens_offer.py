"""Which kind of harm a page shows first: one under which enough incidents count for a map."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mapper.app.shell.lens_offer import lenses_for
from mapper.lenses.classify import classify
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.load import list_lenses
from mapper.statistics.fewest import FEWEST_INCIDENTS
from tests.builders import disc, incidents_at


def offered(kind, number=200):
    cells = np.random.default_rng(1).choice(disc(4), number)
    table = incidents_at(cells, type=pd.Categorical([kind] * number)).table
    found = lenses_for(
        f"{kind} {number}",
        _dataset=SimpleNamespace(digest=f"{kind} {number}", incidents=SimpleNamespace(table=table)),
    )
    return table, found


def counted(table, lens):
    return int(np.count_nonzero(classify(table, lens)))


def test_a_harm_that_counts_no_incident_of_the_data_is_not_shown_first():
    table, found = offered("Robbery")
    fitting = found.lenses[: found.fitting]
    listed = [lens for lens in list_lenses() if lens in fitting]
    assert counted(table, listed[0]) < FEWEST_INCIDENTS  # it would have been refused
    assert counted(table, fitting[0]) >= FEWEST_INCIDENTS
    assert list(fitting[1:]) == [lens for lens in listed if lens is not fitting[0]]
    for lens in fitting:
        refuse_unfit(table, lens)


@pytest.mark.parametrize("number", [1, FEWEST_INCIDENTS - 1])
def test_where_no_harm_counts_enough_the_order_stays(number):
    _, found = offered("Robbery", number)
    fitting = found.lenses[: found.fitting]
    assert list(fitting) == [lens for lens in list_lenses() if lens in fitting]
