"""Space and time over 6,796 cells and 45 months: emerging hot spots, and the space-time scan.

Two comparisons, on the real counts of Merseyside where ../shared/data is there (cells by centre,
every police.uk incident for the patterns, robbery, drugs and weapons for the scan), else on
made-up counts of the same size:

- emerging hot spot categories of every cell, exact p of both tails in every month, against a loop
  over the months with esda's G_Local, 999 permutations and its own false-discovery cut, esda
  being compiled before the clock starts and using all cores;
- the scan, discs up to 10 rings and windows of up to 12 months, Poisson and permutation nulls,
  prospective and retrospective, against the same algorithm in plain numpy. The compiled scan runs
  in full; the plain one is measured on a few runs and scaled to as many, which is said beside its
  time. Both are given the same data first and must agree on the largest likelihood ratio.

    python benchmarks/space_time.py [--runs 999] [--plain-runs 2] [--made-up] [--only patterns]

Ratios are what counts; absolute times on a shared machine are noise.
"""

import argparse
import os
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from _pysal import to_graph

from mapper.areas.load import load_study_area
from mapper.grid.counts import count_by_period, locate
from mapper.grid.hexagons import cells_to_discs, cells_to_points, strings_to_cells
from mapper.grid.neighbours import Neighbours, find_neighbours
from mapper.statistics.emerging import PATTERN_NAMES
from mapper.statistics.hot_periods import find_hot_periods
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_windows import Zones, disc_zones

SHARED = Path(__file__).parents[2] / "shared" / "data"
FILES = "police_uk/merseyside-2018-2021/*.csv"
OUTLINE = "boundaries/merseyside_districts_from_lsoa.geojson"
THEME = ("Drugs", "Possession of weapons", "Robbery")
CELLS, MONTHS, RINGS, LONGEST, ALPHA = 6_796, 45, 10, 12, 0.05
PERMUTATIONS, ROUNDS = 999, 15
AGREE = 1e-8


@dataclass(frozen=True, eq=False)
class Town:
    """Cells, all incidents and those of a theme by cell and month, and residents."""

    cells: np.ndarray
    every: np.ndarray
    themed: np.ndarray
    residents: np.ndarray


def main() -> None:
    options = arguments()
    there = (SHARED / OUTLINE).is_file() and not options.made_up
    town = real() if there else made_up()
    print(
        f"{'real' if there else 'made-up'} counts: {town.cells.size:,} cells x "
        f"{town.every.shape[1]} months, {town.every.sum():,} incidents, {town.themed.sum():,} of "
        f"the theme, {os.cpu_count()} cores"
    )
    if options.only in (None, "patterns"):
        compare_patterns(town)
    if options.only in (None, "scan"):
        compare_scans(town, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=999)
    parser.add_argument("--plain-runs", type=int, default=2)
    parser.add_argument("--made-up", action="store_true", help="leave the real files alone")
    parser.add_argument("--only", choices=("patterns", "scan"))
    return parser.parse_args()


def real() -> Town:
    """The police.uk files, binned to the cells whose centre lies in Merseyside."""
    import geopandas
    import shapely
    from pyarrow import csv

    area = load_study_area().cells
    outline = geopandas.read_file(SHARED / OUTLINE).geometry.make_valid().union_all()
    inside = shapely.contains_xy(outline, *cells_to_points(area["cell"].to_numpy()))
    cells = area["cell"].to_numpy()[inside]
    files = sorted(SHARED.glob(FILES))
    wanted = csv.ConvertOptions(include_columns=["Longitude", "Latitude", "Crime type"])
    parts = [csv.read_csv(file, convert_options=wanted).to_pandas() for file in files]
    tables = []
    for kept in (lambda part: np.ones(len(part), int), lambda part: part["Crime type"].isin(THEME)):
        table = np.zeros((cells.size, len(files)), dtype=np.int64)
        for month, part in enumerate(parts):
            where = locate(
                part["Longitude"].to_numpy(), part["Latitude"].to_numpy(), cells=cells, resolution=9
            )
            weights = np.asarray(kept(part)).astype(np.int64)
            period = np.zeros(where.size, dtype=np.int64)
            table[:, [month]] = count_by_period(where, weights, period, size=cells.size, periods=1)
        tables.append(table)
    return Town(cells, *tables, area["residents"].to_numpy()[inside] + 1)


