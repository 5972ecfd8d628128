"""The dictionary of fields: what each column means, and its unit."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.disclosure.release import Release, is_release
from mapper.outputs.tables import csv_bytes

# Column -> (what it means, unit).
FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rank": ("Place in the list, largest excess first", ""),
        "hotspot_id": ("Id of the hot spot; the same place keeps it from run to run", ""),
        "name": ("Name of the place: ward, and its two or three main streets where known", ""),
        "district": ("District that holds the cell or most of the hot spot", ""),
        "ward": ("Ward that holds the cell or most of the hot spot", ""),
        "streets": ("Two or three streets that hold most, with their incidents", "incidents"),
        "cells": ("Number of touching H3 cells that make up the hot spot", "cells"),
        "area_km2": ("Area of the hot spot", "square kilometres"),
        "incidents": ("Incidents that count under the lens, not weighted", "incidents"),
        "expected": (
            "Incidents that the standard of the question puts there (see reason)",
            "incidents",
        ),
        "excess": ("Incidents more than expected", "incidents"),
        "ratio": ("Incidents as a multiple of those expected", ""),
        "q": (
            "Of a place: share of false ones among those listed down to it; of a cell: of p",
            "0 to 1",
        ),
        "busiest": (
            "Its three to five busiest cells: incidents and share of the place",
            "incidents",
        ),
        "region": ("Id of the connected significant cells it was cut from", ""),
        "region_places": ("Places cut from that region", "places"),
        "region_km2": ("Area of that region", "square kilometres"),
        "lon": ("Longitude of the middle", "degrees, WGS 84"),
        "lat": ("Latitude of the middle", "degrees, WGS 84"),
        "reason": ("Why the place is on the list, in one sentence", ""),
        "cell": ("H3 index of the cell", ""),
        "hex_id": ("The same, under the name that kepler.gl looks for", ""),
        "residents": ("People who live in the cell, by area weighting", "people"),
        "disc_incidents": ("Incidents in the cell and its neighbours, not weighted", "incidents"),
        "score": ("Incidents in the cell, each with its weight under the lens", "score"),
        "disc_score": ("Score of the cell and its neighbours", "score"),
        "neighbours": ("Neighbouring cells inside the study area", "cells"),
        "z": (
            "Unusual: excess of the disc; concentrated: Gi* of the chosen score",
            "standard deviations",
        ),
        "p": ("Exact p of the cell, or of the cell with its ring; 1e-12: below 1e-12", "0 to 1"),
        "hot": ("Whether the cell is part of a hot spot", "yes or no"),
        "shown": ("How the count is printed: none, hidden when small, rounded, or withheld", ""),
        "number": ("Place in the list, by printed counts", ""),
        "cells_hidden": ("Cells of the place whose counts are not printed", "cells"),
        "evidence": ("How sure it is that the place is more than chance: a class", ""),
    }
)


FIELD_COLUMNS = ("table", "field", "type", "meaning", "unit")


def meaning_of(column: str) -> tuple[str, str]:
    """Return what a column means and its unit; its own words where it is not in the table."""
    return FIELDS.get(column, (column.replace("_", " ").capitalize(), ""))


def dictionary_rows(release: Release) -> list[tuple[str, str, str, str, str]]:
    """Return table, field, type, meaning and unit of every column of a release."""
    tables = {"hot spots": is_release(release).hotspots, "cells": release.cells}
    return [
        (name, column, str(table[column].dtype), *meaning_of(column))
        for name, table in tables.items()
        for column in table.columns
    ]


def field_dictionary(release: Release) -> bytes:
    """Return the dictionary of fields as CSV."""
    return csv_bytes(FIELD_COLUMNS, dictionary_rows(release))
