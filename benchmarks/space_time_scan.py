"""Space-time scan, compiled and threaded, beside a plain numpy version of the same algorithm.

A study area of about 6,800 cells and 45 months, discs up to 10 rings, Poisson and permutation
nulls, prospective and retrospective windows of up to 12 months. The compiled scan runs in full;
the plain version is measured on a few runs and scaled to as many, which is said beside its time.
Both are given the same data sets first and must agree on the largest likelihood ratio.

    python benchmarks/space_time_scan.py [--runs 999] [--plain-runs 2] [--incidents 60000]
"""

import argparse
import os
import time

import numpy as np

from mapper.hexagons import cells_to_discs, strings_to_cells
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_windows import Zones, disc_zones

RINGS, MONTHS, LONGEST = 10, 45, 12
STUDY_RINGS = 47  # 1 + 3 x 47 x 48 = 6,769 cells
AGREE = 1e-8


def main() -> None:
    options = arguments()
    cells = np.unique(cells_to_discs(strings_to_cells(["89195a4d2abffff"]), rings=STUDY_RINGS)[1])
    began = time.perf_counter()
    zones = disc_zones(cells, rings=RINGS)
    print(
        f"{cells.size:,} cells x {MONTHS} months, {options.incidents:,} incidents, "
        f"{zones.radius.size:,} discs (laid out in {time.perf_counter() - began:.2f} s), "
        f"windows up to {LONGEST} months, {os.cpu_count()} cores"
    )
    counts, residents = made_up(cells.size, options.incidents)
    warm_up(zones, counts, residents)
    for look in ("prospective", "retrospective"):
        for null in ("poisson", "permutation"):
            compare(counts, residents, zones, null=null, look=look, options=options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=999)
    parser.add_argument("--plain-runs", type=int, default=2)
    parser.add_argument("--incidents", type=int, default=60_000)
    return parser.parse_args()


def made_up(cells: int, incidents: int) -> tuple[np.ndarray, np.ndarray]:
    """Residents as uneven as a city's, incidents in proportion to them, by cell and month."""
    stream = np.random.default_rng(1)
    residents = stream.gamma(0.5, 400, cells) + 1
    chances = np.repeat(residents / residents.sum() / MONTHS, MONTHS)
    return stream.multinomial(incidents, chances).reshape(cells, MONTHS), residents


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
