"""The questions about places as commands; each imports what it needs when it runs."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.cli.arguments import Asked, Seed, TableOut, day, shared_arguments, taking
from mapper.questions import definitions

if TYPE_CHECKING:
    from mapper.analysis.study import Study
    from mapper.base.files import Progress
    from mapper.questions.finding import Finding

questions = typer.Typer(rich_markup_mode=None)
shared = taking(shared_arguments)


@questions.command(help=definitions.ACCURACY.help)
@shared
def accuracy(
    asked: Asked,
    out: TableOut,
    test_from: Annotated[
        datetime | None, day("--test-from", "First month to test; by default the newest twelve.")
    ] = None,
    design: Annotated[
        Literal["single", "rolling"], typer.Option(help="Train once, or move on.")
    ] = "single",
    train_months: Annotated[
        int | None, typer.Option(help="Months to train on; all before the test by default.")
    ] = None,
    test_months: Annotated[int, typer.Option(min=1, help="Months in a rolling test.")] = 1,
    replicates: Annotated[int, typer.Option(min=1, help="Of the bootstrap.")] = 1000,
    seed: Seed = 1,
) -> None:
    """Measure every ranking on later months."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.accuracy import ask_accuracy
        from mapper.statistics.accuracy import Trial

        return ask_accuracy(
            study,
            test_from=test_from.date() if test_from else None,
            design=design,
            train_months=train_months,
            test_months=test_months,
            trial=Trial(replicates=replicates, seed=seed),
            progress=progress,
        )

    ask(asked, out, answer)


@questions.command(help=definitions.ROBUSTNESS.help)
@shared
def robustness(
    asked: Asked,
    out: TableOut,
    table: Annotated[
        Literal["hotspots", "settings", "choices"], typer.Option(help="Which table.")
    ] = "hotspots",
    replicates: Annotated[int, typer.Option(min=1, help="Of the bootstrap of ranks.")] = 1000,
    seed: Seed = 1,
) -> None:
    """Follow every hot spot through hundreds of other settings."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.robustness import areas_needed, ask_robustness

        areas = areas_needed(study, asked.request.area)
        return ask_robustness(
            study, areas=areas, table=table, replicates=replicates, seed=seed, progress=progress
        )

    ask(asked, out, answer)


@questions.command(help=definitions.EVALUATE.help)
@shared
def evaluate(
    asked: Asked,
    out: TableOut,
    before: Annotated[str, typer.Option(metavar="FIRST:LAST", help="Days before the action.")],
    after: Annotated[str, typer.Option(metavar="FIRST:LAST", help="Days after it began.")],
    cell: Annotated[list[str] | None, typer.Option(help="H3 cell acted on; repeat.")] = None,
    hotspot: Annotated[
        list[str] | None, typer.Option(help="Id of a hot spot of the days before; repeat.")
    ] = None,
    buffer_cell: Annotated[
        list[str] | None, typer.Option(help="Buffer cell by hand; repeat.")
    ] = None,
    buffer_from: Annotated[int, typer.Option(help="First step of the buffer.")] = 1,
    buffer_to: Annotated[int, typer.Option(help="Last step of the buffer.")] = 2,
    control_cell: Annotated[
        list[str] | None, typer.Option(help="Control cell by hand; repeat.")
    ] = None,
    controls: Annotated[int, typer.Option(help="Controls suggested for each cell.")] = 1,
    control_buffer: Annotated[
        bool, typer.Option("--control-buffer", help="Rings around controls, beside the buffer.")
    ] = False,
    table: Annotated[Literal["figures", "cells"], typer.Option(help="Which table.")] = "figures",
    confidence: Annotated[float, typer.Option(help="Of each interval.")] = 0.95,
) -> None:
    """Compare places acted on with places left alone."""
    from mapper.cli.asking import ask_by as ask
    from mapper.questions.action import Action
    from mapper.questions.windows import window_of

    action = Action(
        before=window_of(before),
        after=window_of(after),
        cells=tuple(cell or ()),
        hotspots=tuple(hotspot or ()),
        buffer=tuple(buffer_cell or ()),
        buffer_rings=(buffer_from, buffer_to),
        control=tuple(control_cell or ()),
        controls_each=controls,
        control_buffer=control_buffer,
    )

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.evaluate import ask_evaluate

        return ask_evaluate(study, action=action, table=table, confidence=confidence)

    ask(asked, out, answer)


@questions.command(help=definitions.PROACTIVITY.help)
@shared
def proactivity(
    asked: Asked,
    out: TableOut,
    table: Annotated[
        Literal["hotspots", "hot-cells", "areas"], typer.Option(help="Which table.")
    ] = "hotspots",
) -> None:
    """Compare the map with and without police-generated incidents."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.proactivity import ask_proactivity

        return ask_proactivity(study, table=table, progress=progress)

    ask(asked, out, answer)


@questions.command(help=definitions.DESCRIBE.help)
@shared
def describe(
    asked: Asked,
    out: TableOut,
    table: Annotated[
        Literal["figures", "cells", "shapes"], typer.Option(help="Which table.")
    ] = "figures",
    scheme: Annotated[
        Literal["quantiles", "natural", "head-tail", "equal"], typer.Option(help="Of the classes.")
    ] = "quantiles",
    classes: Annotated[int, typer.Option(help="Classes of a map.")] = 5,
    metres: Annotated[float, typer.Option(help="Reach of neighbours in a shape.")] = 200.0,
    fewest: Annotated[int, typer.Option(help="Incidents that make a shape.")] = 10,
    seed: Seed = 0,
) -> None:
    """Describe the whole map."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.describe import ask_describe

        return ask_describe(
            study,
            table=table,
            scheme=scheme,
            classes=classes,
            metres=metres,
            fewest=fewest,
            seed=seed,
        )

    ask(asked, out, answer)
