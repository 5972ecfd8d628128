"""Every question as a command, made from its choices when it is called for."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from mapper.cli.arguments import Asked, Comments, Forms, TableOut, shared_arguments, taking
from mapper.cli.saying import mannered
from mapper.questions.registry import NAMES, QUESTIONS, module_of

if TYPE_CHECKING:
    from mapper.questions.choices import Choice
    from mapper.questions.question import Question

METAVARS = {"day": "DATE", "window": "FIRST:LAST", "numbers": "NUMBERS"}
_SEVERAL = {"names", "hotspots"}
_SHORT = 45  # characters of help beside a command's name


class ListedCommand(TyperCommand):
    """A question as the list of commands shows it, before anything of it is loaded."""

    def get_short_help_str(self, limit: int = _SHORT) -> str:
        """Return the first line of its module."""
        import pydoc
        import textwrap

        from mapper import questions

        file = Path(questions.__path__[0]) / f"{module_of(str(self.name))}.py"
        return textwrap.shorten(pydoc.synopsis(str(file)) or "", limit, placeholder=" ...")


class QuestionGroup(TyperGroup):
    """A group of commands with every question among them; only the one that is run is loaded."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        for name in NAMES:
            self.add_command(ListedCommand(name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that some arguments begin with; a question's own is made now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in NAMES:
            command = command_of(QUESTIONS[str(name)])
        return name, command, rest


def command_of(question: "Question") -> TyperCommand:
    """Return the command of a question."""

    def run(
        asked: Asked, out: Path, forms: str = "", *, csv_comments: bool = False, **options: Any
    ) -> None:
        from mapper.cli.asking import ask

        ask(asked, out, question, options, forms=forms, comments=csv_comments)

    own = [_parameter(one) for one in question.choices.known().values()]
    first = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint)
        for name, hint in (("asked", Asked), ("out", TableOut))
    ]
    last = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, default, hint in (("forms", "", Forms), ("csv_comments", False, Comments))
    ]
    run.__signature__ = inspect.Signature([*first, *own, *last])  # type: ignore[attr-defined] # typer reads it
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(question.id, help=question.help)(mannered(taking(shared_arguments)(run)))
    made: TyperCommand = get_command(alone)  # type: ignore[assignment] # one command is no group
    return made


def _parameter(one: "Choice") -> inspect.Parameter:
    """Return the option of a choice."""
    told = one.help or one.label
    if one.range:
        told = f"{told.removesuffix('.')}, {one.range}."
    option = typer.Option(one.option, metavar=METAVARS.get(one.kind), help=told)
    return inspect.Parameter(
        one.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if one.required else _default(one),
        annotation=Annotated[_type(one), option],
    )


def _type(one: "Choice") -> Any:
    """Return the type of an option; the choices themselves check what is typed."""
    if one.kind == "choice" and one.closed:
        return Literal[tuple(one.of)]
    if one.kind in _SEVERAL:
        return list[str]
    if one.kind == "places":
        return list[Path]
    plain: Any = {"whole": int, "number": float, "flag": bool}.get(one.kind, str)
    return plain | None if one.optional else plain


def _default(one: "Choice") -> Any:
    """Return what an option is when it is not typed."""
    if one.kind in _SEVERAL or one.kind == "places":
        return []
    return one.shown
