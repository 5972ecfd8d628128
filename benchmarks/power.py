"""Write docs/power.md and docs/power.svg: how strong a planted cluster must be to be found.

    python benchmarks/power.py [--worlds 200] [--peer-worlds 12] [--out docs]

A made-up town of 6,769 cells with heavy-tailed counts; in one cell and its ring the rate is some
times as high as elsewhere. Each way of finding hot cells gets the same worlds, PySAL the first of
them only, as it takes some hundred times as long. The same seed gives the same document.
"""

import argparse
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from _pysal import to_graph

from mapper.base.files import write_whole
from mapper.grid.hexagons import cells_to_discs, strings_to_cells
from mapper.grid.neighbours import Neighbours, find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import adjust
from mapper.statistics.scores import score_counts

DOCS = Path(__file__).parents[1] / "docs"
RINGS, MEAN, SHAPE = 47, 2.0, 1.0  # 1 + 3 x 47 x 48 cells; variance three times the mean
STRENGTHS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
ALPHA, PERMUTATIONS, HALF = 0.05, 999, 0.5
ADJUSTED, PLAIN = "999 permutations, FDR", "999 permutations, p <= 0.05"
COUNTED, CAPPED = "exact, q <= 0.05, plain counts", "exact, q <= 0.05, capped counts"
COLOURS = {CAPPED: "#0072b2", COUNTED: "#56b4e9", ADJUSTED: "#d55e00", PLAIN: "#e69f00"}
MARKS = {CAPPED: "o-", COUNTED: "s--", ADJUSTED: "^-", PLAIN: "v:"}

HEAD = """# Power

Made by `python benchmarks/power.py` from made-up worlds. How strong must a cluster be to be found,
and how much is found where nothing is?

- {cells:,} cells, negative binomial counts, mean {mean:g}, variance {variance:g} times the mean. In
  one cell and its ring the mean is as many times as high as said. {worlds} worlds a strength for
  the exact p; PySAL was given the first {peers} of them.
- **{capped}** (the project's default) and **{counted}**: exact p under the total null of capped or
  of plain counts, corrected by Benjamini and Hochberg.
- **{adjusted}**: PySAL's G_Local (esda {esda}), star, binary weights, {permutations} permutations,
  esda.fdr at 0.05, z above 0. **{plain}**: the same without the correction, as
  most scripts do.
- **Found**: share of worlds in which the middle of the planted cluster is found. **False**: cells
  found in a world, on average, whose disc shares no cell with the cluster.

![Share of planted clusters found, by strength](power.svg)
"""

SEEN = """## What is seen

- {permutations} permutations with the correction found {best:.0f} % of the clusters at most. For
  even one cell to pass, {needed} cells must stand at the smallest p there is, {floor:g}: among
  {cells:,} cells one cluster gives far fewer, however strong. The exact p has no such floor.
- Without a correction {permutations} permutations find the cluster early, beside {noise:,.0f} cells
  that are noise: the map does not say which is which.
- The exact p found half of the clusters or more {half}.
- Where nothing was planted the exact p found {none:.3f} (capped) and {none_plain:.3f} (plain) cells
  a world.
- A weak cluster of one disc stays unfound by any way that corrects for {cells:,} tests: with counts
  this uneven it looks like chance. Nothing here says how often real clusters are so small.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--peer-worlds", type=int, default=12)
    parser.add_argument("--out", type=Path, default=DOCS)
    chosen = parser.parse_args()
    cells = np.unique(cells_to_discs(strings_to_cells(["89195a4d2abffff"]), rings=RINGS)[1])
    near = find_neighbours(cells)
    ways = ways_of_looking(near)
    results = {
        (name, strength): outcome
        for strength in STRENGTHS
        for name, outcome in look(ways, near, strength, chosen).items()
    }
    draw(results, chosen.out / "power.svg", chosen)
    write_whole(chosen.out / "power.md", told(results, cells.size, chosen))
    print(f"wrote {chosen.out / 'power.md'}")


def ways_of_looking(near: Neighbours) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Each way by its name: counts in, hot cells out."""
    from esda import fdr
    from esda.getisord import G_Local

    graph = to_graph(near).assign_self_weight()

    def exact(score):
        def found(counts):
            return adjust(find_clusters(score_counts(counts, score=score), near).p) <= ALPHA

        return found

    def permuted(counts):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer = G_Local(
                counts.astype(float),
                graph,
                transform="B",
                star=True,
                permutations=PERMUTATIONS,
                n_jobs=-1,
                keep_simulations=False,
                seed=1,
            )
            cut = fdr(peer.p_sim, ALPHA)
        hot = peer.Zs > 0
        return np.stack([hot & (peer.p_sim <= cut), hot & (peer.p_sim <= ALPHA)])

    return {CAPPED: exact("capped"), COUNTED: exact("count"), f"{ADJUSTED}|{PLAIN}": permuted}


