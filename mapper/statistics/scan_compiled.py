"""Compiled kernels of the space-time scan (numba).

Three exact short cuts make them fast, none of which can lose the best window:

- The best interval of a zone begins and ends in periods with incidents, and a ring without
  incidents cannot improve a disc: the same count against a larger E.
- The likelihood ratio falls as E rises. ``bound[l, c]`` holds, for a floor of l / 2, the E from
  which a count of c no longer beats it, so nearly every window costs one look-up and no logarithm.
- Above the table, C (c/C - E/C)^2 / (E/C (1 - E/C)) bounds the ratio from above (Kullback-Leibler
  divergence never exceeds chi-squared divergence).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mapper.base.compiled import compiled
from mapper.base.types import Floats, Integers

Small = npt.NDArray[np.int32]
Busy = tuple[Small, Floats, Floats]

LEVELS = 64  # floors 0, 0.5, ... 31.5
TABLE = 4096  # counts below this use the table
GUIDE = 1024  # entries of the look-up from a uniform number to a period
LANES = 16  # rows of counts are padded with empty periods to whole vectors


class Plan(NamedTuple):
    """What stays the same from replicate to replicate."""

    first_step: Integers
    last_step: Integers  # past the largest zone allowed for each centre, shape (places,)
    first_member: Integers
    member: Small
    expected: Floats  # E of each zone over all periods, shape (steps,)
    until: Floats  # share of E before each period, shape (periods + 1,), from 0 to 1
    bound: Floats  # shape (LEVELS, counts)
    total: int
    longest: int  # periods
    prospective: bool


class Events(NamedTuple):
    """One set of incidents, real or simulated, sorted by place."""

    first: Integers  # first incident of each place, shape (places + 1,)
    period: Small  # shape (incidents,)
    counts: Small  # shape (places, periods padded to LANES)


@compiled
def likelihood_ratio(count: float, expected: float, total: float) -> float:
    """Return c ln(c/E) + (C-c) ln((C-c)/(C-E)), 0 unless c > E (Kulldorff 1997)."""
    if count <= expected:
        return 0.0
    ratio = count * np.log(count / expected)
    if count < total:
        ratio += (total - count) * np.log((total - count) / (total - expected))
    return float(ratio)


@compiled
def bound_table(total: int, fewest: int, size: int) -> Floats:
    """Return the E from which a count no longer beats each floor; shape (LEVELS, size)."""
    bound = np.zeros((LEVELS, size))
    for level in range(LEVELS):
        for count in range(max(fewest, 1), size):
            low, high = 0.0, float(count)
            while high - low > 1e-12 * high:
                middle = 0.5 * (low + high)
                if likelihood_ratio(count, middle, total) > 0.5 * level:
                    low = middle
                else:
                    high = middle
            bound[level, count] = high * (1 + 1e-9)  # never turns away a window by rounding
    return bound


@compiled
def better_ratio(count: int, expected: float, total: float, floor: float) -> float:
    """Return a window's likelihood ratio, or 0 at once where it cannot beat the floor."""
    above = count - expected
    if above <= 0 or above * above * total <= floor * expected * (total - expected):
        return 0.0
    return likelihood_ratio(count, expected, total)


@compiled
def best_interval(
    zone: float,
    row: Small,
    busy: Busy,
    until: Floats,
    bound: Floats,
    limits: tuple[int, int, int],
    floor: float,
) -> tuple[float, int, int]:
    """Return the best interval of one zone that beats the floor: ratio, first, last period."""
    total, longest, table = limits
    period, before, after = busy
    best, first, last = floor, -1, -1
    level = min(int(2 * floor), LEVELS - 1)
    number = find_busy(zone, row, until, busy)
    stop = 0
    for i in range(number):
        while stop < number and period[stop] - period[i] < longest:
            stop += 1
        count = 0
        for j in range(i, stop):
            count += row[period[j]]
            expected = after[j] - before[i]
            if count < table and expected >= bound[level, count]:
                continue
            ratio = better_ratio(count, expected, total, best)
            if ratio > best:
                best, first, last = ratio, period[i], period[j]
                level = min(int(2 * best), LEVELS - 1)
    return best, first, last


@compiled
def find_busy(zone: float, row: Small, until: Floats, busy: Busy) -> int:
    """List the periods with incidents and the E before and after each; return how many."""
    period, before, after = busy
    number = 0
    for t in range(until.size - 1):
        period[number] = t
        before[number] = zone * until[t]
        after[number] = zone * until[t + 1]
        number += row[t] > 0
    return number


@compiled
def best_ending_last(
    zone: float,
    row: Small,
    until: Floats,
    bound: Floats,
    limits: tuple[int, int, int],
    floor: float,
) -> tuple[float, int, int]:
    """Return the best interval of one zone that is still going on in the last period."""
    total, longest, table = limits
    best, first = floor, -1
    level = min(int(2 * floor), LEVELS - 1)
    count = 0
    periods = until.size - 1
    for start in range(periods - 1, max(periods - longest, 0) - 1, -1):
        count += row[start]
        expected = zone * (1.0 - until[start])
        if row[start] == 0 or (count < table and expected >= bound[level, count]):
            continue
        ratio = better_ratio(count, expected, total, best)
        if ratio > best:
            best, first = ratio, start
            level = min(int(2 * best), LEVELS - 1)
    return best, first, periods - 1


