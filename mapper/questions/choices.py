"""The choices of a question, written once: each with its label, range and help.

A question has one frozen dataclass of choices. Its fields are made by :func:`choice`, and from them
are made the options of the command, the form of the workbench, the table of ``docs/commands.md``
and what the manifest says was chosen. The dataclass takes what any of these doors has (a day as
text, a window as ``2024-01-01:2024-03-31``, the path of a file), turns it into what the question
works with, and refuses what cannot be used: all faults at once, each naming its parameter.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Self, Union, get_args, get_origin, get_type_hints

from mapper.base.errors import RequestError
from mapper.context.phases import PhaseRules, read_phase_rules
from mapper.context.place_files import read_all_places
from mapper.context.places import Places
from mapper.context.school_days import SchoolDays, read_school_days
from mapper.lenses.lens import Lens
from mapper.lenses.load import load_lens
from mapper.questions.windows import Window, window_of

Kind = Literal[
    "choice",  # one of some
    "whole",
    "number",
    "flag",
    "text",
    "names",
    "numbers",
    "day",
    "window",
    "lens",
    "hotspot",  # one from the list of hot spots
    "hotspots",
    "places",  # files of places around
    "school days",  # a file of them
    "phase rules",
]
_KINDS: Mapping[type, Kind] = MappingProxyType(
    {
        int: "whole",
        float: "number",
        bool: "flag",
        str: "text",
        date: "day",
        Window: "window",
        Lens: "lens",
        Places: "places",
        SchoolDays: "school days",
        PhaseRules: "phase rules",
    }
)
_KEY = "choice"
_FILES: frozenset[Kind] = frozenset({"places", "school days", "phase rules"})


@dataclass(frozen=True)
class Choice:
    """One choice of a question: what it is called, what it may be, and when it matters."""

    name: str  # the parameter
    label: str
    kind: Kind
    default: Any  # MISSING where it must be given
    optional: bool  # None stands for not chosen
    help: str = ""
    of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # with titles
    closed: bool = True  # whether only those of ``of`` may be chosen
    least: float | None = None
    most: float | None = None
    option: str = ""  # of the command line
    when: tuple[str, str] | None = None  # it matters only while another choice is this
    rare: bool = False  # one click deeper on the form
    proposed: str = ""  # what a form begins with: middle, first half or second half of the days

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is MISSING

    @property
    def is_file(self) -> bool:
        """Whether it is read from a file."""
        return self.kind in _FILES

    @property
    def range(self) -> str:
        """The range in words, empty where there is none."""
        if self.most is None:
            return "" if self.least is None else f"{_told(self.least)} or more"
        if self.least is None:
            return f"at most {_told(self.most)}"
        return f"{_told(self.least)} to {_told(self.most)}"

    @property
    def shown(self) -> Any:
        """The default as it is typed: numbers with commas between them; nothing where required."""
        if self.required:
            return None
        if self.kind == "numbers":
            return ",".join(f"{number:g}" for number in self.default)
        return self.default

    def read(self, given: Any) -> Any:
        """Return what a door gave as the question works with it.

        Raises
        ------
        ValueError
            When it cannot be used, saying what to give instead.
        MapperError
            When a file or lens it names cannot be.
        """
        if self.optional and (given is None or given == ""):
            return None
        return _READ[self.kind](self, given)


def choice(  # noqa: PLR0913 - all that is told of a choice
    default: Any,
    label: str,
    *,
    help: str = "",  # noqa: A002 - what it is called everywhere
    least: float | None = None,
    most: float | None = None,
    of: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    option: str = "",
    when: tuple[str, str] | None = None,
    rare: bool = False,
    proposed: str = "",
) -> Any:
    """Return the field of one choice in a dataclass of choices.

    Parameters
    ----------
    default
        What is chosen otherwise; ``MISSING`` where it must be given.
    label
        What it is called on a form.
    help
        One sentence for the command line, the form and the documents.
    least, most
        Range of a number, both included.
    of
        What may be chosen, each with its title. Any other text may be, too, where the type of
        the field is ``str``.
    kind
        How it is asked for, where the type does not say it.
    option
        What the command line calls it, where that is not the name with dashes.
    when
        Name and value of another choice beside which alone this one matters.
    rare
        Whether a form shows it one click deeper.
    proposed
        What a form begins with where the default is nothing: ``middle``, ``first half`` or
        ``second half`` of the days of the data.
    """
    told = {
        "label": label,
        "help": help,
        "least": least,
        "most": most,
        "of": MappingProxyType(dict(of or {})),
        "kind": kind,
        "option": option,
        "when": when,
        "rare": rare,
        "proposed": proposed,
    }
    return field(default=default, metadata={_KEY: told})


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
class Choices:
    """What is chosen for one question beyond the request; each question has its own."""

    WAYS: ClassVar[Ways | None] = None

    def __post_init__(self) -> None:
        faults, names = [], []
        for one in self.known().values():
            try:
                object.__setattr__(self, one.name, one.read(getattr(self, one.name)))
            except ValueError as error:
                faults.append(f"{{{one.name}}} {error}")
                names.append(one.name)
        if faults:
            raise RequestError(f"This cannot be asked: {'; '.join(faults)}.", names=names)
        self._refuse_two_ways()

    def _refuse_two_ways(self) -> None:
        """Refuse choices of two ways that exclude each other."""
        ways = self.WAYS.ways.values() if self.WAYS else ()
        asked = [one for one in ways if any(getattr(self, name) for name in one.choices)]
        if len(asked) > 1:
            names = [name for one in asked for name in one.choices if getattr(self, name)]
            told = " and ".join(f"{{{name}}}" for name in names)
            raise RequestError(f"{told}: ask by one of them, not for both.", names=names)

    @classmethod
    def known(cls) -> Mapping[str, Choice]:
        """Return every choice by its name."""
        hints = get_type_hints(cls)
        return MappingProxyType(
            {
                one.name: _made(one.name, hints[one.name], one.default, **one.metadata[_KEY])
                for one in fields(cls)
            }
        )

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
            if not one.is_file
        }


def _made(name: str, hint: Any, default: Any, **told: Any) -> Choice:
    """Return one choice from the type of its field and what :func:`choice` was told."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    optional = get_origin(hint) in {Union, UnionType} and len(parts) < len(get_args(hint))
    kept = parts[0] if optional else hint
    kind, of, closed = told.pop("kind"), told.pop("of"), False
    if get_origin(kept) is Literal:
        of = {value: of.get(value, _title(value)) for value in get_args(kept)}
        kind, closed = kind or "choice", True
    elif get_origin(kept) is tuple:
        kind = kind or ("numbers" if get_args(kept)[0] is float else "names")
    kind = kind or ("choice" if of else _KINDS[kept])
    option = told.pop("option") or f"--{name.replace('_', '-')}"
    return Choice(
        name=name,
        kind=kind,
        default=default,
        optional=optional,
        of=MappingProxyType(dict(of)),
        closed=closed,
        option=option,
        **told,
    )


