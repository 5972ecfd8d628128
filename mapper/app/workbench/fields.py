"""The fields of a question's form, made from its choices, and the choices from what was filled in.

The values of a form are plain JSON (text, numbers, yes or no, lists of text), so that a run can be
kept, compared and asked again as it was. A file is its name and its text.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from mapper.analysis.request import AnalysisRequest
from mapper.base.choices import Choice
from mapper.base.errors import RequestError
from mapper.context.places import Places
from mapper.questions.choices import Choices
from mapper.questions.question import Question

Value = str | int | float | bool | list[str] | None
Values = Mapping[str, Value]
Days = tuple[date, date]


def fields_of(question: Question) -> tuple[Choice, ...]:
    """Return the fields of a question's form: its choices, and which way to ask it."""
    ways = question.choices.WAYS
    fields: list[Choice] = []
    for one in question.choices.known().values():
        way = ways.of(one.name) if ways else None
        if ways and way:
            if not any(field.name == ways.name for field in fields):
                fields.append(_which_way(question))
            if one.kind != "flag":  # a way that is but a flag has nothing more to ask
                fields.append(replace(one, when=(ways.name, way)))
        elif one.kind != "places":  # asked for below the form, as files
            fields.append(one)
    return tuple(fields)


def _which_way(question: Question) -> Choice:
    """Return the field that asks which of several ways is meant."""
    ways = question.choices.WAYS
    assert ways is not None  # noqa: S101 - its only caller has looked
    titles = {name: way.title for name, way in ways.ways.items()}
    first = next(iter(titles))
    return Choice(ways.name, ways.label, "choice", first, optional=False, of=titles)


def relevant_fields(question: Question, values: Values) -> tuple[Choice, ...]:
    """Return the fields that matter beside the values given."""
    return tuple(
        one
        for one in fields_of(question)
        if one.when is None or values.get(one.when[0]) == one.when[1]
    )


def defaults(question: Question, days: Days) -> dict[str, Value]:
    """Return the value of each field before anybody changes it."""
    return {one.name: default_of(one, days) for one in fields_of(question)}


def settled(question: Question, values: Values, days: Days) -> dict[str, Value]:
    """Return the values that are asked with: of the fields that matter, defaults elsewhere."""
    known = {**defaults(question, days), **values}
    return {one.name: known[one.name] for one in relevant_fields(question, known)}


def default_of(one: Choice, days: Days) -> Value:
    """Return a field's first value; windows and days are those of the data."""
    first, last = days
    middle = min(first + (last - first) / 2 + timedelta(days=1), last)
    if middle.replace(day=1) > first:  # data that knows months only must not be cut inside one
        middle = middle.replace(day=1)
    stands: dict[str, str] = {
        "middle": middle.isoformat(),
        "first half": f"{first}:{middle - timedelta(days=1)}",
        "second half": f"{middle}:{last}",
    }
    if one.proposed:
        return stands[one.proposed]
    if one.kind in {"names", "hotspots"}:
        return []
    found: Value = one.shown
    return found


def choices_of(question: Question, values: Values, places: Places | None = None) -> Choices:
    """Return the choices that the values of a form stand for.

    Raises
    ------
    MapperError
        When they cannot be used.
    """
    fields = {one.name: one for one in relevant_fields(question, values)}
    given: dict[str, Any] = {
        name: values[name]
        for name, one in fields.items()
        if name in values and (one.optional or not (values[name] is None or values[name] == ""))
    }
    known = question.choices.known()
    if ways := question.choices.WAYS:
        way = ways.ways[str(given.pop(ways.name))]
        given |= {name: True for name in way.choices if known[name].kind == "flag"}
        lacking = [name for name in way.choices if not given.get(name)]
        if lacking:
            told = " and ".join(f"{{{name}}}" for name in lacking)
            raise RequestError(
                f"{told}: nothing is chosen. Choose, or ask another way.", names=lacking
            )
    if "places" in known:
        given["places"] = places
    return question.choices.given(given)


def called_by(question: Question) -> Callable[[str], str]:
    """Return how the form calls a parameter."""
    known = {**AnalysisRequest.known(), **question.choices.known()}
    files = {"mapping": "a column mapping"}

    def call(name: str) -> str:
        label = known[name].label if name in known else files.get(name, name.replace("_", " "))
        return f"“{label}”"

    return call