def made_up() -> Town:
    """Residents and incidents as uneven as a city's."""
    wide = np.unique(cells_to_discs(strings_to_cells(["89195a4d2abffff"]), rings=48)[1])
    cells = wide[:CELLS]
    stream = np.random.default_rng(1)
    residents = stream.gamma(0.5, 400, CELLS) + 1
    chances = np.repeat(residents / residents.sum() / MONTHS, MONTHS)
    tables = [
        stream.multinomial(total, chances).reshape(CELLS, MONTHS) for total in (641_140, 60_000)
    ]
    return Town(cells, *tables, residents)


def compare_patterns(town: Town) -> None:
    """Time the 17 patterns of every cell beside esda's loop over the months."""
    near = find_neighbours(town.cells)
    patterns(town.every, near)
    ours = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        codes = patterns(town.every, near)
        ours = min(ours, time.perf_counter() - began)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = to_graph(near).assign_self_weight()
        hot_by_esda(town.every[:, :1], graph)  # compiles
        began = time.perf_counter()
        theirs = hot_by_esda(town.every, graph)
        seconds = time.perf_counter() - began
    print(
        f"patterns: exact (mapper) {ours:.3f} s | esda {version('esda')}, {PERMUTATIONS} "
        f"permutations a month {seconds:.1f} s | {seconds / ours:,.0f} times"
    )
    seen, number = np.unique(codes, return_counts=True)
    print("  " + ", ".join(f"{PATTERN_NAMES[c]} {n:,}" for c, n in zip(seen, number, strict=True)))
    print(f"  hot cell-months by esda with its own cut: {int(theirs.sum()):,}")


def patterns(counts: np.ndarray, near: Neighbours) -> np.ndarray:
    """The pattern of every cell, from counts to codes, as `mapper patterns` finds it."""
    return find_hot_periods(counts, near, alpha=ALPHA).pattern


def hot_by_esda(counts: np.ndarray, graph) -> np.ndarray:
    """Hot cells of every month as PySAL's users find them; no trend and no category yet."""
    from esda import fdr
    from esda.getisord import G_Local

    hot = np.zeros(counts.shape, dtype=bool)
    for month in range(counts.shape[1]):
        found = G_Local(
            counts[:, month].astype(float),
            graph,
            transform="B",
            star=True,
            permutations=PERMUTATIONS,
            n_jobs=-1,
            keep_simulations=False,
            seed=1,
        )
        hot[:, month] = (found.p_sim <= fdr(found.p_sim, ALPHA)) & (found.Zs > 0)
    return hot


def compare_scans(town: Town, options: argparse.Namespace) -> None:
    """Time the four kinds of scan of the theme."""
    began = time.perf_counter()
    zones = disc_zones(town.cells, rings=RINGS)
    print(
        f"scan: {zones.radius.size:,} discs of up to {RINGS} rings, laid out in "
        f"{time.perf_counter() - began:.2f} s; windows of up to {LONGEST} months"
    )
    warm_up(zones, town.themed, town.residents)
    for look in ("prospective", "retrospective"):
        for null in ("poisson", "permutation"):
            compare(town.themed, town.residents, zones, null=null, look=look, options=options)


def warm_up(zones: Zones, counts: np.ndarray, residents: np.ndarray) -> None:
    """Compile or load the kernels, and say how long that took."""
    began = time.perf_counter()
    for look in ("prospective", "retrospective"):
        scan(counts, zones, choices=ScanChoices(look=look, longest=2, runs=1))
        choices = ScanChoices(null="poisson", look=look, longest=2, runs=1)
        scan(counts, zones, exposure=residents, choices=choices)
    print(f"compiled or loaded in {time.perf_counter() - began:.1f} s (not counted below)")


