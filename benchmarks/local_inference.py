"""Exact p of every ring against 999 random permutations of esda and of GeoDa (pygeoda).

A disc of 117,287 cells, heavy-tailed counts (as many incidents as 45 months of Merseyside hold),
the same for all three; conditional null of Gi*, which all three share. Each is given its neighbours
ready made. The exact method and esda are run once before the clock starts, so that compiling and
loading are left out; the best of the exact runs and the only timed run of each peer count. The
p-values are held against each other where ties cannot blur them.

    python benchmarks/local_inference.py [--cells 117287] [--incidents 641140] [--permutations 999]

pygeoda is no part of this project's own environment: ``pip install pygeoda`` to see that line.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from _pysal import to_graph

from mapper.grid.hexagons import cells_to_discs, cells_to_points, cells_to_wkb, strings_to_cells
from mapper.grid.neighbours import Neighbours, find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.permutation import conditional_tail, subset_tails

ROUNDS = 9
FEW_TIES = 0.002


def main() -> None:
    options = arguments()
    cells = area(options.cells)
    near = find_neighbours(cells)
    counts = made_up(cells.size, options.incidents)
    print(
        f"{cells.size:,} cells, {counts.sum():,} incidents, largest count {counts.max():,}, "
        f"{os.cpu_count()} cores, {options.permutations} permutations"
    )
    ours, p = timed(lambda: find_clusters(counts, near, null="conditional").p, rounds=ROUNDS)
    print(f"exact (mapper)            {ours * 1000:10.1f} ms   smallest p {p.min():.1e}")
    steady = where_ties_are_few(counts, near)
    seconds, theirs = by_esda(counts, near, options.permutations)
    report(f"esda {version('esda')} G_Local", seconds, ours, theirs, p, steady)
    if find_spec("pygeoda") is None:
        print("pygeoda is not installed: pip install pygeoda to compare with GeoDa's C++")
        return
    seconds, theirs = by_geoda(counts, cells, options.permutations)
    report(f"pygeoda {version('pygeoda')} local_gstar", seconds, ours, theirs, p, steady)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=117_287)
    parser.add_argument("--incidents", type=int, default=641_140)
    parser.add_argument("--permutations", type=int, default=999)
    return parser.parse_args()


def area(number: int) -> np.ndarray:
    """The cells nearest to a place in Liverpool."""
    rings = 0
    while 1 + 3 * rings * (rings + 1) < number:
        rings += 1
    centre = strings_to_cells(["8b19510718c6fff"])
    cells = np.unique(cells_to_discs(centre, rings=rings)[1])
    (lon, lat), (lon_0, lat_0) = cells_to_points(cells), cells_to_points(centre)
    far = np.hypot((lon - lon_0) * np.cos(np.radians(lat_0)), lat - lat_0)
    return np.sort(cells[np.argsort(far, kind="stable")[:number]])


def made_up(cells: int, incidents: int) -> np.ndarray:
    stream = np.random.default_rng(1)
    level = stream.gamma(0.2, 1.0, cells)
    return stream.multinomial(incidents, level / level.sum())


def timed(run: Callable[[], np.ndarray], *, rounds: int) -> tuple[float, np.ndarray]:
    """The best time of some rounds after one that does not count, and the result."""
    result, best = run(), float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - began)
    return best, result


def by_esda(counts: np.ndarray, near: Neighbours, permutations: int) -> tuple[float, np.ndarray]:
    from esda.getisord import G_Local

    graph = to_graph(near).assign_self_weight()

    def run() -> np.ndarray:
        return G_Local(
            counts.astype(float),
            graph,
            transform="B",
            star=True,
            permutations=permutations,
            n_jobs=-1,
            keep_simulations=False,
            seed=1,
        ).p_sim

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return timed(run, rounds=1)


def by_geoda(counts: np.ndarray, cells: np.ndarray, permutations: int) -> tuple[float, np.ndarray]:
    import geopandas
    import pygeoda

    shapes = geopandas.GeoDataFrame(
        {"count": counts.astype(float)}, geometry=geopandas.GeoSeries.from_wkb(cells_to_wkb(cells))
    )
    weights = pygeoda.queen_weights(pygeoda.open(shapes), precision_threshold=1e-9)
    values = counts.astype(float).tolist()
    began = time.perf_counter()
    found = pygeoda.local_gstar(
        weights, values, permutations=permutations, cpu_threads=os.cpu_count()
    )
    return time.perf_counter() - began, np.asarray(found.lisa_pvalues())


def where_ties_are_few(counts: np.ndarray, near: Neighbours) -> np.ndarray:
    """Cells whose ring sum as seen is so rare that counting its ties or not hardly matters."""
    ring = near.ring_sums(counts)
    table = subset_tails(counts, largest=int(near.degree.max()))
    tails = [conditional_tail(counts, ring + more, near.degree, table) for more in (0, 1)]
    return (tails[0] - tails[1] < FEW_TIES) & (near.degree == near.degree.max())


def report(
    name: str,
    seconds: float,
    ours: float,
    theirs: np.ndarray,
    p: np.ndarray,
    steady: np.ndarray,
) -> None:
    smaller = np.minimum(p, 1 - p)[steady]  # both peers give the smaller tail
    apart = np.abs(theirs[steady] - smaller).mean()
    print(
        f"{name:25s} {seconds * 1000:10.1f} ms   {seconds / ours:6,.0f} times as long; "
        f"p apart by {apart:.4f} on average over {steady.sum():,} cells with few ties"
    )


if __name__ == "__main__":
    main()
