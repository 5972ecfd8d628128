"""Changes told from what is printed: exact intervals that hold whatever the rounding hides.

A printed count stands for a span: 10 for 8 to 12, "fewer than 5" for 1 to 4. Two windows are
compared twice, once with the most before and the least after, once the other way round. What is
told between the two ends is right for every count that the print leaves open, so it gives nothing
away; it is wider than the interval of the counts themselves. A change is clear when the less
favourable of the two comparisons is clear, all rows tested together (Benjamini and Hochberg), with
the dispersion of months of the same lens and area; the intervals hold of all rows together too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from mapper.base.types import Flags, Floats, Integers
from mapper.disclosure.register import UNLIMITED
from mapper.disclosure.release import Release
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import interval_of
from mapper.statistics.change import Change, compare_windows
from mapper.statistics.period_dispersion import PeriodDispersion

Way = Literal["clear rise", "clear fall", "no clear change", "too few to compare", "cannot be told"]
_NO_LIMIT = 100.0  # a limit above it, as after a count too small to print, says nothing
_MANY_TIMES = 3.0  # from here on "4 times as many" reads better than "up by 300 %"
_OF_COUNTS = ("fewer", "more", "times as many")


@dataclass(frozen=True, eq=False)
class Spans:
    """The least and the most that each printed count can stand for, shape (rows,)."""

    low: Integers
    high: Integers

    def sums(self, group: Integers, groups: int) -> "Spans":
        """Return the spans of sums by group; -1 is in none."""
        inside = group >= 0
        low, high = (
            np.bincount(group[inside], weights=side[inside], minlength=groups)
            for side in (self.low, self.high)
        )
        return Spans(low.astype(np.int64), np.minimum(high, UNLIMITED).astype(np.int64))


@dataclass(frozen=True)
class RateChange:
    """How something moved, in words and as the ends of an interval of the rate ratio.

    The interval is exact and holds beside those of all rows compared: it leaves out 1 where the
    row surely moved, and nowhere else.
    """

    way: Way
    low: float = 0.0
    high: float = float("inf")
    of_share: bool = False  # of which there are not more or fewer: it is higher or lower

    @property
    def is_clear(self) -> bool:
        """Whether it surely moved."""
        return self.way in {"clear rise", "clear fall"}

    @property
    def words(self) -> str:
        """How much it moved: 8 % to 21 % more."""
        if self.way in {"too few to compare", "cannot be told"} or (
            not self.low and self.high > _NO_LIMIT
        ):
            return ""
        ways = ("lower", "higher", "times as high") if self.of_share else _OF_COUNTS
        if self.high > _NO_LIMIT:  # from 0.8 times up: at most 20 % fewer
            return f"at {'least' if self.low >= 1 else 'most'} {_much(self.low, ways)}"
        if not self.low:
            return f"at {'most' if self.high >= 1 else 'least'} {_much(self.high, ways)}"
        return _between(self.low, self.high, ways)


def spans_of_counts(
    counts: Sequence[int | None],
    rule: AudienceRule,
    *,
    known: Sequence[tuple[int, int] | None] | None = None,
) -> Spans:
    """Return the spans of printed counts; none stands for a hidden one.

    Parameters
    ----------
    known
        The span of each count that is no more than a sum of others; none for the rest.
    """
    hidden = (1, rule.smallest_count - 1)
    ends = [
        span or (hidden if count is None else interval_of(count, rule))
        for count, span in zip(counts, known or [None] * len(counts), strict=True)
    ]
    low, high = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return Spans(low, high)


def spans_of_cells(release: Release) -> Spans:
    """Return the spans of a map's cells; a count that is not printed by cell can be anything."""
    printed = release.printed.get("incidents")
    if printed is None:
        nothing = np.zeros(len(release.cells), dtype=np.int64)
        return Spans(nothing, np.full_like(nothing, UNLIMITED))
    return Spans(printed.low, printed.high)


