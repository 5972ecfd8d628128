"""Arguments that many commands share, each written down once.

A command is a function whose first parameter is what the shared arguments were made into
(:class:`CommandRequest`); :func:`taking` puts the arguments themselves in its place, made from the
choices of :class:`AnalysisRequest`: every command has the same ones, in the same order, with the
same help.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mapper.analysis.request import AnalysisRequest
from mapper.base.choices import Choice
from mapper.cli.file_arguments import ColumnMapping, Mend, Paths, Repair, Sinks, Where
from mapper.cli.inputs import keep_inputs
from mapper.incidents.partitions import files_where

METAVARS = {"day": "DATE", "window": "FIRST:LAST", "numbers": "NUMBERS", "base table": "FILE"}
_SEVERAL = {"names", "hotspots", "places"}


@dataclass(frozen=True)
class CommandRequest:
    """What was asked of which files."""

    paths: list[str]
    request: AnalysisRequest
    mapping: Path | None
    repair_swapped: bool
    sinks: Path | None = None
    mend: list[str] | None = None


def taking(command: Callable[..., None]) -> Callable[..., None]:
    """Put the arguments of every question in the place of a command's first parameter."""
    shared = shared_arguments()
    _, *own = inspect.signature(command).parameters.values()

    @wraps(command)
    def run(**options: Any) -> None:
        keep_inputs(options)
        files = {name: options.pop(name) for name in _FILES}
        files["paths"] = files_where(files["paths"], files.pop("where") or ())
        asked = {name: options.pop(name) for name in AnalysisRequest.known()}
        command(CommandRequest(**files, request=AnalysisRequest(**asked)), **options)

    first = [each for each in own if _is_positional(each)]  # PATHS takes all that follow
    every = [*first, *shared, *(each for each in own if each not in first)]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # typer reads it
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in every]
    )
    run.__annotations__ = {each.name: each.annotation for each in every}
    return run


def shared_arguments() -> list[inspect.Parameter]:
    """Return the arguments that say which files are read and what is asked of them."""
    paths, *files = _FILES.values()
    return [paths, *map(parameter, AnalysisRequest.known().values()), *files]


def _given(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


_FILES: Mapping[str, inspect.Parameter] = {
    "paths": _given("paths", Paths),
    "mapping": _given("mapping", ColumnMapping, None),
    "repair_swapped": _given("repair_swapped", Repair, False),
    "sinks": _given("sinks", Sinks, None),
    "mend": _given("mend", Mend, None),
    "where": _given("where", Where, None),
}


def parameter(one: Choice) -> inspect.Parameter:
    """Return the option of a choice; the choices themselves check what is typed."""
    told = one.help or one.label
    if one.range:
        told = f"{told.removesuffix('.')}, {one.range}."
    names = f"{one.option}/--no-{one.option[2:]}" if one.default is True else one.option
    option = typer.Option(names, metavar=METAVARS.get(one.kind), help=told)
    default = inspect.Parameter.empty if one.required else _default(one)
    return _given(one.name, Annotated[_type(one), option], default)


def _type(one: Choice) -> Any:
    """Return the type of an option."""
    if one.kind in _SEVERAL:
        return list[Path] if one.kind == "places" else list[str]
    plain = {"whole": int, "number": float, "flag": bool}
    listed: Any = Literal[tuple(one.of)] if one.closed else plain.get(one.kind, str)
    return listed | None if one.optional else listed


def _default(one: Choice) -> Any:
    """Return what an option is when it is not typed."""
    return [] if one.kind in _SEVERAL else one.shown


def _is_positional(parameter: inspect.Parameter) -> bool:
    """Tell whether a parameter is given by its place and not by the name of an option."""
    told = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(each, typer.models.ArgumentInfo) for each in told)
