"""Files that are whole or absent, and their digests.

A file is written under a temporary name in its own folder, flushed to the disk, renamed, and the
folder flushed: a crash at any byte leaves the old file or the new one, never a part of one.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mapper.base.errors import InputError

# What a long piece of work calls with: words for a person, and the share done from 0 to 1.
Progress = Callable[[str, float], None]


def no_progress(_words: str, _share: float) -> None:
    """Report nothing."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        os.close(handle)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}). Choose another folder."
        ) from error
    temporary = Path(name)
    try:
        yield temporary
        flush(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
        flush(path.parent)
    except OSError as error:
        raise InputError(f"{path}: not written ({error.strerror}). Nothing was changed.") from error
    finally:
        temporary.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Make the disk hold what was written to a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
