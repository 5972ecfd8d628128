"""Write docs/calibration.md: how often each test calls nothing something, beside what it promises.

    python benchmarks/calibration.py [--worlds 2000] [--areas 300] [--out docs/calibration.md]

The worlds are those of tests/statistics/null_worlds.py; the same seed gives the same document.
"""

import argparse
import sys
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the made-up worlds stand beside the tests that use them too

from mapper.base.files import write_whole  # noqa: E402 (after the path is set)
from mapper.statistics import scan_compiled  # noqa: E402 (after the path is set)
from tests.statistics.null_worlds import (  # noqa: E402 (after the path is set)
    ALPHAS,
    CELLS,
    OBSERVED,
    Draw,
    error_of,
    of_cells,
    of_worlds,
    shares,
)

HEAD = """# Calibration

Made by `python benchmarks/calibration.py` from made-up worlds in which nothing is going on. A test
keeps its promise when the share of p <= a is at most a, for every a. Counts are whole numbers, so
a share below a is usual: p jumps from one possible value to the next.

- Worlds: {worlds:,} for every test that gives each cell a p, of {cells} cells each; {batches:,}
  batches of 999 simulated maxima with {observed} scans each; {wholes:,} for the others.
- "alike": every place has the same rate. "heavy-tailed": negative binomial counts, variance 17
  times the mean. "by residents": rates follow residents, a ninth of the cells having none.
- In brackets: standard error in units of the last figure shown, from world to world.
- **Over** marks a share more than 4 standard errors above a; there is {over}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--areas", type=int, default=300)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "calibration.md")
    chosen = parser.parse_args()
    scan_compiled.bound_table = cache(scan_compiled.bound_table)  # all scans have as many incidents
    rows = [row(name, draw, chosen.worlds) for name, draw in of_cells().items()]
    for name, draw in of_worlds().items():
        many = 1 if name.startswith("scan") else 10
        rows.append(row(name, draw, chosen.areas * many))
    over = sum("Over" in line for line in rows)
    head = HEAD.format(
        worlds=chosen.worlds,
        cells=CELLS.size,
        batches=chosen.areas,
        observed=OBSERVED,
        wholes=10 * chosen.areas,
        over="none" if not over else f"{over}",
    )
    titles = " | ".join(f"p <= {a:g}" for a in ALPHAS)
    table = [f"| test: world | {titles} |", "|---" * (len(ALPHAS) + 1) + "|", *rows]
    write_whole(chosen.out, head + "\n" + "\n".join(table) + "\n" + part_on_places(chosen.out))
    print(f"wrote {chosen.out}")


def part_on_places(path: Path) -> str:
    """Return the part of the document that benchmarks/unusual.py wrote, to be kept."""
    _, heading, part = path.read_text(encoding="utf-8").partition("## Places")
    return f"\n{heading}{part}" if heading else ""


def row(name: str, draw: Draw, worlds: int) -> str:
    """One line of the table."""
    found = shares(draw, worlds)
    mean, error = found.mean(axis=0), error_of(found)
    over = mean > np.array(ALPHAS) + 4 * error
    cells = [
        f"{m:.5f} ({1e5 * e:.0f})" + (" **Over**" if wrong else "")
        for m, e, wrong in zip(mean, error, over, strict=True)
    ]
    print(name, *cells, flush=True)
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
