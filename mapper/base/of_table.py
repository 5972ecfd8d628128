"""What follows from a table alone: worked out once for as long as the table is held.

Tables of incidents and cells are never changed once they are made, and hold up to millions of
rows, which nobody should go through anew for each line on a screen.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

Fact = TypeVar("Fact")


def of_table(work_out: Callable[[pd.DataFrame], Fact]) -> Callable[[pd.DataFrame], Fact]:
    """Return a function of a table that goes through each table once.

    Parameters
    ----------
    work_out
        Tells something of a table; it must follow from the table alone.
    """
    known: dict[int, tuple[ref[pd.DataFrame], Fact]] = {}

    @wraps(work_out)
    def fact_of(table: pd.DataFrame) -> Fact:
        found = known.get(id(table))
        if found is not None and found[0]() is table:
            return found[1]
        fact, at = work_out(table), id(table)

        def forget(gone: ref[pd.DataFrame]) -> None:
            if at in known and known[at][0] is gone:  # else another table lies there by now
                del known[at]

        known[at] = ref(table, forget), fact
        return fact

    return fact_of