def compare_spans(
    before: Spans,
    after: Spans,
    *,
    days: tuple[int, int],
    alpha: float = 0.05,
    dispersion: PeriodDispersion | None = None,
    forbidden: Flags | None = None,
) -> tuple[RateChange, ...]:
    """Return how each row moved between two windows of so many days.

    Parameters
    ----------
    alpha
        Share of rows told to have moved that may have not.
    dispersion
        How much the periods of each row vary beyond chance; by default not at all.
    forbidden
        Rows that the data itself forbids to compare; none where not given.
    """
    barred = np.zeros(before.low.size, dtype=bool) if forbidden is None else forbidden
    if not before.low.size or not all(days):
        return (RateChange("too few to compare"),) * before.low.size
    known = (before.high < UNLIMITED) & (after.high < UNLIMITED)
    known &= (before.high + after.high > 0) & ~barred
    if dispersion is not None:
        known &= ~np.isnan(dispersion.ratio)
    compare = partial(
        _least_and_most,
        (np.where(known, before.low, 0), np.where(known, before.high, 0)),
        (np.where(known, after.low, 0), np.where(known, after.high, 0)),
        before_length=days[0],
        after_length=days[1],
        dispersion=dispersion,
    )
    low, high = _joint_ends(compare, known=known, alpha=alpha)
    rise, fall = low > 1, high < 1
    return tuple(
        RateChange(_way(*flags), float(low), float(high))
        if flags[0]
        else RateChange("cannot be told" if bar else "too few to compare")
        for *flags, bar, low, high in zip(
            known.tolist(),
            rise.tolist(),
            fall.tolist(),
            barred.tolist(),
            low,
            high,
            strict=True,
        )
    )


def _least_and_most(
    before: tuple[Integers, Integers], after: tuple[Integers, Integers], **choices: Any
) -> tuple[Change, Change]:
    """Return the change by the counts of least rise and by those of most."""
    return (
        compare_windows(before[1], after[0], **choices),
        compare_windows(before[0], after[1], **choices),
    )


def _joint_ends(
    compare: Callable[..., tuple[Change, Change]], *, known: Flags, alpha: float
) -> tuple[Floats, Floats]:
    """Return intervals that hold of all rows together and leave out 1 where a row surely moved.

    Rows that moved by their false discovery rate have intervals that hold of that many of all
    (Benjamini & Yekutieli 2005); those of the others hold all at once (Bonferroni).
    """
    rows, changes = max(int(known.sum()), 1), compare(confidence=1 - alpha)
    least, most = compare(confidence=1 - alpha / rows)
    low, high = np.minimum(least.low, 1.0), np.maximum(most.high, 1.0)
    for change, of_rises in zip(changes, (True, False), strict=True):
        clear, found = change.clear(alpha=alpha), int((change.q <= alpha).sum())
        if not clear.any():
            continue
        least, most = compare(confidence=1 - alpha * min(found / rows, 1.0))
        moved = clear & ((least.low > 1) if of_rises else (most.high < 1))
        low, high = np.where(moved, least.low, low), np.where(moved, most.high, high)
    return low, high


def _way(known: bool, rise: bool, fall: bool) -> Way:  # noqa: FBT001 - three flags of one row
    """Return which way something moved."""
    if not known:
        return "too few to compare"
    if rise:
        return "clear rise"
    return "clear fall" if fall else "no clear change"


def _between(low: float, high: float, ways: tuple[str, str, str]) -> str:
    """Return an interval of a ratio in words."""
    down, up, times = ways
    if low >= 1 and high >= _MANY_TIMES:
        return f"{low:.1f} to {high:.1f} {times}"
    if low >= 1:
        return f"{_share(low)} to {_share(high)} {up}"
    if high <= 1:
        return f"{_share(high)} to {_share(low)} {down}"
    return f"{_much(low, ways)} to {_much(high, ways)}"


def _much(ratio: float, ways: tuple[str, str, str]) -> str:
    """Return a ratio as so much more or fewer."""
    down, up, times = ways
    if ratio >= _MANY_TIMES:
        return f"{ratio:.1f} {times}"
    return f"{_share(ratio)} {up if ratio >= 1 else down}"


def _share(ratio: float) -> str:
    """Return how far a ratio is from 1, as a percentage."""
    return f"{abs(ratio - 1):.0%}".replace("%", " %")
