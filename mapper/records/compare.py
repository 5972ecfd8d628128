"""What differs between two contents, field by field, and how two people's work is put together.

Three contents meet when two people worked at once: the base both started from, the one that was
saved meanwhile, and the own one. A field that only one of them changed needs no choice; where
both changed it, a person chooses, and nothing is chosen for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mapper.base.errors import RecordsError
from mapper.records.content import in_words, tidy
from mapper.records.form import Content, Field, Form

Side = Literal["theirs", "mine"]


@dataclass(frozen=True)
class Difference:
    """One field that differs between two contents."""

    field: Field
    before: str  # in words, empty where it was not answered
    after: str


@dataclass(frozen=True)
class Clash:
    """One field in which the text saved meanwhile and the own one differ."""

    field: Field
    base: str  # in words
    theirs: str
    mine: str
    changed_by: Literal["theirs", "mine", "both"]


def compare(form: Form, before: Content, after: Content) -> tuple[Difference, ...]:
    """Return the fields that differ, in the form's order."""
    return tuple(
        Difference(field, in_words(field, before.get(name)), in_words(field, after.get(name)))
        for name, field in form.by_id.items()
        if before.get(name) != after.get(name)
    )


def clashes(form: Form, *, base: Content, theirs: Content, mine: Content) -> tuple[Clash, ...]:
    """Return the fields in which what was saved meanwhile differs from the own content."""
    return tuple(
        Clash(
            field,
            in_words(field, base.get(name)),
            in_words(field, theirs.get(name)),
            in_words(field, mine.get(name)),
            _changed_by(base.get(name), theirs.get(name), mine.get(name)),
        )
        for name, field in form.by_id.items()
        if theirs.get(name) != mine.get(name)
    )


def merge(
    form: Form,
    *,
    base: Content,
    theirs: Content,
    mine: Content,
    choices: Mapping[str, Side],
) -> Content:
    """Return one content from two: who alone changed a field decides it, else the choice made.

    Parameters
    ----------
    choices
        By field id, for every field that both changed; others may be chosen too.

    Raises
    ------
    RecordsError
        Naming the fields that both changed and nobody chose.
    """
    merged: dict[str, Any] = dict(mine)
    open_fields = []
    for clash in clashes(form, base=base, theirs=theirs, mine=mine):
        name = clash.field.id
        side = choices.get(name) or (None if clash.changed_by == "both" else clash.changed_by)
        if side is None:
            open_fields.append(clash.field.label)
        elif side == "theirs":
            merged[name] = theirs.get(name)
    if open_fields:
        raise RecordsError(
            f"Both of you changed: {', '.join(open_fields)}. Choose one text for each of them."
        )
    return tidy(form, merged)


def _changed_by(base: Any, theirs: Any, mine: Any) -> Literal["theirs", "mine", "both"]:
    """Tell who changed a field in which two contents differ."""
    if base == mine:
        return "theirs"
    return "mine" if base == theirs else "both"
