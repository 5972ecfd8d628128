"""A folder of outputs is replaced as a set: whole or not at all, and nobody else's file is lost.

The new set is made in a hidden folder beside the old one and flushed to the disk; one call of the
system then exchanges the two, so a kill at any moment leaves the old set or the new one. What of
the folder belongs to the earlier set is known by that run's manifest and its digests: all else, a
changed file too, is somebody's own and stays.

A folder that cannot be exchanged (it holds folders, is one's own working folder, a link or a mount,
or the disk has no such call) is filled file by file: its manifest goes first and the new one comes
last, so that a folder without its manifest is not complete. The next run clears what was begun.
"""

import ctypes
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import copystat
from typing import Any

from mapper.base.errors import InputError
from mapper.base.files import digest_of, file_mode, flush, folder_mode, is_running
from mapper.base.json_file import read_json

_BEGUN, _OLD = ".new", ".old"  # end the names of what a run has begun, and of the manifest before
_HERE = -100  # AT_FDCWD of Linux: paths as they are given
_LONGEST = 64 * 1024**2  # bytes of a manifest
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS

Known = Mapping[str, Collection[str]]  # file name -> SHA-256 of what runs wrote under it


def replace_set(
    folder: Path,
    contents: Mapping[str, bytes],
    *,
    manifest: str,
    named: Collection[str] = (),
    shared: bool = False,
) -> None:
    """Put a set of files in the place of the earlier set in a folder.

    Parameters
    ----------
    contents
        Content of each file by name, the manifest among them.
    manifest
        Name of the file that lists the others with their SHA-256, of this set and the earlier one.
    named
        Files that the user named: they are replaced whoever wrote them.
    shared
        The folder is the user's own, with more than this set: it is never exchanged.

    Raises
    ------
    InputError
        When a file of that name is somebody's own, or nothing can be written; the folder is then
        as it was.
    """
    _check_folder(folder, contents)
    known = _known(folder, manifest)
    beside = [path.name for path in folder.glob("*.manifest.json")]
    own = [name for name in contents if name not in {manifest, *named, *beside}]
    _check_own(folder, own, _known(folder, manifest, *beside))
    above = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for each in above[1:]:
            each.chmod(folder_mode())
        for begun in _begun(folder, manifest):
            _discard(begun, folder, manifest)
        if shared or not _exchange_all(folder, contents, manifest, known):
            _fill(folder, contents, manifest, known)
    except OSError as error:
        raise InputError(
            f"{folder}: not written ({error.strerror}). Nothing was changed. Choose another folder."
        ) from error
    finally:
        for each in above:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


def earlier_set(folder: Path, manifest: str) -> dict[str, str]:
    """Return the SHA-256 of each file of the set that a manifest in a folder lists."""
    try:
        told = read_json(folder / manifest, at_most=_LONGEST)["outputs"]
        listed = {str(name): str(one["sha256"]) for name, one in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: sha256 for name, sha256 in listed.items() if Path(name).name == name}


def _check_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Refuse a folder in which some file could not be put in place."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder. Choose another folder.")
    if taken := [name for name in contents if (folder / name).is_dir()]:
        raise InputError(
            f"{folder}: {', '.join(taken)} is a folder there. Rename it or choose another folder."
        )


def _check_own(folder: Path, names: Collection[str], known: Known) -> None:
    """Refuse to write over a file that no earlier run wrote, or that was changed since."""
    there = [folder / name for name in names if (folder / name).exists()]
    if own := [path.name for path in there if not _is_of_set(path, known)]:
        raise InputError(
            f"{folder}: {', '.join(own)} was not written by mapper, or was changed since. Nothing"
            " was written. Move it away or choose another folder."
        )


def _known(folder: Path, manifest: str, *beside: str) -> Known:
    """Return what runs wrote into a folder, those that were killed on the way included.

    Parameters
    ----------
    beside
        Manifests of other sets in the folder that are looked at, too.
    """
    known: dict[str, set[str]] = {}
    for place in (folder, *_begun(folder, manifest)):
        for name in (manifest, f"{manifest}{_OLD}", *beside):
            for file, sha256 in earlier_set(place, name).items():
                known.setdefault(file, set()).add(sha256)
    return known


def _is_of_set(path: Path, known: Known) -> bool:
    """Tell whether a file is as an earlier run wrote it."""
    return path.name in known and path.is_file() and digest_of(path) in known[path.name]


