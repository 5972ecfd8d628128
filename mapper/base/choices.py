"""Choices that are written once: each with its label, range and help.

An analysis and each question have one frozen dataclass of choices. Its fields are made by
:func:`choice`, and from them are made the options of the command, the keys of a job file, the form
of the workbench, the table of ``docs/commands.md`` and what the manifest says was chosen. The
dataclass takes what any of these doors has (a day or a number as text), turns it into what is
worked with, and refuses what cannot be used: all faults at once, each naming its parameter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from mapper.base.errors import RequestError

Reader = Callable[["Choice", Any], Any]
_KEY = "choice"


@dataclass(frozen=True)
class Choice:
    """One choice of a question: what it is called, what it may be, and when it matters."""

    name: str  # the parameter
    label: str
    kind: str  # choice (one of some), whole, number, flag, text, names, day; others add theirs
    default: Any  # MISSING where it must be given
    optional: bool  # None stands for not chosen
    help: str = ""
    of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # with titles
    closed: bool = False  # whether only those of ``of`` may be chosen
    least: float | None = None
    most: float | None = None
    option: str = ""  # of the command line
    when: tuple[str, str] | None = None  # it matters only while another choice is this
    rare: bool = False  # one click deeper on the form
    proposed: str = ""  # what a form begins with: middle, first half or second half of the days
    reader: Reader | None = None

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is MISSING

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
        return self.reader(self, given) if self.reader else given


def choice(  # noqa: PLR0913 - all that is told of a choice
    default: Any,
    label: str,
    *,
    help: str = "",  # noqa: A002 - what it is called everywhere
    least: float | None = None,
    most: float | None = None,
    of: Mapping[str, str] | None = None,
    kind: str | None = None,
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


Fault = tuple[str, tuple[str, ...]]  # what is wrong, and the parameters that it names in braces


@dataclass(frozen=True, kw_only=True)
class FrozenChoices:
    """Choices read, checked and frozen when they are made."""

    KINDS: ClassVar[Mapping[type, str]] = MappingProxyType(
        {int: "whole", float: "number", bool: "flag", str: "text", date: "day"}
    )

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        unread = set()
        for one in self.known().values():
            try:
                object.__setattr__(self, one.name, one.read(getattr(self, one.name)))
            except ValueError as error:
                unread.add(one.name)
                faults.append((f"{{{one.name}}} {error}", (one.name,)))
        faults += self._conflicts(frozenset(self.known()) - unread)
        if faults:
            words = "; ".join(words for words, _ in faults)
            names = [name for _, each in faults for name in each]
            raise RequestError(f"This cannot be asked: {words}.", names=names)

    def _conflicts(self, read: frozenset[str]) -> Iterator[Fault]:  # noqa: ARG002 - for those that have some
        """Give what does not fit together among the choices that could be read."""
        return iter(())

    @classmethod
    def readers(cls) -> Mapping[str, Reader]:
        """Return what reads each kind of choice."""
        return _READERS

    @classmethod
    def known(cls) -> Mapping[str, Choice]:
        """Return every choice by its name."""
        return _known(cls)  # type: ignore[arg-type] # a class can be hashed


@cache
def _known(of: type[FrozenChoices]) -> Mapping[str, Choice]:
    hints = get_type_hints(of)
    return MappingProxyType(
        {
            one.name: _made(of, one.name, hints[one.name], one.default, **one.metadata[_KEY])
            for one in fields(of)
        }
    )


def _made(owner: type[FrozenChoices], name: str, hint: Any, default: Any, **told: Any) -> Choice:
    """Return one choice from the type of its field and what :func:`choice` was told."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    optional = get_origin(hint) in {Union, UnionType} and len(parts) < len(get_args(hint))
    kept = parts[0] if optional else hint
    kind, of, closed = told.pop("kind"), told.pop("of"), False
    if get_origin(kept) is tuple:
        kept = get_args(kept)[0]
        kind = kind or ("numbers" if kept is float else "names")
    if get_origin(kept) is Literal:
        of = {value: of.get(value, _title(value)) for value in get_args(kept)}
        kind, closed = kind or "choice", True
    kind = kind or ("choice" if of else owner.KINDS[kept])
    option = told.pop("option") or f"--{name.replace('_', '-')}"
    return Choice(
        name=name,
        kind=kind,
        default=default,
        optional=optional,
        of=MappingProxyType(dict(of)),
        closed=closed,
        option=option,
        reader=owner.readers()[kind],
        **told,
    )


def _told(number: float) -> str:
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:g}"


def _title(value: str) -> str:
    return value.replace("-", " ").capitalize()


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


def read_text(_one: Choice, given: Any) -> str:
    """Return a text without the blanks around it."""
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text")  # noqa: TRY004 - a fault of many
    return given.strip()


def read_names(one: Choice, given: Any) -> tuple[str, ...]:
    """Return names from a list or from text with commas or lines between."""
    listed = given.replace("\n", ",").split(",") if isinstance(given, str) else given or ()
    names = tuple(str(name).strip() for name in listed if str(name).strip())
    if one.closed and (len(set(names)) < len(names) or set(names) - set(one.of)):
        raise ValueError(f"{', '.join(names)}: choose each once among {', '.join(one.of)}")
    return names


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


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "choice": _one_of,
        "whole": _whole,
        "number": _number,
        "flag": _flag,
        "text": read_text,
        "names": read_names,
        "numbers": _numbers,
        "day": _day,
    }
)
