"""The ``when`` of a rule: which columns a lens may test, and how.

Flags are tested for true or false; columns of repeated words for a value, a list of values, a
part of the text, or being filled in at all. References, UPRNs, times and coordinates cannot be
tested: a lens speaks of kinds of incident, never of one incident, one home or one person.
"""

from mapper.base.tables import FLAG_COLUMNS, INCIDENT_COLUMNS, OPTIONAL_INCIDENT_COLUMNS
from mapper.lenses.lens import Condition
from mapper.lenses.part import Part, quoted

ALWAYS = "always"
FLAGS = frozenset(FLAG_COLUMNS)
_ALL = {**INCIDENT_COLUMNS, **OPTIONAL_INCIDENT_COLUMNS}
# ``source`` and ``precision`` say how the data came, not what happened.
WORDS = frozenset(name for name, dtype in _ALL.items() if dtype == "category") - {
    "source",
    "precision",
}
TESTABLE = tuple(name for name in _ALL if name in FLAGS | WORDS)


def conditions_of(part: Part, *, may_be_always: bool) -> tuple[Condition, ...]:
    """Return the conditions of a rule's ``when``; none means that every incident meets it."""
    when = part.table.get("when")
    if when == ALWAYS and may_be_always:
        return ()
    if not isinstance(when, dict) or not when:
        always = f', or when = "{ALWAYS}" for every incident' if may_be_always else ""
        part.fault(
            f'`when` is missing or empty. Write when = {{ column = "value" }}{always}.',
            at="when",
        )
        return ()
    found = (_condition(part, column, value) for column, value in when.items())
    return tuple(condition for condition in found if condition is not None)


def _condition(part: Part, column: str, value: object) -> Condition | None:
    if column in FLAGS:
        return _flag_condition(part, column, value)
    if column in WORDS:
        return _words_condition(part, column, value)
    if column in _ALL:
        part.fault(
            f"a lens cannot test {quoted(column)}."
            f" Test a flag or one of {', '.join(sorted(WORDS))}.",
            at=column,
            or_at="when",
        )
    else:
        part.unknown_column(column, TESTABLE, at=column)
    return None


def _flag_condition(part: Part, column: str, value: object) -> Condition | None:
    if isinstance(value, bool):
        return (column, "is", value)
    part.fault(
        f"{column} is yes or no. Write {column} = true or {column} = false.",
        at=column,
        or_at="when",
    )
    return None


def _words_condition(part: Part, column: str, value: object) -> Condition | None:
    """Return the condition on a column of words, its values cleaned."""
    called = f"the value of {column}"
    match value:
        case str():
            return (column, "is", part.clean_text(value, called=called, at=column))
        case [_, *_]:
            return (
                column,
                "in",
                tuple(part.clean_text(one, called=called, at=column) for one in value),
            )
        case {"contains": str(words), **rest} if not rest:
            return (column, "contains", part.clean_text(words, called=called, at=column))
        case {"present": bool(present), **rest} if not rest:
            return (column, "present", present)
    part.fault(
        f'{column} holds words. Write {column} = "value", {column} = ["one", "other"],'
        f' {column} = {{ contains = "part" }} or {column} = {{ present = true }}.',
        at=column,
        or_at="when",
    )
    return None
