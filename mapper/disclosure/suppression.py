"""Hiding and rounding of counts: first hide the small ones, then round what is left.

A count is printed as one of five things: 0; hidden (from 1 to one below the smallest count that
is printed); rounded; between two numbers, where it is a sum of what was told before; or withheld,
which says nothing and protects another count.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure.register import UNLIMITED
from mapper.disclosure.rules import AudienceRule

NONE, HIDDEN, ROUNDED, WITHHELD, BETWEEN = range(5)
BY_DISTRICT = "by district only"  # of a cell whose count is printed with its district's alone


@dataclass(frozen=True, eq=False)
class Printed:
    """What is printed of some counts, and what a reader can conclude from it."""

    kind: Integers  # NONE, HIDDEN, ROUNDED, WITHHELD or BETWEEN
    value: Integers  # the rounded count; 0 where no number is printed
    low: Integers
    high: Integers

    def withholding(self, withheld: Flags) -> "Printed":
        """Return the same with some of it withheld."""
        return Printed(
            kind=np.where(withheld, WITHHELD, self.kind),
            value=np.where(withheld, 0, self.value),
            low=np.where(withheld, 0, self.low),
            high=np.where(withheld, UNLIMITED, self.high),
        )

    @property
    def numbers(self) -> int:
        """How many counts other than 0 there are to print."""
        return int((self.kind != NONE).sum())

    @property
    def unsaid(self) -> Flags:
        """Where no number is printed: hidden, withheld, or between two of which one is small."""
        return np.asarray((self.kind != NONE) & (self.value == 0))

    @property
    def stand_in(self) -> Integers:
        """One number for each printed count: the middle of what it can be, 0 where withheld."""
        middle = (self.low + self.high) // 2
        return np.where(
            self.kind == ROUNDED, self.value, np.where(self.kind == WITHHELD, 0, middle)
        )

    def words(self, rule: AudienceRule) -> list[str]:
        """Return how each count is printed, in words."""
        words = kind_words(rule)
        return [
            f"{low:,} to {high:,}" if kind == BETWEEN else words[kind]
            for kind, low, high in zip(
                self.kind.tolist(), self.low.tolist(), self.high.tolist(), strict=True
            )
        ]


def share_withheld(none: Flags, withheld: Flags) -> float:
    """Return the share of withheld counts among all but zeros; a withheld zero is one of them."""
    return float(withheld.sum()) / max(int((~none | withheld).sum()), 1)


def kind_words(rule: AudienceRule) -> dict[int, str]:
    """Return how each kind of printed count is written; two numbers are written as they are."""
    return {
        NONE: "none",
        HIDDEN: rule.hidden_words,
        ROUNDED: "rounded",
        WITHHELD: "withheld",
    }


def print_counts(counts: Integers, rule: AudienceRule) -> Printed:
    """Return whole-number counts as an audience may see them, without regard to other releases."""
    counts = np.asarray(counts, dtype=np.int64)
    hidden = (counts > 0) & (counts < rule.smallest_count)
    shown = counts >= rule.smallest_count
    value = np.where(shown, round_counts(counts, rule.round_to), 0)
    low, high = _interval(value, rule)
    return Printed(
        kind=np.where(shown, ROUNDED, np.where(hidden, HIDDEN, NONE)).astype(np.int64),
        value=value,
        low=np.where(shown, low, hidden.astype(np.int64)),
        high=np.where(shown, high, np.where(hidden, rule.smallest_count - 1, 0)),
    )


def print_limits(low: Integers, high: Integers, rule: AudienceRule) -> Printed:
    """Return counts of which no more is told than the least and most that they can be.

    The number of one that lies between two is the middle, rounded, unless it can be a small one.
    """
    middle = round_counts((low + high) // 2, rule.round_to)
    value = np.where(low >= rule.smallest_count, middle, 0)
    plain = np.stack(_interval(value, rule)) == np.stack([low, high])
    kind = np.select(
        [
            high == 0,
            (low == 0) & (high >= UNLIMITED),
            (low == 1) & (high == rule.smallest_count - 1),
            plain.all(axis=0) & (value > 0),
        ],
        [NONE, WITHHELD, HIDDEN, ROUNDED],
        BETWEEN,
    )
    return Printed(kind=kind.astype(np.int64), value=value, low=low, high=high)


def round_counts(counts: Integers, step: int) -> Integers:
    """Return counts to the nearest multiple of a step, halves upwards."""
    return np.asarray((2 * counts + step) // (2 * step) * step, dtype=np.int64)


def interval_of(count: int, rule: AudienceRule) -> tuple[int, int]:
    """Return what a reader concludes from a printed count: the least and most it can be."""
    printed = print_counts(np.array([count]), rule)
    return int(printed.low[0]), int(printed.high[0])


def _interval(value: Integers, rule: AudienceRule) -> tuple[Integers, Integers]:
    """Return the least and most that round to a value and are printed at all."""
    step = rule.round_to
    low = -((step - 2 * value) // 2)  # half a step below, upwards
    high = (2 * value + step - 1) // 2  # below half a step above
    return np.maximum(low, rule.smallest_count), high
