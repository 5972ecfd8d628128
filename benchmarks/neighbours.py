"""Neighbours of every cell of an H3 area: one vectorised lookup against PySAL's Graph.build_h3.

Both must find the same pairs before times are compared. Best of some rounds for this project's
own, one round for PySAL.

    python benchmarks/neighbours.py [--cells 117287] [--rings 1]
"""

import argparse
import time
import warnings

import numpy as np

from mapper.grid.hexagons import cells_to_discs, cells_to_strings, strings_to_cells
from mapper.grid.neighbours import find_neighbours

ROUNDS = 7


def main() -> None:
    from libpysal.graph import Graph

    options = arguments()
    cells = area(options.cells)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        near = find_neighbours(cells, rings=options.rings)
        best = min(best, time.perf_counter() - began)
    names = cells_to_strings(cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Graph.build_h3(names[:100], order=options.rings)  # imports and first call
        began = time.perf_counter()
        graph = Graph.build_h3(names, order=options.rings)
        seconds = time.perf_counter() - began
    same = pairs_of(graph, names) == set(
        zip(near.owner.tolist(), near.member.tolist(), strict=True)
    )
    print(f"{cells.size:,} cells, {options.rings} ring(s), {near.owner.size:,} pairs, same: {same}")
    print(f"mapper find_neighbours    {best * 1000:9.1f} ms")
    print(
        f"libpysal Graph.build_h3   {seconds * 1000:9.1f} ms   {seconds / best:,.1f} times as long"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=117_287)
    parser.add_argument("--rings", type=int, default=1)
    return parser.parse_args()


def area(number: int) -> np.ndarray:
    """As many cells around a place in Liverpool, some of the farthest left out."""
    rings = 0
    while 1 + 3 * rings * (rings + 1) < number:
        rings += 1
    return np.unique(cells_to_discs(strings_to_cells(["8b19510718c6fff"]), rings=rings)[1])[:number]


def pairs_of(graph: object, names: np.ndarray) -> set[tuple[int, int]]:
    place = {name: position for position, name in enumerate(names)}
    linked = graph.adjacency[graph.adjacency > 0].index
    return {(place[one], place[other]) for one, other in linked}


if __name__ == "__main__":
    main()
