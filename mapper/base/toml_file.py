"""Read the TOML files that people write here: whole, of a sane size, every fault with its line."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapper.base.errors import MapperError
from mapper.base.files import open_regular

FAULTS_SHOWN = 20
LARGEST = 1_048_576  # bytes of a file, unless its kind says otherwise
# A key of so many parts has no use, and the parser takes the square of their number in time. Parts
# are looked for up to a length that keeps them few: looking takes no square of time either.
_PART = r"""(?:[\w-]{1,99}+|"(?:[^"\\\n]|\\.){0,99}+"|'[^'\n]{0,99}+')[ \t]{0,99}+\.[ \t]{0,99}+"""
_ENDLESS_KEY = re.compile(f"(?<![\\w-])(?:{_PART}){{100}}")


def toml_of(text: str) -> dict[str, Any]:
    """Return the table that a text holds.

    Raises
    ------
    ValueError
        When it is not TOML, or nested too deeply.

    Examples
    --------
    >>> toml_of("a." * 500_000 + "a = 1")
    Traceback (most recent call last):
    ...
    ValueError: a key of a hundred parts and more (at line 1)
    """
    if found := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key of a hundred parts and more (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("brackets nested too deeply (at line 1)") from error


@dataclass(frozen=True)
class TomlKind:
    """What a file should be, and how its refusal is told."""

    what: str  # for a person: "a lens file"
    remedy: str  # where a right one can be seen
    refused: type[MapperError]
    largest: int = LARGEST  # bytes

    def read(self, path: Path) -> tuple[bytes, str]:
        """Return a file's bytes and its text, lines ending in line feeds.

        Raises
        ------
        MapperError
            Of this kind, when it is absent, too long or not UTF-8.
        """
        content = self._bytes(path)
        try:  # TOML is UTF-8, and some editors add a byte order mark
            return content, content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise self.refused(
                f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8."
            ) from error

    def parse(self, path: Path, text: str) -> dict[str, Any]:
        """Return the table that a text holds, turning each failure of the parser into words.

        Raises
        ------
        MapperError
            Of this kind, with the line.
        """
        try:
            return toml_of(text)
        except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else text.rstrip().count("\n") + 1
            words = str(error).split(" (at ")[0]
            raise self.refused(
                f"{path}, line {line}: not valid TOML ({words}). {self.remedy}"
            ) from error

    def refuse(self, path: Path, faults: Iterable[tuple[int, str]]) -> None:
        """Raise all faults gathered, each with its line, in the order of the lines.

        Raises
        ------
        MapperError
            Of this kind, when there is any.
        """
        told = [f"{path}, line {line}: {words}" for line, words in sorted(set(faults))]
        if not told:
            return
        if len(told) > FAULTS_SHOWN:
            told[FAULTS_SHOWN:] = [f"{path}: and more. Mend these first."]
        raise self.refused("\n".join(told))

    def _bytes(self, path: Path) -> bytes:
        """Return a file's content, refusing what cannot be right before reading it whole."""
        try:
            if not path.exists():
                raise self.refused(f"{path}: there is no such file. Give the path of {self.what}.")
            with open_regular(path) as file:
                content = file.read(self.largest + 1)
        except OSError as error:
            raise self.refused(
                f"{path}: cannot be read ({error.strerror}). Check the path."
            ) from error
        if len(content) > self.largest:
            raise self.refused(f"{path}: over {self.largest:,} bytes long. Give {self.what}.")
        return content
