"""How the first rows of a table would be read under a mapping, while a person still chooses.

The guarded child has already turned the file into a few short texts; they are written out as a
plain CSV and read as any CSV is, so the preview can say nothing that reading will not do.
"""

import csv
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from mapper.app.data.intake import UnknownForm
from mapper.app.shell.words import notice
from mapper.base.errors import AmbiguousDatesError, MapperError
from mapper.base.text import count
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.read import read_incidents
from mapper.incidents.table import Incidents

ROWS = 20
_EPSG = re.compile(r"(?i)EPSG:\d{4,6}")
_PLACED = ({"easting", "northing"}, {"longitude", "latitude"}, {"x", "y"})


@dataclass(frozen=True, eq=False)
class RowPreview:
    """The first rows as they would be read."""

    table: pd.DataFrame  # row, what became of it, when, where, what, the street
    accepted: int
    rejected: int


def preview_of(form: UnknownForm, mapping: ColumnMapping) -> RowPreview:
    """Return the first rows of a table as they would be read.

    Raises
    ------
    MapperError
        Whatever reading the file would be refused with.
    """
    with tempfile.TemporaryDirectory(prefix="mapper-preview-") as folder:
        path = Path(folder) / "sample.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(form.header)
            width = len(form.header)
            rows.writerows((*one, *[""] * width)[:width] for one in form.sample[:ROWS])
        return _told(read_incidents([path], mapping=mapping))


def _told(found: Incidents) -> RowPreview:
    """Return accepted and rejected rows in the order of the file."""
    read = found.table
    good = pd.DataFrame(
        {
            "Row": read["row"].to_numpy(),
            "Read as": "an incident",
            "When": read["start"].dt.strftime("%d %b %Y %H:%M"),
            "Where": [
                f"{lat:.5f}, {lon:.5f}" for lat, lon in zip(read["lat"], read["lon"], strict=True)
            ],
            "Type": read["type"].astype("str"),
            "Street or place": read["location"].astype("str") if "location" in read else "",
        }
    )
    lost = found.rejected
    bad = pd.DataFrame(
        {
            "Row": lost["row"].to_numpy(),
            "Read as": [f"rejected: {why}" for why in lost["reason"]],
            "When": "",
            "Where": "",
            "Type": "",
            "Street or place": "",
        }
    )
    whole = pd.concat([good, bad]).sort_values("Row", kind="stable", ignore_index=True)
    return RowPreview(whole, len(good), len(bad))


def show_preview(form: UnknownForm, mapping: ColumnMapping) -> None:
    """Show the first rows as they would be read with what is chosen now."""
    if form.located and not any(pair <= set(mapping.columns) for pair in _PLACED):
        st.caption("Coordinates come from the file's own geometry; press Read to see every row.")
        return
    if mapping.crs and not _EPSG.fullmatch(mapping.crs):  # parsed in the guarded child alone
        st.caption("A preview needs the reference system as a number, such as EPSG:27700.")
        return
    try:
        found = preview_of(form, mapping)
    except AmbiguousDatesError:
        notice(
            "These rows do not tell whether a date is day first or month first. Choose the order"
            " above, unless later rows of the file tell.",
            kind="look",
        )
        return
    except MapperError as error:
        notice(str(error).replace("sample.csv", form.name), kind="look")
        return
    refused = f", {found.rejected:,} would be rejected" if found.rejected else ""
    st.caption(f"With these columns: {count(found.accepted, 'row')} of the first"
               f" {found.accepted + found.rejected:,} would be read{refused}.")  # fmt: skip
    st.dataframe(
        found.table,
        hide_index=True,
        height=min(3 + 33 * (1 + len(found.table)), 260),
        key="mapping preview",
        alt="The first rows as they would be read",
    )
