"""The choices of a question: those of :mod:`mapper.base.choices`, and what only questions take.

Windows (``2024-01-01:2024-03-31``), lenses, hot spots, and files: of places around, of school days,
of phase rules, tables of places with numbers. Each may be given as it is worked with, or as a door
has it: text, path, a file's name and text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

from mapper.areas.base_table import BaseTable, read_base_table
from mapper.base.choices import Choice, Fault, FrozenChoices, Reader, read_names, read_text
from mapper.base.errors import RequestError
from mapper.context.phases import PhaseRules, read_phase_rules
from mapper.context.place_files import read_all_places
from mapper.context.places import Places
from mapper.context.school_days import SchoolDays, read_school_days
from mapper.lenses.lens import Lens
from mapper.lenses.load import load_lens
from mapper.questions.windows import Window, window_of

FILES = frozenset({"places", "school days", "phase rules", "table"})  # kinds read from files


@dataclass(frozen=True)
class Way:
    """One of several ways to ask that exclude each other, and the choices that belong to it."""

    title: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ways:
    """Ways to ask that exclude each other; a form asks which, the choices themselves say it."""

    name: str
    label: str
    ways: Mapping[str, Way]

    def of(self, name: str) -> str | None:
        """Return the way that a choice belongs to, if any."""
        return next((way for way, each in self.ways.items() if name in each.choices), None)


@dataclass(frozen=True, kw_only=True)
class Choices(FrozenChoices):
    """What is chosen for one question beyond the request; each question has its own."""

    WAYS: ClassVar[Ways | None] = None
    KINDS: ClassVar[Mapping[type, str]] = MappingProxyType(
        {
            **FrozenChoices.KINDS,
            Window: "window",
            Lens: "lens",
            Places: "places",
            SchoolDays: "school days",
            PhaseRules: "phase rules",
            BaseTable: "table",
        }
    )

    @classmethod
    def readers(cls) -> Mapping[str, Reader]:
        """Return what reads each kind of choice."""
        return _READERS

    def _conflicts(self, read: frozenset[str]) -> Iterator[Fault]:
        """Give choices of two ways that exclude each other."""
        ways = self.WAYS.ways.values() if self.WAYS else ()
        asked = [[name for name in one.choices if getattr(self, name)] for one in ways]
        names = tuple(name for each in asked for name in each)
        if sum(map(bool, asked)) > 1 and read.issuperset(names):
            told = " and ".join(f"{{{name}}}" for name in names)
            yield f"{told}: ask by one of them, not for both", names

    @classmethod
    def given(cls, values: Mapping[str, Any]) -> Self:
        """Return the choices of some values, refusing where one is lacking.

        Raises
        ------
        RequestError
            When one that must be given is not, or cannot be used.
        """
        lacking = [one for one in cls.known().values() if one.required and not values.get(one.name)]
        if lacking:
            told = "; ".join(f"{{{one.name}}}: {one.help}" for one in lacking)
            names = [one.name for one in lacking]
            raise RequestError(f"Something is needed first. {told}", names=names)
        return cls(**values)

    def told(self) -> dict[str, Any]:
        """Return what was chosen as a manifest writes it; files are told by the question itself."""
        return {
            one.name: plain(getattr(self, one.name))
            for one in self.known().values()
            if one.kind not in FILES
        }


def plain(value: Any) -> Any:
    """Return a choice as a manifest writes it."""
    if isinstance(value, Lens):
        return value.id
    if isinstance(value, Window):
        return [value.first.isoformat(), value.last.isoformat()]
    if isinstance(value, date):
        return value.isoformat()
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _window(_one: Choice, given: Any) -> Window:
    if isinstance(given, Window):
        return given
    try:
        return window_of(given if isinstance(given, str) else ":".join(map(str, given)))
    except (TypeError, RequestError) as error:
        raise ValueError(str(error).removesuffix(".")) from None


def _lens(_one: Choice, given: Any) -> Lens:
    return given if isinstance(given, Lens) else load_lens(given)


def _places(_one: Choice, given: Any) -> Places:
    if isinstance(given, Places):
        return given
    return read_all_places([Path(each) for each in (given if isinstance(given, list) else [given])])


def _school_days(_one: Choice, given: Any) -> SchoolDays:
    return given if isinstance(given, SchoolDays) else read_school_days(*_file(given))


def _phase_rules(_one: Choice, given: Any) -> PhaseRules:
    return given if isinstance(given, PhaseRules) else read_phase_rules(*_file(given))


def _table(_one: Choice, given: Any) -> BaseTable:
    return given if isinstance(given, BaseTable) else read_base_table(*_file(given))


def _file(given: Any) -> tuple[Path, str | None]:
    """Return the path of a file, and what it holds where a form has it: name and text."""
    if isinstance(given, list | tuple):
        return Path(given[0]), str(given[1])
    return Path(given), None


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        **FrozenChoices.readers(),
        "window": _window,
        "lens": _lens,
        "hotspot": read_text,
        "hotspots": read_names,
        "places": _places,
        "school days": _school_days,
        "phase rules": _phase_rules,
        "table": _table,
    }
)
