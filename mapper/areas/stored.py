"""The study areas that an installation has, and the one that it starts with.

Shipped areas lie in ``data/boundaries``; those that people build are kept in the workspace, one
table each, and one there stands before a shipped one of the same name. The installation's own is
named by ``MAPPER_AREA``, else by what an administrator chose in the app, else it is the first
shipped. No place is named in code.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mapper.areas.study_area import read_title
from mapper.base.errors import AreaError, fault_words
from mapper.base.files import write_whole
from mapper.base.settings import settings
from mapper.base.top_level import top_level
from mapper.grid.area_weighting import name_key

BOUNDARIES = top_level("data/boundaries")
_CHOSEN = "installation.txt"  # holds the name of the area that an administrator chose
_LONGEST = 60
_LIKE_A_PATH = re.compile(r".*[/\\.].*")


def area_tables() -> dict[str, Path]:
    """Return the table of every area by its short name, those kept in the workspace first."""
    found: dict[str, Path] = {}
    for folder in (_folder(), BOUNDARIES):
        for path in _tables_in(folder):
            found.setdefault(path.stem, path)
    return found


def _tables_in(folder: Path) -> list[Path]:
    """Return the tables of areas in a folder; none where there is no such folder.

    Raises
    ------
    AreaError
        When the account that mapper runs under may not look into it.
    """
    try:
        return sorted(folder.glob("*.parquet"))
    except OSError as error:
        raise AreaError(fault_words(error)) from error


def area_titles(names: Iterable[str]) -> dict[str, str]:
    """Return what people call areas, by short name; one whose table is damaged is left out."""
    tables, titles = area_tables(), {}
    for name in names:
        with suppress(AreaError, KeyError):
            titles[name] = read_title(tables[name])
    return titles


def kept_areas() -> tuple[str, ...]:
    """Return the short names of the areas that are kept in the workspace."""
    return tuple(path.stem for path in _tables_in(_folder()))


def installed_table() -> Path:
    """Return the table of the installation's own area.

    Raises
    ------
    AreaError
        When ``MAPPER_AREA`` names none that there is, or mapper was installed without any.
    """
    tables, named = area_tables(), settings().area or _chosen()
    if _LIKE_A_PATH.fullmatch(named):
        path = Path(named)
        if not path.exists():
            raise AreaError(f"MAPPER_AREA: {named} is no file. Mend the path, or name a kept area.")
        return path
    if named:
        return _named(named, tables)
    if not tables or (shipped := next(iter(_tables_in(BOUNDARIES)), None)) is None:
        raise AreaError(
            f"{BOUNDARIES} holds no study area. Install mapper again, from its wheel or its"
            " repository (make install), or give the path of your own boundary as {area}.",
            names=("area",),
        )
    return shipped


def area_is_set() -> bool:
    """Tell whether ``MAPPER_AREA`` fixes the installation's area, whatever is chosen in the app."""
    return bool(settings().area)


def choose_area(name: str) -> None:
    """Make a kept or shipped area the installation's own.

    Raises
    ------
    AreaError
        When there is none of that name.
    InputError
        When the workspace cannot be written.
    """
    path = _named(name, area_tables())
    settings().workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(_folder() / _CHOSEN, path.stem)


def kept_path(name: str, *, to_write: bool = False) -> Path:
    """Return where an area is kept under its short name; to write, the workspace is made.

    Raises
    ------
    AreaError
        When the name cannot be that of a file.
    """
    if not name or short_name(name) != name:
        raise AreaError(f"{name!r} is no short name. Use small letters, digits and hyphens.")
    if to_write:
        settings().workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _folder() / f"{name}.parquet"


def forget_area(name: str) -> None:
    """Delete an area kept in the workspace with its streets, unless it is the installation's.

    Raises
    ------
    AreaError
        When it is the installation's own.
    """
    path = _folder() / f"{short_name(name)}.parquet"
    if path.is_file() and path == installed_table():
        raise AreaError(f"{name} is this installation's own area. Choose another one first.")
    path.unlink(missing_ok=True)
    path.with_suffix(".pmtiles").unlink(missing_ok=True)


def short_name(title: str) -> str:
    """Return the short name of an area: its title in letters, digits and hyphens."""
    words = "".join(c if c.isalnum() else " " for c in title.casefold()).split()
    return "-".join(words)[:_LONGEST]


def _folder() -> Path:
    """Return where areas are kept."""
    return settings().workspace / "areas"


def _chosen() -> str:
    """Return the name of the area that was chosen in the app, if it is still there."""
    with suppress(OSError, UnicodeDecodeError):
        name = (_folder() / _CHOSEN).read_text(encoding="utf-8").strip()
        return name if name in area_tables() else ""
    return ""


def _named(name: str, tables: dict[str, Path]) -> Path:
    """Return the table of a name in any spelling of case, spaces and punctuation."""
    for stem, path in tables.items():
        if name_key(stem) == name_key(name):
            return path
    known = ", ".join(tables) or "none"
    raise AreaError(
        f"There is no kept study area called {name[:_LONGEST]!r} (there are: {known}). Name one of"
        " them, or build it with mapper area build or on the page Your area."
    )
