"""The child process that parses one workbook under limits and writes its cells as Arrow text.

Run as a script: ``workbook_child.py INPUT OUTPUT MEMORY SECONDS CELLS``. It prints what it found on
standard output as JSON, or one plain sentence on standard error with exit code 3. It imports
nothing of mapper, so that it starts fast and can be ended without loss.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

_REFUSED = 3
_BATCH = 20_000


def main(arguments: list[str]) -> int:
    """Parse the workbook named first into the Arrow file named second."""
    source, target, memory, seconds, cells = arguments
    _limit(int(memory), int(seconds))
    import python_calamine

    try:
        told = _convert(source, target, int(cells))
    except python_calamine.PasswordError:
        return _refuse("is protected by a password; save it without one")
    except python_calamine.CalamineError as error:
        return _refuse(f"cannot be read as a workbook ({error})")
    except ValueError as error:
        return _refuse(str(error))
    sys.stdout.write(json.dumps(told))
    return 0


def _limit(memory: int, seconds: int) -> None:
    """Limit this process's memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(words: str) -> int:
    """Say in one sentence why the workbook was refused."""
    sys.stderr.write(words)
    return _REFUSED


def _convert(source: str, target: str, most_cells: int) -> dict[str, Any]:
    """Write the first sheet with values as text; return its name and those not read."""
    import python_calamine

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
            raise ValueError(f"has more than {most_cells} cells; export it as CSV")
        rows = _write(chosen.iter_rows(), chosen.width, target)
        others = [name for name in filled if name != chosen.name]
        return {"sheet": chosen.name, "others": others, "rows": rows}


def _write(rows: Iterable[list[Any]], width: int, target: str) -> int:
    """Write rows of cells as an Arrow file of text columns; return how many."""
    import pyarrow as pa

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
