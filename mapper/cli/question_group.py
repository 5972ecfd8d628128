"""Commands that are made when they are called for: the questions, and others that ask of files."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from mapper.base.errors import EngineError
from mapper.base.validation import in_words
from mapper.cli.file_arguments import (
    Comments,
    EngineName,
    Forms,
    Readers,
    Scheduler,
    TableOut,
    Workers,
)
from mapper.cli.saying import mannered
from mapper.questions.registry import NAMES, QUESTIONS, module_of

if TYPE_CHECKING:
    from mapper.questions.question import Question

_OWN = ("hotspots", "dossier")  # each is the function ``run`` of the module of its name
_LAST = (
    ("audience", "operational", Readers),
    ("forms", "", Forms),
    ("csv_comments", False, Comments),
)
_ENGINE = (("engine", "here", EngineName), ("scheduler", "", Scheduler), ("workers", None, Workers))
_SHORT = 45  # characters of help beside a command's name


class ListedCommand(TyperCommand):
    """A question as the list of commands shows it, before anything of it is loaded."""

    def get_short_help_str(self, limit: int = _SHORT) -> str:
        """Return the first line of its module."""
        import pydoc
        import textwrap

        from mapper import questions

        name, folder = str(self.name), Path(questions.__path__[0])
        own = Path(__file__).with_name(f"{name}.py")
        file = own if name in _OWN else folder / f"{module_of(name)}.py"
        return textwrap.shorten(pydoc.synopsis(str(file)) or "", limit, placeholder=" ...")


class QuestionGroup(TyperGroup):
    """A group of commands with every question among them; only the one that is run is loaded."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        for name in (*_OWN, *NAMES):
            self.add_command(ListedCommand(name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that some arguments begin with; a question's own is made now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in _OWN:
            run = import_module(f"mapper.cli.{name}").run
            command = _command(str(name), run, inspect.getdoc(run))
        elif name in NAMES:
            question = QUESTIONS[str(name)]
            if any(word.startswith("--engine") for word in rest) and not question.counts_are_enough:
                raise EngineError(_refusal(str(name)))
            command = command_of(question)
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what is missing is told with what it is for, a wrong value plainly."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                error.message = in_words(error.__cause__.errors()[0]).rstrip(".") + "."
            error.message = error.message or getattr(error.param, "help", "") or ""
            raise


def _refusal(name: str) -> str:
    """Return why workers do not count for a question, and for what they do."""
    others = ", ".join(each for each, one in QUESTIONS.items() if one.counts_are_enough)
    return (
        f"mapper {name} looks at single rows, which workers do not hand over: leave --engine out."
        f" It is for mapper hotspots, for {others}, and for job files with these questions alone."
    )


def command_of(question: "Question") -> TyperCommand:
    """Return the command of a question."""
    from mapper.cli.arguments import CommandRequest, parameter

    def run(
        asked: CommandRequest,
        out: Path,
        forms: str = "",
        audience: str = "operational",
        *,
        csv_comments: bool = False,
        engine: str = "here",
        scheduler: str = "",
        workers: int | None = None,
        **options: Any,
    ) -> None:
        from mapper.cli.asking import ask
        from mapper.cli.engine import Engine

        counting = Engine(engine, scheduler, workers)
        told: dict[str, Any] = {"forms": forms, "comments": csv_comments, "audience": audience}
        ask(asked, out, question, options, engine=counting, **told)

    own = [parameter(one) for one in question.choices.known().values()]
    first = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint)
        for name, hint in (("asked", CommandRequest), ("out", TableOut))
    ]
    last = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, default, hint in (*_LAST, *(_ENGINE if question.counts_are_enough else ()))
    ]
    run.__signature__ = inspect.Signature([*first, *own, *last])  # type: ignore[attr-defined] # typer reads it
    return _command(question.id, run, question.help)


def _command(name: str, run: Callable[..., None], words: str | None) -> TyperCommand:
    """Return a function that takes what is asked of which files as a command."""
    from mapper.cli.arguments import taking

    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name, help=words)(mannered(taking(run)))
    made: TyperCommand = get_command(alone)  # type: ignore[assignment] # one command is no group
    return made
