"""Write the part of docs/calibration.md on places: false ones, and planted ones found.

    python benchmarks/unusual.py [--worlds 200] [--planted 100] [--out docs/calibration.md]

Worlds are drawn over the cells and residents of the shipped study area: incidents follow residents,
or do so but for planted clusters. Nothing is shuffled. The same seed gives the same document.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mapper.areas.load import load_study_area
from mapper.base.files import write_whole
from mapper.grid.hexagons import cells_to_rings
from mapper.grid.neighbours import find_neighbours, touching_groups
from mapper.statistics.clusters import find_clusters
from mapper.statistics.concentrated import concentrated_windows
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.places import PlaceList, Windows, find_places
from mapper.statistics.scores import score_counts
from mapper.statistics.unusual import find_unusual

ROOT = Path(__file__).parents[1]
ALPHA, PLANTED = 0.05, 5
EVEN = 5  # worlds of an even spread for each of the others: they take little time
TOTALS = (3_000, 20_000, 150_000)
TRIANGLE = 3
SIZES = {1: 0, 3: 1, 7: 1, 19: 2, 37: 3}  # cells: rings they lie within
HEADING = "## Places"

AREA = load_study_area()
CELLS = AREA.cells["cell"].to_numpy()
PEOPLE = AREA.cells["residents"].to_numpy()
KM2 = AREA.cells["area_km2"].to_numpy()
SHARE = PEOPLE / PEOPLE.sum()
NEAR = find_neighbours(CELLS)

# What each kind of world multiplies the rate of a cell by: one draw, of mean 1, for each cell.
# Published violence of 2019 against residents fits a shape of 2,900 times a cell's share, violence
# of 2018 to 2021 of 2,830, robbery and drugs of 2,000, burglary of 4,500; or a shape of 0.4.
LAWS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "independent": lambda _: np.ones(SHARE.size),
    "as bunched as drugs and robbery": lambda rng: rng.gamma(2_000 * SHARE) / (2_000 * SHARE),
    "as bunched as violence": lambda rng: rng.gamma(2_900 * SHARE) / (2_900 * SHARE),
    "every cell its own factor, shape 0.4": lambda rng: rng.gamma(0.4, 1 / 0.4, SHARE.size),
    "every cell its own factor, shape 1": lambda rng: rng.gamma(1.0, 1.0, SHARE.size),
}
WARDS = AREA.cells["ward"].cat.codes.to_numpy()
STRENGTHS = {
    "independent": (2, 3),
    "as bunched as violence": (4, 8),
    "every cell its own factor, shape 1": (4, 8),
}

HEAD = """## Places

Made by `python benchmarks/unusual.py`. {cells:,} cells of the shipped study area with their
residents; incidents follow residents, and nothing is shuffled.

**Share of worlds that list anything**, {worlds} worlds each: where nothing is going on every place
listed is false, so the false share over places promises at most {alpha:.0%} of worlds. "Old way":
touching cells with q <= {alpha:g} against an even spread, joined, as up to November 2026.
"""

PLANTED_HEAD = """
**{planted} planted clusters a world**, of the sizes and strengths said, 20,000 incidents, {worlds}
worlds each. False: mean share of the places listed that share no cell with a planted cluster.
Found: share of the planted clusters of which a cell is listed.
"""

NOTHING_TITLES = (
    "incidents fall by residents and are",
    "incidents",
    "unusual: worlds that list any",
    "variance to mean of the average cell, fitted (true)",
    "old way: worlds that list any, hot spots a world",
)
PLANTED_TITLES = (
    "background",
    "times as many",
    "cells",
    "unusual: places, false, found",
    "old way: hot spots, false, found",
)

LIMITS = """
**What it does not promise.** Where whole wards differ (a factor of gamma shape 4 for each ward,
20,000 incidents, {worlds} worlds) {wards:.0%} of worlds list a place, {places:.1f} a world: a ward
above the others is more than residents explain, and is listed as such. Where 20,000
incidents hit every cell alike {even:.1%} of {evens} worlds list a concentrated place. Where chance
alone makes some cells far busier than others (counts with a variance 17 times the mean) worlds list
{heavy:.1f} concentrated places, {alone:.1f} of them one cell: the busiest cells are there, whatever
made them so, and a visit meets them.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--planted", type=int, default=100)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "calibration.md")
    chosen = parser.parse_args()
    lines = [HEAD.format(cells=CELLS.size, worlds=chosen.worlds, alpha=ALPHA)]
    lines += header(NOTHING_TITLES)
    lines += [nothing(law, total, chosen.worlds) for law in LAWS for total in TOTALS]
    lines.append(PLANTED_HEAD.format(planted=PLANTED, worlds=chosen.planted))
    lines += header(PLANTED_TITLES)
    lines += [
        planted(law, strength, size, chosen.planted)
        for law, strengths in STRENGTHS.items()
        for strength in strengths
        for size in SIZES
    ]
    lines.append(
        LIMITS.format(worlds=chosen.planted, evens=EVEN * chosen.planted, **limits(chosen.planted))
    )
    before = chosen.out.read_text(encoding="utf-8").split(HEADING)[0].rstrip()
    write_whole(chosen.out, before + "\n\n" + "\n".join(lines))
    print(f"wrote {chosen.out}")


def header(titles: tuple[str, ...]) -> list[str]:
    """Return the first two lines of a table."""
    return [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]


def unusual(counts: np.ndarray):
    """Return what was tested, and the places listed."""
    found = find_unusual(counts, PEOPLE, NEAR)
    windows = Windows(NEAR, found.disc_p, found.tail, found.own_p)
    listed = find_places(windows, counts, found.excess, touching=NEAR, area_km2=KM2, alpha=ALPHA)
    return found, listed.number


