"""Types that no lens names, and those nearly named."""

import pandas as pd

from mapper.lenses.load import shipped_lenses
from mapper.lenses.named_values import unnamed_values


def test_values_that_no_rule_names_by_count_and_the_name_they_are_near():
    names = ["ROBBERY", "Robery", "Robery", "Lost dog", "Burglary ", None]
    table = pd.DataFrame({"type": pd.Categorical(names)})
    found = [
        (one.value, one.near, one.rows.tolist()) for one in unnamed_values(table, shipped_lenses())
    ]
    assert found == [("Robery", "Robbery", [1, 2]), ("Lost dog", "", [3])]
