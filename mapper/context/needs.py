"""Which needs meet at a place: how many incidents there tell of each, under a lens of needs.

A need is **recorded** at a place where at least one incident of the days asked for tells of it, and
needs **meet** where so many different ones are recorded (``at_least`` of the lens). An incident
with several counts under each.

What can mislead: the busiest places have every need by number alone, and needs that meet at a place
may be those of different people. So this is told of a place that was found and never decides which
incidents count or which places are hot; whether a need is commoner there than elsewhere is the
question of :mod:`mapper.context.signature`.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from mapper.base.types import Integers
from mapper.lenses.classify import rules_met
from mapper.lenses.lens import Lens, Rule


def needs_at_places(
    incidents: pd.DataFrame, lens: Lens, *, group: Integers, places: int
) -> tuple[Mapping[str, int], ...]:
    """Return for each place how many of its incidents tell of each need, by the need's name.

    Parameters
    ----------
    incidents
        Rows; a need whose column they lack is left out.
    lens
        Whose needs; one that combines none leaves every place with nothing.
    group
        Number of each incident's place from 0, below 0 for none; shape (incidents,).
    places
        Number of places.

    Raises
    ------
    LensError
        When the data lacks a column that the lens requires.
    """
    if not lens.needs:
        return tuple({} for _ in range(places))
    each = tuple(Rule(one.name, 1, "", one.conditions) for one in lens.needs)
    met = rules_met(incidents, replace(lens, rules=each, exclusions=()))
    numbers = {
        name: np.bincount(group[recorded & (group >= 0)], minlength=places)
        for name, recorded in met.items()
    }
    return tuple({name: int(some[at]) for name, some in numbers.items()} for at in range(places))


def needs_in_words(numbers: Mapping[str, int], at_least: int) -> str:
    """Say which needs meet at a place, most recorded first; nothing where none was looked for."""
    if not numbers:
        return ""
    ordered = sorted(numbers.items(), key=lambda item: -item[1])
    told = [f"{_small(name)} ({number:,})" for name, number in ordered if number]
    if len(told) < at_least:
        few = ", ".join(told) or "none"
        return f"Fewer than {at_least} needs are recorded here, so they do not meet: {few}."
    words = f"Needs that meet here, {len(told)} of {len(numbers)}: {', '.join(told)}."
    absent = [_small(name) for name, number in ordered if not number]
    return f"{words} Not recorded: {', '.join(absent)}." if absent else words


def _small(name: str) -> str:
    """Return a name as it stands within a sentence."""
    return f"{name[:1].lower()}{name[1:]}"
