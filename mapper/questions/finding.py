"""A finding: the answer to one question as a tidy table, before disclosure control.

Every statistic beyond the map of hot spots (patterns, change, week clocks, accuracy ...) comes as
one of these. Each column has a role, so that disclosure control knows what gives a count away
without knowing the statistic.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from mapper.base.types import Flags, Integers
from mapper.grid.hexagons import Cells
from mapper.lenses.lens import Clauses

# key: what the row is about (a cell, a hot spot, an hour of the week).
# count: incidents. derived: computed from counts of the row, hidden whenever one of them is.
# class: a class that other audiences may see where its counts may be seen (a pattern, a direction).
# fact: nothing about incidents (residents, area, a setting).
Role = Literal["key", "count", "derived", "class", "fact"]
# What a row stands for; decides resolution and thresholds.
Unit = Literal[
    "cell",
    "hotspot",
    "ward",
    "district",
    "area",
    "hour",
    "shift",
    "period",
    "pair",
    "corridor",
    "setting",
]


@dataclass(frozen=True)
class Measure:
    """Which incidents a count column counts: those of some days that a lens takes."""

    column: str
    first: date  # first and last day, both included
    last: date
    include: Clauses  # an incident counts when it meets one of these
    exclude: Clauses = ()  # and none of these


@dataclass(frozen=True, eq=False)
class Ground:
    """What the counts of a finding are counts of; without it they reach no other audience."""

    cells: Cells  # the study area
    place: Integers  # number of the place that each cell lies in, -1 for none; shape (cells,)
    place_of_row: Integers  # which place each row of the table speaks of; shape (rows,)
    measures: tuple[Measure, ...]  # one for each count column
    # Where a place has several rows they part its incidents (shifts of the week), all of them or
    # all but some (those known to the month only).
    whole: bool = True


@dataclass(frozen=True, eq=False)
class Where:
    """Which cells the rows of an answer stand for, to be drawn: places may overlap."""

    area: Cells  # the study area
    places: tuple[Cells, ...]
    of_row: Integers  # each row's place, -1 for none of its own; shape (rows,)

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """Return all of it as tables."""
        number = np.repeat(np.arange(len(self.places)), [one.size for one in self.places])
        cells = np.concatenate([np.zeros(0, dtype=np.uint64), *self.places])
        inside = pd.DataFrame({"place": number, "cell": cells})
        return inside, pd.DataFrame({"area": self.area}), pd.DataFrame({"place": self.of_row})


def where_named(area: Cells, known: Mapping[Any, Cells], rows: Iterable[Hashable]) -> Where:
    """Return where rows lie that are named as places of known cells are; another name is none.

    Places that no row names are left out: who sees the rows learns of no other place.
    """
    names = list(rows)
    named = {name: known[name] for name in dict.fromkeys(names) if name in known}
    number = {name: at for at, name in enumerate(named)}
    of_row = np.array([number.get(name, -1) for name in names], dtype=np.int64)
    return Where(area, tuple(named.values()), of_row)


@dataclass(frozen=True, eq=False)
class Finding:
    """One question answered over one set of incidents: never shown as it is."""

    id: str  # the command's name: change, clock, near-repeat
    title: str  # what people call it: What changed
    question: str  # which question it answers, one plain sentence
    definition: str  # how the numbers are made, one or two sentences
    source: str  # author and year, or this project
    unit: Unit
    table: pd.DataFrame
    roles: Mapping[str, Role]  # one for each column of the table
    first: date  # first and last day covered
    last: date
    lens_title: str
    area_title: str
    resolution: int
    notes: tuple[str, ...] = ()  # caveats and warnings, plain words
    choices: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    record: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))  # manifest
    licence: str = ""
    synthetic: bool = False
    ground: Ground | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        strange = set(self.roles.values()) - set(get_args(Role))
        if list(self.roles) != list(self.table.columns) or strange:
            raise ValueError(
                f"finding {self.id}: roles {list(self.roles)} for columns"
                f" {list(self.table.columns)}; unknown roles {sorted(strange)}"
            )


def only_rows(finding: Finding, kept: Flags) -> Finding:
    """Return a finding with some of its rows, and what those are counts of."""
    ground = finding.ground
    if ground is not None:
        ground = replace(ground, place_of_row=ground.place_of_row[kept])
    where = finding.where
    if where is not None:
        where = where_named(where.area, dict(enumerate(where.places)), where.of_row[kept].tolist())
    table = finding.table[kept].reset_index(drop=True)
    return replace(finding, table=table, ground=ground, where=where)
