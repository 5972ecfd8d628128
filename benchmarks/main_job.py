"""The main job beside what an analyst would write today, both from a cold start.

Three programs over the same police.uk files, each in a process of its own, run in turn:

- ``mapper hotspots``: exact p, hot spots, list, cells, map, manifest with digests;
- the straightforward script: pandas, h3 in a loop, PySAL's G_Local with 999 permutations on all
  cores, its false-discovery cut, a CSV and a Folium map;
- the floor: a bare process that imports pandas and reads the same files with pyarrow;
- the same that loads, besides, the libraries which the job cannot do without (SciPy for the tails
  of counts, Folium for the map, h3ronpy, typer and pydantic), and does nothing with them.

    python benchmarks/main_job.py [FOLDER] [--rounds 3]

Ratios are printed, best of the rounds against best of the rounds, of the clock and of the
processor, all threads together; absolute times on a shared machine are noise.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT.parent / "shared" / "data" / "police_uk" / "merseyside-2018-2021"

FLOOR = """
import glob, sys
import pandas
import pyarrow as pa
import pyarrow.csv
files = sorted(glob.glob(sys.argv[1] + "/*.csv"))
table = pa.concat_tables([pyarrow.csv.read_csv(f) for f in files], promote_options="permissive")
print(table.num_rows)
"""

LIBRARIES = """
import folium, h3, h3ronpy.vector, pydantic_settings, scipy.optimize, scipy.special, typer
"""

SCRIPT = """
import glob, sys, warnings
warnings.simplefilter("ignore")
import folium, geopandas, h3, numpy as np, pandas as pd
from esda import fdr
from esda.getisord import G_Local
from libpysal.graph import Graph

folder, area, out = sys.argv[1:]
incidents = pd.concat([pd.read_csv(f) for f in sorted(glob.glob(folder + "/*.csv"))])
incidents = incidents.dropna(subset=["Longitude", "Latitude"])
incidents["cell"] = [
    h3.latlng_to_cell(lat, lon, 9)
    for lat, lon in zip(incidents["Latitude"], incidents["Longitude"])
]
cells = [h3.int_to_str(int(c)) for c in pd.read_parquet(area, columns=["cell"])["cell"]]
counts = incidents.groupby("cell").size().reindex(cells, fill_value=0)
graph = Graph.build_h3(cells)
gi = G_Local(counts.to_numpy(float), graph, transform="B", star=True, permutations=999, seed=1)
frame = pd.DataFrame({"cell": cells, "count": counts.to_numpy(), "z": gi.Zs, "p": gi.p_sim})
frame["hot"] = (frame["p"] <= fdr(gi.p_sim, 0.05)) & (frame["z"] > 0)
frame.to_csv(out + "/cells.csv", index=False)
hot = frame[frame["count"] > 0]
shapes = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"cell": cell, "count": int(count), "hot": bool(is_hot)},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[(x, y) for y, x in h3.cell_to_boundary(cell)]],
            },
        }
        for cell, count, is_hot in zip(hot["cell"], hot["count"], hot["hot"])
    ],
}
page = folium.Map(location=[53.4, -2.95], zoom_start=11, tiles=None)
folium.GeoJson(shapes).add_to(page)
page.save(out + "/map.html")
print(int(frame["hot"].sum()), "hot cells")
"""


def measure(command):
    """Run a command cold; return seconds of clock and processor, peak megabytes and its words."""
    # What pip installs is compiled, mapper as the libraries; its first run here compiles it.
    kept = {name: told for name, told in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=kept
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{command[:3]} failed:\n{output}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if not list(chosen.folder.glob("*.csv")):
        sys.exit(f"{chosen.folder} holds no police.uk CSV files: give a folder that does.")
    folder, area = str(chosen.folder), str(ROOT / "data" / "boundaries" / "merseyside.parquet")
    with tempfile.TemporaryDirectory() as out:
        mapper = [sys.executable, "-c", "from mapper.cli import main; main()", "hotspots", folder]
        programs = {
            "mapper hotspots": [*mapper, "--lens", "public-all", "--out", f"{out}/mapper"],
            "pandas + h3 + PySAL": [sys.executable, "-c", SCRIPT, folder, area, out],
            "floor: pandas and pyarrow": [sys.executable, "-c", FLOOR, folder],
            "floor and the libraries": [sys.executable, "-c", LIBRARIES + FLOOR, folder],
        }
        best = {}
        for number in range(chosen.rounds):
            for name, command in programs.items():
                if number and name.startswith("pandas"):
                    continue  # one run of the slow one is enough: noise cannot make it 10 times
                found = measure(command)
                known = best.get(name, found)
                best[name] = (min(known[0], found[0]), min(known[1], found[1]), *found[2:])
    for name, (seconds, processor, megabytes, output) in best.items():
        told = f"{seconds:7.2f} s {processor:7.2f} s of processor {megabytes:6.0f} MB"
        print(f"{name:28}{told}   {output.strip().splitlines()[-1]}")
    ours, script, floor, loaded = (best[name] for name in programs)
    for at, kind in enumerate(("clock", "processor")):
        print(
            f"by the {kind}: {script[at] / ours[at]:.1f} times as fast as the script (wanted 16),"
        )
        print(
            f"  {ours[at] / floor[at]:.2f} times the floor (at most 2), which the libraries alone"
            f" make {loaded[at] / floor[at]:.2f}"
        )
    print(f"peak memory: {ours[2]:.0f} MB (under 1,000)")


if __name__ == "__main__":
    main()
