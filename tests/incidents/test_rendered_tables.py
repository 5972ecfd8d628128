"""A table written in any mixture of the ways that systems have reads back to the same incidents.

Each table is a list of known incidents, rendered by a random choice of each kind: order of dates
and form of the clock, separators of fields and numbers, degrees or metres or a grid reference,
titles and totals, spellings of flags, names of columns, sheets, packing. Read (with the mapping
that mapper itself suggests and, where it asks, the order of day and month), it must give the same
incidents, or stop in words that name the cause. No third outcome.
"""

import csv
import datetime as dt
import gzip
import io
import random
import re

import numpy as np
import openpyxl
import pytest

from mapper.base.errors import AmbiguousDatesError, InputError, MapperError
from mapper.incidents.coordinates import grid_to_degrees
from mapper.incidents.mapping import ColumnMapping, load_mapping
from tests.incidents.incident_files import read

COUNTS = [15, pytest.param(2_000, marks=pytest.mark.soak)]
DATES = [
    "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%Y-%m-%d", "%d %b %Y", "%d %B, %Y", "%d-%b-%y", "%Y%m%d",
    "%a %d/%m/%Y", "%m/%d/%Y", "%B %d, %Y", "%dth %B %Y",
]  # fmt: skip
CLOCKS = ["%H:%M", "%H:%M:%S", "%H%M", "%H.%M", "%H:%M hrs", "%H%Mhrs", "%I:%M %p", "%I.%M%p"]
JOINTS = [" ", " at ", "  ", None]  # None: a column of its own
WHOLE = [
    "%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S", "%d-%b-%y %I.%M.%S.000000 %p", "%b %d %Y %I:%M%p",
    "serial", "epoch", "epoch ms", "utc",
]  # fmt: skip
PLACES = ["metres", "thousands", "spaces", "degrees", "comma", "swapped names", "both", "grid"]
FLAGS = [("Yes", "No"), ("Y", "N"), ("1", "0"), ("-1", "0"), ("Yes - Confirmed", "No - Other"),
         ("DA", ""), ("TRUE", "FALSE"), ("\u2713", "\u2717")]  # fmt: skip
TITLES = [[], [["OFFICIAL-SENSITIVE"]], [["Monthly extract"], []], [["Printed by", "K"], [], []]]
TOTALS = [[], [["Total", "", "", "25"]], [["End of report"]]]
NAMES = [
    ["Crime Ref No", "Date", "Time", "Easting", "Northing", "Offence", "DA"],
    ["URN", "Incident Date", "Incident Time", "X Coord", "Y Coord", "Type", "Domestic Abuse"],
    ["Log Number", "Start Date", "Start Time", "Grid E", "Grid N", "Category", "DA Flag"],
    ["Occurrence No", "Date Committed From", "Time Committed From", "E", "N", "Class", "Domestic"],
    ["Id", "When", "Clock time", "Map 1", "Map 2", "Crime Type", "DV"],
]  # fmt: skip
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SIZE = 25


def incidents(lot):
    """Reference, time, easting, northing, type and flag of some incidents around Liverpool."""
    first = dt.datetime(2025, 4, 1)  # noqa: DTZ001 - wall-clock time
    return [
        (
            f"R{n:05}",
            first + dt.timedelta(minutes=lot.randrange(1, 60 * 24 * 180)),
            lot.randrange(333_000, 339_000),
            lot.randrange(388_000, 394_000),
            lot.choice(["Burglary", "Robbery", "Drugs"]),
            lot.random() < 0.5,
        )
        for n in range(SIZE)
    ]


def render_time(moment, way, clock, joint):
    """A time in one or two cells."""
    if way == "serial":
        days = moment - dt.datetime(1899, 12, 30)  # noqa: DTZ001
        return [f"{days.total_seconds() / 86_400:.5f}"]
    if way in ("epoch", "epoch ms", "utc"):
        utc = moment - dt.timedelta(hours=1)  # all lie in summer time
        if way == "utc":
            return [f"{utc:%Y-%m-%dT%H:%M:%SZ}"]
        seconds = int((utc.replace(tzinfo=dt.UTC) - EPOCH).total_seconds())
        return [str(seconds * (1000 if way == "epoch ms" else 1))]
    if way in WHOLE:
        return [moment.strftime(way)]
    parts = [moment.strftime(way), moment.strftime(clock)]
    return parts if joint is None else [joint.join(parts)]


