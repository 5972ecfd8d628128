"""Made-up worlds in which nothing is going on, and every test's p in them.

A world is one draw of counts under the null of a test; what a test promises is that over worlds
the share of p <= a is at most a, for every a. ``CASES`` names each test in each kind of world:
places that are alike, places whose counts are heavy-tailed, and incidents that follow residents,
of whom some cells have none and neighbouring cells have about as many.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mapper.grid.hexagons import cells_to_points
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.change import compare_windows
from mapper.statistics.clusters import find_both_tails
from mapper.statistics.co_location import find_meeting_places, measure_co_location
from mapper.statistics.monte_carlo import rank_p
from mapper.statistics.moran import local_moran, local_moran_between
from mapper.statistics.near_repeat import near_repeat
from mapper.statistics.over_represented import find_over_represented
from mapper.statistics.rates import find_per_resident
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_windows import disc_zones
from mapper.statistics.scores import score_counts
from mapper.statistics.single_place import find_single_places
from mapper.statistics.trend import mann_kendall_exact
from tests.builders import disc

Draw = Callable[[np.random.Generator], np.ndarray]

ALPHAS = (0.1, 0.05, 0.01, 0.001)
CELLS = disc(16)
NEAR = find_neighbours(CELLS)
ZONES = disc_zones(disc(3), rings=2)
PERIODS, INCIDENTS, RUNS = 5, 120, 999  # of the scan; runs of the near-repeat table too
OBSERVED = 50  # scans to a batch of maxima


def shares(draw: Draw, worlds: int, *, seed: int = 1) -> np.ndarray:
    """The share of p <= a in each world, shape (worlds, alphas); missing p are no tests."""
    rng = np.random.default_rng(seed)
    found = np.zeros((worlds, len(ALPHAS)))
    for row in found:
        p = draw(rng)
        row[:] = [(p <= a + 1e-12).sum() / np.isfinite(p).sum() for a in ALPHAS]
    return found


def error_of(found: np.ndarray) -> np.ndarray:
    """Standard error of the mean share: cells of one world overlap, worlds do not."""
    return np.asarray(found.std(axis=0, ddof=1) / np.sqrt(len(found)))


def residents() -> np.ndarray:
    """Residents as a town has them: a busy middle that thins out, and parks without any."""
    lon, lat = cells_to_points(CELLS)
    east, north = (lon - lon.mean()) * 65, (lat - lat.mean()) * 111
    smooth = 900 * np.exp(-(east**2 + north**2) / 6)
    uneven = np.random.default_rng(5).gamma(0.5, 2, CELLS.size)
    return np.where(np.arange(CELLS.size) % 9 == 0, 0.0, np.round(smooth * uneven + 5))


RESIDENTS = residents()


def alike(rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(2.0, CELLS.size)


def heavy(rng: np.random.Generator) -> np.ndarray:
    return rng.negative_binomial(0.25, 0.06, CELLS.size)


def peopled(rng: np.random.Generator) -> np.ndarray:
    """Incidents follow residents, who are dealt over the cells anew: chance placement of places."""
    return rng.poisson(rng.permutation(RESIDENTS) * (2.5 * CELLS.size / RESIDENTS.sum()))


WORLDS = {"alike": alike, "heavy-tailed": heavy, "by residents": peopled}


def cluster(world: Draw, *, null: str, score: str, cold: bool) -> Draw:
    def draw(rng):
        return find_both_tails(score_counts(world(rng), score=score), NEAR, null=null)[cold]

    return draw


def moran(world: Draw, *, part: str) -> Draw:
    return lambda rng: getattr(local_moran(world(rng), NEAR), part)


def bivariate(world: Draw, *, part: str) -> Draw:
    """The first lens as it is; the second dealt anew, so that it knows nothing of the first."""

    def draw(rng):
        own = world(rng)
        return getattr(local_moran_between(own, rng.permutation(own + rng.poisson(1)), NEAR), part)

    return draw


def single_place_alike(rng: np.random.Generator) -> np.ndarray:
    return find_single_places(alike(rng), NEAR).p


def single_place_heavy(rng: np.random.Generator) -> np.ndarray:
    return find_single_places(heavy(rng), NEAR).p


def single_place_peopled(rng: np.random.Generator) -> np.ndarray:
    counts = rng.poisson(RESIDENTS / 50)
    return find_single_places(counts, NEAR, exposure=RESIDENTS).p


def theme(rng: np.random.Generator, demand: np.ndarray) -> np.ndarray:
    """A random ninth of all demand."""
    return rng.multivariate_hypergeometric(demand, demand.sum() // 9, method="marginals")


def over_represented(world: Draw) -> Draw:
    def draw(rng):
        demand = 9 * world(rng)
        return find_over_represented(theme(rng, demand), demand, NEAR).p

    return draw


def meeting_in_a_cell(world: Draw) -> Draw:
    def draw(rng):
        demand = 9 * world(rng)
        return find_meeting_places(theme(rng, demand), theme(rng, demand), demand).p

    return draw


def meeting_where_one_lens_is_higher(rng: np.random.Generator) -> np.ndarray:
    """The first lens gathers in half of the cells; the second knows nothing of it."""
    demand = rng.poisson(40, CELLS.size)
    first = rng.binomial(demand, np.where(np.arange(CELLS.size) % 2, 0.6, 0.1))
    return find_meeting_places(first, theme(rng, demand), demand).p[1::2]


def meeting_over_the_area(world: Draw) -> Draw:
    """Both lenses are random parts of all demand."""

    def draw(rng):
        demand = 3 * world(rng)
        lenses = theme(rng, demand), theme(rng, demand)
        return np.array([measure_co_location(*lenses, demand=demand).p])

    return draw


def per_resident(people: np.ndarray) -> Draw:
    def draw(rng):
        counts = rng.multinomial(3 * CELLS.size, people / people.sum())
        return find_per_resident(counts, people, NEAR).p

    return draw


def change(world: Draw, *, part: str) -> Draw:
    """One rate a cell, two windows of 90 and 30 days."""

    def draw(rng):
        rate = world(rng) + 0.2
        before, after = rng.poisson(rate * 3), rng.poisson(rate)
        return getattr(compare_windows(before, after, before_length=90, after_length=30), part)

    return draw


def trend(world: Draw, *, part: str) -> Draw:
    """Twelve periods that could have come in any order."""

    def draw(rng):
        series = rng.poisson(world(rng)[:300, np.newaxis] * rng.gamma(1, 1, (300, 12)))
        return getattr(mann_kendall_exact(series), part)

    return draw


def scanned(*, null: str, look: str, judge: Callable[[float, np.ndarray], float]) -> Draw:
    """Some scans of one batch of simulated maxima: what holds over batches holds for a scan.

    The maxima of a scan depend on the margins alone, so observed data with the same margins (the
    permutation null) or the same total (Poisson) can be judged by one batch.
    """
    people = np.random.default_rng(4).gamma(0.7, 40, ZONES.size) + 1
    given = {"exposure": people} if null == "poisson" else {}
    by_place, choices = people / people.sum(), ScanChoices(null=null, look=look, runs=RUNS)

    def draw(rng):
        where = rng.choice(ZONES.size, INCIDENTS, p=by_place)
        when = rng.integers(0, PERIODS, INCIDENTS)

        def best(runs):
            if null == "permutation":
                places, periods = where, rng.permutation(when)
            else:
                places = rng.choice(ZONES.size, INCIDENTS, p=by_place)
                periods = rng.integers(0, PERIODS, INCIDENTS)
            counts = np.bincount(places * PERIODS + periods, minlength=ZONES.size * PERIODS)
            chosen = replace(choices, runs=runs, seed=int(rng.integers(2**31)))
            return scan(counts.reshape(-1, PERIODS), ZONES, choices=chosen, **given)

        maxima = best(RUNS).maxima
        found = [best(1).clusters for _ in range(OBSERVED)]
        return np.array([judge(one[0].llr if one else 0.0, maxima) for one in found])

    return draw


def knox(rng: np.random.Generator) -> np.ndarray:
    x, y, days = (rng.integers(0, top, 60).astype(float) for top in (900, 900, 99))
    bands = {"space_bands": (0, 150, 300), "time_bands": (15, 30)}
    seed = int(rng.integers(2**31))
    return near_repeat(x, y, days, **bands, runs=RUNS, seed=seed).p[1:].ravel()


def of_cells() -> dict[str, Draw]:
    """Every test that gives each cell a p."""
    cases: dict[str, Draw] = {}
    for kind, world in WORLDS.items():
        for null in ("total", "conditional"):
            for score in ("capped", "count"):
                for cold in (False, True):
                    name = f"cluster, {null} null, {score}, {'cold' if cold else 'hot'}: {kind}"
                    cases[name] = cluster(world, null=null, score=score, cold=cold)
        for part in ("p", "p_unlike", "p_two_sided"):
            cases[f"local Moran, {part}: {kind}"] = moran(world, part=part)
            cases[f"bivariate Moran, {part}: {kind}"] = bivariate(world, part=part)
        cases[f"over-represented: {kind}"] = over_represented(world)
        cases[f"meeting in a cell: {kind}"] = meeting_in_a_cell(world)
        for part in ("p", "p_greater", "p_less"):
            cases[f"change, {part}: {kind}"] = change(world, part=part)
        for part in ("p", "p_up", "p_down"):
            cases[f"Mann-Kendall exact, {part}: {kind}"] = trend(world, part=part)
    cases["meeting in a cell: one lens is higher"] = meeting_where_one_lens_is_higher
    cases["single place: alike"] = single_place_alike
    cases["single place: heavy-tailed"] = single_place_heavy
    cases["single place: by residents"] = single_place_peopled
    even, town = np.full(CELLS.size, 40.0), RESIDENTS
    uneven = np.random.default_rng(6).pareto(1.2, CELLS.size) * 20
    cases["per resident: alike"] = per_resident(even)
    cases["per resident: heavy-tailed"] = per_resident(uneven)
    cases["per resident: by residents"] = per_resident(town)
    return cases


def of_worlds() -> dict[str, Draw]:
    """Every test that gives a whole world one p or a few."""
    cases: dict[str, Draw] = {
        f"meeting over the area: {kind}": meeting_over_the_area(world)
        for kind, world in WORLDS.items()
    }
    for null in ("poisson", "permutation"):
        for look in ("prospective", "retrospective"):
            cases[f"scan, {null} null, {look}"] = scanned(null=null, look=look, judge=rank_p)
    cases["near repeat, four bands"] = knox
    return cases
