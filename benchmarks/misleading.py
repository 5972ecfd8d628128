"""Print how often planted faults are found, and what clean data raises, as tables for the docs.

    python benchmarks/misleading.py STREET_FOLDER DEMONSTRATION_CSV [--worlds 20]

A world is a year of real street files without a gap, or a demonstration, thinned to 12,000 rows so
that a fault is no easier to see than in one small force. Each fault is planted at three sizes; it
is found when its code is told, of the part that was planted. The same seed gives the same tables.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from mapper.analysis.examine import examine, positions
from mapper.areas.load import load_study_area
from mapper.base.tables import REJECTED_COLUMNS
from mapper.incidents.coordinates import degrees_to_grid, grid_to_degrees
from mapper.incidents.exchanged_dates import turned_back
from mapper.incidents.read import read_incidents
from mapper.incidents.table import Incidents, SourceFile

ROWS, MONTHS = 12_000, 12
TODAY = date(2018, 1, 1)  # no year tried is old
AREA = load_study_area()
Plant = Callable[[pd.DataFrame, float, np.random.Generator], pd.DataFrame]
Plants = Mapping[str, tuple[Plant, tuple[float, ...], set[str]]]  # name -> act, sizes, codes
FALLS = {"part stops", "part changes"}


def half_of(table: pd.DataFrame) -> pd.Series:
    """Tell which rows lie in the later half of the days."""
    months = table["start"].dt.to_period("M")
    return months >= months.min() + (months.max() - months.min()).n // 2 + 1


def district_falls(table: pd.DataFrame, left: float, rng: np.random.Generator) -> pd.DataFrame:
    """Keep a share of Wirral's later rows."""
    incidents = wrapped(table)
    at = positions(incidents, AREA)
    names = AREA.cells["district"].astype("str").to_numpy()
    mine = (at >= 0) & (names[at] == "Wirral") & half_of(table).to_numpy()
    return table[~mine | (rng.random(len(table)) < left)]


def type_falls(table: pd.DataFrame, left: float, rng: np.random.Generator) -> pd.DataFrame:
    """Keep a share of the later rows of the fifth largest type."""
    name = table["type"].value_counts().index[4]
    mine = (table["type"] == name).to_numpy() & half_of(table).to_numpy()
    return table[~mine | (rng.random(len(table)) < left)]


