"""What the child process does with a table of a study area that did not come with mapper.

A page of a few bytes may stand for gigabytes, whatever the file declares: it is unpacked under
limits, and what comes of it is measured before the parent takes it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mapper.base.files import Progress, open_regular

MAX_CELLS = 20_000_000  # England and Wales at resolution 10 have about 11 million
_OUT_FIRST, _OUT_TIMES = 128 * 1024**2, 40  # bytes written, in proportion to those read


def convert(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the table of ``source`` into ``target`` as Arrow; a fault is told where it is not one.

    Raises
    ------
    MemoryError
        When more comes of it than its size warrants.
    """
    path, target = Path(told["source"]), Path(told["target"])
    try:
        with open_regular(path) as opened:
            table = unpacked(opened)
    except MemoryError:  # of Arrow, too
        raise
    except (pa.ArrowException, OSError, ValueError, NotImplementedError):
        return {"sound": False}
    with pa.OSFile(str(target), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table.unify_dictionaries())
    if target.stat().st_size > _OUT_FIRST + _OUT_TIMES * path.stat().st_size:
        raise MemoryError
    return {"sound": True}


def unpacked(opened: BinaryIO) -> pa.Table:
    """Return the table of a Parquet file; nothing of one that claims more rows than an area has."""
    file = pq.ParquetFile(opened)
    return file.read() if file.metadata.num_rows <= MAX_CELLS else pa.table({})