@compiled
def add_rows(places: Small, counts: Small, row: Small) -> None:
    """Add whole rows of counts to a zone's row of periods."""
    for place in places:
        for period in range(row.size):
            row[period] += counts[place, period]


@compiled
def count_events(places: Small, first: Integers) -> int:
    """Return how many incidents some places have."""
    added = 0
    for place in places:
        added += first[place + 1] - first[place]
    return added


@compiled
def scan_centre(
    plan: Plan, events: Events, centre: int, row: Small, busy: Busy, floor: float
) -> tuple[float, int, int, int]:
    """Return the best window around one centre: ratio, step, first and last period."""
    limits = (plan.total, plan.longest, plan.bound.shape[1])
    expected, until, bound = plan.expected, plan.until, plan.bound
    member, first_member = plan.member, plan.first_member
    first_event, counts = events.first, events.counts
    best, best_step, first, last = floor, -1, -1, -1
    row[:] = 0
    for step in range(plan.first_step[centre], plan.last_step[centre]):
        places = member[first_member[step] : first_member[step + 1]]
        if count_events(places, first_event) == 0:
            continue
        add_rows(places, counts, row)
        if plan.prospective:
            found = best_ending_last(expected[step], row, until, bound, limits, best)
        else:
            found = best_interval(expected[step], row, busy, until, bound, limits, best)
        if found[0] > best:
            best, first, last = found
            best_step = step
    return best, best_step, first, last


@compiled
def best_circle(plan: Plan, events: Events, centre: int, floor: float) -> tuple[float, int]:
    """Return the best zone around one centre where there is a single period: ratio, step."""
    expected, bound, member, first_member = (
        plan.expected,
        plan.bound,
        plan.member,
        plan.first_member,
    )
    first = events.first
    best, best_step, count = floor, -1, 0
    level = min(int(2 * floor), LEVELS - 1)
    for step in range(plan.first_step[centre], plan.last_step[centre]):
        for pair in range(first_member[step], first_member[step + 1]):
            count += first[member[pair] + 1] - first[member[pair]]
        if count < bound.shape[1] and expected[step] >= bound[level, count]:
            continue
        ratio = better_ratio(count, expected[step], plan.total, best)
        if ratio > best:
            best, best_step = ratio, step
            level = min(int(2 * best), LEVELS - 1)
    return best, best_step


@compiled
def scratch(plan: Plan) -> tuple[Small, Busy]:
    """Make room for one zone's periods, padded so that rows add up in whole vectors."""
    periods = plan.until.size - 1
    row = np.zeros(-(-periods // LANES) * LANES, dtype=np.int32)
    return row, (np.zeros(periods + 1, np.int32), np.zeros(periods + 1), np.zeros(periods + 1))


@compiled
def scan_maximum(plan: Plan, events: Events) -> float:
    """Return the largest likelihood ratio over all windows."""
    row, busy = scratch(plan)
    best = 0.0
    for centre in range(plan.last_step.size):
        if plan.until.size == 2:  # noqa: PLR2004 - one period
            best = best_circle(plan, events, centre, best)[0]
        else:
            best = scan_centre(plan, events, centre, row, busy, best)[0]
    return best


@compiled
def scan_all_centres(plan: Plan, events: Events) -> tuple[Floats, Integers]:
    """Return each centre's best ratio, and its step, first and last period (step -1: none)."""
    row, busy = scratch(plan)
    ratios = np.zeros(plan.last_step.size)
    where = np.zeros((plan.last_step.size, 3), dtype=np.int64)
    for centre in range(ratios.size):
        ratio, step, first, last = scan_centre(plan, events, centre, row, busy, 0.0)
        ratios[centre] = ratio
        where[centre, 0], where[centre, 1], where[centre, 2] = step, first, last
    return ratios, where


@compiled
def draw_places(gaps: Floats, cumulative: Floats, first: Integers) -> None:
    """Share incidents out over places: each falls on a place in proportion to its exposure.

    Running sums of exponential gaps over their total are uniform numbers in order, so one walk
    along the cumulative shares places every incident and leaves them sorted by place.
    """
    scale = 1.0 / gaps.sum()
    so_far = 0.0
    place = 0
    first[0] = 0
    for event in range(gaps.size - 1):
        so_far += gaps[event] * scale
        while place < cumulative.size - 1 and so_far > cumulative[place]:
            place += 1
            first[place] = event
    for later in range(place + 1, first.size):
        first[later] = gaps.size - 1


@compiled
def draw_periods(uniform: Floats, until: Floats, guide: Small, period: Small) -> None:
    """Give every incident a period in proportion to the periods' shares."""
    for event in range(period.size):
        found = guide[int(uniform[event] * GUIDE)]
        while uniform[event] >= until[found + 1]:
            found += 1
        period[event] = found


@compiled
def shuffle_periods(uniform: Floats, period: Small) -> None:
    """Deal the periods out among the incidents anew (Fisher-Yates)."""
    for event in range(period.size - 1, 0, -1):
        other = int(uniform[event] * (event + 1))
        period[event], period[other] = period[other], period[event]


@compiled
def fill_counts(events: Events) -> None:
    """Count the incidents of every place and period."""
    events.counts[:] = 0
    for place in range(events.counts.shape[0]):
        for event in range(events.first[place], events.first[place + 1]):
            events.counts[place, events.period[event]] += 1
