"""The questions about time as commands; each imports what it needs when it runs."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.cli.arguments import (
    Asked,
    Every,
    Runs,
    Seed,
    TableOut,
    day,
    numbers,
    shared_arguments,
    taking,
)
from mapper.questions import definitions

if TYPE_CHECKING:
    from mapper.analysis.study import Study
    from mapper.base.files import Progress
    from mapper.questions.finding import Finding

time_questions = typer.Typer(rich_markup_mode=None)
shared = taking(shared_arguments)


@time_questions.command(help=definitions.PATTERNS.help)
@shared
def patterns(
    asked: Asked,
    out: TableOut,
    every: Every = "month",
    window: Annotated[
        int, typer.Option(help="Periods in the test of each, looking back only.")
    ] = 1,
    by: Annotated[
        Literal["hotspot", "cell"], typer.Option(help="Rows: hot spots, or cells.")
    ] = "hotspot",
) -> None:
    """Return the time pattern of hot spots or cells, and the phase it suggests."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.patterns import ask_patterns

        return ask_patterns(study, every=every, window=window, by=by)

    ask(asked, out, answer)


@time_questions.command(help=definitions.CHANGE.help)
@shared
def change(
    asked: Asked,
    out: TableOut,
    since: Annotated[
        datetime | None, day("--since", "From this day on, against as long before it.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="FIRST:LAST", help="Earlier window of days.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="FIRST:LAST", help="Later window of days.")
    ] = None,
    by: Annotated[
        Literal["cell", "hotspot", "ward", "district", "area"], typer.Option(help="Rows.")
    ] = "cell",
    confidence: Annotated[float, typer.Option(help="Of each interval.")] = 0.95,
) -> None:
    """Compare two windows of time, place by place."""
    from mapper.cli.asking import ask_by as ask
    from mapper.questions.windows import window_of

    windows = [window_of(text) if text else None for text in (before, after)]

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.change import ask_change

        return ask_change(
            study,
            since=since.date() if since else None,
            before=windows[0],
            after=windows[1],
            by=by,
            confidence=confidence,
        )

    ask(asked, out, answer)


@time_questions.command(help=definitions.SCAN.help)
@shared
def scan(
    asked: Asked,
    out: TableOut,
    every: Every = "month",
    chance: Annotated[
        Literal["permutation", "poisson"], typer.Option(help="What chance is taken to be.")
    ] = "permutation",
    look: Annotated[
        Literal["prospective", "retrospective"], typer.Option(help="Still going on, or ever.")
    ] = "prospective",
    windows: Annotated[
        Literal["discs", "circles"], typer.Option(help="H3 discs, or great circles in km.")
    ] = "discs",
    radius: Annotated[int, typer.Option(help="Steps of the largest disc.")] = 10,
    exposure: Annotated[
        Literal["residents", "demand"], typer.Option(help="What poisson expects by.")
    ] = "residents",
    longest: Annotated[int | None, typer.Option(help="Periods in the longest window.")] = None,
    largest_share: Annotated[float, typer.Option(help="Of all expected, in one place.")] = 0.5,
    fewest: Annotated[int, typer.Option(help="Incidents in a cluster.")] = 2,
    most: Annotated[int, typer.Option(help="Clusters to report.")] = 20,
    runs: Runs = 999,
    seed: Seed = 0,
) -> None:
    """Search every disc and interval for clusters."""
    from mapper.cli.asking import ask_by as ask
    from mapper.statistics.scan import ScanChoices

    choices = ScanChoices(
        null=chance,
        look=look,
        longest=longest,
        largest_share=largest_share,
        fewest=fewest,
        most_clusters=most,
        runs=runs,
        seed=seed,
    )

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.scan import ask_scan

        return ask_scan(
            study,
            choices=choices,
            every=every,
            windows=windows,
            radius=radius,
            exposure=exposure,
            progress=progress,
        )

    ask(asked, out, answer)


@time_questions.command("near-repeat", help=definitions.NEAR_REPEAT.help)
@shared
def near_repeat(
    asked: Asked,
    out: TableOut,
    metres: Annotated[
        str, typer.Option(help="Upper edges of distance; 0 first is the same place.")
    ] = "0,100,200,400,800",
    days: Annotated[str, typer.Option(help="Upper edges of delay.")] = "1,7,14,28",
    runs: Runs = 999,
    seed: Seed = 0,
) -> None:
    """Count pairs of incidents by distance and delay."""
    from mapper.cli.asking import ask_by as ask

    bands = numbers(metres, option="--metres"), numbers(days, option="--days")

    def answer(study: "Study", progress: "Progress") -> "Finding":
        from mapper.questions.near_repeat import ask_near_repeat

        return ask_near_repeat(
            study, metres=bands[0], days=bands[1], runs=runs, seed=seed, progress=progress
        )

    ask(asked, out, answer)


@time_questions.command(help=definitions.CLOCK.help)
@shared
def clock(
    asked: Asked,
    out: TableOut,
    hotspot: Annotated[
        list[str] | None, typer.Option(help="Id of a hot spot, a clock for each; may be repeated.")
    ] = None,
    cell: Annotated[list[str] | None, typer.Option(help="H3 cell; several make one clock.")] = None,
    hotspots: Annotated[
        bool, typer.Option("--hotspots", help="A clock for every hot spot.")
    ] = False,
) -> None:
    """Spread incidents over the 168 hours of the week."""
    from mapper.cli.asking import ask_by as ask

    def answer(study: "Study", _progress: "Progress") -> "Finding":
        from mapper.questions.clock import ask_clock

        return ask_clock(
            study,
            hotspots=tuple(hotspot or ()),
            cells=tuple(cell or ()),
            every_hotspot=hotspots,
        )

    ask(asked, out, answer)
