"""A release as an Excel workbook: marked, typed, text always text.

Sheets: About (marking, question, dates, caveats), Hot spots, Cells, Fields. The marking is in the
first row of every sheet and in its printed header and footer.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from math import isinf
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.base.lazy import Lazy
from mapper.base.text import straight_text
from mapper.disclosure.release import AnyRelease, Release, is_release
from mapper.outputs.exports.fields import FIELD_COLUMNS, dictionary_rows
from mapper.outputs.manifest import said_of

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet
else:
    xlsxwriter = Lazy("xlsxwriter")

# Fixed, so that the same release gives the same bytes; the manifest tells when it was made.
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - workbooks know no time zones
_MOST_TEXT = 32_767  # characters in one cell of a workbook
_FORMATS = {
    "q": "0.00E+00",
    "p": "0.00E+00",
    "z": "0.00",
    "lon": "0.000000",
    "lat": "0.000000",
    "area_km2": "0.000",
    "expected": "0.00",
    "excess": "0.00",
    "ratio": "0.00",
    "residents": "#,##0",
}
_HEADER_ROW = 2  # the marking stands above it


def workbook(release: Release) -> bytes:
    """Return a map as XLSX, with sheets About, Hot spots, Cells and Fields."""
    fields = pd.DataFrame(dictionary_rows(release), columns=list(FIELD_COLUMNS))
    sheets = {"Hot spots": release.hotspots, "Cells": release.cells, "Fields": fields}
    return book_of(release, said_of(release), sheets)


def book_of(
    release: AnyRelease, said: Mapping[str, object], sheets: Mapping[str, pd.DataFrame]
) -> bytes:
    """Return tables of a release as XLSX; no text in it is ever computed or opened as a link.

    Parameters
    ----------
    said
        What the sheet About tells.
    sheets
        The other sheets by name.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {
                "title": is_release(release, AnyRelease).title,
                "keywords": f"{release.marking}; audience: {release.audience}",
                "comments": f"Release {release.digest}",
                "created": MADE,
            }
        )
        write_about(book, said, release.marking)
        for name, table in sheets.items():
            write_table(book, name, table, release.marking)
    return file.getvalue()


def new_sheet(book: "Workbook", name: str, marking: str) -> "Worksheet":
    """Return a new sheet with the marking in its first row and on its printed pages."""
    sheet = book.add_worksheet(name)
    sheet.set_header(f"&C&B{marking}")
    sheet.set_footer(f"&C&B{marking}&RPage &P of &N")
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, marking, book.add_format({"bold": True, "font_size": 12}))
    return sheet


def write_about(book: "Workbook", said: Mapping[str, Any], marking: str) -> None:
    """Write what a release says of itself."""
    sheet = new_sheet(book, "About", marking)
    bold = book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18, bold)
    sheet.set_column(1, 1, 110, wrap)
    for row, (name, value) in enumerate(said.items(), start=_HEADER_ROW):
        words = "\n".join(value) if isinstance(value, list) else str(value)
        sheet.write_string(row, 0, name.replace("_", " ").capitalize())
        sheet.write_string(row, 1, straight_text(words[:_MOST_TEXT]))


def write_table(book: "Workbook", name: str, table: pd.DataFrame, marking: str) -> None:
    """Write a table with a frozen header, filters and typed columns."""
    sheet = new_sheet(book, name, marking)
    head = book.add_format({"bold": True, "bottom": 1})
    for at, column in enumerate(table.columns):
        sheet.write_string(_HEADER_ROW, at, str(column), head)
        shown = book.add_format({"num_format": _FORMATS.get(str(column), "General")})
        widest = max([len(str(column)), *table[column].astype(str).head(200).str.len()])
        sheet.set_column(at, at, min(max(widest + 1, 8), 60), shown)
        for row, value in enumerate(table[column].tolist(), start=_HEADER_ROW + 1):
            _write(sheet, row, at, value)
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    if len(table.columns):
        sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + len(table), len(table.columns) - 1)


def _write(sheet: "Worksheet", row: int, column: int, value: Any) -> None:
    """Write one value by its type; a missing one leaves the cell empty."""
    if isinstance(value, str):
        sheet.write_string(row, column, straight_text(value[:_MOST_TEXT]))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, date):
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, float) and isinf(value):
        sheet.write_string(row, column, "infinite" if value > 0 else "-infinite")
    elif not pd.isna(value):
        sheet.write_number(row, column, value)