def type_renamed(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Give a share of the later rows of a type another name."""
    name = table["type"].value_counts().index[4]
    mine = (table["type"] == name).to_numpy() & half_of(table).to_numpy()
    mine &= rng.random(len(table)) < share
    names = np.where(mine, f"{name} (new)", table["type"].astype(object))
    return table.assign(type=pd.Categorical(names))


def flag_jumps(table: pd.DataFrame, later: float, rng: np.random.Generator) -> pd.DataFrame:
    """Flag a tenth of the earlier rows and another share of the later ones."""
    chance = np.where(half_of(table), later, 0.1)
    return table.assign(knife=rng.random(len(table)) < chance)


def default_point(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Put a share of the rows at one point without a known place."""
    mine = rng.random(len(table)) < share
    names = np.where(mine, "No fixed location", table["location"].astype(object))
    changed = {name: np.where(mine, value, table[name]) for name, value in NOWHERE.items()}
    return table.assign(location=pd.Categorical(names), **changed)


def points_replaced(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Copy the rows a year on, a share of their points moved by 30 m."""
    later = table.assign(start=table["start"] + pd.DateOffset(years=1))
    points, at = np.unique(later["lon"].to_numpy(), return_inverse=True)
    moved = (rng.random(points.size) < share)[at]
    return pd.concat([table, later.assign(lon=later["lon"] + np.where(moved, 0.00045, 0.0))])


def ground_missing(table: pd.DataFrame, wards: float, rng: np.random.Generator) -> pd.DataFrame:
    """Leave out so many of the wards."""
    at = positions(wrapped(table), AREA)
    codes = AREA.cells["ward"].cat.codes.to_numpy()
    gone = rng.choice(codes.max() + 1, int(wards), replace=False)
    return table[~((at >= 0) & np.isin(codes[at], gone))]


def times_unknown(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Put a share of the times at midnight."""
    mine = rng.random(len(table)) < share
    start = np.where(mine, table["start"].dt.normalize(), table["start"])
    return table.assign(start=start.astype("datetime64[us]"))


def times_of_shifts(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Put a share of the times at the start of their shift: 07:00, 15:00, 23:00."""
    mine, first = rng.random(len(table)) < share, pd.Timedelta(hours=7)
    shift = (table["start"] - first).dt.floor("8h") + first
    return table.assign(start=table["start"].where(~mine, shift).astype("datetime64[us]"))


def dates_turned(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Exchange day and month of a share of the dates, where it can be done."""
    mine = rng.random(len(table)) < share
    start = table["start"].to_numpy()
    return table.assign(start=np.where(mine, turned_back(start), start))


def told_twice(table: pd.DataFrame, days: float, rng: np.random.Generator) -> pd.DataFrame:
    """Repeat the rows of so many days under other references."""
    first = table["start"].min().normalize() + pd.Timedelta(days=int(rng.integers(60, 300)))
    again = table[table["start"].between(first, first + pd.Timedelta(days=days))]
    return pd.concat([table, again.assign(reference="S" + again["reference"])])


def days_missing(table: pd.DataFrame, days: float, rng: np.random.Generator) -> pd.DataFrame:
    """Leave out so many days in a row."""
    start = table["start"]
    first = start.min().normalize() + pd.Timedelta(days=int(rng.integers(60, 300)))
    return table[~((start >= first) & (start < first + pd.Timedelta(days=int(days))))]


def moment_shared(table: pd.DataFrame, rows: float, rng: np.random.Generator) -> pd.DataFrame:
    """Give so many rows one and the same moment."""
    mine = rng.choice(len(table), int(rows), replace=False)
    start = table["start"].to_numpy().copy()
    start[mine] = np.datetime64("2022-04-11T10:32", "us")
    return table.assign(start=start)


def day_crowded(table: pd.DataFrame, rows: float, rng: np.random.Generator) -> pd.DataFrame:
    """Put so many rows on one day, at hours of their own."""
    mine = rng.choice(len(table), int(rows), replace=False)
    start = table["start"].to_numpy().copy()
    clock = start[mine] - start[mine].astype("datetime64[D]")
    start[mine] = np.datetime64("2022-04-11", "us") + clock
    return table.assign(start=start)


def end_thins(table: pd.DataFrame, left: float, rng: np.random.Generator) -> pd.DataFrame:
    """Keep a share of the rows of the last three weeks, and no time of report."""
    late = table["start"] > table["start"].max() - pd.Timedelta(days=21)
    kept = table[~late | (rng.random(len(table)) < left)]
    return kept.drop(columns="reported", errors="ignore")


def references_cut(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Cut the last two characters off a share of the references."""
    cut = rng.random(len(table)) < share
    short = table["reference"].str.slice(0, 9)
    return table.assign(reference=table["reference"].where(~cut, short))


def places_coarse(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Round a share of the places to hundreds of metres of the National Grid."""
    mine = np.flatnonzero(rng.random(len(table)) < share)
    lon, lat = (table[name].to_numpy().copy() for name in ("lon", "lat"))
    east, north = (100 * np.round(m / 100) for m in degrees_to_grid(lon[mine], lat[mine]))
    lon[mine], lat[mine] = grid_to_degrees(east, north)
    return table.assign(lon=lon, lat=lat)


def point_crowded(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Put a share of the rows at one point that is called by a name."""
    put = default_point(table, share, rng)
    named = put["location"].cat.rename_categories({"No fixed location": "Depot"})
    return put.assign(location=named)


def street_crowded(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Give a share of the rows one street, wherever they lie."""
    return table.assign(location=_some(table, share, rng, "Long Street"))


def _some(table: pd.DataFrame, share: float, rng: np.random.Generator, name: str) -> pd.Categorical:
    mine = rng.random(len(table)) < share
    return pd.Categorical(np.where(mine, name, table["location"].astype(object)))


def type_constant(table: pd.DataFrame, days: float, rng: np.random.Generator) -> pd.DataFrame:
    """Give every row of the last so many days one type."""
    del rng
    late = table["start"] > table["start"].max() - pd.Timedelta(days=days)
    return table.assign(type=pd.Categorical(table["type"].astype(object).mask(late, "Incident")))


def file_stops(table: pd.DataFrame, left: float, rng: np.random.Generator) -> pd.DataFrame:
    """Part the rows among three files; keep a share of the later rows of one."""
    of = rng.integers(0, 3, len(table))
    kept = (of > 0) | ~half_of(table).to_numpy() | (rng.random(len(table)) < left)
    names = np.array(["a.csv", "b.csv", "c.csv"], dtype=object)[of]
    return table.assign(source=pd.Categorical(names))[kept]


def channel_stops(table: pd.DataFrame, left: float, rng: np.random.Generator) -> pd.DataFrame:
    """Let rows come by four channels; keep a share of the later ones of one in seven."""
    of = rng.choice(4, len(table), p=[0.4, 0.35, 0.15, 0.1])
    kept = (of != 2) | ~half_of(table).to_numpy() | (rng.random(len(table)) < left)  # noqa: PLR2004 - online
    names = np.array(["999", "101", "online", "officer"], dtype=object)[of]
    return table.assign(channel=pd.Categorical(names))[kept]


NOWHERE = {"lon": -2.9, "lat": 53.41}
STREET: Plants = {
    "a district keeps this share": (district_falls, (0.6, 0.3, 0.0), FALLS),
    "a type keeps this share": (type_falls, (0.6, 0.3, 0.0), FALLS),
    "share of a type under a new name": (type_renamed, (0.5, 0.9, 1.0), {"values renamed"}),
    "a flag of 10 % becomes": (flag_jumps, (0.15, 0.25, 0.4), {"part starts", "part changes"}),
    "share at a default point": (default_point, (0.001, 0.005, 0.02), {"default point"}),
    "wards left out": (ground_missing, (1, 5, 20), {"uncovered ground"}),
}
# A set of points shows itself where points hold five incidents and more: whole years.
WHOLE: Plants = {
    "share of points replaced": (points_replaced, (0.3, 0.7, 1.0), {"points replaced"}),
}
TIMED: Plants = {
    "share of times at midnight": (times_unknown, (0.005, 0.05, 0.3), {"times unknown"}),
    "share of times at shift starts": (times_of_shifts, (0.005, 0.05, 0.3), {"times rounded"}),
    "share of dates turned": (dates_turned, (0.0005, 0.02, 1.0), {"dates exchanged"}),
    "days told twice": (told_twice, (1, 7, 28), {"rows repeated"}),
    "days missing": (days_missing, (1, 3, 7), {"days missing"}),
    "a district keeps this share": (district_falls, (0.6, 0.3, 0.0), FALLS),
    "rows of one moment": (moment_shared, (10, 40, 200), {"batch entry"}),
    "rows on one day": (day_crowded, (60, 200, 600), {"batch entry"}),
    "the last three weeks keep": (end_thins, (0.8, 0.5, 0.2), {"days incomplete"}),
    "share of references cut": (references_cut, (0.05, 0.3, 1.0), {"references cut"}),
    "share of places to 100 m": (places_coarse, (0.005, 0.05, 0.3), {"coordinates coarse"}),
    "share at one named point": (point_crowded, (0.002, 0.01, 0.03), {"one point"}),
    "share with one street": (street_crowded, (0.005, 0.03, 0.2), {"one street"}),
    "days of one type alone": (type_constant, (0.5, 14, 60), {"column constant"}),
    "one of three files keeps": (file_stops, (0.6, 0.3, 0.0), FALLS),
    "a channel keeps": (channel_stops, (0.6, 0.3, 0.0), FALLS),
}


def wrapped(table: pd.DataFrame) -> Incidents:
    """Return a table as incidents of one file."""
    rejected = pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in REJECTED_COLUMNS.items()}
    )
    file = SourceFile(name="made", sha256="", size=0, format="made", rows=len(table))
    return Incidents(table=table.reset_index(drop=True), rejected=rejected, files=(file,))


def codes(table: pd.DataFrame) -> set[str]:
    """Return what a table raises."""
    return {one.code for one in examine(wrapped(table), AREA, today=TODAY)}


def years(folder: Path, rng: np.random.Generator, rows: int) -> Iterator[pd.DataFrame]:
    """Yield years of street files without a missing month, thinned to some rows, for ever."""
    table = read_incidents([folder]).table
    month = table["start"].dt.to_period("M")
    held = set(month)
    whole = [m for m in sorted(held) if all(m + n in held for n in range(MONTHS))]
    while True:
        first = whole[int(rng.integers(len(whole)))]
        yield thinned(table[(month >= first) & (month < first + MONTHS)], rng, rows)


def demonstrations(path: Path, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Yield thinned demonstrations, over and over."""
    table = read_incidents([path]).table
    while True:
        yield thinned(table, rng, ROWS)


def thinned(table: pd.DataFrame, rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Return so many rows of a table, in its order."""
    kept = np.sort(rng.choice(len(table), min(rows, len(table)), replace=False))
    return table.iloc[kept].reset_index(drop=True)


def show(
    worlds: Iterator[pd.DataFrame], plants: Plants, number: int, rng: np.random.Generator
) -> None:
    """Print the share of worlds in which each planted fault is found."""
    print("| planted | size: found in |  |  |\n|---|---|---|---|")
    for name, (plant, sizes, wanted) in plants.items():
        told = []
        for size in sizes:
            found = sum(bool(codes(plant(next(worlds), size, rng)) & wanted) for _ in range(number))
            told.append(f"{size:g}: {found / number:.0%}")
        print(f"| {name} | {' | '.join(told)} |", flush=True)
    clean = [codes(next(worlds)) for _ in range(number)]
    print(
        f"| nothing | {sum(bool(one) for one in clean)} of {number} raise anything | | |",
        flush=True,
    )


def main() -> None:
    """Print both tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("demonstration", type=Path)
    asked.add_argument("--worlds", type=int, default=20)
    given = asked.parse_args()
    rng = np.random.default_rng(1)
    show(years(given.folder, rng, ROWS), STREET, given.worlds, rng)
    show(years(given.folder, rng, 10 * ROWS), WHOLE, given.worlds, rng)
    show(demonstrations(given.demonstration, rng), TIMED, given.worlds, rng)


if __name__ == "__main__":
    main()
