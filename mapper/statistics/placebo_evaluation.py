"""The treated places and the ring around them, each with its placebo places: a ledger of counts.

A ledger holds all that a finding about an action is worked out from, so that it can be kept and
worked out again: the place's own counts, those of its placebo places at each date, the area's, and
how much the months of such places vary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.expectation import Outcome, ThreeWindows, fit_expectation, set_against
from mapper.statistics.period_dispersion import measure_period_dispersion
from mapper.statistics.placebo_places import draw_placebo_places, independent_sets

SETS_A_DATE = 150  # placebo sets drawn at each date
_LARGEST_SHARE = 0.1  # of all cells: a larger treated set has no like


@dataclass(frozen=True, eq=False)
class CellWindows:
    """Counts of every cell round one date; each of shape (cells,).

    Placebo places are chosen by ``choice`` and judged by the rest: no incident is in both.
    """

    choice: Integers
    history: Integers
    before: Integers
    after: Integers
    same: Integers | None = None  # same months of the year before, a part of the history


@dataclass(frozen=True, eq=False)
class CellPeriods:
    """Counts of every cell in the months or weeks of the history and of the window before."""

    counts: Integers  # shape (cells, periods)
    group: Integers  # 0 in the history, 1 before; shape (periods,)


@dataclass(frozen=True, eq=False)
class Ledger:
    """One place, its placebo places, and how much the periods of such places vary."""

    place: ThreeWindows  # one row
    placebos: tuple[ThreeWindows, ...]  # at each date, that of the action first
    dispersion: float  # of the place itself
    usual_dispersion: float  # of its placebo places
    independent: float  # placebo places without a common cell

    @property
    def incidents(self) -> int:
        """Incidents of the place in all three windows."""
        place = self.place
        return int(place.history[0] + place.before[0] + place.after[0])

    def outcome(self, *, confidence: float = 0.95) -> Outcome:
        """Return how the place came out against its expectation."""
        if not (self.placebos and self.placebos[0].history.any()):
            return _no_like(self.place, self.dispersion)
        learnt = fit_expectation(self.placebos, dispersion=self.usual_dispersion)
        return set_against(
            learnt,
            self.place,
            dispersion=self.dispersion,
            independent=self.independent,
            confidence=confidence,
        )


def placebo_sets(
    near: Neighbours, treated: Flags, dates: Sequence[CellWindows], *, taken: Flags
) -> list[list[Integers]]:
    """Return sets of cells like the treated ones at each date; none for a very large set.

    Parameters
    ----------
    near
        Touching cells.
    taken
        Cells that no placebo set may hold: the treated ones and those around them.
    """
    if treated.mean() > _LARGEST_SHARE:
        return [[] for _ in dates]
    return [
        draw_placebo_places(
            near, date.choice.astype(np.float64), treated, taken=taken, number=SETS_A_DATE
        )
        for date in dates
    ]


def open_ledger(
    place: Flags,
    placebos: Sequence[Sequence[Integers]],
    *,
    own: CellWindows,
    dates: Sequence[CellWindows],
    periods: CellPeriods,
    apart: Flags,
) -> Ledger:
    """Return the ledger of one place.

    Parameters
    ----------
    placebos
        Its placebo sets at each date.
    own
        All incidents of the three windows of the action; its ``choice`` is not read.
    dates
        Round the action and round earlier dates.
    apart
        Cells that are not the area it is set against: the treated ones and those around them.
    """
    cells = np.flatnonzero(place)
    known = [
        _windows(sets, date, apart)
        for sets, date in zip(placebos, dates, strict=True)
        if sets and _has_area(date, apart)
    ]
    first = list(placebos[0]) if placebos else []
    ratio, usual = _dispersion([cells, *first], periods, apart)
    return Ledger(
        place=_windows([cells], own, apart),
        placebos=tuple(known),
        dispersion=ratio,
        usual_dispersion=usual,
        independent=independent_sets(first, size=cells.size),
    )


def _has_area(date: CellWindows, apart: Flags) -> bool:
    """Tell whether the area has incidents in each of the three windows."""
    return all(int(each[~apart].sum()) for each in (date.history, date.before, date.after))


def _windows(sets: Sequence[Integers], counts: CellWindows, apart: Flags) -> ThreeWindows:
    """Return the sums of sets of cells, and of the area, in the three windows."""
    values = (counts.history, counts.before, counts.after)
    history, before, after = (_sums(sets, each) for each in values)
    area = [max(float(each[~apart].sum()), 1.0) for each in values]
    return ThreeWindows(
        history,
        before,
        after,
        area=(area[0], area[1], area[2]),
        same=None if counts.same is None else _sums(sets, counts.same),
        area_same=0.0 if counts.same is None else float(counts.same[~apart].sum()),
    )


def _dispersion(
    sets: Sequence[Integers], periods: CellPeriods, apart: Flags
) -> tuple[float, float]:
    """Return the dispersion of the first set and the usual one, area movement taken out."""
    counts = np.stack([periods.counts[one].sum(axis=0) for one in sets])
    found = measure_period_dispersion(counts, periods.counts[~apart].sum(axis=0), periods.group)
    usual = found.usual if np.isfinite(found.usual) else 1.0
    own = float(found.ratio[0])
    return (own if np.isfinite(own) else usual), usual


def _sums(sets: Sequence[Integers], values: Integers) -> Floats:
    return np.array([values[one].sum() for one in sets], dtype=np.float64)


def _no_like(place: ThreeWindows, dispersion: float) -> Outcome:
    """Return the outcome of a place without any placebo place: nothing is ruled out."""
    seen, usual = float(place.after[0]), float(place.usual_after[0])
    ratio = seen / usual if usual else float("nan")
    rise = float(np.exp(place.rise[0]))
    return Outcome(seen, usual, ratio, 0.0, float("inf"), 1.0, 0, rise, 1.0, dispersion)
