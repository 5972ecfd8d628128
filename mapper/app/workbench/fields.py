"""What a question's form is made of: a table of fields, so that no form is made by hand.

The values of a form are plain JSON (text, numbers, yes or no, lists of text), so that a run can be
kept, compared and asked again as it was; a field says how a value is shown and what it may be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from mapper.base.errors import RequestError
from mapper.questions.choices import Definition

Value = str | int | float | bool | list[str] | None
Values = Mapping[str, Value]
Days = tuple[date, date]
Kind = Literal[
    "choice",
    "whole",
    "number",
    "flag",
    "text",
    "names",
    "day",
    "window",
    "lens",
    "hotspot",  # one from the list of hot spots
    "hotspots",
]
# Standing for days of the data, which a form knows and a table of questions does not.
Stand = Literal["middle", "first half", "second half"]


@dataclass(frozen=True)
class Field:
    """One choice of a question."""

    name: str
    label: str
    kind: Kind = "choice"
    default: Value = None
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    least: float | None = None
    most: float | None = None
    help: str = ""
    when: tuple[str, str] | None = None  # asked only while another field has this value
    rare: bool = False  # one click deeper


@dataclass(frozen=True)
class Question:
    """One question the workbench can ask."""

    definition: Definition
    group: str  # what people look under
    fields: tuple[Field, ...] = ()
    long: bool = False  # may take more than a few seconds
    places: bool = False  # needs or uses files of places

    @property
    def id(self) -> str:
        """The question's id: near-repeat."""
        return self.definition.id

    def asked(self, values: Values) -> tuple[Field, ...]:
        """Return the fields that matter beside the values given."""
        return tuple(
            each
            for each in self.fields
            if each.when is None or values.get(each.when[0]) == each.when[1]
        )

    def defaults(self, days: Days) -> dict[str, Value]:
        """Return the value of each field before anybody changes it."""
        return {each.name: default_of(each, days) for each in self.fields}

    def settled(self, values: Values, days: Days) -> dict[str, Value]:
        """Return the values that are asked with: of the fields that matter, defaults elsewhere."""
        known = {**self.defaults(days), **values}
        return {each.name: known[each.name] for each in self.asked(known)}


def _holds(when: tuple[str, str], values: Values) -> bool:
    return values.get(when[0]) == when[1]


def default_of(one: Field, days: Days) -> Value:
    """Return a field's first value; windows and days are those of the data."""
    first, last = days
    middle = first + (last - first) / 2 + timedelta(days=1)
    stands: dict[str, str] = {
        "middle": middle.isoformat(),
        "first half": f"{first}:{min(middle, last) - timedelta(days=1)}",
        "second half": f"{min(middle, last)}:{last}",
    }
    if one.kind in {"day", "window"} and isinstance(one.default, str):
        return stands.get(one.default, one.default)
    return one.default


def choices(*names: str, **titled: str) -> Mapping[str, str]:
    """Return options: plain names first, then those with a title of their own."""
    plain = {name: name.replace("-", " ").capitalize() for name in names}
    return MappingProxyType({**plain, **{name.replace("_", "-"): t for name, t in titled.items()}})


def text_of(values: Values, name: str) -> str:
    """Return a value that is text."""
    found = values.get(name)
    return found if isinstance(found, str) else ""


def whole_of(values: Values, name: str, otherwise: int) -> int:
    """Return a value that is a whole number."""
    found = values.get(name)
    return int(found) if isinstance(found, int | float) else otherwise


def number_of(values: Values, name: str, otherwise: float) -> float:
    """Return a value that is a number."""
    found = values.get(name)
    return float(found) if isinstance(found, int | float) else otherwise


def day_of(values: Values, name: str) -> date | None:
    """Return a value that is a day, if one is given."""
    found = text_of(values, name)
    return date.fromisoformat(found) if found else None


def names_of(values: Values, name: str) -> tuple[str, ...]:
    """Return a value that is a list of names: hot spots or cells."""
    found = values.get(name)
    listed: Sequence[str] = found if isinstance(found, list) else text_of(values, name).split(",")
    return tuple(one.strip() for one in listed if one.strip())


def numbers_of(values: Values, name: str) -> tuple[float, ...]:
    """Return a value that is several numbers with commas between them.

    Raises
    ------
    RequestError
        When one of them is no number.
    """
    found = text_of(values, name)
    try:
        return tuple(float(part) for part in found.split(","))
    except ValueError:
        raise RequestError(
            f"“{found}” is not a list of numbers: write them with commas between, such as"
            " 0,100,200."
        ) from None
