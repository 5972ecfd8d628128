"""Police.uk files with everything that slices could get wrong, made by a seed."""

import csv
from copy import deepcopy

import numpy as np

from tests.small_extract import HEADER

POINTS = 400
TYPES = (
    "Drugs",
    "Burglary",
    "Violence and sexual offences",
    "Anti-social behaviour",
    "Robery",  # near a name that lenses know
)
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]


_DRAWN = {}  # by what they are drawn from: dozens of tests begin with the same ones


class StreetRows:
    """Rows of police.uk files, to be changed by a test before they are written."""

    def __init__(self, rows=6_000, seed=3, months=MONTHS):
        key = rows, seed, tuple(months)
        if key not in _DRAWN:
            self._draw(*key)
            _DRAWN[key] = deepcopy(vars(self))
        kept = _DRAWN[key]
        self.drawn = deepcopy(kept["drawn"])
        self.lon, self.lat = kept["lon"].copy(), kept["lat"].copy()
        self.rows = [list(row) for row in kept["rows"]]

    def _draw(self, rows, seed, months):
        self.drawn = np.random.default_rng(seed)
        self.lon = np.round(self.drawn.normal(-2.95, 0.05, POINTS), 6)
        self.lat = np.round(self.drawn.normal(53.42, 0.04, POINTS), 6)
        month = np.sort(self.drawn.integers(0, len(months), rows))
        self.rows = [self._row(months[one], number) for number, one in enumerate(month.tolist())]

    def _row(self, month, number):
        point = int(min(POINTS - 1, self.drawn.pareto(1.0) * 20))
        kind = TYPES[number % len(TYPES)]
        return self.row(point, month, kind, f"On or near Street {point}")

    def row(self, point, month, kind, street):
        """One row at a point."""
        named = "" if kind.startswith("Anti") else self.drawn.bytes(32).hex()
        place = [f"{self.lon[point]:.6f}", f"{self.lat[point]:.6f}", street]
        return [named, month, "A", "A", *place, "E01", "Place", kind, "", ""]

    def write(self, *paths):
        """Write the rows into as many files as there are paths, in turn."""
        size = -(-len(self.rows) // len(paths))
        for number, path in enumerate(paths):
            with path.open("w", newline="") as file:
                mine = self.rows[number * size : (number + 1) * size]
                csv.writer(file).writerows([HEADER, *mine])
        return [*paths]


def with_faults(made):
    """Spoil rows: repeats, some of which differ; no place; later than today; blank and short."""
    rows = made.rows
    for number in range(60):
        again = list(rows[100 + number])
        if not number % 3:
            again[9] = "Drugs"
        rows.insert(2_000 + number * 17, again)
    for row in rows[500:520]:
        row[4] = ""
    rows[520][4] = rows[520][5] = "0"
    for row in rows[700:705]:
        row[1] = "2099-01"
    rows[900][1], rows[901][1] = "", "rubbish"
    rows.insert(1_000, ["too", "few"])
    rows.insert(1_500, [])
    rows.append(["Total", "6000"])
    return made


def with_steps(made):
    """Let one type stop, and others take its place."""
    for row in made.rows[len(made.rows) * 2 // 3 :]:
        row[9] = "Drugs" if row[9] == "Burglary" else row[9]
    return made


def with_desks(made):
    """Put many incidents at a police station, at points of no known place and of many labels."""
    for number, row in enumerate(made.rows):
        if not number % 20:
            row[4:7] = [f"{made.lon[1]:.6f}", f"{made.lat[1]:.6f}", "On or near Police Station"]
        elif not number % 21:
            row[4:7] = ["-2.951234", "53.421234", "No fixed address"]
        elif not number % 23:
            row[4:7] = ["-2.941234", "53.411234", f"On or near Lane {number % 90}"]
    return made


def with_other_points(made):
    """Move every point from one month on."""
    for row in made.rows[len(made.rows) // 2 :]:
        row[4] = f"{float(row[4]) + 0.000311:.6f}"
    return made


def with_a_street_all_over(made):
    """Write one street on incidents anywhere."""
    for row in made.rows[::2]:
        row[6] = "On or near Long Road"
    return made


def with_missing_months(made):
    """Leave two months out."""
    made.rows = [row for row in made.rows if row[1] not in {"2023-06", "2023-07"}]
    return made


def with_other_points_after_a_gap(made):
    """Leave one month alone of the first year, and move every point of the second."""
    made.rows = [row for row in made.rows if row[1] == "2023-06" or row[1] >= "2024"]
    for row in made.rows:
        if row[1] >= "2024":
            row[4] = f"{float(row[4]) + 0.000311:.6f}"
    return made
