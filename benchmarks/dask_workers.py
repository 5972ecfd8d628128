"""``mapper hotspots --engine dask`` by the number of workers on this machine, and what one costs.

Synthetic police.uk rows (those of many_rows.py, in files of a fifth each) are counted by this
process slice by slice, then by 1, 2 and 4 workers, then by 2 of which one is killed in the middle.
Each prints seconds from the first file to the study, without the start of the workers; seconds of
processor in this process and in the workers; and whether every file that is written is the same to
the byte. Ratios are of one run; with fewer cores than workers the wall clock stands still.

    python benchmarks/dask_workers.py [MILLIONS] [--workers 1 2 4]
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import psutil
from many_rows import write_rows

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.distributed import dask_workers
from mapper.analysis.parted import study_by_workers
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.sliced import study_in_slices
from mapper.areas.load import load_study_area
from mapper.disclosure.make import release
from mapper.lenses.load import load_lens
from mapper.outputs.write import write_outputs

FILES = 5


@dataclass
class Killing:
    """Workers of which one is killed when some parts were counted."""

    workers: object
    after: int = 2
    killed: list = field(default_factory=list)

    def __post_init__(self):
        self.size, self.part_bytes = self.workers.size, self.workers.part_bytes

    def each(self, task, given, view):
        """Yield what a task makes of each thing given."""
        for number, made in enumerate(self.workers.each(task, given, view)):
            if view is not None and number == self.after and not self.killed:
                self.killed.append(pids(self.workers)[0])
                os.kill(self.killed[0], signal.SIGKILL)
            yield made


def pids(workers):
    return list(workers.client.run(os.getpid).values())


def processor(*numbers):
    """Seconds of processor that some processes have used."""
    used = [psutil.Process(number).cpu_times() for number in numbers]
    return sum(one.user + one.system for one in used)


def digest(study, folder):
    """One digest of everything that is written, but for the time of the run."""
    write_outputs(
        release(find_hotspots(study)), folder, forms=("csv", "geojson", "parquet", "html")
    )
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes()
        if path.name == "manifest.json":
            told = json.loads(content)
            told.pop("made_at", None)
            content = json.dumps(told, sort_keys=True).encode()
        whole.update(path.name.encode() + content)
    return whole.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", nargs="?", type=float, default=1.0)
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2, 4])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        measure(chosen, Path(temporary))


def measure(chosen, folder):
    rows = round(chosen.millions * 1e6)
    paths = []
    for number in range(FILES):
        paths.append(folder / f"{number}" / f"202{number}-12-merseyside-street.csv")
        paths[-1].parent.mkdir()
        write_rows(paths[-1], rows // FILES, seed=number)
    lens, area = load_lens("public-all"), load_study_area("merseyside", resolution=9)
    asked = {"lens": lens, "area": area, "request": AnalysisRequest.of(lens, area, {})}
    begun, used = monotonic(), processor(os.getpid())
    study = study_in_slices(paths, **asked)
    if study is None:
        sys.exit("Fewer than a million rows are not read in slices: give more.")
    alone, wanted = monotonic() - begun, digest(study, folder / "alone")
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(f"{rows:,} rows, {cores} cores, load {load:.1f}", flush=True)
    print(f"this process alone {alone:7.1f} s, processor {processor(os.getpid()) - used:.1f} s")
    first = None
    for count, kill in [*((one, False) for one in chosen.workers), (2, True)]:
        begun = monotonic()
        with dask_workers(workers=count) as workers:
            started = monotonic() - begun
            called = Killing(workers) if kill else workers
            held, before = pids(workers), processor(os.getpid())
            idle, begun = processor(*held), monotonic()
            study = study_by_workers(paths, workers=called, **asked)
            took = monotonic() - begun
            here = processor(os.getpid()) - before
            there = 0.0 if kill else processor(*held) - idle
        first = first or took
        same = digest(study, folder / f"{count}-{kill}") == wanted
        words = "one killed" if kill else f"{first / took:.2f} times the first"
        print(
            f"{count} workers {took:16.1f} s ({words}; start {started:.1f} s), processor here"
            f" {here:.1f} s, workers {there:.1f} s; the same to the byte: {same}",
            flush=True,
        )
        if not same or (kill and not called.killed):
            sys.exit(1)


if __name__ == "__main__":
    main()
