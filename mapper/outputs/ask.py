"""Every question of the command line for a notebook: ``mapper.ask.concentration(result)``."""

import difflib
import inspect
from collections.abc import Callable
from typing import Any

from mapper.base.choices import Choice
from mapper.base.errors import RequestError
from mapper.disclosure.nearest_table import table_asked
from mapper.outputs.notebook import Answer, Result
from mapper.questions.question import Question
from mapper.questions.registry import NAMES, QUESTIONS


class AskedByName:
    """Every question by name; its choices are keywords, as they are options of its command.

    Parameters
    ----------
    result
        First and alone by its place, from :func:`mapper.analyse`.
    choices
        By name: ``help(mapper.ask.concentration)`` tells those of a question, with their ranges.

    Returns
    -------
    Answer
        ``table`` has one row for each thing the answer is about; docs/commands.md tells columns.

    Raises
    ------
    RequestError
        When there is no such choice, or it cannot be used.
    MapperError
        When the question cannot be asked of this data.

    Notes
    -----
    Each question names its source: ``mapper.ask.concentration.__doc__``.

    Examples
    --------
    >>> import mapper, numpy, pandas
    >>> frame = pandas.DataFrame({"when": pandas.date_range("2025-01-01", periods=90, freq="D")})
    >>> frame["lon"], frame["lat"] = numpy.linspace(-2.95, -2.93, 90), 53.4
    >>> incidents = mapper.from_frame(frame, when="when", longitude="lon", latitude="lat")
    >>> result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    >>> mapper.ask.concentration(result, table="lorenz").table.tail(1)
          cells  share_of_cells  share_of_incidents
    1215   1215             1.0                 1.0
    """

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        """Return what asks a question; its statistics are imported now."""
        question = name.replace("_", "-")
        if question not in NAMES:
            raise AttributeError(f"There is no question {name}. Ask one of {', '.join(dir(self))}.")
        return _asker(QUESTIONS[question])

    def __dir__(self) -> list[str]:
        """Return the names of the questions."""
        return [name.replace("-", "_") for name in NAMES]


def _asker(question: Question) -> Callable[..., Answer]:
    """Return the function that asks a question, its choices in its signature and its docstring."""

    def ask(result: Result, /, **choices: Any) -> Answer:
        if not isinstance(result, Result):
            raise RequestError(
                "A question is asked of what mapper.analyse returns, not of"
                f" {type(result).__name__}: call that first."
            )
        _refuse_unknown(question, choices)
        chosen = question.choices.given(choices)
        asked = table_asked(result.study, question, chosen, result=result.found)
        return Answer(asked.finding, asked)

    own = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.required else one.default,
        )
        for one in question.choices.known().values()
    ]
    first = inspect.Parameter("result", inspect.Parameter.POSITIONAL_ONLY)
    ask.__signature__ = inspect.Signature([first, *own])  # type: ignore[attr-defined] # for help()
    ask.__name__ = ask.__qualname__ = question.id.replace("-", "_")
    ask.__doc__ = _documented(question)
    return ask


def _refuse_unknown(question: Question, choices: dict[str, Any]) -> None:
    """Refuse a choice that the question does not have, naming the closest."""
    known = list(question.choices.known())
    for name in choices:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            told = ", ".join(known) or "none"
            raise RequestError(f"{question.title} has no choice {name}.{hint} It has {told}.")


def _documented(question: Question) -> str:
    """Return the docstring of a question, made of its words and its choices."""
    lines = [question.question, "", question.definition, "", "Parameters", "----------"]
    lines += ["result", "    From :func:`mapper.analyse`."]
    for one in question.choices.known().values():
        told = [one.help or f"{one.label}.", _allowed(one), one.range and f"{one.range}."]
        lines += [one.name, f"    {' '.join(part for part in told if part)}"]
    lines += ["", "Returns", "-------", "Answer", "    ``table`` holds it, ``notes`` what to know."]
    lines += ["", "Raises", "------", "MapperError", "    When it cannot be asked of this data."]
    return "\n".join([*lines, "", "Notes", "-----", question.source])


def _allowed(one: Choice) -> str:
    """Return the values that may be chosen, in words."""
    values = ", ".join(f"``{value}``" for value in one.of)
    return f"{'One of' if one.closed else 'Such as'} {values}." if values else ""


ask = AskedByName()
