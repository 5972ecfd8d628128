"""What follows from a table is worked out once, and let go with the table."""

import gc

import pandas as pd

from mapper.base.of_table import of_table


def test_each_table_is_gone_through_once():
    gone_through = []

    @of_table
    def rows(table):
        gone_through.append(id(table))
        return len(table)

    one, other = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]})
    assert [rows(one), rows(one), rows(other), rows(one)] == [2, 2, 2, 2]
    assert gone_through == [id(one), id(other)]
    assert rows.__name__ == "rows"


def test_a_table_that_lies_where_another_lay_is_another():
    @of_table
    def rows(table):
        return len(table)

    for number in range(200):
        table = pd.DataFrame({"a": range(number)})
        assert rows(table) == number
        del table
        gc.collect(0)
