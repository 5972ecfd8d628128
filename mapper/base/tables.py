"""Column contracts: the names, meanings and types of every table that crosses a module border.

Each contract is a mapping from column name to pandas dtype (``category`` where values repeat).
Tables are checked where they are made (:func:`check_columns`); past that point they are trusted.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a child process that reads one file starts without it
    import pandas as pd

# One row per accepted incident. Times are Europe/London wall-clock times without an offset.
# ``start`` is when it happened, or the earliest it can have; ``end`` the latest (exclusive for
# months and days), missing where the file gives one moment only.
INCIDENT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "reference": "str",  # the force's own reference, missing where the file has none
        "source": "category",  # file name
        "row": "int32",  # record number in that file; the header is 1, as a spreadsheet shows it
        "start": "datetime64[us]",
        "end": "datetime64[us]",
        "precision": "category",  # minute, day or month: how finely the file knows the time
        "lon": "float64",  # degrees east, WGS 84
        "lat": "float64",  # degrees north, WGS 84
        "type": "category",  # incident or crime type, in the file's words
    }
)

# Present only where the file carries them: a lens that needs one that is absent is refused in
# words, never read as all "no".
OPTIONAL_INCIDENT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "reported": "datetime64[us]",
        "channel": "category",  # how it came to be recorded: 999, 101, online, officer
        "crime_code": "category",  # Home Office offence code
        "crime": "bool",  # recorded as a crime (most demand is not)
        "location": "category",  # location text or street label: free text
        "location_type": "category",
        "uprn": "str",  # Unique Property Reference Number
        "outcome": "category",
        "domestic_abuse": "bool",
        "risk_grade": "category",  # standard, medium, high
        "child_at_address": "bool",
        "baby_at_address": "bool",  # a child under 1
        "repeat_victim": "bool",
        "exploitation": "bool",
        "county_line": "bool",
        "cuckooing": "bool",
        "missing": "bool",
        "missing_child": "bool",  # the missing person is under 18
        "knife": "bool",
        "young_person": "bool",  # a person aged 10 to 17 is involved
        "travel_hub": "bool",  # at a station, coach stop or services
        "drugs": "bool",
        "alcohol": "bool",  # alcohol played a part
        "mental_health": "bool",  # mental ill health played a part
        "organised_crime": "bool",
        "proactive": "bool",  # police-generated: stop and search, proactive possession
        "missing_from": "category",  # place the person went missing from: free text
        "found_place": "category",  # free text
        "found_lon": "float64",
        "found_lat": "float64",
    }
)

FLAG_COLUMNS = tuple(name for name, dtype in OPTIONAL_INCIDENT_COLUMNS.items() if dtype == "bool")

# One row per row that was read and not accepted.
REJECTED_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "source": "str",
        "row": "int64",
        "reason": "str",  # plain words; the fixed list is incidents.check.REASONS
        "field": "str",  # the column at fault in the file's own words, or empty
        "original": "str",  # the row as read, as one line of comma-separated text
    }
)

# One row per cell of the study area, sorted by cell; at any resolution.
_FIRST_LINES = 16
MOST_COLUMNS = 2_000  # of any table of text that is read; real ones have some dozens


def is_too_wide(table: bytes) -> bool:
    """Tell whether comma-separated text begins with lines of more columns than any table has.

    Columns come from the header, and from the first record where that is longer.
    """
    lines = table.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n", _FIRST_LINES)[:_FIRST_LINES]
    return any(line.count(b",") >= MOST_COLUMNS for line in lines)


STUDY_AREA_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "cell": "uint64",
        "district": "category",
        "ward": "category",
        "lsoa": "category",
        "residents": "float64",  # by area weighting, totals kept; missing if unknown
        "residents_10_17": "float64",  # the same
        "deprivation_decile": "float64",  # 1 is the most deprived tenth; missing where unknown
        "area_km2": "float64",
    }
)

# cells.parquet: one row per cell of the study area. A contract with everything outside.
CELL_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "cell": "str",  # H3 index as a string
        "district": "category",
        "ward": "category",
        "residents": "float64",
        "incidents": "int64",  # that count under the lens, never weighted
        "disc_incidents": "int64",  # of the cell and its ring inside the study area
        "score": "int64",  # each incident with its weight under the lens
        "disc_score": "int64",  # of the cell and its ring inside the study area
        "neighbours": "int64",
        "z": "float64",  # Gi* on the chosen score, or the excess of the disc over its deviation
        "p": "float64",  # exact; 1e-12 stands for "below 1e-12"; missing for an isolated cell
        "q": "float64",
        "hot": "bool",
        "hotspot_id": "str",  # empty where the cell is in no hot spot
        "region": "str",  # id of the connected significant cells it lies in; empty for none
    }
)

# hotspots.csv: one row per hot spot, best rank first. A contract with everything outside.
HOTSPOT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "rank": "int64",
        "hotspot_id": "str",
        "name": "str",
        "district": "str",
        "ward": "str",
        "streets": "str",  # two or three, with their incidents; empty where the data has none
        "cells": "int64",
        "area_km2": "float64",
        "incidents": "int64",  # incidents, not weighted
        "expected": "float64",  # what the standard of the question puts there
        "excess": "float64",
        "ratio": "float64",
        "q": "float64",  # expected share of false ones among the places down to this
        "busiest": "str",  # three to five cells, with incidents and share
        "region": "str",  # id of the connected significant cells it was cut from
        "region_places": "int64",  # hot spots cut from that region
        "region_km2": "float64",
        "lon": "float64",
        "lat": "float64",
        "reason": "str",
    }
)

# Names of streets on a map, one row per street and cell; the operational audience alone gets them.
STREET_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "street": "str",
        "cell": "str",  # H3 index as a string
        "lon": "float64",  # of the middle of its incidents in the cell
        "lat": "float64",
    }
)

# What audiences other than the operational one get (mapper.disclosure.partner_tables). A count is
# missing where it is hidden or withheld; ``shown`` says in words how it is printed.
PARTNER_CELL_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "cell": "str",
        "district": "category",
        "ward": "category",
        "residents": "float64",
        "incidents": "Int64",  # rounded; never weighted
        "shown": "category",  # none, "fewer than 5", rounded, withheld, by district only
        "hot": "bool",  # worked out from printed counts alone
        "hotspot_id": "str",
    }
)

PARTNER_HOTSPOT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "number": "int64",  # place in the list, by printed counts
        "hotspot_id": "str",
        "name": "str",
        "district": "str",
        "ward": "str",
        "cells": "int64",
        "area_km2": "float64",
        "incidents": "Int64",  # sum of its rounded counts; missing where none is printed
        "cells_hidden": "int64",  # of its cells, those whose count is not in the sum
        "evidence": "str",  # very strong, strong or clear: classes of q
        "busiest": "str",  # of its cells whose counts are printed, with rounded incidents
        "region": "str",
        "region_places": "int64",
        "region_km2": "float64",
        "lon": "float64",
        "lat": "float64",
        "reason": "str",
    }
)

PARTNER_DISTRICT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "district": "str",
        "incidents": "Int64",  # sum of rounded counts, or the district's own count, rounded
        "shown": "str",
        "cells_hidden": "int64",
    }
)


def check_columns(
    table: "pd.DataFrame", contract: Mapping[str, str], *, name: str
) -> "pd.DataFrame":
    """Return ``table`` with exactly the contract's columns, in its order.

    Raises
    ------
    ValueError
        Naming every missing column and every column of another type: a fault in this program,
        not in a user's file.
    """
    require_columns(table, contract, name=name)
    return table[list(contract)]


def require_columns(table: "pd.DataFrame", contract: Mapping[str, str], *, name: str) -> None:
    """Refuse a table that breaks a contract, without making one of exactly its columns.

    Raises
    ------
    ValueError
        As :func:`check_columns`.
    """
    missing = [column for column in contract if column not in table.columns]
    wrong = [
        f"{column} is {table[column].dtype}, not {dtype}"
        for column, dtype in contract.items()
        if column in table.columns and table[column].dtype != dtype
    ]
    if missing or wrong:
        raise ValueError(f"{name}: missing {missing}; wrong type {wrong}")
