"""No command writes over what it reads: refused before anything is read or computed.

Files are told apart by identity (device and inode), so that a link, another spelling of the path or
another case of the letters is the same file. A folder to write to may not hold an input, since the
names of the files that go there may be the input's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mapper.base.errors import InputError, MapperError, OutputError
from mapper.base.settings import settings
from mapper.incidents.source import is_address, source_of

OUTPUTS = (
    "out",
    "rejected",
    "report",
    "doubts",
    "log",
)  # names of the options that say where to write
_LONGEST = 1_000  # characters of a text that can be a path


def keep_inputs(options: Mapping[str, Any]) -> None:
    """Refuse options by which a command would write over a file that it reads.

    Parameters
    ----------
    options
        What was given, by parameter: whatever is no output and names something that exists is read,
        and so are this installation's areas and the files that its settings name.

    Raises
    ------
    OutputError
        Naming the output and the input that it would replace.
    """
    read = [
        path for name, told in options.items() if name not in OUTPUTS for path in paths_of(told)
    ]
    for name in OUTPUTS:
        for out in _written(options.get(name), str(options.get("forms") or "")):
            own = () if out.is_dir() else _own_files(options)
            for path in (*read, *own):
                _refuse(name, out, path)


def _own_files(options: Mapping[str, Any]) -> Iterator[Path]:
    """Yield what is read without being told: areas, and the files that settings name.

    What makes an area, or its streets, may write it anew.
    """
    from mapper.areas.stored import area_tables

    if "lsoa" in options:
        return
    with suppress(MapperError):  # what is wrong with a setting is said where it is used
        yield from paths_of([*area_tables().values()])
        for name, told in settings():
            if name != "workspace" and not (name == "basemap" and "credit" in options):
                yield from paths_of(told)


def _written(told: Any, forms: str) -> Iterator[Path]:
    """Yield what exists of an output, its other forms and what is written beside it."""
    yield from paths_of(told)
    if not isinstance(told, Path) or told.is_dir():
        return
    beside = [".manifest.json", *(f".{form.strip().lower()}" for form in forms.split(","))]
    files = [f"{told.stem}{suffix}" for suffix in beside]
    named = [name for name in (told.name, *files) if name.lower().endswith(".csv")]
    for name in (*files, *(f"{one}-metadata.json" for one in named)):
        yield from paths_of(told.parent / name)


def paths_of(told: Any) -> Iterator[Path]:
    """Yield what exists of a path, of a text that may name one, and of lists of them."""
    if isinstance(told, (list, tuple)):
        for one in told:
            yield from paths_of(one)
    elif is_address(told):
        with suppress(InputError):  # which address is wrong is said where it is read
            yield from paths_of(source_of(told).path)
    elif isinstance(told, (str, Path)) and 0 < len(str(told)) <= _LONGEST and str(told) != "-":
        try:
            if Path(told).exists():
                yield Path(told)
        except (OSError, ValueError):  # a text that no disk takes as a name
            return


def _refuse(name: str, out: Path, path: Path) -> None:
    """Refuse an output that is an input, lies in a folder that is read, or holds an input."""
    same = out.samefile(path)
    within = path.is_dir() and not out.is_dir() and path.resolve() in out.resolve().parents
    holds = out.is_dir() and path.is_file() and out.samefile(path.parent)
    if not (same or within or holds):
        return
    why = "holds it" if holds else "is it, or lies in it" if within else "would be written over it"
    raise OutputError(
        f"{path} is read by this command, and {{{name}}} {out} {why}. Nothing was read or written."
        " Give another file or folder to write to.",
        names=(name,),
    )
