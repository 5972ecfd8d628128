"""Time and peak memory of ``mapper hotspots`` by rows, over synthetic police.uk files in turn.

The rows are made by the seed: 20,000 snap points round Liverpool, a few of them with many
incidents, 120 months, references of 64 digits. Each size is read in a process of its own; the peak
is the operating system's (``ru_maxrss``), in which pages of mapped files that happen to be in
memory count too.

    python benchmarks/many_rows.py 1 3 10 [--folder FOLDER] [--parquet] [--extract] [--peer]

Sizes are in million rows. With ``--parquet`` the same rows are read as Parquet too; with
``--extract`` as many rows of a force's extract, with times to the minute, which are held in memory.
With ``--peer``
the straightforward script (pandas, h3 in a loop, PySAL) reads the smallest file too, for the ratio
in one run.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from main_job import ROOT, SCRIPT, measure

POINTS, STEP, DISTRICTS = 20_000, 250_000, 923
TYPES = (
    "Violence and sexual offences", "Anti-social behaviour", "Drugs", "Burglary", "Robbery",
    "Criminal damage and arson", "Public order", "Possession of weapons", "Vehicle crime",
    "Shoplifting", "Other theft",
)  # fmt: skip
OUTCOMES = (
    "Investigation complete; no suspect identified", "Unable to prosecute suspect",
    "Under investigation", "Local resolution", "",
)  # fmt: skip
MONTHS = [f"{year}-{month:02d}" for year in range(2016, 2026) for month in range(1, 13)]
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


EXTRACT = [
    "reference", "reported_at", "from_at", "easting", "northing", "incident_type", "location",
    "domestic_abuse",
]  # fmt: skip
FIRST, MINUTES = np.datetime64("2016-01-01T00:00"), 10 * 365 * 24 * 60 - 120
COLUMNS = HEADER.strip().split(",")


def write_rows(path, rows, seed=7):
    """Write a police.uk file of so many rows; the same bytes for the same numbers."""
    drawn = np.random.default_rng(seed)
    lon = np.round(drawn.normal(-2.95, 0.06, POINTS), 6)
    lat = np.round(drawn.normal(53.43, 0.05, POINTS), 6)
    weight = drawn.pareto(1.2, POINTS) + 0.1
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for first in range(0, rows, STEP):
            size = min(STEP, rows - first)
            point = drawn.choice(POINTS, size, p=weight / weight.sum())
            digits = drawn.bytes(32 * size).hex()
            month = np.sort(
                drawn.integers(first * 120 // rows, -(-(first + size) * 120 // rows), size)
            )
            place = [f"Liverpool {one % DISTRICTS:03d}A" for one in point]
            lsoa = [f"E0100{one % DISTRICTS:04d}" for one in point]
            street = [f"On or near Street {one}" for one in point]
            held = digits, np.array(MONTHS)[month], "Merseyside Police", (lon[point], lat[point])
            write_table(file, drawn, *held, (street, lsoa, place))


def write_table(file, drawn, digits, month, force, point, names):
    """Write rows as police.uk does, of drawn kinds and outcomes; 64 digits are a reference.

    A point is longitude and latitude, names are those of street, LSOA by code, and LSOA.
    """
    (lon, lat), (street, lsoa, place) = point, names
    size = len(street)
    columns = [
        [digits[at * 64 : at * 64 + 64] for at in range(size)],
        month,
        np.full(size, force),
        np.full(size, force),
        [f"{x:.6f}" for x in lon],
        [f"{y:.6f}" for y in lat],
        street,
        lsoa,
        place,
        np.array(TYPES)[drawn.integers(0, len(TYPES), size)],
        np.array(OUTCOMES)[drawn.integers(0, len(OUTCOMES), size)],
        np.full(size, ""),
    ]
    table = pa.table([pa.array(held) for held in columns], names=COLUMNS)
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
    arrow_csv.write_csv(table, file, options)


def as_parquet(path):
    """Write the same rows as Parquet, every value as text, a batch at a time."""
    target = path.with_suffix(".parquet")
    if not target.exists():
        convert = arrow_csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()))
        reader = arrow_csv.open_csv(path, convert_options=convert)
        with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
    return target


def write_extract(path, rows, seed=7):
    """Write an extract of so many rows over ten years; the same bytes for the same numbers."""
    drawn = np.random.default_rng(seed)
    east = np.round(drawn.normal(337_000, 4_000, POINTS)).astype(np.int64)
    north = np.round(drawn.normal(392_000, 5_500, POINTS)).astype(np.int64)
    with path.open("wb") as file:
        file.write(f"{','.join(EXTRACT)}\n".encode())
        for first in range(0, rows, STEP):
            size = min(STEP, rows - first)
            point = drawn.integers(0, POINTS, size)
            begun = FIRST + drawn.integers(0, MINUTES, size)
            columns = [
                np.char.add("R", np.arange(first, first + size).astype(str)),
                np.datetime_as_string(begun + drawn.integers(0, 60, size), unit="m"),
                np.datetime_as_string(begun, unit="m"),
                east[point],
                north[point],
                np.array(TYPES)[drawn.integers(0, len(TYPES), size)],
                np.char.add("Street ", point.astype(str)),
                np.array(["Y", *["N"] * 7])[drawn.integers(0, 8, size)],
            ]
            table = pa.table([pa.array(held) for held in columns], names=EXTRACT)
            options = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
            arrow_csv.write_csv(table, file, options)


def measured_run(path, out, words, lens="public-all", more=()):
    """Print what one run needs, and return its seconds."""
    command = [sys.executable, "-c", "from mapper.cli import main; main()", "hotspots"]
    command += [str(path), "--lens", lens, "--out", out, *more]
    seconds, processor, megabytes, _ = measure(command)
    told = f"{seconds:8.1f} s {processor:8.1f} s of processor {megabytes:8.0f} MB"
    print(f"{words} {told}", flush=True)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("millions", nargs="+", type=float)
    parser.add_argument("--folder", type=Path, help="Where files are made, and kept.")
    parser.add_argument("--parquet", action="store_true")
    parser.add_argument("--extract", action="store_true")
    parser.add_argument("--peer", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        for million in sorted(chosen.millions):
            path = folder / f"{million:g}-million" / "2025-12-merseyside-street.csv"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_rows(path, round(million * 1e6))
            seconds = measured_run(path, f"{temporary}/{million:g}", f"{million:6g} million rows")
            if chosen.parquet:
                measured_run(as_parquet(path), f"{temporary}/{million:g}p", "         as Parquet")
            if chosen.extract:
                extract = path.parent / "extract" / "incidents.csv"
                if not extract.exists():
                    extract.parent.mkdir(exist_ok=True)
                    write_extract(extract, round(million * 1e6))
                out = f"{temporary}/{million:g}e"
                measured_run(extract, out, "     as an extract", "domestic-abuse")
            if chosen.peer and million == min(chosen.millions):
                area = str(ROOT / "data" / "boundaries" / "merseyside.parquet")
                peer = [sys.executable, "-c", SCRIPT, str(path.parent), area, temporary]
                slow, _, held, _ = measure(peer)
                print(f"       pandas + h3 + PySAL {slow:8.1f} s {held:8.0f} MB", flush=True)
                print(f"       faster: {slow / seconds:.1f} times", flush=True)


if __name__ == "__main__":
    main()
