"""From the paths a user gives to the files to read: folders and archives are opened up.

Files keep the order given; those of a folder or archive are sorted by name. A file given twice is
read once. Files of no known kind inside a folder or archive are passed over and counted aloud.
"""

import errno
import hashlib
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from mapper.base.errors import InputError
from mapper.base.files import digest_of, open_regular, read_regular
from mapper.base.text import shown_name
from mapper.incidents import limits
from mapper.incidents.archive import Archive, is_packed, open_archive, unpacked
from mapper.incidents.encoding import LOOKED_AT
from mapper.incidents.source import Source, is_address, shown_source, source_of
from mapper.incidents.store import StoredFile, fetched, is_stored, local_path, stored_files

_PACKED = (".gz", ".zst")  # one file each, unpacked as it is read
_TEXT = (".csv", ".tsv", ".txt", ".psv", ".dat")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_DATASETS = (".parquet", ".geoparquet")  # folders of files too
_OTHERS = (
    *(*_DATASETS, ".geojson", ".json", ".gpkg", ".shp"),
    *(".sqlite", ".sqlite3", ".db", ".duckdb", ".gpx"),
)
TABLE_SUFFIXES = (*_TEXT, *_WORKBOOKS, *_OTHERS, *_PACKED)
_SIDECARS = (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".xml", ".qpj", ".fix")
_LEAVINGS = (".", "~$")  # hidden files, and those by which Office locks an open document
_LONGEST_NAME = 300  # characters of a file or member in messages
_STEP = 8 * 1024**2  # bytes of standard input at a time
_ZIP_START = b"PK"
_MONTH = re.compile(r"\d{4}-\d{2}")  # folders of a police.uk download
# Other files of a police.uk download: they list outcomes and searches, not incidents.
_NOT_STREET = re.compile(r"\d{4}-\d{2}-.+-(outcomes|stop-and-search)\.csv", re.IGNORECASE)
# Words that come with a table and hold none.
_PROSE = re.compile(
    r"(?:.*[^a-z])?(?:read[ _-]?me|licen[cs]e|copyright|disclaimer|terms|about|metadata)"
    r"(?:[^a-z].*)?\.txt",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class IncidentFile:
    """One file to read."""

    name: str  # as shown to a person, and in the incidents' source
    path: Path
    archive: Archive | None = None
    member: str = ""
    sha256: str = ""  # of the archive; empty where the bytes read are the file itself
    source: Source | None = None  # a table or query of a database
    stored: StoredFile | None = None  # the object of a store that lies, or is to lie, at the path

    @property
    def suffix(self) -> str:
        """Suffix of the name, in lower case."""
        path = PurePosixPath(self.member or self.path.name)
        packed = self.archive is None and path.suffix.lower() in _PACKED
        return PurePosixPath(path.stem if packed else path).suffix.lower()

    @property
    def origin(self) -> str:
        """The download that a file came with: its archive, the folder of its months, or itself."""
        if self.archive is not None or self.source is not None:
            return self.source.shown if self.source else str(self.path)
        path = self.path.resolve()
        return str(path.parent.parent if _MONTH.fullmatch(path.parent.name) else path)

    def load(self) -> bytes:
        """Return the bytes of the file, unpacked, for readers that need them all at once.

        Raises
        ------
        InputError
            When it cannot be read or is too large.
        """
        if self.archive is not None:
            return self.archive.read(self.member)
        try:
            data = read_regular(self.path, at_most=limits.MAX_FILE_BYTES)
        except OSError as error:
            advice = " Split it into several files." if error.errno == errno.EFBIG else ""
            raise InputError(f"{self.name}: cannot be read ({error.strerror}).{advice}") from error
        return unpacked(data, name=self.name)

    @property
    def is_packed(self) -> bool:
        """Whether what it holds must be unpacked before it can be read."""
        return self.archive is not None or is_packed(self.head())

    def head(self) -> bytes:
        """Return the first bytes of the file as it lies on the disk."""
        with self.stream() as stream:
            return stream.read(LOOKED_AT)

    def stamp(self) -> tuple[int, ...]:
        """Return what tells that the file on the disk is still the same."""
        told = self.path.stat()
        return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns

    def stream(self) -> BufferedReader:
        """Open the file as it lies on the disk.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        try:
            return open_regular(self.path)
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read ({error.strerror}).") from error

    def digest(self, data: bytes) -> tuple[str, int]:
        """Return the SHA-256 and size of the file as it lies on the disk."""
        if self.archive is not None:
            return self.sha256, self.path.stat().st_size
        if self.path.suffix.lower() in _PACKED:
            return digest_of(self.path), self.path.stat().st_size
        return hashlib.sha256(data).hexdigest(), len(data)

    def load_again(self, sha256: str) -> bytes:
        """Return the same bytes once more, or refuse when the file changed meanwhile."""
        data = self.load()
        if self.digest(data)[0] != sha256:
            raise self.changed()
        return data

    def changed(self) -> InputError:
        """Return the refusal of a file that is another than a moment ago."""
        return InputError(f"{self.name}: was changed while it was being read. Start again.")

    def siblings(self) -> list[str]:
        """Return the members of the same archive that share this one's name but not suffix."""
        if self.archive is None:
            return []
        stem = PurePosixPath(self.member).with_suffix("")
        return [m for m in self.archive.members if PurePosixPath(m).with_suffix("") == stem]


@dataclass
class Gathering:
    """The files to read and what was passed over; closes its archives when left."""

    files: list[IncidentFile] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)  # words -> how many
    fetching: bool = True  # whether objects of stores are fetched to this machine
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was passed over, in plain words."""
        return tuple(f"{words}: {n}" for words, n in self.passed.items())

    def add(self, path: Path | str) -> None:
        """Add one path or address that a user gave; ``-`` is standard input."""
        if is_address(path):
            source = source_of(path)
            self.files.append(
                IncidentFile(source.shown, source.path or Path(source.shown), source=source)
            )
            return
        if is_stored(path):
            self._add_stored(str(path))
            return
        path = Path(path)
        if str(path) == "-":
            self.files.append(IncidentFile("standard input", self._received()))
            return
        if path.is_dir():
            for inner in sorted(self._files_in(path)):
                if inner.suffix.lower() == ".zip":
                    self.add(inner)
                elif self._wanted(inner.name):
                    self.files.append(IncidentFile(shown_name(inner.name, _LONGEST_NAME), inner))
        elif _is_archive(path):
            archive = open_archive(path)
            self._stack.callback(archive.zip.close)
            self.files.extend(self._members(archive))
        else:
            self.files.append(IncidentFile(shown_name(path.name, _LONGEST_NAME), path))

    def _add_stored(self, address: str) -> None:
        """Add the objects of a store; what is fetched of them is gone with the gathering."""
        found = stored_files(address)
        named = [one.address for one in found] == [address]  # whatever its suffix
        found = [one for one in found if named or self._wanted_or_archive(one.key.name)]
        folder = Path("store")
        if self.fetching:
            folder = self._stack.enter_context(fetched(found))
        for one in found:
            path = local_path(folder, one)
            if self.fetching and _is_archive(path):
                self.add(path)
            else:
                name = shown_name(path.name, _LONGEST_NAME)
                self.files.append(IncidentFile(name, path, stored=one))

    def _wanted_or_archive(self, name: str) -> bool:
        return name.lower().endswith(".zip") or self._wanted(name)

    def _files_in(self, folder: Path) -> Iterator[Path]:
        """Yield the files of a folder and of those inside it; what is no file is counted.

        Raises
        ------
        InputError
            When the folder has the name of a file: whoever gave it meant a table.
        """
        if folder.suffix.lower() in {*TABLE_SUFFIXES, ".zip"} - set(_DATASETS):
            raise InputError(
                f"{folder.name}: is a folder that is called as a file is. Give the file that is"
                " meant, or rename the folder."
            )
        for inner in folder.rglob("*"):
            if inner.is_file():
                yield inner
            elif not inner.is_dir():
                self.passed["Pipes, devices and broken links passed over"] += 1

    def _received(self) -> Path:
        """Return a file of what came through standard input, gone when the gathering is left."""
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mapper-"))
        path = Path(folder, "standard input")
        left = limits.MAX_FILE_BYTES
        with path.open("wb") as file:
            while part := sys.stdin.buffer.read(_STEP):
                left -= len(part)
                if left < 0:
                    raise InputError(
                        f"Standard input holds more than {limits.MAX_FILE_BYTES:,} bytes. Give a"
                        " part of it at a time."
                    )
                file.write(part)
        return path

    def _members(self, archive: Archive) -> Iterator[IncidentFile]:
        """Yield the members of an archive that hold tables."""
        sha256 = digest_of(archive.path)
        for member in sorted(archive.members):
            if self._wanted(PurePosixPath(member).name):
                name = shown_name(f"{archive.path.name}/{member}", _LONGEST_NAME)
                yield IncidentFile(name, archive.path, archive, member, sha256)

    def _wanted(self, name: str) -> bool:
        """Return whether a file inside a folder or archive is read; count those that are not."""
        suffix = PurePosixPath(name).suffix.lower()
        if name.startswith(_LEAVINGS) or suffix in _SIDECARS:
            return False
        if _NOT_STREET.fullmatch(name):
            self.passed["Police.uk files of outcomes or searches passed over"] += 1
            return False
        if suffix not in TABLE_SUFFIXES or _PROSE.fullmatch(name):
            self.passed["Files of other kinds passed over"] += 1
            return False
        return True


def gather(paths: Sequence[Path | str], *, fetching: bool = True) -> Gathering:
    """Open up folders and archives and list the files to read, each once.

    Parameters
    ----------
    fetching
        Whether objects of stores are fetched to this machine; others may read them.

    Raises
    ------
    InputError
        Naming every path that does not exist, or when there is nothing to read.
    """
    given = [path if is_remote(path) else Path(path) for path in paths]
    local = [path for path in given if not is_stored(path)]
    needed = [source_of(path).path if is_address(path) else Path(path) for path in local]
    if absent := [str(p) for p in needed if p and str(p) != "-" and not p.exists()]:
        raise InputError(f"Not found: {', '.join(absent)}. Check the spelling and the folder.")
    gathering = Gathering(fetching=fetching)
    try:
        for path in given:
            gathering.add(path)
        _check_number(gathering, given)
    except BaseException:
        gathering._stack.close()  # noqa: SLF001 - the class and its maker are one
        raise
    gathering.files = _with_distinct_names(_once(gathering.files))
    return gathering


def is_remote(told: Path | str) -> bool:
    """Tell whether something that a user gave is an address, of a database or store."""
    return is_address(told) or is_stored(told)


def _check_number(gathering: Gathering, given: list[Path | str]) -> None:
    """Refuse an empty gathering and one past the limit."""
    words = ", ".join(map(shown_source, given)) or "no path was given"
    if not gathering.files:
        raise InputError(
            f"Nothing to read ({words}). Give police.uk street files, an extract, or a folder or"
            f" zip archive of them; files end in {', '.join(TABLE_SUFFIXES)}."
        )
    if len(gathering.files) > limits.MAX_FILES:
        raise InputError(
            f"{len(gathering.files)} files, more than {limits.MAX_FILES} ({words})."
            " Give fewer at once."
        )


def _is_archive(path: Path) -> bool:
    """Return whether a path is a zip archive, which a workbook is as well but is not opened up."""
    if path.suffix.lower() in _WORKBOOKS:
        return False
    try:
        with open_regular(path) as file:
            packed = file.read(2) == _ZIP_START
        return path.suffix.lower() == ".zip" or (packed and not _is_document(path))
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from error


def _is_document(path: Path) -> bool:
    """Return whether a zip archive is a workbook under another name: it says so inside."""
    try:
        with zipfile.ZipFile(path) as opened:
            return not {"[Content_Types].xml", "mimetype"}.isdisjoint(opened.namelist())
    except zipfile.BadZipFile:
        return False


def _once(files: list[IncidentFile]) -> list[IncidentFile]:
    """Return the files without those that were given before."""
    return list(
        {
            (file.stored or file.path.resolve(), file.member, file.source): file for file in files
        }.values()
    )


def _with_distinct_names(files: list[IncidentFile]) -> list[IncidentFile]:
    """Return the files with their folder in the name where two would have the same name."""
    repeated = {name for name, n in Counter(file.name for file in files).items() if n > 1}
    named = [
        replace(file, name=f"{file.path.parent.name}/{file.name}")
        if file.name in repeated
        else file
        for file in files
    ]
    still = {name for name, n in Counter(file.name for file in named).items() if n > 1}
    return [
        replace(file, name=str(file.path.resolve()))
        if file.name in still and not file.member
        else file
        for file in named
    ]
