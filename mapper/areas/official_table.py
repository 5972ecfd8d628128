"""Tables of statistics offices as they publish them: found in the sheet, cleaned, recognised.

CSV or a workbook. Above the header may stand titles and notes, below the rows a total or a source:
the header is the first row with a heading of an area code, or the row above the first area code,
and a row is kept only where its area is coded as most of them are. Of several sheets of a workbook
the one is read that says most, the latest by name of equals. Thousands separators are taken out;
what an office withholds (``[c]``, ``*``, ``-`` and the like) is missing, and counted. Of several
rows for each area the latest year and both sexes together are kept; rows by age become columns.
"""

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import python_calamine

from mapper.base.errors import AreaError
from mapper.base.files import open_regular, read_regular
from mapper.base.text import count
from mapper.base.types import Flags
from mapper.grid.area_weighting import name_key

MAX_BYTES = 200_000_000  # England and Wales by single years of age: a tenth of it
MAX_CELLS = 40_000_000  # of a workbook
MAX_HEADER_BYTES = 100_000
# Codes of small areas: England and Wales (LSOA), Scotland (data zone), Northern Ireland.
# Nomis writes the name behind: "E01006500 : Liverpool 001A".
_CODES = re.compile(
    r"([EWSN]\d{8}|95[A-Z]{2}\d{2}[A-Z]\d?)(?:\s*:\s*\S.*)?", re.IGNORECASE | re.ASCII
)
_CODE_HEADINGS = (
    r"(lsoa|datazone|dz|smallarea|soa|superoutputarea).*(cd|code)\d*",
    r"(datazone|dz|smallarea|sa)\d*",
    r"(sdz|superdatazone).*(cd|code)\d*",
    r"(wd|ward|lad|la|ltla|district)\d*(cd|code)\d*",
    r"(geography|area|small)?(cd|code)",
)
_WITHHELD = re.compile(r"\[?[a-z]\]?|[*.:\-\u2013\u2014#]{1,3}|n/?a", re.IGNORECASE)
# Headings of columns by which a table has several rows for each area.
_YEAR, _SEX, _AGE = r"(mid)?year|date(code)?|period", r"(sex|gender)\w*", r"age\w*"
_VALUE = r"value|mye|obs(ervation|value)?|count|persons|population"
_ALL = r"all(persons|people|ages)?|persons|total|both(sexes)?"
_ONE_AGE = r"^(?:[Aa]ged? )?(?:under )?(\d{1,3})\+?(?: years?)?(?: (?:and|or) over)?$"
_TITLES = 60  # rows looked through for the header


@dataclass(frozen=True, eq=False)
class OfficialTable:
    """Rows by area code, every value text, and what was left out."""

    name: str  # file name, with the sheet of a workbook
    code: str  # heading of the codes
    rows: pd.DataFrame  # text by heading; index: code
    notes: tuple[str, ...] = ()
    about: str = ""  # what stands above its headings, after the names of file and sheet


def read_official(path: Path, *, code: str = "") -> tuple[OfficialTable, ...]:
    """Return the tables of a file that hold areas by code, one for each sheet that has one.

    Parameters
    ----------
    code
        Heading of the codes, where a person has said it.

    Raises
    ------
    AreaError
        When the file cannot be read, or no sheet has a column of area codes.
    """
    sheets = _workbook(path) if _is_workbook(path) else {"": _delimited(path)}
    found = []
    for sheet, grid in sheets.items():
        name = f"{path.name} ({sheet})" if sheet else path.name
        at = _header_row(grid, code)
        if at is not None:
            found.append(_one_row_each(_table(grid, at, name=name, code=code)))
    if not found:
        first = next((row for rows in sheets.values() for row in rows if any(row)), [])
        shown = ", ".join(cell for cell in first[:12] if cell) or "none"
        raise AreaError(
            f"{path.name}: has no column for the area code (columns: {shown}), such as LSOA21CD or"
            " “LSOA code (2021)”. Rename the right one."
        )
    return tuple(found)


