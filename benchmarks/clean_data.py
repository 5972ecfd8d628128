"""Print what data that nobody has changed raises: real months and windows of them, demonstrations.

    python benchmarks/clean_data.py STREET_FOLDER [MORE_FOLDERS] [--seeds 20]

Every file of STREET_FOLDER alone, every file of further folders alone, windows of 2, 3, 6, 12 and
24 months without a gap, and a demonstration for each seed. Age is not counted: all of them are old.
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from mapper.analysis.examine import examine
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.incidents.synthetic import demonstration_writer

TODAY = date(2018, 1, 1)  # no year tried is old
SIZES = {2: 1, 3: 1, 6: 1, 12: 3, 24: 6}  # months -> months between windows


def windows(files: Sequence[Path], size: int, step: int) -> Iterator[list[Path]]:
    """Yield the files of so many months in a row without a gap."""
    month = [pd.Period(file.name[:7], "M") for file in files]
    for first in range(0, len(files) - size + 1, step):
        if (month[first + size - 1] - month[first]).n == size - 1:
            yield list(files[first : first + size])


def raised(paths: Sequence[Path], area: str) -> list[str]:
    """Return what some files raise, each as its name and day."""
    found = examine(read_incidents(paths), load_study_area(area, resolution=9), today=TODAY)
    return [f"{one.name} {one.since or ''}".strip() for one in found]


def tell(name: str, sets: list[list[str]]) -> None:
    """Print one line: how many sets, how many raise something, and what."""
    told = "; ".join(sorted({one for each in sets for one in each}))
    print(f"| {name} | {len(sets)} | {sum(map(bool, sets))} | {told} |", flush=True)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folders", type=Path, nargs="+")
    asked.add_argument("--area", default="")
    asked.add_argument("--seeds", type=int, default=20)
    given = asked.parse_args()
    print("| data | sets | raise anything | what |\n|---|---|---|---|")
    files = sorted(given.folders[0].rglob("*-street.csv"))
    tell("single months", [raised([file], given.area) for file in files])
    for folder in given.folders[1:]:
        others = sorted(folder.rglob("*.csv"))
        tell(f"{folder.name}", [raised([file], given.area) for file in others])
    for size, step in SIZES.items():
        found = [raised(paths, given.area) for paths in windows(files, size, step)]
        tell(f"windows of {size} months", found)
    demonstrations = []
    for seed in range(1, given.seeds + 1):
        with TemporaryDirectory() as folder:
            demonstration_writer()(Path(folder), seed=seed)
            demonstrations.append(raised([Path(folder, "incidents.csv")], given.area))
    tell("demonstrations", demonstrations)


if __name__ == "__main__":
    main()
