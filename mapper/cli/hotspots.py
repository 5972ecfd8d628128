"""Find hot spots: files in, list, cells, map and manifest out."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mapper.base.errors import InputError
from mapper.base.text import count
from mapper.cli.arguments import CommandRequest
from mapper.cli.doubts import as_json, doubt_line
from mapper.cli.engine import Engine
from mapper.cli.exporting import keep_release
from mapper.cli.file_arguments import (
    Background,
    Comments,
    EngineName,
    Forms,
    PlaceFiles,
    Previous,
    Scheduler,
    Workers,
)
from mapper.cli.progress import part_of, shown_progress
from mapper.cli.saying import say

if TYPE_CHECKING:
    import pandas as pd

    from mapper.analysis.result import AnalysisResult
    from mapper.analysis.study import Study
    from mapper.disclosure.release import Release
    from mapper.outputs.surroundings import Surroundings


# What finds, writes and draws.
_FOLLOWING = (
    *("mapper.analysis.analyse", "scipy.optimize", "mapper.disclosure.make"),
    "mapper.outputs.write",
)
# Notes of the area, which are told on the terminal beside the doubts about the data.
_TOLD = ("beyond the edge", "outside the area")


def run(
    asked: CommandRequest,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the list, cells, map and manifest.")],
    previous: Previous = None,
    signals: Annotated[
        bool, typer.Option("--signals", help="Also signals.csv: all signals, single places too.")
    ] = False,
    forms: Forms = "csv,geojson,parquet,html",
    csv_comments: Comments = False,
    background: Background = None,
    places: PlaceFiles = None,
    engine: EngineName = "here",
    scheduler: Scheduler = "",
    workers: Workers = None,
) -> None:
    """Find hot spots: places with more than expected, or with most of it, on H3 cells.

    Unusual places have more than a named expectation explains; error is held over the places
    listed. Concentrated ones are Gi* clusters with an exact p (Newton's identities on the counts)
    and q by Benjamini and Hochberg; touching significant cells are joined.
    """
    from mapper.cli.asking import read_study
    from mapper.outputs.forms import DRAWN, FORMS, check_map_folder, forms_asked
    from mapper.outputs.surroundings import NOTHING_AROUND

    check_map_folder(out)
    counting = Engine(engine, scheduler, workers)
    chosen = forms_asked(forms, FORMS)
    drawn = set(chosen) & set(DRAWN)
    around = _around(background, places) if drawn else NOTHING_AROUND
    ids = earlier_ids(previous) if previous else None
    with shown_progress() as progress:
        reading = part_of(progress, 0.0, 0.6)
        study = read_study(
            asked, reading, counts_are_enough=not signals, engine=counting, meanwhile=_FOLLOWING
        )
        from mapper.analysis.analyse import find_hotspots
        from mapper.disclosure.make import release

        result = find_hotspots(study, previous=ids, progress=part_of(progress, 0.6, 0.8))
        shown = release(result)
        from mapper.outputs.write import write_outputs

        beside = _signals(study, result, comments=csv_comments) if signals else {}
        progress("Writing the list, cells, map and manifest", 0.8)
        write = partial(write_outputs, comments=csv_comments, beside=beside, around=around)
        keep_release(out, shown)
        write(shown, out, forms=chosen)
    notes = [f"  {note}" for note in result.notes if note.code in _TOLD]
    say(
        "\n".join([_summary(shown, out), *map(doubt_line, study.doubts), *notes]),
        doubts=as_json(study.doubts),
        marking=shown.marking,
        numbers=shown.record["numbers"],
        hotspots=shown.hotspots[
            ["rank", "hotspot_id", "name", "incidents", "expected", "q"]
        ].to_dict(orient="records"),
        written=[out],
    )


def _around(background: Background, places: PlaceFiles) -> "Surroundings":
    """Return what pictures are drawn over and named by."""
    from mapper.outputs.maps.basemap import paper_ground
    from mapper.outputs.surroundings import surroundings_of

    return surroundings_of(paper_ground(background), places)


def _signals(study: "Study", result: "AnalysisResult", *, comments: bool) -> dict[str, bytes]:
    """Return the signals of every hot spot, and the single places that no cluster test sees."""
    from mapper.disclosure.make import release
    from mapper.outputs.exports import exports
    from mapper.questions.signals import SignalsChoices, ask_signals

    found = release(ask_signals(study, SignalsChoices(by="place"), result=result))
    return exports(found, ("csv",), stem="signals", comments=comments)


def earlier_ids(folder: Path) -> "pd.Series":
    """Return the hot spot id of each cell of an earlier run."""
    from mapper.areas.study_area import unpacked_apart

    path = folder / "cells.parquet"
    advice = "Give the folder that an earlier “mapper hotspots” wrote."
    try:
        table = unpacked_apart(path, kind=InputError, advice=advice)
        cells: pd.DataFrame = table.select(["cell", "hotspot_id"]).to_pandas()
    except (OSError, ValueError, KeyError) as error:
        why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        raise InputError(f"{path}: not the cells of an earlier run{why}. {advice}") from error
    cells = cells[cells["hotspot_id"] != ""]
    return cells.set_index("cell")["hotspot_id"]


def _summary(shown: "Release", out: Path) -> str:
    """Say in a few lines what was found, over what, and where it lies."""
    numbers = shown.record["numbers"]
    assert isinstance(numbers, dict)  # noqa: S101 - narrows the record's type
    kinds = ("read", "accepted", "rejected", "outside")
    rows = ", ".join(f"{numbers[f'rows_{kind}']:,} {kind}" for kind in kinds)
    found = f"{count(numbers['hotspots'], 'hot spot')} in {numbers['cells_hot']:,} of"
    top = shown.hotspots.head(5)
    return "\n".join(
        [
            f"{shown.marking}   {shown.title}: {shown.area_title}, {shown.period}",
            (
                f"Rows: {rows}."
                f" {count(numbers['incidents_counted'], 'incident counts', 'incidents count')}."
            ),
            f"{found} {numbers['cells']:,} cells.",
            *(
                f"  {rank}. {name}: {reason}"
                for rank, name, reason in zip(top["rank"], top["name"], top["reason"], strict=True)
            ),
            f"Written to {out}",
        ]
    )
