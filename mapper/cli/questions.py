"""The questions as commands; each imports what it needs when it runs."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.cli.arguments import Asked, TableOut, shared_arguments, taking
from mapper.questions import definitions

if TYPE_CHECKING:
    from mapper.files import Progress
    from mapper.finding import Finding
    from mapper.study import Study

questions = typer.Typer(rich_markup_mode=None)
shared = taking(shared_arguments)


@questions.command(help=definitions.SIGNALS.help)
@shared
def signals(
    asked: Asked,
    out: TableOut,
    by: Annotated[
        Literal["cell", "place"], typer.Option(help="Rows: cells, or hot spots and single places.")
    ] = "cell",
    with_lens: Annotated[
        str | None, typer.Option(help="A second lens: what lies around, and where both meet.")
    ] = None,
) -> None:
    """Answer the four questions for every cell or place."""
    from mapper.cli.asking import ask, through_lens
    from mapper.lenses.load import load_lens

    second = load_lens(with_lens) if with_lens else None

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.signals import ask_signals

        progress("Testing four signals", 0.1)
        other = through_lens(study, second) if second else None
        return ask_signals(study, by=by, other=other)

    ask(asked, out, answer)