def compare(counts, residents, zones, *, null, look, options) -> None:
    """Time both versions under one null and one kind of window."""
    exposure = residents if null == "poisson" else None
    choices = ScanChoices(null=null, look=look, longest=LONGEST, runs=options.runs)
    began = time.perf_counter()
    result = scan(counts, zones, exposure=exposure, choices=choices)
    ours = time.perf_counter() - began
    expected = expectation(counts, residents, null)
    allowed = zones.sums(expected.sum(axis=1)) <= counts.sum() / 2
    e_until = running(zone_sums(expected, zones)[allowed])  # once, as for the compiled scan
    largest = plain_maximum(counts, zones, e_until, allowed, look=look)
    best = result.clusters[0].llr if result.clusters else 0.0
    if abs(largest - best) > AGREE:
        raise SystemExit(f"the two versions disagree: {best} and {largest}")
    began = time.perf_counter()
    stream = np.random.default_rng(2)
    for _ in range(options.plain_runs):
        data = simulated(stream, counts, expected, null)
        plain_maximum(data, zones, e_until, allowed, look=look)
    plain = (time.perf_counter() - began) / options.plain_runs
    print(
        f"{look:13} {null:11} compiled {ours:7.1f} s for {options.runs} runs | plain numpy "
        f"{plain:6.2f} s a run, so {plain * options.runs:7.0f} s (scaled from {options.plain_runs} "
        f"runs) | {plain * options.runs / ours:5.0f} times"
    )


def expectation(counts: np.ndarray, residents: np.ndarray, null: str) -> np.ndarray:
    if null == "permutation":
        return np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    by_cell = residents / residents.sum()
    return counts.sum() * np.repeat(by_cell[:, None] / MONTHS, MONTHS, axis=1)


def simulated(stream, counts: np.ndarray, expected: np.ndarray, null: str) -> np.ndarray:
    total = counts.sum()
    if null == "poisson":
        return stream.multinomial(total, expected.ravel() / total).reshape(counts.shape)
    cell, month = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), MONTHS)
    flat = cell * MONTHS + stream.permutation(month)
    return np.bincount(flat, minlength=counts.size).reshape(counts.shape)


def plain_maximum(counts, zones: Zones, e_until, allowed, *, look: str) -> float:
    """Return the largest likelihood ratio over all windows, in plain numpy."""
    total = counts.sum()
    c_until = running(zone_sums(counts.astype(np.int32), zones)[allowed])
    best = 0.0
    for length in range(1, LONGEST + 1):
        first = MONTHS - length if look == "prospective" else 0
        c = c_until[:, first + length :] - c_until[:, first : MONTHS + 1 - length]
        e = e_until[:, first + length :] - e_until[:, first : MONTHS + 1 - length]
        kept = (c > e) & (c >= ScanChoices.fewest)
        c, e = c[kept], e[kept]
        ratios = c * np.log(c / e) + (total - c) * np.log((total - c) / (total - e))
        best = max(best, float(ratios.max(initial=0.0)))
    return best


def zone_sums(table: np.ndarray, zones: Zones) -> np.ndarray:
    """Sums of every disc and month, ring upon ring."""
    rings = np.add.reduceat(table[zones.member], zones.first_member[:-1], axis=0)
    until = np.concatenate([np.zeros((1, MONTHS), rings.dtype), np.cumsum(rings, axis=0)])
    before = np.repeat(until[zones.first_step[:-1]], np.diff(zones.first_step), axis=0)
    return until[1:] - before


def running(table: np.ndarray) -> np.ndarray:
    """Sums up to each month, beginning with 0."""
    return np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)


if __name__ == "__main__":
    main()