def _told(number: float) -> str:
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:g}"


def _title(value: str) -> str:
    return value.replace("-", " ").capitalize()


def plain(value: Any) -> Any:
    """Return a choice as a manifest writes it."""
    if isinstance(value, Lens):
        return value.id
    if isinstance(value, Window):
        return [value.first.isoformat(), value.last.isoformat()]
    if isinstance(value, date):
        return value.isoformat()
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _one_of(one: Choice, given: Any) -> str:
    if not isinstance(given, str) or (one.closed and given not in one.of):
        raise ValueError(f"{given!r} is none of {', '.join(one.of)}")
    return given


def _number(one: Choice, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{given!r} is no number: choose {one.range or 'one'}")  # noqa: TRY004 - a fault of many
    low = given if one.least is None else one.least
    high = given if one.most is None else one.most
    if not low <= given <= high:
        raise ValueError(f"of {given:g} cannot be used: choose {one.range}")
    return given


def _whole(one: Choice, given: Any) -> int:
    if _number(one, given) != int(given):
        raise ValueError(f"of {given:g} cannot be used: choose a whole number, {one.range}")
    return int(given)


def _flag(_one: Choice, given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(f"{given!r} is neither True nor False")  # noqa: TRY004 - a fault of many
    return given


def _text(_one: Choice, given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text")  # noqa: TRY004 - a fault of many
    return given.strip()


def _names(_one: Choice, given: Any) -> tuple[str, ...]:
    listed = given.replace("\n", ",").split(",") if isinstance(given, str) else given or ()
    return tuple(str(name).strip() for name in listed if str(name).strip())


def _numbers(_one: Choice, given: Any) -> tuple[float, ...]:
    try:
        listed = given.split(",") if isinstance(given, str) else given
        return tuple(float(part) for part in listed)
    except (TypeError, ValueError):
        raise ValueError(
            f"{given!r} is not a list of numbers: write them with commas between, such as 0,100,200"
        ) from None


def _day(_one: Choice, given: Any) -> date:
    try:
        return given if isinstance(given, date) else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise ValueError(f"{given!r} is no day: write it such as 2024-03-01") from None


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


def _file(given: Any) -> tuple[Path, str | None]:
    """Return the path of a file, and what it holds where a form has it: name and text."""
    if isinstance(given, list | tuple):
        return Path(given[0]), str(given[1])
    return Path(given), None


_READ: Mapping[Kind, Callable[[Choice, Any], Any]] = MappingProxyType(
    {
        "choice": _one_of,
        "whole": _whole,
        "number": _number,
        "flag": _flag,
        "text": _text,
        "names": _names,
        "numbers": _numbers,
        "day": _day,
        "window": _window,
        "lens": _lens,
        "hotspot": _text,
        "hotspots": _names,
        "places": _places,
        "school days": _school_days,
        "phase rules": _phase_rules,
    }
)
