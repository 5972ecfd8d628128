"""What the doctor finds in the files that an installation works with, before a user does.

Each file is read by the very reader that will read it: background, own lenses, kept mappings,
places, postcodes, and any file that is given, by what it is.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mapper.areas.background import kept_backgrounds
from mapper.areas.load import load_study_area
from mapper.base.errors import LensError, MapperError
from mapper.base.settings import Settings
from mapper.base.text import count
from mapper.base.toml_file import TomlKind
from mapper.context.place_files import read_places
from mapper.incidents.mapping import load_mapping
from mapper.incidents.postcodes import load_postcodes
from mapper.lenses.lens_file import read_lens_file
from mapper.lenses.load import list_lenses, own_folder
from mapper.outputs.maps.basemap import basemap_of
from mapper.records.inspection import Inspection

_TOML = TomlKind(what="a TOML file", remedy="Mend it in a text editor.", refused=LensError)


def installation_files(now: Settings) -> Iterator[Inspection]:
    """Yield one answer for each file that the settings or the workspace name."""
    from mapper.app.data.saved_mappings import mappings_folder

    if now.basemap:
        yield _judged("Background", now.basemap, partial(_background, now.basemap))
    for path in kept_backgrounds():
        yield _judged("Background", path, partial(_background, str(path)))
    if now.postcodes:
        yield _judged("Postcodes", now.postcodes, partial(_postcodes, now.postcodes))
    if now.places:
        inner = [path for path in now.places.rglob("*") if path.is_file()]
        for path in sorted(inner) if now.places.is_dir() else [now.places]:
            yield _judged("Places", path, partial(_places, path))
    for path in sorted(mappings_folder().glob("*.toml")):
        yield _judged("Mapping", path, partial(load_mapping, path))
    folder = _own_lenses()
    lenses = sorted(folder.glob("*.toml")) if folder else []
    for path in lenses:
        yield _judged("Lens", path, partial(read_lens_file, path))
    if lenses or folder is None:
        yield _judged("Lens", "All lenses together", list_lenses)


def given_file(path: Path) -> Inspection:
    """Return what is found in one file that was given: background, lens, mapping or area."""
    suffix = path.suffix.lower()
    if suffix == ".pmtiles":
        return _judged("Background", path, partial(_background, str(path)))
    if suffix == ".toml":
        return _judged(*_toml(path))
    return _judged("Area", path, partial(load_study_area, str(path)))


def _toml(path: Path) -> tuple[str, Path, Callable[[], object]]:
    """Return what a TOML file is meant to be, and how that is read: a lens has rules."""
    try:
        told = _TOML.parse(path, _TOML.read(path)[1])
    except MapperError:
        return "File", path, lambda: _TOML.parse(path, _TOML.read(path)[1])
    if "rule" in told or "question" in told:
        return "Lens", path, partial(read_lens_file, path)
    return "Mapping", path, partial(load_mapping, path)


def _judged(topic: str, file: Path | str, read: Callable[[], object]) -> Inspection:
    """Return that a file can be used, or in one line what is wrong with it and what to do."""
    try:
        told = read()
    except MapperError as error:
        words = " ".join(str(error).split())
        name = Path(file).name
        return Inspection(topic, "wrong", words if name in words else f"{file}: {words}")
    more = f", {told}" if isinstance(told, str) else ""
    return Inspection(topic, "ok", f"{file} can be used{more}.")


def _background(given: str) -> str:
    """Return what a background holds: shapes or pictures, of which zooms."""
    found = basemap_of(given)
    if found is None or found.path is None:
        return "asked of the address it names"
    kind = "vector" if found.vector else "picture"
    size = found.path.stat().st_size / 1e6
    return f"{kind} tiles of zooms {found.shallowest} to {found.deepest}, {size:.1f} MB"


def _postcodes(path: Path) -> str:
    """Return how many postcodes a directory places."""
    return count(len(load_postcodes(path).codes), "postcode")


def _places(path: Path) -> str:
    """Return how many places a file holds."""
    return count(len(read_places(path).table), "place")


def _own_lenses() -> Path | None:
    """Return the folder of own lenses where there is one."""
    folder = own_folder()
    return folder if folder and folder.is_dir() else None
