"""Forms: which fields a record has, what each is for, and what an answer looks like.

A form is a TOML file in ``forms``, with guidance beside every field. The answers to it, its
content, are plain JSON: a mapping from field id to text, a list or a mapping by the field's kind.
Empty answers are left out, so that two contents are equal exactly when they say the same.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from mapper.records.agencies import Agency, agencies

Content = Mapping[str, Any]
RecordKind = Literal[
    "assessment", "plan", "campaign", "intervention", "evaluation", "meeting", "phase"
]
FieldKind = Literal[
    "line",  # one line of text
    "text",  # free text
    "date",  # "2026-03-01"
    "choice",  # one of the options
    "several",  # a list of options, or of any words where the field is open
    "weights",  # {option: {"weight": 0 to 3, "why": text}}
    "cells",  # a list of H3 strings
    "rows",  # a list of mappings from column id to a line, text, date, choice, number or cells
    "data",  # filled in by the program
]
RECORD_KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
HEAVIEST = 3  # of a context: the harm would not happen without it

_FOLDER = Path(__file__).parent / "forms"


@dataclass(frozen=True)
class FieldColumn:
    """One column of a field of rows."""

    id: str
    label: str
    kind: Literal["line", "text", "date", "choice", "number", "cells"]
    options: tuple[str, ...] = ()
    earlier: Mapping[str, str] = field(
        default_factory=dict
    )  # words of earlier forms, and the option each stands for
    required: bool = False  # a row without it is no row yet
    inside: bool = False  # never shown to partner agencies


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    id: str
    label: str
    kind: FieldKind
    guidance: str  # what a good answer holds, in plain words
    required: bool = False  # said to be unanswered for as long as it is
    options: tuple[str, ...] = ()
    columns: tuple[FieldColumn, ...] = ()
    item: str = "row"  # what one row is called
    open: bool = False  # more than the options may be chosen
    earlier: Mapping[str, str] = field(default_factory=dict)
    required_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by field: answers

    def is_required(self, content: Content) -> bool:
        """Tell whether content has to answer this field."""
        return self.required or any(
            content.get(name) in values for name, values in self.required_when.items()
        )


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    theme: str = ""  # of serious case reviews, as people name it


@dataclass(frozen=True)
class Form:
    """The fields of one kind of record."""

    id: RecordKind
    version: int
    title: str
    purpose: str
    sections: tuple[Section, ...]
    complete: bool = False  # a person saves it with every required answer, or not at all
    by_id: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fields = {one.id: one for section in self.sections for one in section.fields}
        object.__setattr__(self, "by_id", MappingProxyType(fields))

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in their order."""
        return tuple(self.by_id.values())

    def unanswered(self, content: Content) -> tuple[Field, ...]:
        """Return the fields that should have an answer and have none."""
        return tuple(
            one for one in self.fields if one.is_required(content) and not content.get(one.id)
        )

    def gaps(self, content: Content) -> tuple[str, ...]:
        """Name what is to be answered: fields, and required columns of rows that were begun."""
        rows = [
            f"{one.item} {number}: {column.label}"
            for one in self.fields
            for number, row in enumerate(content.get(one.id) or (), start=1)
            for column in one.columns
            if column.required and not row.get(column.id)
        ]
        return (*(one.label for one in self.unanswered(content)), *rows)


def load_form(kind: RecordKind) -> Form:
    """Return the form of a kind of record, with the agencies that are known now.

    Raises
    ------
    RecordsError
        When the installation's own file of agencies cannot be read.
    """
    return _load(kind, agencies())


@cache
def _load(kind: RecordKind, known: tuple[Agency, ...]) -> Form:
    """Return the form of a kind of record, read once."""
    with (_FOLDER / f"{kind}.toml").open("rb") as file:
        read = tomllib.load(file)
    sections = tuple(
        Section(
            part["title"],
            tuple(_field(one, known) for one in part["field"]),
            theme=part.get("theme", ""),
        )
        for part in read["section"]
    )
    return Form(
        read["id"],
        read["version"],
        read["title"],
        read["purpose"],
        sections,
        complete=read.get("complete", False),
    )


def _field(read: Mapping[str, Any], known: tuple[Agency, ...]) -> Field:
    """Return a field as its file describes it."""
    columns = tuple(
        FieldColumn(
            one["id"],
            one["label"],
            one["kind"],
            **dict(_choices(one, known)),
            **{name: one[name] for name in ("required", "inside") if name in one},
        )
        for one in read.get("column", ())
    )
    plain = {name: read[name] for name in ("required", "item", "open") if name in read}
    when = {name: tuple(values) for name, values in read.get("required_when", {}).items()}
    return Field(
        id=read["id"],
        label=read["label"],
        kind=read["kind"],
        guidance=read["guidance"],
        columns=columns,
        required_when=MappingProxyType(when),
        **dict(_choices(read, known)),
        **plain,
    )


def _choices(read: Mapping[str, Any], known: tuple[Agency, ...]) -> Iterator[tuple[str, Any]]:
    """Yield the options of a field or column, and earlier words for them."""
    if read.get("from") == "agencies":
        yield "options", tuple(one.name for one in known)
        yield "earlier", MappingProxyType({word: one.name for one in known for word in one.was})
    else:
        yield "options", tuple(read.get("options", ()))
