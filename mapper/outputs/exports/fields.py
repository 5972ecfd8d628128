"""The dictionary of fields: what each column means, and its unit."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.disclosure.release import Release, is_release
from mapper.outputs.tables import csv_bytes

# Column -> (what it means, unit).
FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rank": ("Place in the list, most incidents first", ""),
        "hotspot_id": ("Id of the hot spot; the same place keeps it from run to run", ""),
        "name": ("Name of the hot spot: ward, and street where the data has one", ""),
        "district": ("District that holds the cell or most of the hot spot", ""),
        "ward": ("Ward that holds the cell or most of the hot spot", ""),
        "cells": ("Number of touching H3 cells that make up the hot spot", "cells"),
        "area_km2": ("Area of the hot spot", "square kilometres"),
        "incidents": ("Incidents that count under the lens, not weighted", "incidents"),
        "expected": ("Incidents there if they were spread evenly over all cells", "incidents"),
        "excess": ("Incidents more than expected", "incidents"),
        "ratio": ("Incidents as a multiple of those expected", ""),
        "q": ("Share of finds as strong as this that chance alone would make", "0 to 1"),
        "lon": ("Longitude of the middle", "degrees, WGS 84"),
        "lat": ("Latitude of the middle", "degrees, WGS 84"),
        "reason": ("Why the place is on the list, in one sentence", ""),
        "cell": ("H3 index of the cell", ""),
        "hex_id": ("The same, under the name that kepler.gl looks for", ""),
        "residents": ("People who live in the cell, by area weighting", "people"),
        "count": ("Weighted incidents in the cell", "score"),
        "ring_count": ("Weighted incidents in its neighbours inside the study area", "score"),
        "disc_count": ("Weighted incidents in the cell and its neighbours", "score"),
        "neighbours": ("Neighbouring cells inside the study area", "cells"),
        "z": ("Gi* of the chosen score, closed form", "standard deviations"),
        "p": ("Exact permutation p; 1e-12 stands for below 1e-12", "0 to 1"),
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
