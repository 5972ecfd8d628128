"""How many settings a second the robustness check runs over real police.uk files.

    python benchmarks/robustness.py [FOLDER] [--lens public-all] [--rounds 3]

Reading the files and building the study area at three resolutions are timed apart: an analyst does
both once and then varies settings as often as wanted. Beside it stands the same number of settings
at one analysis each, measured on a few of them and multiplied.
"""

import argparse
import sys
import time
from pathlib import Path

from mapper.analysis.analyse import analyse, find_hotspots
from mapper.analysis.robustness import measure_robustness
from mapper.analysis.study import prepare
from mapper.analysis.variations import RESOLUTIONS_TRIED
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT.parent / "shared" / "data" / "police_uk" / "merseyside-2018-2021"


def timed(work):
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--lens", default="public-all")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if not list(chosen.folder.glob("*.csv")):
        sys.exit(f"{chosen.folder} holds no police.uk CSV files: give a folder that does.")
    read, incidents = timed(lambda: read_incidents([chosen.folder]))
    built, areas = timed(lambda: {r: load_study_area(resolution=r) for r in RESOLUTIONS_TRIED})
    print(f"read {len(incidents.table):,} incidents in {read:.2f} s; areas in {built:.2f} s")
    lens = load_lens(chosen.lens)
    study = prepare(incidents, lens=lens, area=areas[9])
    result = find_hotspots(study)
    best, found = min(
        (
            timed(lambda: measure_robustness(study, result, areas=areas))
            for _ in range(chosen.rounds)
        ),
        key=lambda pair: pair[0],
    )
    number = len(found.settings)
    print(f"{number} settings, {len(found.hotspots)} hot spots, best of {chosen.rounds} rounds:")
    print(f"{best:.2f} s, {number / best:.0f} settings a second")
    alone = 0.0
    for area in areas.values():
        alone += timed(lambda area=area: analyse(incidents, lens=lens, area=area))[0]
    each = alone / len(areas)
    print(f"one analysis each: {each:.2f} s a setting, {each * number / best:.0f} times as long")


if __name__ == "__main__":
    main()
