"""Read the small TOML files about context that people edit, as parts ready to be checked."""

from pathlib import Path

from mapper.base.errors import ContextError
from mapper.base.toml_file import TomlKind
from mapper.lenses.part import Part

_REMEDY = "Text stands in double quotes, lists in [ ], dates as 2026-01-31."


def read_whole(path: Path, text: str | None = None, *, what: str) -> Part:
    """Return a TOML file as one part, ready to be checked.

    Parameters
    ----------
    text
        What the file holds; read from it when not given.
    what
        What the file should be, for a person: ``a table of phase rules``.

    Raises
    ------
    ContextError
        When it is absent, too long, not UTF-8 or not TOML; with the file, line and remedy.
    """
    kind = _kind(what)
    if text is None:
        _, text = kind.read(path)
    return Part(kind.parse(path, text), tuple(text.split("\n")))


def refuse_faults(path: Path, whole: Part) -> None:
    """Raise all faults gathered, in the order of their lines.

    Raises
    ------
    ContextError
        When there is any.
    """
    _kind("the file").refuse(path, whole.faults)


def _kind(what: str) -> TomlKind:
    """Return how a file about context is refused."""
    return TomlKind(what=what, remedy=_REMEDY, refused=ContextError)