def numbers_of(column: pd.Series, file: str) -> pd.Series:
    """Return a column of text as numbers, 0 or more; what was withheld is missing.

    Raises
    ------
    AreaError
        When a value is anything else, with the area of the first.
    """
    text = column.str.strip().str.replace(",", "").fillna("")
    withheld = text.str.fullmatch(_WITHHELD)
    numbers = pd.to_numeric(text.where(~withheld), errors="coerce").astype("float64")
    wrong = (numbers.isna() & ~withheld) | (numbers < 0) | (numbers == float("inf"))
    if wrong.any():
        raise AreaError(
            f"{file}: {int(wrong.sum()):,} values of column {column.name} are no number of 0 or"
            f" more, first for {numbers.index[wrong][0]}. Correct them."
        )
    return numbers


def area_code(text: str) -> str:
    """Return the code of an area of the United Kingdom as its office writes it, or nothing.

    Its case does not count, nor a name behind it and a colon.
    """
    met = _CODES.fullmatch(text.strip())
    return met[1].upper() if met else ""


def _is_workbook(path: Path) -> bool:
    """Tell a workbook from a table of text by its first bytes; refuse what is far too large."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.readline(MAX_HEADER_BYTES + 1)
    except OSError as error:
        raise AreaError(
            f"{path.name}: cannot be read ({error.strerror}). Check the path."
        ) from error
    if size > MAX_BYTES:
        raise AreaError(
            f"{path.name}: is {size / 1e6:,.0f} MB, more than {MAX_BYTES / 1e6:.0f} MB."
            " Leave out the columns and places that are not needed."
        )
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return True
    if len(head) > MAX_HEADER_BYTES:
        raise AreaError(
            f"{path.name}: its first line is over {MAX_HEADER_BYTES / 1e6:g} MB. Is it a table?"
            " Leave out the columns that are not needed."
        )
    return False


def _workbook(path: Path) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet as text."""
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets, left = {}, MAX_CELLS
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                left -= sheet.total_height * sheet.total_width
                if left < 0:
                    raise AreaError(f"{path.name}: has over {MAX_CELLS:,} cells. Save one sheet.")
                sheets[name] = [[_text(cell) for cell in row] for row in sheet.iter_rows()]
            return sheets
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise AreaError(
            f"{path.name}: cannot be read as a workbook. Save it again as XLSX or CSV."
        ) from error


