"""Find lenses: those shipped with mapper, and those of a folder the user keeps.

A user adds a lens by putting a file into that folder: given on the call, in the environment
variable ``MAPPER_LENSES``, or else ``lenses`` in the workspace. A user's lens cannot take the
id of a shipped one, so a result's title always means what it says.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mapper.base.errors import LensError
from mapper.base.settings import settings
from mapper.lenses.lens import Lens
from mapper.lenses.lens_file import ID, lens_of_mapping, read_lens_file
from mapper.lenses.part import closest, quoted

FOLDER_VARIABLE = "MAPPER_LENSES"
_SHIPPED = MappingProxyType({path.stem: path for path in Path(__file__).parent.glob("*.toml")})


def load_lens(
    id_or_path: str | Path | Mapping[str, Any] | Lens, *, folder: Path | None = None
) -> Lens:
    """Return one lens, by its id, by the path of its file, or from a dictionary.

    Parameters
    ----------
    id_or_path
        An id such as ``county-lines``; a path: a ``Path``, or text that ends in ``.toml`` or
        holds a folder; or a dictionary with the keys of a lens file (docs/lenses.md). A lens
        comes back as it is.
    folder
        The user's own lenses; by default the folder in ``MAPPER_LENSES``, if it is set.

    Returns
    -------
    Lens
        Which incidents count, each with a whole-number weight (no unit), under which title.

    Raises
    ------
    LensError
        When no lens has the id (the closest are named), or its file is wrong.

    Notes
    -----
    Each rule says why it counts with its weight; docs/lenses.md names the sources.

    Examples
    --------
    >>> import mapper
    >>> mapper.load_lens("county-lines").title
    'County lines indicators'
    >>> own = mapper.load_lens(
    ...     {
    ...         "id": "knives",
    ...         "title": "Knives",
    ...         "version": "1",
    ...         "question": "Where were knives carried, seen or used?",
    ...         "requires": ["knife"],
    ...         "rule": [
    ...             {
    ...                 "name": "knife",
    ...                 "weight": 1,
    ...                 "reason": "Each counts once.",
    ...                 "when": {"knife": True},
    ...             }
    ...         ],
    ...     }
    ... )
    >>> own.id, len(own.rules)
    ('knives', 1)
    """
    if isinstance(id_or_path, Lens):
        return id_or_path
    if isinstance(id_or_path, Mapping):
        return lens_of_mapping(id_or_path)
    if isinstance(id_or_path, Path) or _is_path(id_or_path):
        return read_lens_file(Path(id_or_path))
    if id_or_path in _SHIPPED:
        return read_lens_file(_SHIPPED[id_or_path])
    own = {path.stem: path for path in _own_paths(folder)}
    if id_or_path in own and ID.fullmatch(id_or_path):
        return read_lens_file(own[id_or_path])
    ids = (*(lens.id for lens in shipped_lenses()), *own)
    raise LensError(
        f"There is no lens called {quoted(id_or_path)}.{closest(id_or_path, ids)}"
        f" The lenses are {', '.join(ids)}."
    )


def list_lenses(folder: Path | None = None) -> tuple[Lens, ...]:
    """Return the shipped lenses, then the user's own in the order of their ids.

    Parameters
    ----------
    folder
        The user's own lenses; by default the folder in ``MAPPER_LENSES``, if it is set.

    Returns
    -------
    tuple of Lens
        Each with ``id``, ``title`` and the ``question`` that its map answers.

    Raises
    ------
    LensError
        Naming every fault of every file that is wrong.

    Notes
    -----
    docs/lenses.md writes every lens out, with the sources of its rules.

    Examples
    --------
    >>> import mapper
    >>> [lens.id for lens in mapper.list_lenses()][:2]
    ['county-lines', 'domestic-abuse']
    """
    lenses, faults = list(shipped_lenses()), []
    for path in _own_paths(folder):
        try:
            lenses.append(read_lens_file(path))
        except LensError as error:
            faults.append(str(error))
    if faults:
        raise LensError("\n".join(faults))
    return tuple(lenses)


@cache
def shipped_lenses() -> tuple[Lens, ...]:
    """Return the lenses that come with mapper, in the order in which they are offered."""
    return tuple(sorted(map(read_lens_file, _SHIPPED.values()), key=lambda lens: lens.order or 0))


def own_folder(*, make: bool = False) -> Path | None:
    """Return the folder of a user's own lenses: the one set, else the workspace's, if it is there.

    Raises
    ------
    LensError
        When it cannot be made.
    """
    setting = os.environ.get(FOLDER_VARIABLE, "")
    folder = Path(setting) if setting else settings().workspace / "lenses"
    if make:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LensError(f"{folder}: cannot be made ({error.strerror}).") from error
    return folder if setting or folder.is_dir() else None


def _is_path(text: str) -> bool:
    return text.endswith(".toml") or "/" in text or os.sep in text


def _own_paths(folder: Path | None) -> Iterator[Path]:
    """Yield the lens files of the user's folder by name, refusing one that hides a shipped lens."""
    folder = folder or own_folder()
    if folder is None:
        return
    if not folder.is_dir():
        raise LensError(
            f"{folder}: the folder of your own lenses is not there."
            f" Make it, or change {FOLDER_VARIABLE}."
        )
    for path in sorted(folder.glob("*.toml")):
        if path.stem in _SHIPPED:
            raise LensError(
                f"{path}, line 1: {path.stem} is the id of a lens that comes with mapper."
                " Give your lens another id and file name."
            )
        yield path
