"""Folders that say what is in them, such as ``force=merseyside/month=2022-06/part-0.parquet``.

Who asks for ``force=merseyside`` is given the files of these folders; of others nothing is opened.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from mapper.base.errors import InputError
from mapper.incidents.source import is_address
from mapper.incidents.store import is_stored, stored_files

Wanted = Mapping[str, set[str]]


def files_where(paths: Sequence[str], where: Sequence[str]) -> list[str]:
    """Return the files of some folders or stores whose partitions have the values asked for.

    Parameters
    ----------
    where
        Texts such as ``force=merseyside``; of values of one name any will do.

    Raises
    ------
    InputError
        When a text is no name and value, a path is no folder, or no file is left.
    """
    if not where:
        return list(paths)
    wanted: dict[str, set[str]] = {}
    for text in where:
        name, mark, value = text.partition("=")
        if not (mark and name and value):
            raise InputError(
                f"{text}: names no partition. Give its name and value, such as force=merseyside."
            )
        wanted.setdefault(name, set()).add(value)
    found = [one for path in paths for one in _matching(path, wanted)]
    if not found:
        raise InputError(
            f"No file lies in folders called {' and '.join(where)}. Check the spelling, and that"
            " the folders are named name=value."
        )
    return found


def _matching(path: str, wanted: Wanted) -> list[str]:
    """Return the files below a path whose partitions are wanted, in the order of their names."""
    if is_stored(path):
        return [one.address for one in stored_files(path) if _fits(one.key, wanted)]
    folder = Path(path)
    if is_address(path) or not folder.is_dir():
        raise InputError(f"{path}: is no folder, so it has no partitions. Give the folder of them.")
    inner = sorted(folder.rglob("*"))
    return [
        str(one)
        for one in inner
        if one.is_file() and _fits(PurePosixPath(*one.relative_to(folder).parts), wanted)
    ]


def _fits(place: PurePosixPath, wanted: Wanted) -> bool:
    """Tell whether the folders of a file have a wanted value of every name."""
    parts = [unquote(part).partition("=") for part in place.parts[:-1]]
    held = {name: value for name, mark, value in parts if mark}
    return not place.name.startswith((".", "_")) and all(
        held.get(name) in values for name, values in wanted.items()
    )
