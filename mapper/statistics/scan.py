"""Space-time scan: where and when did incidents pile up most, and could chance have done it?

Every zone (a disc of cells, or a circle of places) times every interval is a window with c
incidents and E expected out of C in all. Its log likelihood ratio is

    LLR = c ln(c / E) + (C - c) ln((C - c) / (C - E))    for c > E, else 0.

The window with the largest LLR is the most likely cluster. Because all windows were searched, it
is judged against the largest LLR of simulated data searched in the same way:
p = (#{simulated >= observed} + 1) / (M + 1). Secondary clusters are judged against the same maxima,
which errs on the careful side. As in SaTScan each centre puts forward its best window only, and
secondary clusters share no place with a better one.

Two nulls:

- ``poisson``: incidents fall in proportion to exposure (residents, all demand) and to the length
  of each period; E = C x share of exposure x share of time. Real repeat calls to one address make
  incidents clump more than this null allows.
- ``permutation``: no exposure is needed. Which incident happened when is shuffled, so purely
  spatial and purely temporal differences are taken out; E = c_space c_time / C. It finds only
  what is unusual in space and time together.

What can mislead: a disc is round, a street is not; every cell of a cluster need not be hot itself.

References
----------
Kulldorff (1997), Communications in Statistics 26:1481; Kulldorff (2001), JRSS A 164:61
(prospective); Kulldorff et al. (2005), PLoS Medicine 2:e59 (permutation).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mapper.base.errors import RequestError, TooFewEventsError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.statistics import scan_compiled
from mapper.statistics import scan_compiled as compiled
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.monte_carlo import Simulate, rank_p, run_replicates
from mapper.statistics.scan_compiled import LANES, TABLE, Events, Plan, bound_table
from mapper.statistics.scan_windows import Zones

MOST_FEWEST = 100  # the compiled tables hold this limit for small counts only


@dataclass(frozen=True)
class ScanChoices:
    """What to scan for and how hard to look."""

    null: Literal["poisson", "permutation"] = "permutation"
    look: Literal["prospective", "retrospective"] = "prospective"  # still going on, or ever
    longest: int | None = None  # periods in the longest window; half of all when not given
    largest_share: float = 0.5  # of all expected incidents, in one zone over all periods
    fewest: int = 2  # incidents in a cluster
    most_clusters: int = 20  # reported
    runs: int = 999
    seed: int = 0

    def __post_init__(self) -> None:
        checks = {
            "the longest window is below 1 period": self.longest is not None and self.longest < 1,
            "the largest share is not above 0 and at most 1": not 0 < self.largest_share <= 1,
            f"the fewest incidents of a cluster are not 1 to {MOST_FEWEST}": not (
                1 <= self.fewest <= MOST_FEWEST
            ),
            "not one cluster is asked for": self.most_clusters < 1,
            "not one run is asked for": self.runs < 1,
            "the seed is below 0": self.seed < 0,
        }
        faults = [words for words, wrong in checks.items() if wrong]
        if faults:
            raise RequestError(f"The scan cannot run: {'; '.join(faults)}. Change these choices.")


@dataclass(frozen=True, eq=False)
class Cluster:
    """One window with more incidents than expected."""

    centre: int  # position of the place in the middle
    radius: float  # grid steps for discs, kilometres for circles, half the width of an ellipse
    form: tuple[float, float]  # times as long as wide, and degrees from east to north
    places: Integers  # positions of its places, nearest first
    first_period: int
    last_period: int  # included
    count: int
    expected: float
    relative_risk: float  # (c / E) / ((C - c) / (C - E)); infinite where nothing lies outside
    llr: float
    p: float


@dataclass(frozen=True, eq=False)
class ScanResult:
    """Clusters, most likely first, and what they were judged against."""

    clusters: tuple[Cluster, ...]
    maxima: Floats  # largest LLR of every simulated data set, shape (runs,)
    total: int  # incidents scanned
    choices: ScanChoices


def scan(
    counts: Integers,
    zones: Zones,
    *,
    exposure: Floats | None = None,
    period_exposure: Floats | None = None,
    choices: ScanChoices | None = None,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> ScanResult:
    """Search every window for clusters and judge them by Monte Carlo.

    Parameters
    ----------
    counts
        Incidents (not weighted) of every place and period, shape (places, periods); one period
        for a purely spatial scan.
    zones
        From :func:`mapper.statistics.scan_windows.disc_zones` or ``circle_zones``.
    exposure
        Residents or another exposure of each place, shape (places,); for the Poisson null only.
    period_exposure
        Length of each period, or any share expected of it, shape (periods,); equal when not
        given; for the Poisson null only.
    choices
        Null, windows, limits, runs and seed.
    threads
        All cores when not given; the result does not depend on it.
    progress
        Called after every few runs; an exception it raises stops the scan and is passed on.

    Raises
    ------
    RequestError
        When the parts do not fit together; every fault is named.
    TooFewEventsError
        When there are fewer than ``FEWEST_INCIDENTS`` incidents.
    """
    choices = choices or ScanChoices()
    counts = np.asarray(counts)
    by_place, by_period = _shares(counts, zones, exposure, period_exposure, choices)
    plan = _plan(counts, zones, by_place, by_period, choices)
    events = _events(counts)
    ratios, where = scan_compiled.scan_all_centres(plan, events)
    maxima = simulated_maxima(
        lambda stream, number: _simulate(stream, number, plan, events, by_place, choices),
        choices=choices,
        threads=threads,
        progress=progress,
    )
    clusters = tuple(
        _cluster(centre, ratios[centre], where[centre], plan, zones, counts, maxima)
        for centre in without_overlap(ratios, where, zones, most=choices.most_clusters)
    )
    return ScanResult(clusters=clusters, maxima=maxima, total=plan.total, choices=choices)


def simulated_maxima(
    simulate: Simulate, *, choices: ScanChoices, threads: int | None, progress: Progress
) -> Floats:
    """Return the largest ratio of each data set drawn under the null, shape (runs,)."""
    progress("Scanning for clusters", 0.0)
    return run_replicates(
        simulate,
        runs=choices.runs,
        seed=choices.seed,
        threads=threads,
        progress=progress,
        words="Scanning for clusters",
    ).astype(np.float64)


def _shares(
    counts: Integers,
    zones: Zones,
    exposure: Floats | None,
    period_exposure: Floats | None,
    choices: ScanChoices,
) -> tuple[Floats, Floats]:
    """Check what was given; return the share of incidents expected by place and by period."""
    faults = _shape_faults(counts, zones)
    if faults:
        raise RequestError(f"The scan cannot run: {'; '.join(faults)}.")
    total = int(counts.sum())
    if total < FEWEST_INCIDENTS:
        raise TooFewEventsError(
            f"Only {count(total, 'incident')} to scan, fewer than {FEWEST_INCIDENTS}: "
            "widen the dates, the area or the lens."
        )
    margins = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    if choices.null == "permutation":
        if exposure is not None or period_exposure is not None:
            raise RequestError(
                "The permutation null takes no exposure: leave it out, or choose the Poisson null."
            )
        return margins
    if exposure is None:
        raise RequestError(
            "The Poisson null needs an exposure for every place: give residents, or choose the "
            "permutation null."
        )
    lengths = np.ones(counts.shape[1]) if period_exposure is None else period_exposure
    faults = _exposure_faults(exposure, margins[0], "place")
    faults += _exposure_faults(lengths, margins[1], "period")
    if faults:
        raise RequestError(
            f"The scan cannot run: {'; '.join(faults)}. Mend the exposure, leave those incidents "
            "out, or choose the permutation null."
        )
    return exposure / exposure.sum(), lengths / lengths.sum()


def _shape_faults(counts: Integers, zones: Zones) -> list[str]:
    """Say what is wrong with the counts as a table."""
    if counts.ndim != 2 or counts.shape[0] != zones.size or not counts.shape[1]:  # noqa: PLR2004 - a table
        return [f"counts have shape {counts.shape}, the zones {zones.size} places"]
    if not np.issubdtype(counts.dtype, np.integer):
        return [f"counts are {counts.dtype}, not whole numbers"]
    below = int((counts < 0).sum())
    return [f"{below} counts are below 0"] if below else []


def _exposure_faults(exposure: Floats, share: Floats, what: str) -> list[str]:
    """Say what is wrong with an exposure, given where incidents are."""
    if exposure.shape != share.shape:
        return [f"the {what} exposure has shape {exposure.shape}, not {share.shape}"]
    bad = int((~np.isfinite(exposure) | (exposure < 0)).sum())
    if bad:
        return [f"the exposure of {bad} {what}s is missing, infinite or below 0"]
    empty = int(((exposure == 0) & (share > 0)).sum())
    return [f"{empty} {what}s have incidents but no exposure"] if empty else []


def _plan(
    counts: Integers, zones: Zones, by_place: Floats, by_period: Floats, choices: ScanChoices
) -> "Plan":
    """Lay out what every replicate shares."""
    total, periods = int(counts.sum()), counts.shape[1]
    zone_shares = zones.sums(by_place)
    allowed = zone_shares <= choices.largest_share * (1 + 1e-12)
    kept = np.concatenate([[0], np.cumsum(allowed)])  # shares only grow: the allowed come first
    kept = kept[zones.first_step[1:]] - kept[zones.first_step[:-1]]
    return Plan(
        first_step=zones.first_step,
        last_step=zones.first_step[:-1] + kept,
        first_member=zones.first_member,
        member=zones.member,
        expected=zone_shares * total,
        until=_until(by_period),
        bound=bound_table(total, choices.fewest, min(total + 1, TABLE)),
        total=total,
        longest=min(choices.longest or max(periods // 2, 1), periods),
        prospective=choices.look == "prospective",
    )


def _until(shares: Floats) -> Floats:
    """Return the share before each period, exactly 1 past the last that has any."""
    until = np.concatenate([[0.0], np.cumsum(shares)])
    until[np.flatnonzero(shares)[-1] + 1 :] = 1.0
    return until


def _events(counts: Integers) -> "Events":
    """Write counts out as single incidents, sorted by place and then period."""
    padded = np.zeros((len(counts), -(-counts.shape[1] // LANES) * LANES), dtype=np.int32)
    padded[:, : counts.shape[1]] = counts
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    return Events(
        first=np.concatenate([[0], np.cumsum(counts.sum(axis=1))]).astype(np.int64),
        period=(flat % counts.shape[1]).astype(np.int32),
        counts=padded,
    )


def _simulate(
    stream: np.random.Generator,
    number: int,
    plan: "Plan",
    observed: "Events",
    by_place: Floats,
    choices: ScanChoices,
) -> Floats:
    """Return the largest LLR of some simulated data sets."""
    events = compiled.Events(
        observed.first.copy(), observed.period.copy(), np.empty_like(observed.counts)
    )
    cumulative = _until(by_place)[1:]
    marks = np.arange(compiled.GUIDE) / compiled.GUIDE
    guide = (np.searchsorted(plan.until, marks, side="right") - 1).astype(np.int32)
    maxima = np.empty(number)
    for run in range(number):
        if choices.null == "poisson":
            gaps = stream.standard_exponential(plan.total + 1)
            compiled.draw_places(gaps, cumulative, events.first)
            compiled.draw_periods(stream.random(plan.total), plan.until, guide, events.period)
        else:
            compiled.shuffle_periods(stream.random(plan.total), events.period)
        compiled.fill_counts(events)
        maxima[run] = compiled.scan_maximum(plan, events)
    return maxima


def without_overlap(ratios: Floats, where: Integers, zones: Zones, *, most: int) -> list[int]:
    """Return centres by their best window, leaving out any that shares a place with a better."""
    taken = np.zeros(zones.size, dtype=bool)
    chosen: list[int] = []
    # Windows of equal ratio can differ in the last bit: the first centre goes first.
    for centre in np.argsort(-np.round(ratios, 9), kind="stable"):
        if len(chosen) == most or not ratios[centre] > 0:
            break
        places = zones.places(int(where[centre, 0]), int(centre))
        if not taken[places].any():
            taken[places] = True
            chosen.append(int(centre))
    return chosen


def _cluster(
    centre: int,
    ratio: float,
    where: Integers,
    plan: "Plan",
    zones: Zones,
    counts: Integers,
    maxima: Floats,
) -> Cluster:
    """Describe one window."""
    step, first, last = (int(part) for part in where)
    places = zones.places(step, centre)
    count = int(counts[places, first : last + 1].sum())
    expected = float(plan.expected[step] * (plan.until[last + 1] - plan.until[first]))
    inside, outside = count / expected, (plan.total - count) / (plan.total - expected)
    return Cluster(
        centre=centre // len(zones.forms),
        radius=float(zones.radius[step]),
        form=zones.forms[centre % len(zones.forms)],
        places=places,
        first_period=first,
        last_period=last,
        count=count,
        expected=expected,
        relative_risk=inside / outside if outside else float("inf"),
        llr=float(ratio),
        p=rank_p(float(ratio), maxima),
    )
