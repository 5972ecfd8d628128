"""Time and peak memory of ``mapper hotspots`` over an invented country, in cells of resolution 9.

The country is a box of the size of England and Wales, 320 districts and 1.6 million cells. Rows
are made by the seed: 1,500 towns of very different sizes, 600,000 snap points, one police.uk file
for each of 120 months.

    python benchmarks/country.py 10 60 [--folder FOLDER]

Numbers are in million rows; a million takes 0.22 GB of disk.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from many_rows import HEADER, MONTHS, measured_run, write_table

WEST, SOUTH, EAST, NORTH = -4.0, 50.6, 1.6, 54.2
ACROSS, DOWN = 20, 16
TOWNS, POINTS, STREETS, SMALL_AREAS = 1_500, 600_000, 40_000, 30_000


def write_boundary(path):
    """Write the districts."""
    xs, ys = np.linspace(WEST, EAST, ACROSS + 1), np.linspace(SOUTH, NORTH, DOWN + 1)
    features = []
    for i, j in np.ndindex(ACROSS, DOWN):
        (a, b), (c, d) = xs[i : i + 2].tolist(), ys[j : j + 2].tolist()
        ring = [[a, c], [b, c], [b, d], [a, d], [a, c]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        name = {"name": f"District {i:02d}-{j:02d}"}
        features.append({"type": "Feature", "properties": name, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def snap_points(drawn):
    """Return points round towns, and how often each is used."""
    middle = drawn.uniform((WEST + 0.1, SOUTH + 0.1), (EAST - 0.1, NORTH - 0.1), (TOWNS, 2))
    size = drawn.pareto(1.1, TOWNS) + 0.2
    town = drawn.choice(TOWNS, POINTS, p=size / size.sum())
    spread = 0.01 * np.sqrt(size[town] / np.median(size))
    lon = middle[town, 0] + drawn.normal(0, 1.6, POINTS) * spread
    lat = middle[town, 1] + drawn.normal(0, 1, POINTS) * spread
    weight = drawn.pareto(1.5, POINTS) + 0.1
    return np.clip(lon, WEST, EAST), np.clip(lat, SOUTH, NORTH), weight / weight.sum()


def write_months(folder, rows, seed=7):
    """Write so many rows as files of months; the same bytes for the same numbers."""
    drawn = np.random.default_rng(seed)
    lon, lat, weight = snap_points(drawn)
    folder.mkdir(parents=True)
    size = rows // len(MONTHS)
    for month in MONTHS:
        point = drawn.choice(POINTS, size, p=weight)
        digits = drawn.bytes(32 * size).hex()
        area = point % SMALL_AREAS
        held = digits, np.full(size, month), "A Police", (lon[point], lat[point])
        street = [f"On or near Street {one}" for one in point % STREETS]
        names = street, [f"E01{one:06d}" for one in area], [f"Place {one}" for one in area]
        with (folder / f"{month}-country-street.csv").open("wb") as file:
            file.write(HEADER.encode())
            write_table(file, drawn, *held, names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", nargs="+", type=float)
    parser.add_argument("--folder", type=Path, help="Where files are made, and kept.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        write_boundary(folder / "country.geojson")
        for million in sorted(chosen.millions):
            path = folder / f"{million:g}"
            if not path.exists():
                write_months(path, round(million * 1e6))
            more = ("--area", str(folder / "country.geojson"), "--resolution", "9")
            words = f"{million:6g} million rows"
            measured_run(path, f"{temporary}/out-{million:g}", words, more=more)


if __name__ == "__main__":
    main()
