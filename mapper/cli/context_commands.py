"""Questions about the context of places as commands; each imports what it needs when it runs."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.cli.arguments import (
    Asked,
    Every,
    Mapping,
    Paths,
    Repair,
    TableOut,
    shared_arguments,
    taking,
)
from mapper.questions import place_definitions as definitions

if TYPE_CHECKING:
    from mapper.analysis.study import Study
    from mapper.base.files import Progress
    from mapper.questions.finding import Finding

context_commands = typer.Typer(rich_markup_mode=None)
shared = taking(shared_arguments)

Hotspot = Annotated[str | None, typer.Option(help="Id of one hot spot; every one otherwise.")]
Cell = Annotated[str | None, typer.Option(help="One H3 cell in place of hot spots.")]
PlaceFiles = Annotated[
    list[Path] | None, typer.Option("--places", help="File of places near; repeat for several.")
]
By = Annotated[
    Literal["area", "district", "ward", "hotspot"], typer.Option(help="What the rows are.")
]


@context_commands.command(help=definitions.CONTEXT.help)
@shared
def context(
    asked: Asked,
    out: TableOut,
    places: Annotated[list[Path], typer.Option(help="File of places near; repeat for several.")],
    hotspot: Hotspot = None,
    cell: Cell = None,
    reach: Annotated[int, typer.Option(help="Rings of cells around that are counted.")] = 3,
) -> None:
    """Say what surrounds hot spots or a cell."""
    from mapper.cli.asking import ask_by as ask
    from mapper.context.place_files import read_all_places

    near = read_all_places(places)

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.near import context_finding

        return context_finding(study, near, hotspot=hotspot, cell=cell, rings=reach)

    ask(asked, out, answer)


@context_commands.command(help=definitions.SIGNATURE.help)
@shared
def signature(asked: Asked, out: TableOut, hotspot: Hotspot = None, cell: Cell = None) -> None:
    """Say which indicators drive hot spots or a cell."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.signature import signature_finding

        return signature_finding(study, hotspot=hotspot, cell=cell)

    ask(asked, out, answer)


@context_commands.command(help=definitions.CHILDREN.help)
@shared
def children(asked: Asked, out: TableOut, by: By = "district") -> None:
    """Count domestic abuse with children."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.children import children_finding

        return children_finding(study, by=by)

    ask(asked, out, answer)


@context_commands.command(help=definitions.CORRIDORS.help)
@shared
def corridors(
    asked: Asked,
    out: TableOut,
    places: PlaceFiles = None,
    ends: Annotated[int, typer.Option(help="H3 resolution of the cells at the ends.")] = 7,
    between: Annotated[
        Literal["cells", "districts"],
        typer.Option(help="Cells and travel hubs, or districts: those partners may see."),
    ] = "cells",
) -> None:
    """Count where missing people went from and were found."""
    from mapper.cli.asking import ask_by as ask
    from mapper.context.place_files import read_all_places

    near = read_all_places(places) if places else None

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.corridor_totals import corridor_totals_finding
        from mapper.questions.corridors import corridors_finding

        if between == "districts":
            return corridor_totals_finding(study)
        return corridors_finding(study, places=near, resolution=ends)

    ask(asked, out, answer)


@context_commands.command(help=definitions.SHIFT.help)
@shared
def shifts(asked: Asked, out: TableOut, by: By = "hotspot") -> None:
    """Add the week clock up to shifts."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.week import shift_finding

        return shift_finding(study, by=by)

    ask(asked, out, answer)


@context_commands.command(help=definitions.DAYS.help)
@shared
def days(
    asked: Asked,
    out: TableOut,
    by: By = "hotspot",
    school_days: Annotated[
        Path | None, typer.Option(help="School and pay days (TOML) other than those shipped.")
    ] = None,
) -> None:
    """Set holidays against school days and pay days against others."""
    from mapper.cli.asking import ask_by as ask
    from mapper.context.school_days import read_school_days

    calendar = read_school_days(school_days) if school_days else None

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.week import days_finding

        return days_finding(study, by=by, calendar=calendar)

    ask(asked, out, answer)


@context_commands.command(help=definitions.PHASES.help)
@shared
def phases(
    asked: Asked,
    out: TableOut,
    rules: Annotated[
        Path | None, typer.Option(help="Phase rules (TOML) other than those shipped.")
    ] = None,
    places: PlaceFiles = None,
    every: Every = "month",
) -> None:
    """Suggest a prevention phase for every hot spot."""
    from mapper.cli.asking import ask_by as ask
    from mapper.context.phases import read_phase_rules
    from mapper.context.place_files import read_all_places

    table = read_phase_rules(rules) if rules else None
    near = read_all_places(places) if places else None

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.phases import phase_finding

        return phase_finding(study, rules=table, places=near, every=every)

    ask(asked, out, answer)


@context_commands.command()
def sinks(
    paths: Paths,
    out: Annotated[
        Path | None, typer.Option(help="Write a file of choices (TOML) here, to be edited.")
    ] = None,
    mapping: Mapping = None,
    repair_swapped: Repair = False,  # noqa: FBT002 - one argument an option
) -> None:
    """List points that hold an outlying share of incidents, before any map is drawn."""
    from mapper.cli.sinks import run

    run(paths, out=out, mapping=mapping, repair_swapped=repair_swapped, today=date.today())  # noqa: DTZ011 - the user's own day
