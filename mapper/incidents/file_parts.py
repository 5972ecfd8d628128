"""Plain files cut into parts, each of which is read alone, on any machine that sees the file.

A part is whole lines of the file, known by their place and by the digest of their bytes: whoever
reads another content under the same name, because the file changed or because a machine has another
one there, is refused. A file is cut between records only: at a line's end outside quotation marks,
of which each is where the parser takes it for one. Where that does not hold, and where the file's
own bytes are not its text (Parquet, other encodings, fixed width), the whole file is one part.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from mapper.base.errors import EngineError, InputError
from mapper.incidents.delimited import open_part
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import IncidentFile
from mapper.incidents.layout import Layout, layout_of
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.record_ends import whole_records
from mapper.incidents.sheet import Records, Sheet
from mapper.incidents.sliced_file import SlicedFile, WholeNeeded, check_layout
from mapper.incidents.store import fetched, fetched_part, local_path

PART = 32 * 1024**2  # bytes of a part, about


@dataclass(frozen=True)
class FilePart:
    """Whole lines of a file, or all of it where ``size`` is 0."""

    first: int  # byte
    size: int
    sha256: str  # of these bytes


@dataclass(frozen=True, eq=False)
class CutFile:
    """One file as it was found when it was looked through, and its parts."""

    found: IncidentFile
    sheet: Sheet  # with nothing that reads
    layout: Layout
    parts: tuple[FilePart, ...]
    number: int = 0  # place among the files
    mapping: ColumnMapping | None = None

    def opened(self) -> SlicedFile:
        """Return the file as others know it; its records are read part by part alone."""
        return SlicedFile(self.sheet, self.layout, self.number)


def cut(found: IncidentFile, size: int, mapping: ColumnMapping | None = None) -> CutFile:
    """Look through a file and cut it.

    Parameters
    ----------
    size
        Bytes of a part, about.
    mapping
        How the columns of other tables than police.uk's and the extract are read.

    Raises
    ------
    WholeNeeded
        When it cannot be counted part by part.
    EngineError
        When it is not there.
    """
    with _here(found) as here:
        return replace(_cut(here, size, mapping), found=found)


def _cut(found: IncidentFile, size: int, mapping: ColumnMapping | None) -> CutFile:
    """Look through a file that lies on this machine and cut it."""
    path = found.path
    if not path.exists():
        raise EngineError(
            f"{found.name}: is not found where a worker looks for it, {path}. Put it where every"
            " worker sees it under the same path, such as a shared folder."
        )
    if found.source is not None or found.is_packed:
        raise WholeNeeded
    stamp = found.stamp()
    sheets = open_sheets(found, mapping)
    if len(sheets) != 1:
        raise WholeNeeded
    (sheet,) = sheets
    layout = layout_of(sheet, mapping)
    check_layout(sheet, layout)
    parts = tuple(_parts(found, sheet, size)) or (FilePart(0, 0, sheet.sha256),)
    if found.stamp() != stamp:
        raise found.changed()
    known = replace(sheet, sample=_nothing, read=_unread, slices=None)
    return CutFile(found, known, layout, parts, mapping=mapping)


def _nothing() -> Sequence[Sequence[str]]:
    """Give no sample of a file that others read."""
    return ()


def _unread(_whole: Sequence[int], _few: Sequence[int]) -> Records:
    """Read nothing of a file that is read in parts."""
    raise WholeNeeded


@contextmanager
def part_of(file: CutFile, part: FilePart) -> Iterator[SlicedFile]:
    """Open a part of a file, the very bytes that were there when the file was cut.

    Raises
    ------
    EngineError
        When other bytes are there, or none can be had.
    """
    if part.size:
        data = _bytes_of(file.found, part)
        _check(file, part, hashlib.sha256(data).hexdigest())
        yield SlicedFile(open_part(file.sheet, data), file.layout, file.number)
        return
    with _here(file.found) as found:
        (sheet,) = open_sheets(found, file.mapping)
        _check(file, part, sheet.sha256)
        yield SlicedFile(sheet, file.layout, file.number)


def _bytes_of(found: IncidentFile, part: FilePart) -> bytes:
    """Return the bytes that lie where those of a part did."""
    if found.stored is not None:
        try:
            return fetched_part(found.stored, part.first, part.size)
        except InputError as error:
            raise _unfetched(error) from error
    with found.stream() as stream:
        stream.seek(part.first)
        return stream.read(part.size)


@contextmanager
def _here(found: IncidentFile) -> Iterator[IncidentFile]:
    """Give a file as it lies on this machine; an object of a store is fetched, and goes again."""
    if found.stored is None:
        yield found
        return
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(fetched([found.stored]))
        except InputError as error:
            raise _unfetched(error) from error
        yield replace(found, path=local_path(folder, found.stored))


def _unfetched(error: InputError) -> EngineError:
    return EngineError(f"A worker cannot fetch what it is to count. {error}")


def _check(file: CutFile, part: FilePart, sha256: str) -> None:
    """Refuse bytes that are others than those that were cut."""
    if sha256 != part.sha256:
        raise EngineError(
            f"{file.found.name}: holds something else than a moment ago, or another file lies at"
            f" {file.found.path} on another machine. Give every worker the same files and start"
            " again."
        )


def _parts(found: IncidentFile, sheet: Sheet, size: int) -> Iterator[FilePart]:
    """Yield the parts of a file; none where it cannot be cut."""
    if sheet.first_record < 0 or len(sheet.delimiter.encode()) != 1:
        return
    made: list[FilePart] = []
    first = sheet.first_record
    with found.stream() as stream:
        stream.seek(first)
        left = sheet.size - first
        for data in whole_records(stream, sheet.delimiter, left=left, block=size):
            made.append(FilePart(first, len(data), hashlib.sha256(data).hexdigest()))
            first += len(data)
    if first < sheet.size:  # where records end did not show to its end
        return
    yield from made
