"""Arguments that many commands share, each written down once.

A command is a function whose first parameter is what the shared arguments were made into
(:class:`Asked`); :func:`taking` puts the arguments themselves in its place, so that every command
has the same ones, in the same order, with the same help.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mapper.cli.inputs import keep_inputs

if TYPE_CHECKING:
    from mapper.analysis.request import AnalysisRequest

Paths = Annotated[list[Path], typer.Argument(help="Files, folders or zips of incidents.")]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="Column mapping (TOML) for files of another form.")
]
Repair = Annotated[
    bool, typer.Option("--repair-swapped", help="Swap latitude and longitude back where exchanged.")
]
Sinks = Annotated[
    Path | None,
    typer.Option("--sinks", help="Choices about geocode sinks (TOML): see mapper sinks."),
]
AreaName = Annotated[
    str,
    typer.Option(
        "--area",
        help="A kept area, a district or ward, or a boundary file; if left out, this installation's"
        " own (MAPPER_AREA).",
        show_default=False,
    ),
]
TableOut = Annotated[Path, typer.Option(help="Table to write, .csv or .parquet; a manifest too.")]
PlaceFiles = Annotated[
    list[Path] | None, typer.Option("--places", help="File of places near; repeat for several.")
]


def day(option: str, words: str) -> Any:
    """Return the option of a date, named as it is typed."""
    return typer.Option(option, formats=["%Y-%m-%d"], metavar="DATE", help=words)


def option_of(name: str) -> str:
    """Return what the command line calls a parameter."""
    return {"start": "--from", "end": "--to"}.get(name, f"--{name.replace('_', '-')}")


@dataclass(frozen=True)
class Asked:
    """What was asked of which files."""

    paths: list[Path]
    request: "AnalysisRequest"
    mapping: Path | None
    repair_swapped: bool
    sinks: Path | None = None


def shared_arguments(
    paths: Paths,
    lens: Annotated[str, typer.Option(help="Lens id (see: mapper lenses) or lens file.")],
    resolution: Annotated[int, typer.Option(help="H3 resolution, 7 to 11.")] = 9,
    start: Annotated[datetime | None, day("--from", "First day.")] = None,
    end: Annotated[datetime | None, day("--to", "Last day.")] = None,
    area: AreaName = "",
    question: Annotated[
        Literal["unusual", "concentrated"] | None,
        typer.Option(
            help="More than expected, or most of it; unusual unless score, null or harm is chosen."
        ),
    ] = None,
    expected: Annotated[
        Literal["lens", "residents", "demand"],
        typer.Option(help="What unusual places have more than; the lens names its own."),
    ] = "lens",
    place_km2: Annotated[float, typer.Option(help="Largest place, km2.")] = 0.7,
    place_cells: Annotated[int, typer.Option(help="Most cells in a place.")] = 7,
    score: Annotated[
        Literal["capped", "count", "rank"], typer.Option(help="What is summed over a disc.")
    ] = "capped",
    null: Annotated[
        Literal["total", "conditional"], typer.Option(help="What chance rearranges.")
    ] = "total",
    alpha: Annotated[float, typer.Option(help="Share of false finds accepted.")] = 0.05,
    correction: Annotated[
        Literal["bh", "by"], typer.Option(help="bh, or by for any dependence.")
    ] = "bh",
    rings: Annotated[int, typer.Option(help="Steps from a cell that count as near.")] = 1,
    inner: Annotated[int, typer.Option(help="First such step: 2 leaves the touching out.")] = 1,
    location_day: Annotated[
        bool, typer.Option("--location-day", help="Count each place once a day.")
    ] = False,
    harm: Annotated[
        bool, typer.Option("--harm", help="Sum the lens's days of harm, p between two bounds.")
    ] = False,
    mapping: Mapping = None,
    police_generated: Annotated[
        bool,
        typer.Option(
            "--police-generated/--no-police-generated",
            help="Count stop and search, proactive possession and the like.",
        ),
    ] = True,
    repair_swapped: Repair = False,
    sinks: Sinks = None,
) -> Asked:
    """Return what the shared arguments ask for."""
    from mapper.analysis.request import AnalysisRequest

    request = AnalysisRequest(
        lens=lens,
        area=area,
        resolution=resolution,
        start=start.date() if start else None,
        end=end.date() if end else None,
        question=question,
        expected=expected,
        most_km2=place_km2,
        most_cells=place_cells,
        score=score,
        null=null,
        alpha=alpha,
        correction=correction,
        police_generated=police_generated,
        rings=rings,
        inner=inner,
        location_day=location_day,
        harm=harm,
    )
    return Asked(
        paths=paths, request=request, mapping=mapping, repair_swapped=repair_swapped, sinks=sinks
    )


def taking(template: Callable[..., Asked]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put the arguments of a template in the place of a command's first parameter."""
    shared = inspect.signature(template).parameters

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        _, *own = inspect.signature(command).parameters.values()

        @wraps(command)
        def run(**options: Any) -> None:
            keep_inputs(options)
            asked = template(**{name: options.pop(name) for name in shared})
            command(asked, **options)

        first = [each for each in own if _is_positional(each)]  # PATHS takes all that follow
        every = [*first, *shared.values(), *(each for each in own if each not in first)]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # typer reads it
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in every]
        )
        run.__annotations__ = {each.name: each.annotation for each in every}
        return run

    return decorate


def _is_positional(parameter: inspect.Parameter) -> bool:
    """Tell whether a parameter is given by its place and not by the name of an option."""
    told = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(each, typer.models.ArgumentInfo) for each in told)