def look(ways, near: Neighbours, strength: float, chosen) -> dict[str, tuple[float, float]]:
    """Share of worlds with the cluster found, and false cells a world, by way of looking."""
    inner = np.flatnonzero(near.degree == near.degree.max())
    middle = int(inner[inner.size // 2])
    disc = np.append(near.member[near.owner == middle], middle)
    touched = np.zeros(near.size, dtype=np.int64)
    touched[disc] = 1
    away = touched + near.ring_sums(touched) == 0
    stream = np.random.default_rng(int(10 * strength))
    seen: dict[str, list[tuple[bool, int]]] = {}
    for world in range(chosen.worlds):
        rate = np.full(near.size, MEAN)
        rate[disc] *= strength
        counts = stream.negative_binomial(SHAPE, SHAPE / (SHAPE + rate))
        for names, way in ways.items():
            if ADJUSTED in names and world >= chosen.peer_worlds:
                continue
            for name, hot in zip(names.split("|"), np.atleast_2d(way(counts)), strict=True):
                seen.setdefault(name, []).append((bool(hot[middle]), int(hot[away].sum())))
    print(strength, {name: np.mean(rows, axis=0).round(3).tolist() for name, rows in seen.items()})
    return {name: tuple(np.mean(rows, axis=0).tolist()) for name, rows in seen.items()}


def draw(results, path: Path, chosen) -> None:
    """Plot the share found by strength, with the range that chance alone gives."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "mapper"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
    for name, colour in COLOURS.items():
        share = np.array([results[name, strength][0] for strength in STRENGTHS])
        worlds = chosen.worlds if name in (CAPPED, COUNTED) else chosen.peer_worlds
        error = np.sqrt(share * (1 - share) / worlds)
        axes.plot(STRENGTHS, share, MARKS[name], color=colour, label=name)
        axes.fill_between(STRENGTHS, share - error, share + error, color=colour, alpha=0.15)
    axes.set(
        xlabel="rate in the planted cluster, times the usual rate",
        ylabel="share of clusters found",
        ylim=(-0.02, 1.02),
    )
    axes.legend(loc="center right", frameon=False)
    figure.savefig(path, metadata={"Date": None})


def told(results, cells: int, chosen) -> str:
    """Return the document."""
    head = HEAD.format(
        cells=cells,
        mean=MEAN,
        variance=1 + MEAN / SHAPE,
        worlds=chosen.worlds,
        peers=chosen.peer_worlds,
        capped=CAPPED,
        counted=COUNTED,
        adjusted=ADJUSTED,
        plain=PLAIN,
        esda=version("esda"),
        permutations=PERMUTATIONS,
    )
    names = list(COLOURS)
    lines = ["| rate | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for strength in STRENGTHS:
        parts = [results[name, strength] for name in names]
        shown = " | ".join(f"{100 * found:.0f} %, {false:.2f} false" for found, false in parts)
        lines.append(f"| {strength:g} times | {shown} |")
    half = {
        name: next((s for s in STRENGTHS if results[name, s][0] >= HALF), None)
        for name in (CAPPED, COUNTED)
    }
    words = [
        f"at no strength tried ({name})" if least is None else f"from {least:g} times on ({name})"
        for name, least in (("capped", half[CAPPED]), ("plain counts", half[COUNTED]))
    ]
    seen = SEEN.format(
        permutations=PERMUTATIONS,
        best=100 * max(results[ADJUSTED, strength][0] for strength in STRENGTHS),
        needed=int(np.ceil(cells / (PERMUTATIONS + 1) / ALPHA)),
        floor=1 / (PERMUTATIONS + 1),
        cells=cells,
        noise=np.mean([results[PLAIN, strength][1] for strength in STRENGTHS]),
        half=", ".join(words),
        none=results[CAPPED, 1.0][1],
        none_plain=results[COUNTED, 1.0][1],
    )
    return "\n".join([head, *lines, "", seen])


if __name__ == "__main__":
    main()
