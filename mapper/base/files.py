"""Regular files alone are read; files are whole or absent when they are written.

Whatever a person names is opened here: a pipe, a device or a socket under the name of a file would
never end, or never begin, and a library that is given its path would wait for it for good.

A file is written under a temporary name in its own folder, flushed to the disk, renamed, and the
folder flushed: a crash at any byte leaves the old file or the new one, never a part of one.
"""

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from mapper.base.errors import InputError
from mapper.base.settings import settings

# Neither waits for a writer of a pipe nor becomes the terminal of this process.
_READING = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_BEGUN = ".tmp"  # ends the name of what is being written
_RIGHTS = {"owner": 0o600, "group": 0o640, "everybody": 0o644}
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

# What a long piece of work calls with: words for a person, and the share done from 0 to 1.
Progress = Callable[[str, float], None]


def no_progress(_words: str, _share: float) -> None:
    """Report nothing."""


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read; a pipe, device, socket or folder is refused before a byte of it.

    Raises
    ------
    OSError
        When it cannot be opened, or is no regular file: ``strerror`` then says what it is and what
        to do, for the message of whoever reads.
    """
    try:
        _check_kind(path, path.stat().st_mode)
        handle = os.open(path, _READING)
    except ValueError as error:  # a zero byte
        raise OSError(errno.EINVAL, "no disk takes such a name", str(path)) from error
    try:
        _check_kind(path, os.fstat(handle).st_mode)  # of what was opened, whatever lay there before
        return os.fdopen(handle, "rb")
    except OSError:
        os.close(handle)
        raise


def _check_kind(path: Path, mode: int) -> None:
    """Refuse what is no regular file."""
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        words = f"it is {kind}, not a file: copy what it holds into a file and give that"
        raise OSError(errno.EINVAL, words, str(path))


def read_regular(path: Path, *, at_most: int) -> bytes:
    """Return what a regular file of at most so many bytes holds.

    Raises
    ------
    OSError
        As :func:`open_regular`, when it is longer, or grows meanwhile.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > at_most:
            words = f"it is over {at_most:,} bytes long, more than such a file has"
            raise OSError(errno.EFBIG, words, str(path))
        content = file.read(size + 1)  # a buffer of what is there, not of what there may be
    if len(content) > size:
        words = "something is writing to it: wait until that has ended"
        raise OSError(errno.EBUSY, words, str(path))
    return content


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_mode() -> int:
    """Return the rights of a file that is written: its owner's alone unless the settings say so."""
    return _RIGHTS[settings().outputs_for]


def folder_mode() -> int:
    """Return the rights of a folder that is made: who may read its files may look into it."""
    rights = file_mode()
    return rights | (rights & 0o444) >> 2


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all; text becomes UTF-8 as it stands.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written; the old file is then untouched.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on success it becomes ``path``, else it is removed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode())
        _clear_begun(path)
        begun = f".{path.name}.{os.getpid()}."
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=begun, suffix=_BEGUN)
        os.close(handle)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}). Choose another folder."
        ) from error
    temporary = Path(name)
    try:
        yield temporary
        flush(temporary)
        temporary.chmod(file_mode())
        temporary.replace(path)
        flush(path.parent)
    except OSError as error:
        raise InputError(f"{path}: not written ({error.strerror}). Nothing was changed.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _clear_begun(path: Path) -> None:
    """Remove what runs that were killed had begun to write in the place of a file."""
    start = f".{path.name}."
    for left in path.parent.iterdir():
        if left.name.startswith(start) and left.name.endswith(_BEGUN):
            number = left.name.removeprefix(start).partition(".")[0]
            if number.isdecimal() and not is_running(int(number)):
                left.unlink(missing_ok=True)


def is_running(number: int) -> bool:
    """Tell whether a process of this machine still runs; where that cannot be told it does."""
    if os.name != "posix":
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return number != os.getpid()


def flush(path: Path) -> None:
    """Make the disk hold what was written to a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
