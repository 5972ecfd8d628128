"""Zip archives, checked before a byte of a member is unpacked.

Refused in one message: absolute or climbing names, links, archives inside archives, encrypted
members, and sizes past the limits. Members are unpacked in memory, never under their own name.
"""

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.files import open_regular
from mapper.incidents import limits

ARCHIVE_SUFFIXES = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst")
_PACKINGS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_STEP = 8 * 1024**2  # bytes unpacked at a time, so that a trap is left early
_ENCRYPTED = 0x1
_FAULTS_SHOWN = 5
_AGAIN = "Download it again."


@dataclass(frozen=True, eq=False)
class Archive:
    """An open zip archive whose members have been checked."""

    path: Path
    zip: zipfile.ZipFile
    members: tuple[str, ...]  # files, in the archive's order, without the leavings of macOS

    def read(self, member: str) -> bytes:
        """Return the bytes of one member.

        Raises
        ------
        InputError
            When the member is damaged or larger than the archive says.
        """
        declared, name = self.zip.getinfo(member).file_size, f"{self.path.name}/{member}"
        try:
            with self.zip.open(member) as file:
                data = file.read(declared + 1)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
            raise InputError(f"{name}: cannot be unpacked ({error}). {_AGAIN}") from error
        except MemoryError:
            raise
        except Exception as error:  # zlib.error and its kin have no common parent
            raise InputError(f"{name}: is damaged ({error}). {_AGAIN}") from error
        if len(data) != declared:
            raise InputError(f"{name}: is not of the size the archive says. {_AGAIN}")
        return data


def is_packed(head: bytes) -> bool:
    """Tell whether a file begins as one does that is packed by gzip or Zstandard."""
    return head.startswith(tuple(_PACKINGS))


def unpacked(data: bytes, *, name: str) -> bytes:
    """Return the content of one file packed by gzip or Zstandard; other bytes as they are.

    Raises
    ------
    InputError
        When it is damaged or unpacks to more than a file may have.
    """
    kind = next((kind for start, kind in _PACKINGS.items() if data.startswith(start)), None)
    if kind is None:
        return data
    content = bytearray()
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), kind) as stream:
            while part := stream.read(_STEP):
                content += part
                ratio = len(content) / len(data)
                large = len(content) > limits.RATIO_MATTERS_ABOVE
                if len(content) > limits.MAX_FILE_BYTES or (
                    large and ratio > limits.MAX_ARCHIVE_RATIO
                ):
                    raise InputError(
                        f"{name}: unpacks to more than {ratio:.0f} times its size. Split it into"
                        " several files."
                    )
    except (OSError, pa.ArrowException, EOFError) as error:
        raise InputError(f"{name}: cannot be unpacked ({error}). {_AGAIN}") from error
    return bytes(content)


def open_archive(path: Path) -> Archive:
    """Open a zip archive and check every member; the caller closes ``.zip``.

    Raises
    ------
    InputError
        When it is no zip archive, or any member is unsafe or past a limit.
    """
    try:
        open_regular(path).close()
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path.name}: cannot be opened as a zip archive ({error}). Download it again."
        ) from error
    files = [info for info in opened.infolist() if not info.is_dir()]
    faults = [*_size_faults(files, path), *(f for info in files for f in _member_faults(info))]
    if faults:
        opened.close()
        shown = "; ".join(faults[:_FAULTS_SHOWN])
        more = f"; and {len(faults) - _FAULTS_SHOWN} more" if len(faults) > _FAULTS_SHOWN else ""
        raise InputError(
            f"{path.name}: refused, nothing was unpacked: {shown}{more}. Make the archive again"
            " from the plain files."
        )
    names = tuple(info.filename for info in files if not _is_leaving(info.filename))
    return Archive(path, opened, names)


def _size_faults(files: list[zipfile.ZipInfo], path: Path) -> list[str]:
    """Return what is wrong with an archive as a whole."""
    faults = []
    unpacked = sum(info.file_size for info in files)
    ratio = unpacked / max(path.stat().st_size, 1)
    if len(files) > limits.MAX_FILES:
        faults.append(f"{len(files)} members, more than {limits.MAX_FILES}")
    if unpacked > limits.MAX_ARCHIVE_BYTES:
        faults.append(f"{unpacked} bytes unpacked, more than {limits.MAX_ARCHIVE_BYTES}")
    if unpacked > limits.RATIO_MATTERS_ABOVE and ratio > limits.MAX_ARCHIVE_RATIO:
        faults.append(f"unpacks to {ratio:.0f} times its size, as only a trap does")
    if len({info.filename for info in files}) < len(files):
        faults.append("two members have the same name")
    return faults


def _member_faults(info: zipfile.ZipInfo) -> list[str]:
    """Return what is wrong with one member, in plain words."""
    name = info.orig_filename  # zipfile cuts the other name at a NUL
    shown = ascii(name[:60])
    faults = []
    if _is_unsafe(name):
        faults.append(f"{shown} leads out of the archive's folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        faults.append(f"{shown} is a link")
    if name.lower().endswith(ARCHIVE_SUFFIXES):
        faults.append(f"{shown} is an archive inside the archive")
    if info.flag_bits & _ENCRYPTED:
        faults.append(f"{shown} is encrypted")
    if info.file_size > limits.MAX_FILE_BYTES:
        faults.append(f"{shown} has {info.file_size} bytes, more than {limits.MAX_FILE_BYTES}")
    return faults


def _is_unsafe(name: str) -> bool:
    """Return whether a member's name is absolute, climbs, or cannot be a plain name."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return (
        not parts
        or parts[0] == "/"
        or ".." in parts
        or ":" in parts[0]
        or "\0" in name
        or len(name) > limits.MAX_NAME_LENGTH
    )


def _is_leaving(name: str) -> bool:
    """Return whether a member is one of the hidden files that macOS adds."""
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".")