def _begun(folder: Path, manifest: str) -> Iterator[Path]:
    """Yield what killed runs left, beside the folder and in it."""
    for home, stem in ((folder.parent, folder.resolve().name), (folder, manifest)):
        start = f".{stem}."
        for path in home.iterdir() if home.is_dir() else ():
            number = path.name.removeprefix(start).partition(".")[0]
            ours = path.name.startswith(start) and path.name.endswith(_BEGUN)
            if ours and number.isdecimal() and not is_running(int(number)):
                yield path


def _stage(home: Path, stem: str, contents: Mapping[str, bytes], manifest: str) -> Path:
    """Return a new hidden folder with the set, on the disk; the manifest says what is ours."""
    prefix = f".{stem}.{os.getpid()}."
    staged = Path(tempfile.mkdtemp(dir=home, prefix=prefix, suffix=_BEGUN))
    try:
        for name in sorted(contents, key=lambda each: each != manifest):
            with (staged / name).open("wb") as file:
                file.write(contents[name])
                file.flush()
                os.fsync(file.fileno())
            (staged / name).chmod(file_mode())
    except BaseException:
        _discard(staged, home / stem, manifest)
        raise
    return staged


def _exchange_all(folder: Path, contents: Mapping[str, bytes], manifest: str, known: Known) -> bool:
    """Put the set in the folder's place by one call of the system; tell whether it could be."""
    if folder.exists() and not _can_be_exchanged(folder):
        return False
    staged = _stage(folder.parent, folder.resolve().name, contents, manifest)
    try:
        if not folder.exists():
            staged.chmod(folder_mode())
            staged.rename(folder)
            return True
        for path in folder.iterdir():
            if path.name not in {*contents, manifest} and not _is_of_set(path, known):
                (staged / path.name).hardlink_to(path)
        copystat(folder, staged)
        _exchange_call()(folder, staged)
    except OSError:
        return False
    else:
        return True
    finally:
        _discard(staged, folder, manifest)


def _can_be_exchanged(folder: Path) -> bool:
    """Tell whether a folder holds files alone, and nothing works inside it."""
    here, real = Path.cwd(), folder.resolve()
    plain = all(path.is_file() and not path.is_symlink() for path in folder.iterdir())
    return plain and not folder.is_symlink() and real not in (here, *here.parents)


@cache
def _exchange_call() -> Callable[[Path, Path], None]:
    """Return the call that exchanges two folders at once, or one that says there is none."""
    library: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None

    def exchange(one: Path, other: Path) -> None:
        first, second = os.fsencode(one), os.fsencode(other)
        if hasattr(library, "renameat2"):
            failed = library.renameat2(_HERE, first, _HERE, second, _EXCHANGE)
        elif hasattr(library, "renamex_np"):
            failed = library.renamex_np(first, second, _EXCHANGE)
        else:
            raise OSError("folders cannot be exchanged here")
        if failed:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return exchange


def _fill(folder: Path, contents: Mapping[str, bytes], manifest: str, known: Known) -> None:
    """Put the files in place one by one: the old manifest goes first, the new one comes last."""
    folder.mkdir(parents=True, exist_ok=True, mode=folder_mode())
    staged = _stage(folder, manifest, contents, manifest)
    gone = [path for path in folder.iterdir() if path.name not in contents]
    try:
        if (folder / manifest).exists():
            (folder / manifest).rename(staged / f"{manifest}{_OLD}")
        for name in contents:
            if name != manifest:
                (staged / name).replace(folder / name)
        for path in gone:
            if _is_of_set(path, known):
                path.unlink()
        flush(folder)
        (staged / manifest).replace(folder / manifest)
        flush(folder)
    finally:
        _discard(staged, folder, manifest)


def _discard(staged: Path, folder: Path, manifest: str) -> None:
    """Remove what was begun, or the earlier set; what came into it meanwhile goes back."""
    if not staged.is_dir():
        return
    ours = {manifest, f"{manifest}{_OLD}", *earlier_set(staged, manifest)}
    for path in sorted(staged.iterdir(), key=lambda each: each.name == manifest):
        there = folder / path.name
        if path.name in ours or (there.exists() and there.samefile(path)):
            path.unlink()
        elif not there.exists() and folder.is_dir():
            path.rename(there)
    with suppress(OSError):
        staged.rmdir()
