"""Values that no rule of a lens names: how many incidents carry them, and which are near a name.

A misspelt type is counted by no rule and missed by nobody. A value is *near* a name when they are
alike but not equal, by difflib's ratio of 0.85 after case and spaces are evened out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from mapper.base.types import Integers
from mapper.lenses.classify import plain_words
from mapper.lenses.lens import Lens

NEAR = 0.85
_SHOWN = 20  # types named


@dataclass(frozen=True, eq=False)
class Unnamed:
    """One value of a column that no rule names."""

    column: str
    value: str
    near: str  # the name that it is like; empty where there is none
    rows: Integers  # positions of its incidents
    incidents: int


def unnamed_values(
    incidents: pd.DataFrame,
    lenses: Iterable[Lens],
    *,
    column: str = "type",
    times: Integers | None = None,
) -> list[Unnamed]:
    """Return the values of a column that no rule names, those of most incidents first.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    names, parts = _names(lenses, column)
    codes = incidents[column].cat.codes.to_numpy()
    found = []
    for code, value in enumerate(incidents[column].cat.categories.astype(object)):
        words = plain_words(value)
        if words in names or any(part in words for part in parts):
            continue
        near = get_close_matches(words, names, 1, NEAR)
        rows = np.flatnonzero(codes == code).astype(np.int64)
        number = int(rows.size if times is None else times[rows].sum())
        found.append(Unnamed(column, str(value), names[near[0]] if near else "", rows, number))
    return sorted((one for one in found if one.incidents), key=lambda one: -one.incidents)


def _names(lenses: Iterable[Lens], column: str) -> tuple[dict[str, str], list[str]]:
    """Return every name that rules give for a column, evened out, and parts that they look for."""
    names: dict[str, str] = {}
    parts = []
    for lens in lenses:
        for rule in lens.rules:
            for tested, kind, value in rule.conditions:
                if tested != column:
                    continue
                if kind == "contains":
                    parts.append(plain_words(str(value)))
                elif kind in {"is", "in"}:
                    values = value if isinstance(value, tuple) else (value,)
                    names |= {plain_words(str(one)): str(one) for one in values}
    return names, parts


def unnamed_words(incidents: pd.DataFrame, lenses: Iterable[Lens]) -> str:
    """Say which types no lens names, with their incidents; empty where there are none."""
    found = unnamed_values(incidents, lenses)
    if not found:
        return ""
    shown = ", ".join(f"{one.value} {one.incidents:,}" for one in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"Types that no kind of harm counts by name: {shown}{more}. Flags may still count them"
