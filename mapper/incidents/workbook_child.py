"""What the child process does with one workbook: its cells as Arrow text.

Nothing of a workbook is looked at in the process that serves people.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import python_calamine

from mapper.base.errors import InputError
from mapper.base.files import Progress

_BATCH = 20_000


def convert(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the first sheet of ``source`` into ``target``; return its name and those not read.

    Raises
    ------
    InputError
        When it is protected, damaged, empty, or has more than ``cells`` cells.
    """
    name = told["name"]
    try:
        return _convert(told["source"], told["target"], told["cells"])
    except python_calamine.PasswordError:
        raise InputError(f"{name}: is protected by a password. Save it without one.") from None
    except python_calamine.CalamineError as error:
        raise InputError(
            f"{name}: cannot be read as a workbook ({str(error)[:200]}). Save it again."
        ) from None
    except ValueError as error:
        raise InputError(f"{name}: {str(error)[:200]}. Export the sheet as CSV.") from None


def _convert(source: str, target: str, most_cells: int) -> dict[str, Any]:
    """Write the first sheet with values as text; return its name and those not read."""
    with python_calamine.CalamineWorkbook.from_path(source) as book:
        filled = []
        chosen = None
        for told in book.sheets_metadata:
            if told.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(told.name)
            if not sheet.height:
                continue
            filled.append(told.name)
            if chosen is None and told.visible == python_calamine.SheetVisibleEnum.Visible:
                chosen = sheet
        if chosen is None:
            raise ValueError("holds no visible sheet with values")
        if chosen.total_height * chosen.width > most_cells:
            raise ValueError(f"has more than {most_cells} cells")
        rows = _write(chosen.iter_rows(), chosen.width, target)
        others = [name for name in filled if name != chosen.name]
        return {"sheet": chosen.name, "others": others, "rows": rows}


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
