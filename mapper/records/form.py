"""Forms: which fields a record has, what each is for, and what an answer looks like.

A form is a TOML file in ``forms``, with guidance beside every field. The answers to it, its
content, are plain JSON: a mapping from field id to text, a list or a mapping by the field's kind.
Empty answers are left out, so that two contents are equal exactly when they say the same.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

Content = Mapping[str, Any]
RecordKind = Literal["assessment", "plan", "intervention", "evaluation", "meeting", "phase"]
FieldKind = Literal[
    "line",  # one line of text
    "text",  # free text
    "date",  # "2026-03-01"
    "choice",  # one of the options
    "several",  # a list of options, or of any words where the field is open
    "weights",  # {option: {"weight": 0 to 3, "why": text}}
    "cells",  # a list of H3 strings
    "rows",  # a list of mappings from column id to a line, text, date or choice
    "data",  # filled in by the program
]
RECORD_KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
HEAVIEST = 3  # of a context: the harm would not happen without it

_FOLDER = Path(__file__).parent / "forms"


@dataclass(frozen=True)
class Column:
    """One column of a field of rows."""

    id: str
    label: str
    kind: Literal["line", "text", "date", "choice"]
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    id: str
    label: str
    kind: FieldKind
    guidance: str  # what a good answer holds, in plain words
    required: bool = False  # said to be unanswered for as long as it is
    options: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    item: str = "row"  # what one row is called
    open: bool = False  # more than the options may be chosen


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """The fields of one kind of record."""

    id: RecordKind
    version: int
    title: str
    purpose: str
    sections: tuple[Section, ...]
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
        return tuple(one for one in self.fields if one.required and not content.get(one.id))


@cache
def load_form(kind: RecordKind) -> Form:
    """Return the form of a kind of record."""
    with (_FOLDER / f"{kind}.toml").open("rb") as file:
        read = tomllib.load(file)
    sections = tuple(
        Section(part["title"], tuple(_field(one) for one in part["field"]))
        for part in read["section"]
    )
    return Form(read["id"], read["version"], read["title"], read["purpose"], sections)


def _field(read: Mapping[str, Any]) -> Field:
    """Return a field as its file describes it."""
    columns = tuple(
        Column(one["id"], one["label"], one["kind"], tuple(one.get("options", ())))
        for one in read.get("column", ())
    )
    plain = {name: read[name] for name in ("required", "item", "open") if name in read}
    return Field(
        id=read["id"],
        label=read["label"],
        kind=read["kind"],
        guidance=read["guidance"],
        options=tuple(read.get("options", ())),
        columns=columns,
        **plain,
    )
