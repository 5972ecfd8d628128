"""About how many rows files hold, told before any is read: large files are read slice by slice."""

from collections.abc import Sequence
from pathlib import Path

from mapper.base.errors import MapperError
from mapper.incidents.formats import is_parquet
from mapper.incidents.gather import Gathering, gather
from mapper.incidents.source import is_address
from mapper.incidents.store import is_stored, stored_files

LARGE = 1_000_000  # rows, about, from which files are read in slices
_LOOKED_AT = 65_536  # bytes of a file, to tell how long its lines are
_SHORTEST = 45  # bytes of a record: in Parquet most of it is a reference, which does not pack


def are_small(paths: Sequence[Path | str]) -> bool:
    """Tell whether files are surely read at once; objects of a store are not looked at here."""
    if any(is_address(path) or str(path) == "-" for path in paths):
        return True
    if any(map(is_stored, paths)):
        return False
    try:
        with gather(list(paths)) as gathering:
            return hold_few(gathering)
    except MapperError:  # reading at once words it
        return True


def are_small_objects(paths: Sequence[Path | str]) -> bool:
    """Tell whether objects of stores are among some paths and small together, none fetched."""
    stored = [path for path in paths if is_stored(path)]
    size = sum(one.size for path in stored for one in stored_files(str(path)))
    return bool(stored) and size < LARGE * _SHORTEST


def hold_few(gathering: Gathering) -> bool:
    """Tell whether files are to be read at once, by the length of their first lines.

    Rows of Parquet files are taken to be packed as police.uk's are.
    """
    rows = 0.0
    for found in gathering.files:
        if found.source is not None or found.is_packed:
            return LARGE > 0
        with found.stream() as stream:
            head = stream.read(_LOOKED_AT)
        size = found.path.stat().st_size
        lines = head.count(b"\n") / max(len(head), 1)
        rows += size / _SHORTEST if is_parquet(found, head) else size * lines
    return rows < LARGE
