"""The four signals: four questions about a cell, four nulls, one table.

| signal | question |
|---|---|
| cluster | is this cell with those around it busier than if all were alike, fields included? |
| single place | does this one cell stand out from those around it? |
| over-represented | is this theme more common here than all demand here would suggest? |
| per resident | are there more incidents here than its residents would suggest? |

A number means nothing without its question, so each sentence says which one it answers. Every p is
exact under its null; q is adjusted over the cells tested (Benjamini and Hochberg, or Benjamini and
Yekutieli). Which cells are tested depends on nothing but what the null holds fixed: discs of fewer
than five incidents for the single place, of less than five demand for over-representation. No cell
is called found on fewer than five incidents in its disc, whatever its p.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.errors import TooFewEventsError
from mapper.base.text import count
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import Null, find_clusters
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC, FEWEST_INCIDENTS
from mapper.statistics.intervals import whole_counts
from mapper.statistics.over_represented import find_over_represented
from mapper.statistics.permutation import SMALLEST_P
from mapper.statistics.rates import find_per_resident
from mapper.statistics.scores import score_counts
from mapper.statistics.single_place import find_single_places
from mapper.statistics.unusual import find_unusual

Name = Literal["cluster", "single_place", "over_represented", "per_resident"]

NAMES: tuple[Name, ...] = get_args(Name)
TITLES = MappingProxyType(
    {name: name.replace("_", " ") for name in NAMES} | {"over_represented": "over-represented"}
)
QUESTIONS = MappingProxyType(
    {
        "cluster": (
            "is this cell with those around it busier than if the same counts lay on all cells"
            " alike, fields included?"
        ),
        "single_place": "does this one cell stand out from those around it?",
        "over_represented": ("is this theme more common here than all demand here would suggest?"),
        "per_resident": "are there more incidents here than its residents would suggest?",
    }
)
_WHERE = MappingProxyType(
    {
        "cluster": ("this cell and those around it", "the same counts laid on all cells alike"),
        "single_place": ("this one cell", "its share of those around it"),
        "over_represented": ("this cell and those around it", "all demand here"),
        "per_resident": ("this cell and those around it", "its residents"),
    }
)
_UNTESTED = MappingProxyType(
    {
        "cluster": "the cell has no neighbour in the study area",
        "single_place": f"no cell touches it, or they hold under {FEWEST_IN_DISC} incidents",
        "over_represented": f"no cell touches it, or there is under {FEWEST_IN_DISC} demand here",
        "per_resident": "the residents here are none or not known, or no cell touches it",
    }
)


@dataclass(frozen=True, eq=False)
class Signal:
    """The answer to one question for every cell; arrays have shape (cells,)."""

    name: Name
    observed: Integers  # incidents in the cell (single place) or in the cell and its ring
    expected: Floats  # incidents under the null; missing where p is
    p: Floats  # exact upper tail; missing where the question makes no sense
    q: Floats  # adjusted over the cells tested; missing in the others
    enough: Flags  # at least five incidents in the cell and its ring

    @property
    def question(self) -> str:
        """The question that every number here answers."""
        return QUESTIONS[self.name]

    @property
    def excess(self) -> Floats:
        """Incidents beyond those expected; negative where there are fewer."""
        return self.observed - self.expected

    def found(self, *, alpha: float = 0.05) -> Flags:
        """Return which cells carry the signal: q at most alpha, on five incidents or more."""
        return (self.q <= alpha) & self.enough

    def sentence(self, cell: int, *, alpha: float = 0.05) -> str:
        """Return the answer for one cell (its position) in plain words, with the question."""
        asked = f"Question answered: {self.question}"
        if np.isnan(self.q[cell]):
            return f"Not tested, as {_UNTESTED[self.name]}. {asked}"
        place, standard = _WHERE[self.name]
        seen, expected = int(self.observed[cell]), float(self.expected[cell])
        noun = "incident" if seen == 1 else "incidents"
        return (
            f"{self._verdict(cell, alpha)}: {seen:,} {noun} in {place}, where {standard} would"
            f" suggest {expected:,.1f} ({_chance('p', self.p[cell])},"
            f" {_chance('q', self.q[cell])}). {asked}"
        )

    def _verdict(self, cell: int, alpha: float) -> str:
        if self.found(alpha=alpha)[cell]:
            return "Yes"
        return "Not clearly" if self.enough[cell] else "Too few incidents to say"


def find_signals(
    counts: Integers,
    near: Neighbours,
    *,
    demand: Integers | None = None,
    residents: Floats | None = None,
    exposure: Floats | None = None,
    scores: Integers | None = None,
    null: Null = "total",
    correction: Literal["bh", "by"] = "bh",
) -> tuple[Signal, ...]:
    """Answer the four questions for every cell, those for which there is data.

    Parameters
    ----------
    counts
        Incidents of the lens (not weighted) by cell, shape (cells,).
    near
        Neighbours of the same cells.
    demand
        All incidents by cell, those of the lens among them: needed for over-represented.
    residents
        By cell, missing where unknown: needed for per resident.
    exposure
        What a cell's share of its disc follows in the single-place question; by default every
        cell has the same share.
    scores
        Whole-number scores for the cluster question; by default the counts capped at their 99th
        percentile. Observed and expected are in incidents all the same.
    null
        Of the cluster question.
    correction
        ``bh`` or ``by``.

    Raises
    ------
    TooFewEventsError
        When fewer than 30 incidents count.
    ValueError
        When shapes differ or counts are not whole.
    """
    counts = whole_counts(counts, name="counts")
    _refuse_too_few(counts)
    disc = counts + near.ring_sums(counts)
    enough = disc >= FEWEST_IN_DISC

    def made(
        name: Name, observed: Integers, expected: Floats, p: Floats, tested: Flags | None = None
    ) -> Signal:
        family = p if tested is None else np.where(tested, p, np.nan)
        q = adjust(family, correction=correction)
        known = np.where(np.isnan(p), np.nan, expected)
        return Signal(name=name, observed=observed, expected=known, p=p, q=q, enough=enough)

    chosen = score_counts(counts, score="capped") if scores is None else scores
    clusters = find_clusters(chosen, near, null=null)
    single = find_single_places(counts, near, exposure=exposure)
    signals = [
        made("cluster", disc, counts.mean() * (near.degree + 1), clusters.p),
        made("single_place", counts, single.expected, single.p, enough),
    ]
    if demand is not None:
        over = find_over_represented(counts, demand, near)
        busy = over.demand >= FEWEST_IN_DISC
        p = _as_bunched(over.p, counts, demand.astype(np.float64), near)
        signals.append(made("over_represented", over.themed, over.expected, p, busy))
    if residents is not None:
        per = find_per_resident(counts, residents, near)
        p = _as_bunched(per.p, counts, residents, near)
        signals.append(made("per_resident", per.incidents, per.expected, p))
    return tuple(signals)


def _as_bunched(p: Floats, counts: Integers, base: Floats, near: Neighbours) -> Floats:
    """Return p of discs against a base, no smaller than counts as bunched as here allow.

    Incidents are not independent (repeat calls, shared map points): the p of independent ones
    alone finds discs in counts that follow residents, or all demand.
    """
    if np.isnan(p).all() or not counts.any():
        return p
    return np.where(np.isnan(p), np.nan, np.fmax(p, find_unusual(counts, base, near).disc_p))


def signal_table(signals: Iterable[Signal], *, alpha: float = 0.05) -> pd.DataFrame:
    """Return signals as columns of one table, one row a cell."""
    columns: dict[str, npt.NDArray[np.generic]] = {}
    for signal in signals:
        columns[f"{signal.name}_observed"] = signal.observed
        columns[f"{signal.name}_expected"] = signal.expected
        columns[f"{signal.name}_excess"] = signal.excess
        columns[f"{signal.name}_p"] = signal.p
        columns[f"{signal.name}_q"] = signal.q
        columns[f"{signal.name}_found"] = signal.found(alpha=alpha)
    return pd.DataFrame(columns)


def carried_signals(
    signals: Iterable[Signal], group: Integers, *, alpha: float = 0.05
) -> list[tuple[Name, ...]]:
    """Return, for each hot spot, the names of the signals that any of its cells carries.

    Parameters
    ----------
    group
        Number of the hot spot of each cell, -1 for none; shape (cells,).
    """
    number = int(group.max(initial=-1)) + 1
    carried: list[tuple[Name, ...]] = [()] * number
    for signal in signals:
        inside = signal.found(alpha=alpha) & (group >= 0)
        for one in np.unique(group[inside]).tolist():
            carried[one] += (signal.name,)
    return carried


def _refuse_too_few(counts: Integers) -> None:
    """Stop, in words, when there is too little to say anything."""
    total = int(counts.sum())
    if total < FEWEST_INCIDENTS:
        raise TooFewEventsError(
            f"Only {count(total, 'incident counts', 'incidents count')} in the study area: fewer"
            f" than {FEWEST_INCIDENTS}, too"
            " few to tell a signal from chance. Choose a longer period, a larger area or a wider"
            " lens."
        )


def _chance(letter: str, value: float) -> str:
    """Return p or q with two figures, never as nothing."""
    return f"{letter} below {SMALLEST_P:g}" if value <= SMALLEST_P else f"{letter} {value:.2g}"
