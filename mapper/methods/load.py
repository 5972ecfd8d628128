"""Read the methods and the glossary that ship with the program."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Method:
    """One statistic in words, formula and limits."""

    id: str
    title: str
    picture: str  # a drawing of mapper.outputs.pictures.methods
    asks: str
    words: str
    formula: str
    cannot: str  # what it cannot show
    not_when: str  # when not to use it
    source: str


@cache
def methods() -> tuple[Method, ...]:
    """Return every method, in the order in which an analysis uses them.

    Raises
    ------
    ValueError
        When an entry lacks or has too many members: a fault in this program.
    """
    known = {field.name for field in fields(Method)}
    found = tomllib.loads((_HERE / "methods.toml").read_text(encoding="utf-8"))["method"]
    for entry in found:
        if set(entry) != known:
            raise ValueError(f"method {entry.get('id')}: {sorted(set(entry) ^ known)}")
    return tuple(Method(**entry) for entry in found)


@cache
def glossary() -> Mapping[str, str]:
    """Return each word of the screens with its meaning, in the order of the alphabet."""
    words = tomllib.loads((_HERE / "glossary.toml").read_text(encoding="utf-8"))["words"]
    return MappingProxyType(dict(sorted(words.items(), key=lambda pair: pair[0].lower())))