def render_place(east, north, way):
    """A place in one or two cells."""
    if way in ("degrees", "comma", "both"):
        lon, lat = (
            float(held[0])
            for held in grid_to_degrees(np.array([east * 1.0]), np.array([north * 1.0]))
        )
        cells = [f"{lon:.6f}", f"{lat:.6f}"]
        if way == "both":
            return [f"{lat:.6f}, {lon:.6f}"]
        return [cell.replace(".", ",") for cell in cells] if way == "comma" else cells
    if way == "grid":
        return [f"SJ {east - 300_000:05} {north - 300_000:05}"]
    marks = {
        "thousands": f"{east:,} {north:,}".split(),
        "spaces": [f"{v:,}".replace(",", " ") for v in (east, north)],
    }
    return marks.get(way, [str(east), str(north)])


def render(lot, folder):
    """Known incidents and the file that tells them, with what was chosen."""
    told = incidents(lot)
    way = lot.choice(DATES + WHOLE)
    joint = None if way in WHOLE else lot.choice(JOINTS)
    clock, place, flags, names = (lot.choice(held) for held in (CLOCKS, PLACES, FLAGS, NAMES))
    split = way not in WHOLE and joint is None
    one_place = place in ("both", "grid")
    header = [names[0], names[1], *names[2:3] * split]
    header += (["Place"] if one_place else names[3:5]) + names[5:]
    rows = [
        [
            ref, *render_time(when, way, clock, joint), *render_place(east, north, place), kind,
            flags[0] if flag else flags[1],
        ]
        for ref, when, east, north, kind, flag in told
    ]  # fmt: skip
    table = [*lot.choice(TITLES), header, *rows, *lot.choice(TOTALS)]
    path = write_table(lot, folder, table)
    return told, path, (way, clock, joint, place, flags, names, path.name)


def write_table(lot, folder, table):
    """Write a table as a text of some separator, packed or not, or as a workbook."""
    form = lot.choice(["csv", "csv", "csv", "xlsx", "gz"])
    if form == "xlsx" and lot.random() < 0.8:
        form = "csv"
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row in table:
            book.active.append(row)
        book.save(folder / "a.xlsx")
        return folder / "a.xlsx"
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=lot.choice(",;\t|")).writerows(table)
    data = stream.getvalue().encode(lot.choice(["utf-8", "utf-8-sig", "utf-16"]))
    path = folder / ("a.csv.gz" if form == "gz" else "a.csv")
    path.write_bytes(gzip.compress(data) if form == "gz" else data)
    return path


def read_with_answers(path, folder, way):
    """Read as a person would: the suggested mapping taken, the order of dates answered."""
    mapping = None
    for _ in range(3):
        try:
            return read(path, mapping=mapping)
        except AmbiguousDatesError:
            order = "month-first" if way.startswith("%m/") else "day-first"
            columns = mapping.columns if mapping else {}
            mapping = ColumnMapping(columns, date_order=order)
        except InputError as error:
            offered = re.search(r"give the file as mapping:\n\n(.*)", str(error), re.DOTALL)
            if offered is None or mapping is not None:
                raise
            (folder / "mapping.toml").write_text(offered.group(1), encoding="utf-8")
            mapping = load_mapping(folder / "mapping.toml")
    raise AssertionError("asked more than twice")


def compare(found, told, chosen):
    """The same incidents, each once: a row that was not read is a fault."""
    table = found.table.set_index("reference")
    assert len(found.table) == len(told), (chosen, found.rejected.head(3).to_dict("records"))
    metres = np.array([row[2:4] for row in told], dtype=float)
    lon, lat = grid_to_degrees(metres[:, 0], metres[:, 1])
    for n, (ref, when, _, _, kind, flag) in enumerate(told):
        row = table.loc[ref]
        assert abs((row["start"] - when).total_seconds()) < 60, (chosen, row["start"], when)
        assert abs(row["lon"] - lon[n]) < 2e-5, chosen
        assert abs(row["lat"] - lat[n]) < 2e-5, chosen
        assert row["type"] == kind, chosen
        assert bool(row["domestic_abuse"]) == flag, chosen


@pytest.mark.parametrize("count", COUNTS)
def test_a_rendered_table_reads_back_to_the_same_incidents_or_stops(tmp_path, count, here):
    stopped = []
    for seed in range(count):
        lot = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        told, path, chosen = render(lot, folder)
        try:
            found = read_with_answers(path, folder, chosen[0])
        except MapperError as error:
            stopped.append((seed, chosen, str(error)[:200]))
            continue
        compare(found, told, (seed, *chosen))
    # Nearly all are read: a reader that stops at everything would be right and useless.
    assert len(stopped) <= count * 0.05, stopped[:5]
