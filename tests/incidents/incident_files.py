"""Making files for the tests of reading."""

import csv
import io
from datetime import date

from mapper.incidents.read import read_incidents

TODAY = date(2026, 6, 30)
POLICE_UK = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]
EXTRACT = ["reference", "from_at", "to_at", "easting", "northing", "incident_type", "knife"]
GOOD = ["R1", "2026-03-02 14:05", "", "334567", "390123", "Robbery", "yes"]


def csv_text(rows, *, delimiter=",", end="\r\n"):
    """Rows as delimited text."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue()


def write_csv(path, rows, *, encoding="utf-8", **style):
    """Write rows as delimited text and return the path."""
    path.write_bytes(csv_text(rows, **style).encode(encoding))
    return path


def extract(*rows, header=EXTRACT):
    """A header and rows, each given as the changes it makes to a good row."""
    made = []
    for number, changes in enumerate(rows, start=1):
        row = dict(zip(EXTRACT, GOOD, strict=True)) | {"reference": f"R{number}"} | changes
        made.append([row.get(name, "") for name in header])
    return [list(header), *made]


def read(*paths, **choices):
    """Read with the tests' own today."""
    return read_incidents(paths, today=choices.pop("today", TODAY), **choices)


def reasons(incidents):
    """Rejected rows as (row, reason, field)."""
    return list(incidents.rejected[["row", "reason", "field"]].itertuples(index=False, name=None))