def old_way(counts: np.ndarray) -> np.ndarray:
    """Return the number of the hot spot of each cell: touching cells joined, nothing cut."""
    q = adjust(find_clusters(score_counts(counts, score="capped"), NEAR).p)
    busy = counts + NEAR.ring_sums(counts) >= FEWEST_IN_DISC
    return touching_groups(NEAR, (np.nan_to_num(q, nan=1.0) <= ALPHA) & busy)


def nothing(law: str, total: int, worlds: int) -> str:
    """One line of the worlds in which nothing is going on."""
    rng = np.random.default_rng(total)
    some, old, spots, ratio = 0, 0, 0, 0.0
    average = total / CELLS.size
    for _ in range(worlds):
        counts = rng.poisson(total * SHARE * LAWS[law](rng))
        found, number = unusual(counts)
        joined = old_way(counts).max() + 1
        some, old, spots = some + bool(number.max() >= 0), old + bool(joined), spots + joined
        ratio += found.bunching.ratio(average) / worlds
    line = (
        f"| {law} | {total:,} | **{some / worlds:.1%}** ({some})"
        f" | {ratio:.2f} ({true(law, average):.2f})"
        f" | {old / worlds:.0%}, {spots / worlds:.1f} |"
    )
    print(line, flush=True)
    return line


def true(law: str, average: float) -> float:
    """Return the variance to mean ratio of the average cell under a law."""
    if "own factor" in law:
        return 1 + average / float(law.rsplit(" ", 1)[1])
    shape = {"independent": np.inf, "as bunched as violence": 2_900}.get(law, 2_000)
    return 1 + average * CELLS.size / shape


def planted(law: str, strength: int, size: int, worlds: int) -> str:
    """One line of the worlds with planted clusters."""
    rng = np.random.default_rng(1_000 * strength + size)
    sums = np.zeros((2, 3))
    for _ in range(worlds):
        clusters = plant(rng, size)
        rate = SHARE * LAWS[law](rng)
        there = np.concatenate(clusters)
        rate[there] *= strength
        counts = rng.poisson(20_000 * rate / rate.sum())
        for row, number in enumerate((unusual(counts)[1], old_way(counts))):
            sums[row] += judged(number, clusters)
    new, old = sums / worlds
    line = f"| {law} | {strength} | {size} | {told(new)} | {told(old)} |"
    print(line, flush=True)
    return line


def told(row: np.ndarray) -> str:
    return f"{row[0]:.1f}, {row[1]:.1%}, {row[2]:.0%}"


def judged(number: np.ndarray, clusters: list[np.ndarray]) -> tuple[float, float, float]:
    """Return the places listed, the share of false ones, and the share of clusters found."""
    listed = number.max() + 1
    true_cells = np.zeros(number.size, dtype=bool)
    true_cells[np.concatenate(clusters)] = True
    touched = np.unique(number[true_cells & (number >= 0)]).size
    found = np.mean([(number[cluster] >= 0).any() for cluster in clusters])
    return float(listed), (listed - touched) / max(listed, 1), float(found)


def plant(rng: np.random.Generator, size: int) -> list[np.ndarray]:
    """Return clusters that share no cell, round cells where people live."""
    lived_in = np.flatnonzero((np.median(PEOPLE) < PEOPLE) & (NEAR.degree == NEAR.degree.max()))
    clusters: list[np.ndarray] = []
    used = np.zeros(CELLS.size, dtype=bool)
    while len(clusters) < PLANTED:
        cells = cluster_of(int(rng.choice(lived_in)), size)
        if not used[cells].any():
            used[cells] = True
            clusters.append(cells)
    return clusters


def cluster_of(middle: int, size: int) -> np.ndarray:
    """Return so many cells round a middle, those of the outermost ring in their order."""
    _, members, ring = cells_to_rings(CELLS[[middle]], rings=SIZES[size])
    position = np.searchsorted(CELLS, members)
    position[position == CELLS.size] = 0
    inside = CELLS[position] == members
    order = np.argsort(ring[inside], kind="stable")
    chosen = position[inside][order]
    if size == TRIANGLE:
        second = chosen[1]
        return np.array([middle, second, np.intersect1d(chosen, NEAR.neighbours_of(second))[0]])
    return chosen[:size]


def limits(worlds: int) -> dict[str, float]:
    """Return how often worlds with differing wards, and even worlds, list anything."""
    rng = np.random.default_rng(5)
    some = places = even = heavy = alone = 0
    for _ in range(worlds):
        factor = rng.gamma(4.0, 0.25, WARDS.max() + 2)[WARDS]
        number = unusual(rng.poisson(20_000 * SHARE * factor))[1]
        some, places = some + bool(number.max() >= 0), places + number.max() + 1
    for _ in range(EVEN * worlds):
        even += bool(concentrated(rng.poisson(20_000 / CELLS.size, CELLS.size)).p.size)
    for _ in range(worlds):
        number = concentrated(rng.negative_binomial(0.25, 0.06, CELLS.size)).number
        size = np.bincount(number[number >= 0])
        heavy, alone = heavy + size.size, alone + int((size == 1).sum())
    return {
        "wards": some / worlds,
        "places": places / worlds,
        "even": even / (EVEN * worlds),
        "heavy": heavy / worlds,
        "alone": alone / worlds,
    }


def concentrated(counts: np.ndarray) -> PlaceList:
    """Return the concentrated places of some counts."""
    scores = score_counts(counts, score="capped")
    windows = concentrated_windows(find_clusters(scores, NEAR).p, counts, scores, NEAR)
    excess = counts - counts.mean()
    return find_places(windows, counts, excess, touching=NEAR, area_km2=KM2, alpha=ALPHA)


if __name__ == "__main__":
    main()
