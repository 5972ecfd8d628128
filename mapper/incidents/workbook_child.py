"""What the child process does with one workbook: its cells as Arrow text.

Nothing of a workbook is looked at in the process that serves people.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import python_calamine

from mapper.base.errors import InputError
from mapper.base.text import count

if TYPE_CHECKING:
    from mapper.base.files import Progress

_BATCH = 20_000
_ROW = re.compile(rb'<row [^>]*?\br="(\d{1,9})"')
_FAR_FIRST, _FAR_TIMES = 100_000, 20
_HIDDEN_ROW = re.compile(rb'<row [^>]*?\bhidden="(?:1|true)"')


def convert(told: Mapping[str, Any], _progress: "Progress") -> dict[str, Any]:
    """Write every visible sheet of ``source`` that holds anything into ``folder``.

    Returns
    -------
    dict
        ``sheets`` (name and file of each), ``hidden`` sheets by name, and how many ``hidden_rows``.

    Raises
    ------
    InputError
        When it is protected, damaged, empty, or has more than ``cells`` cells.
    """
    name = told["name"]
    try:
        return _convert(told["source"], Path(told["folder"]), told["cells"])
    except python_calamine.PasswordError:
        raise InputError(f"{name}: is protected by a password. Save it without one.") from None
    except python_calamine.CalamineError as error:
        raise InputError(
            f"{name}: cannot be read as a workbook ({str(error)[:200]}). Save it again."
        ) from None
    except ValueError as error:
        raise InputError(f"{name}: {str(error)[:200]}. Export the sheet as CSV.") from None


def _convert(source: str, folder: Path, most_cells: int) -> dict[str, Any]:
    """Write the visible sheets with values as text; return what was found."""
    _check_far_rows(source)
    sheets: list[dict[str, str]] = []
    hidden, left = [], most_cells
    with python_calamine.CalamineWorkbook.from_path(source) as book:
        for told in book.sheets_metadata:
            if told.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(told.name)
            if not sheet.height:
                continue
            if told.visible != python_calamine.SheetVisibleEnum.Visible:
                hidden.append(told.name)
                continue
            left -= sheet.total_height * sheet.width
            if left < 0:
                raise ValueError(f"has more than {most_cells} cells")
            target = folder / f"sheet-{len(sheets)}.arrow"
            _write(_whole_rows(sheet), sheet.width, str(target))
            sheets.append({"name": told.name, "file": str(target)})
    if not sheets:
        raise ValueError("holds no visible sheet with values")
    return {"sheets": sheets, "hidden": hidden, "hidden_rows": _hidden_rows(source)}


def _whole_rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    """Yield rows in which every cell of a merged block has the block's value."""
    first = sheet.start[1] if sheet.start else 0
    starts: dict[int, list[tuple[int, int, int]]] = {}  # row -> first and last column, last row
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        starts.setdefault(top, []).append((left - first, right - first, bottom))
    open_: list[tuple[int, int, int, Any]] = []
    for number, row in enumerate(sheet.iter_rows()):
        open_ = [block for block in open_ if block[2] >= number]
        for left, right, bottom in starts.get(number, []):
            if 0 <= left < len(row):
                open_.append((left, right, bottom, row[left]))
        for left, right, _, value in open_:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
        yield row


def _check_far_rows(source: str) -> None:
    """Refuse a sheet with a value far below its rows: all between would be filled."""
    if not zipfile.is_zipfile(source):
        return
    with zipfile.ZipFile(source) as opened:
        for member in opened.namelist():
            if not member.startswith("xl/worksheets/sheet"):
                continue
            content = opened.read(member)
            last = content.rfind(b"<row ")
            number = _ROW.match(content, last) if last >= 0 else None
            rows = content.count(b"<row ")
            if number and int(number[1]) > _FAR_FIRST + _FAR_TIMES * rows:
                raise ValueError(
                    f"has a value in row {int(number[1]):,} but only {count(rows, 'row')} with"
                    " values; delete the empty ones"
                )


def _hidden_rows(source: str) -> int:
    """Return how many rows of a workbook of XML are hidden or filtered out."""
    if not zipfile.is_zipfile(source):
        return 0
    with zipfile.ZipFile(source) as opened:
        sheets = [m for m in opened.namelist() if m.startswith("xl/worksheets/sheet")]
        return sum(len(_HIDDEN_ROW.findall(opened.read(member))) for member in sheets)


def _write(rows: Iterable[list[Any]], width: int, target: str) -> int:
    """Write rows of cells as an Arrow file of text columns; return how many."""
    schema = pa.schema([(f"c{i}", pa.string()) for i in range(width)])
    written = 0
    with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for batch in _batches(rows):
            columns = zip(*([_text(cell) for cell in row] for row in batch), strict=True)
            writer.write_batch(pa.record_batch([pa.array(c, pa.string()) for c in columns], schema))
            written += len(batch)
    return written


def _batches(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    """Yield rows in batches."""
    batch: list[list[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _text(cell: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)
