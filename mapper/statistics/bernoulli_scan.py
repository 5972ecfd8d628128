r"""Bernoulli scan: where is a theme the larger part of all demand, in space or lately?

Of all N incidents, C carry the theme. A window with n incidents of which c carry it has

.. math:: LLR = \log \frac{(c/n)^c (1-c/n)^{n-c} ((C-c)/(N-n))^{C-c} (1-(C-c)/(N-n))^{N-n-C+c}}
                          {(C/N)^C (1-C/N)^{N-C}}

where c/n is above (C-c)/(N-n), else 0. Given all demand, which incidents carry the theme is
shuffled; the window with the largest ratio is judged against the largest of each shuffle. What
draws all demand, a town centre or a hospital, is thereby taken out.

Windows are places alone (one period), or places times the last 1 to t periods (prospective).
For a rare theme the ratio is that of the Poisson scan.

Source: Kulldorff (1997), Communications in Statistics 26:1481.
"""

import numpy as np
from scipy.special import xlogy

from mapper.base.errors import RequestError, TooFewEventsError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.monte_carlo import rank_p
from mapper.statistics.over_represented import check_part
from mapper.statistics.scan import (
    Cluster,
    ScanChoices,
    ScanResult,
    simulated_maxima,
    without_overlap,
)
from mapper.statistics.scan_windows import Zones


def bernoulli_scan(
    themed: Integers,
    demand: Integers,
    zones: Zones,
    *,
    choices: ScanChoices | None = None,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> ScanResult:
    """Search every window for a larger part of the theme, and judge by shuffling it.

    Parameters
    ----------
    themed, demand
        Incidents with the theme, and all; shape (places, periods), themed never above demand.
    zones
        Places that windows cover.
    choices
        Limits, runs and seed; ``prospective`` where there are several periods.
    threads, progress
        As for :func:`mapper.statistics.scan.scan`.

    Raises
    ------
    RequestError
        When windows that ended before now are asked for, or the theme is everything.
    TooFewEventsError
        When there are too few incidents to scan.
    """
    choices = choices or ScanChoices()
    themed, demand = check_part(themed, demand)
    total, everyone = int(themed.sum()), int(demand.sum())
    if total < FEWEST_INCIDENTS:
        raise TooFewEventsError(
            f"Only {count(total, 'incident')} to scan, fewer than {FEWEST_INCIDENTS}: widen the"
            " dates, the area or the lens."
        )
    if total == everyone:
        raise RequestError("Every incident counts, so no part of them can be larger anywhere.")
    periods = demand.shape[1]
    if periods > 1 and choices.look != "prospective":
        raise RequestError(
            "A theme among all demand is scanned in space, or for what is still going on. Choose"
            " one of these."
        )
    longest = min(choices.longest or max(periods // 2, 1), periods)
    whole = np.stack([zones.sums(each) for each in _lately(demand, longest)])
    allowed = zones.sums(demand.sum(axis=1).astype(np.float64)) <= choices.largest_share * everyone

    def ratios(counts: Integers) -> Floats:
        part = np.stack([zones.sums(each) for each in _lately(counts, longest)])
        found = likelihood_ratios(part, whole, total, everyone)
        found[(part < choices.fewest) | ~allowed] = 0.0
        return found

    def simulate(stream: np.random.Generator, number: int) -> Floats:
        some = np.flatnonzero(demand)
        maxima = np.empty(number)
        for run in range(number):
            drawn = np.zeros(demand.size, dtype=np.int64)
            left = demand.ravel()[some]
            drawn[some] = stream.multivariate_hypergeometric(left, total, method="marginals")
            maxima[run] = ratios(drawn.reshape(demand.shape)).max(initial=0.0)
        return maxima

    maxima = simulated_maxima(simulate, choices=choices, threads=threads, progress=progress)
    found = ratios(themed)
    best, where = _best_windows(found, zones, periods)
    clusters = tuple(
        _cluster(centre, best[centre], where[centre], zones, themed, demand, maxima)
        for centre in without_overlap(best, where, zones, most=choices.most_clusters)
    )
    return ScanResult(clusters=clusters, maxima=maxima, total=total, choices=choices)


def likelihood_ratios(c: Floats, n: Floats, total: int, everyone: int) -> Floats:
    """Return the log likelihood ratio of windows with c of n, 0 where the part is not larger."""
    rest_c, rest_n = total - c, everyone - n
    ratio = _log_likelihood(c, n) + _log_likelihood(rest_c, rest_n)
    ratio -= float(_log_likelihood(np.array(total), np.array(everyone)))
    return np.where(c * rest_n > rest_c * n, np.maximum(ratio, 0.0), 0.0)


def _log_likelihood(c: Floats | Integers, n: Floats | Integers) -> Floats:
    """Return the largest log likelihood of c of n."""
    return np.asarray(xlogy(c, c) + xlogy(n - c, n - c) - xlogy(n, n), dtype=np.float64)


def _lately(counts: Integers, longest: int) -> list[Floats]:
    """Return the counts of each place over the last 1, 2, ... periods."""
    back = np.cumsum(counts[:, ::-1], axis=1)[:, :longest].astype(np.float64)
    return list(np.ascontiguousarray(back.T))


def _best_windows(found: Floats, zones: Zones, periods: int) -> tuple[Floats, Integers]:
    """Return the largest ratio of each centre, and its step, first and last period."""
    best = np.zeros(zones.centres)
    where = np.zeros((zones.centres, 3), dtype=np.int64)
    for centre in range(zones.centres):
        steps = slice(int(zones.first_step[centre]), int(zones.first_step[centre + 1]))
        part = found[:, steps]
        if part.size:
            length, step = np.unravel_index(int(part.argmax()), part.shape)
            best[centre] = part[length, step]
            where[centre] = steps.start + int(step), periods - 1 - int(length), periods - 1
    return best, where


def _cluster(
    centre: int,
    ratio: float,
    where: Integers,
    zones: Zones,
    themed: Integers,
    demand: Integers,
    maxima: Floats,
) -> Cluster:
    """Describe one window."""
    step, first, last = (int(part) for part in where)
    places = zones.places(step, centre)
    c, n = (int(each[places, first : last + 1].sum()) for each in (themed, demand))
    total, everyone = int(themed.sum()), int(demand.sum())
    outside = (total - c) / (everyone - n) if everyone > n else 0.0
    return Cluster(
        centre=centre // len(zones.forms),
        radius=float(zones.radius[step]),
        form=zones.forms[centre % len(zones.forms)],
        places=places,
        first_period=first,
        last_period=last,
        count=c,
        expected=n * total / everyone,
        relative_risk=c / n / outside if outside else float("inf"),
        llr=float(ratio),
        p=rank_p(float(ratio), maxima),
    )