def _text(cell: object) -> str:
    """Return a cell as text; a whole number has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _delimited(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file as text."""
    raw = read_regular(path, at_most=MAX_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # as Excel saves CSV in Britain
    try:
        start = text[:MAX_HEADER_BYTES]
        delimiter = max((",", ";", "\t"), key=start.count)
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise AreaError(f"{path.name}: cannot be read as CSV. Save it as UTF-8 CSV.") from error
    if "\x00" in text or not any(any(row) for row in rows):
        raise AreaError(f"{path.name}: cannot be read as CSV. Save it as UTF-8 CSV.")
    return rows


def _header_row(grid: Sequence[Sequence[str]], code: str) -> int | None:
    """Return which row holds the headings, if one does."""
    for at, row in enumerate(grid[:_TITLES]):
        if code in _distinct(row) if code else _code_column(row) is not None:
            return at
        if not code and at and any(map(area_code, row)):
            above = max((i for i in range(at) if any(grid[i])), default=-1)
            if above >= 0 and (above == at - 1 or sum(map(bool, grid[above])) > 1):  # no title
                return above
    return None


def _code_column(headings: Sequence[str]) -> int | None:
    """Return the position of the finest area code among headings: that of the first pattern met."""
    keys = [name_key(heading) for heading in headings]
    for pattern in _CODE_HEADINGS:
        met = [at for at, key in enumerate(keys) if re.fullmatch(pattern, key)]
        if met and (len(keys) == 1 or sum(map(bool, keys)) > 1):
            return met[-1]
    return None


def _table(grid: Sequence[Sequence[str]], at: int, *, name: str, code: str) -> OfficialTable:
    """Return the rows below a header whose area is coded as most are."""
    headings = _distinct(grid[at])
    body = [row for row in grid[at + 1 :] if any(row)]
    width = len(headings)
    table = pd.DataFrame(
        [[*row[:width], *[""] * (width - len(row))] for row in body], columns=headings, dtype="str"
    )
    if code:
        column = code
    else:
        found = _code_column(grid[at])
        column = headings[found if found is not None else _coded((body or [[]])[0][:width])]
    codes = table[column].str.strip()
    official = codes.map(area_code).astype("str")  # of no row at all, too
    coded = official != ""
    keep = coded if coded.mean() > 0.5 else codes != ""  # noqa: PLR2004 - most of them
    table = table.set_index(official.where(coded, codes)).drop(columns=column)[keep.to_numpy()]
    about = " ".join([name, *(cell for row in grid[:at] for cell in row if cell)])
    return OfficialTable(name, column, table, _left_out(name, codes[~keep]), about)


def _one_row_each(table: OfficialTable) -> OfficialTable:
    """Return a table with one row for each area, where it has one by year, sex or age."""
    rows = table.rows
    for pattern, pick in ((_YEAR, _latest), (_SEX, _together), (_AGE, _together)):
        column = _column_of(rows, pattern)
        if column is not None and rows.index.has_duplicates:
            rows = rows[pick(rows[column])]
    value, age = _column_of(rows, _VALUE), _column_of(rows, _AGE)
    if not rows.index.has_duplicates or value is None or age is None:
        named = {value: "Total"} if value and len(rows) < len(table.rows) else {}
        return replace(table, rows=rows.rename(columns=named))
    numbers = numbers_of(rows[value], table.name).to_numpy()
    single = rows[age].str.extract(_ONE_AGE)[0].to_numpy()
    names = "age_" + pd.Series(single, dtype="str") if pd.notna(single).all() else "Total"
    counted = pd.DataFrame({"area": rows.index, "name": names, "number": numbers})
    # an area of which one part is withheld is not known as a whole
    wide = counted.groupby(["area", "name"], sort=False)["number"].agg(
        lambda part: part.sum(skipna=False)
    )
    by_name = wide.unstack("name")  # noqa: PD010 - a Series has no other way
    texts = by_name.astype("str").fillna("[c]").rename_axis(columns=None)
    return replace(table, rows=texts)


def _column_of(rows: pd.DataFrame, pattern: str) -> str | None:
    """Return the first column whose heading meets a pattern."""
    return next((name for name in map(str, rows) if re.fullmatch(pattern, name_key(name))), None)


def _latest(years: pd.Series) -> Flags:
    """Return which rows are of the latest year."""
    return np.asarray(years == max(years), dtype=bool)


def _together(parts: pd.Series) -> Flags:
    """Return which rows are of all sexes or ages together; all rows where none is."""
    whole = np.array([re.fullmatch(_ALL, name_key(part)) is not None for part in parts])
    return whole if whole.any() else ~whole


def _coded(row: Sequence[str]) -> int:
    """Return the position of the first area code of a row."""
    return next((at for at, cell in enumerate(row) if area_code(cell)), 0)


def _left_out(name: str, codes: pd.Series) -> tuple[str, ...]:
    """Say which rows are no areas."""
    if codes.empty:
        return ()
    named = ", ".join(dict.fromkeys(code[:30] or "blank" for code in codes[:3]))
    which = count(len(codes), "row that is no area was", "rows that are no area were")
    return (f"{name}: {which} left out ({named}).",)


def _distinct(headings: Sequence[str]) -> list[str]:
    """Return headings of which no two are alike."""
    seen: dict[str, int] = {}
    for at, heading in enumerate(headings):
        text = " ".join(heading.split()) or f"column {at + 1}"
        seen[text if text not in seen else f"{text} ({at + 1})"] = at
    return list(seen)
