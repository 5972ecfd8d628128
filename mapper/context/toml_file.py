"""Read the small TOML files that people edit here, and tell every fault with its line at once."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from mapper.errors import ContextError
from mapper.lenses.part import Part

LARGEST_FILE = 1_048_576  # bytes; sink choices of a whole force are far below this
FAULTS_SHOWN = 20


def read_whole(path: Path, *, what: str) -> Part:
    """Return a TOML file as one part, ready to be checked.

    Parameters
    ----------
    what
        What the file should be, for a person: ``a table of phase rules``.

    Raises
    ------
    ContextError
        When it is absent, too long, not UTF-8 or not TOML; with the file, line and remedy.
    """
    try:
        if not path.is_file():
            raise ContextError(f"{path}: there is no such file. Give the path of {what}.")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise ContextError(f"{path}: cannot be read ({error}). Check the path.") from error
    if len(content) > LARGEST_FILE:
        raise ContextError(f"{path}: over {LARGEST_FILE:,} bytes long. Give {what}.")
    text = _text_of(path, content)
    return Part(_table_of(path, text), tuple(text.split("\n")))


def refuse_faults(path: Path, whole: Part) -> None:
    """Raise all faults gathered, in the order of their lines.

    Raises
    ------
    ContextError
        When there is any.
    """
    faults = sorted(set(whole.faults))
    if not faults:
        return
    told = [f"{path}, line {line}: {words}" for line, words in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        told.append(f"{path}: and more. Mend these first.")
    raise ContextError("\n".join(told))


def _text_of(path: Path, content: bytes) -> str:
    """Decode a file; TOML is UTF-8, and some editors add a byte order mark."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ContextError(
            f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8."
        ) from error


def _table_of(path: Path, text: str) -> Mapping[str, object]:
    """Parse TOML, turning each way in which the parser can fail into an error with a line."""
    remedy = "Text stands in double quotes, lists in [ ], dates as 2026-01-31."
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ContextError(f"{path}, line 1: brackets nested too deeply. {remedy}") from error
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        words = str(error).split(" (at ")[0]
        raise ContextError(f"{path}, line {line}: not valid TOML ({words}). {remedy}") from error
