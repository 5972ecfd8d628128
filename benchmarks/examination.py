"""What looking for doubts costs beside reading: at most a fifth, on the months of a folder.

Run: ``python -m benchmarks.examination FOLDER``; prints seconds of each, the least of five.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from mapper.analysis.examine import examine
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents

_TIMES = 5


def least_seconds(act: Callable[[], object]) -> float:
    """Return the least of several times that an act takes."""
    taken = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main(folder: Path) -> None:
    """Print what reading and examining a folder take; both start anew each time."""
    area = load_study_area()
    reading = least_seconds(lambda: read_incidents([folder]))
    read = [read_incidents([folder]) for _ in range(_TIMES)]
    examining = least_seconds(lambda: examine(read.pop(), area))
    rows = len(read_incidents([folder]).table)
    print(
        f"{rows:,} rows: reading {reading:.2f} s, examining {examining:.2f} s,"
        f" {examining / reading:.0%} of it"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
