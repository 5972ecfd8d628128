"""Write the dossier of a hot spot, from files of incidents and the records of the workspace."""

import hashlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.cli.arguments import CommandRequest
from mapper.cli.file_arguments import Background, PlaceFiles, Previous
from mapper.cli.progress import part_of, shown_progress
from mapper.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mapper.analysis.result import AnalysisResult
    from mapper.analysis.study import Study
    from mapper.disclosure.people import Viewer
    from mapper.disclosure.place_findings import PlaceAnswers, PlaceFindings
    from mapper.disclosure.release import Release
    from mapper.records.place_work import PlaceWork

    Asking = Callable[[Study, AnalysisResult, Release], PlaceAnswers]


def run(
    asked: CommandRequest,
    hotspot_id: Annotated[str, typer.Argument(help="Hot spot, as lists and maps name it.")],
    out: Annotated[Path, typer.Option(help="File to write: .pdf, .docx or .html.")],
    places: PlaceFiles = None,
    audience: Annotated[
        Literal["operational", "partnership"], typer.Option(help="Who will read it.")
    ] = "operational",
    previous: Previous = None,
    sheet: Annotated[
        Literal["dossier", "defence"], typer.Option(help="All of it, or why it is listed.")
    ] = "dossier",
    background: Background = None,
) -> None:
    """Write the dossier of a place for a context conference, marked and readable with no network.

    Map, week by shifts, signature, surroundings, pattern and phase, and the workspace's records
    about the place: assessments, plans, interventions, evaluations and meetings. With --sheet
    defence, one page: reason, expectation, how it fares under hundreds of other settings, caveats.
    """
    from mapper.base.files import write_whole
    from mapper.cli.asking import read_study
    from mapper.cli.work import account, keep_event
    from mapper.context.place_files import read_all_places
    from mapper.disclosure.place_findings import ask_about_places, ask_how_firm
    from mapper.outputs.dossier import dossier, dossier_form
    from mapper.outputs.dossier.defence import defence
    from mapper.outputs.maps.basemap import paper_ground

    title, _, make = dossier_form(out)
    ground = paper_ground(background)
    reader, now = account(audience), datetime.now(UTC).astimezone()
    with shown_progress() as progress:
        study = read_study(asked, part_of(progress, 0.0, 0.5))
        progress("Asking about the place", 0.5)
        near = read_all_places(places) if places else None
        asking = (audience, previous, reader, asked.request.area)
        if sheet == "defence":
            firm = partial(ask_how_firm, progress=part_of(progress, 0.5, 0.8))
            found = _found(study, hotspot_id, firm, *asking)
            write = partial(defence, found)
        else:
            found = _found(study, hotspot_id, partial(ask_about_places, places=near), *asking)
            progress("Gathering the records", 0.8)
            write = partial(dossier, found, _work(study, found, hotspot_id, reader))
        document = write(made_by=reader.name, made_at=now, places=near, ground=ground)
        content = make(document)
        digest = hashlib.sha256(content).hexdigest()
        detail = {"audience": audience, "form": title, "release": found.release.digest}
        keep_event("export", f"{sheet} {hotspot_id}", digest=digest, detail=detail)
        write_whole(out, content)
    lines = [
        f"{document.marking}   {document.title}: {document.subtitle}",
        *(f"  {line}" for line in _instead(found, hotspot_id)),
        *(f"  Not in it, {name}: {why}" for name, why in found.unanswered.items()),
        f"Written to {out} (SHA-256 {digest})",
    ]
    say("\n".join(lines), marking=document.marking, sha256=digest, written=[out])


def _work(study: "Study", found: "PlaceFindings", hotspot_id: str, reader: "Viewer") -> "PlaceWork":
    """Return the workspace's records about the place."""
    from mapper.records.access import ward_keys
    from mapper.records.open import database
    from mapper.records.place_work import work_about

    return work_about(
        database(),
        hotspot_id=hotspot_id,
        cells=found.cells,
        viewer=reader,
        own=frozenset(),
        wards=ward_keys(found.release.wards_of(hotspot_id), study.area.cells),
    )


def _instead(found: "PlaceFindings", hotspot_id: str) -> "Iterator[str]":
    """Give what was given instead of what, in a line each: the map, the name of the place."""
    if found.release.instead:
        yield found.release.instead
    if found.hotspot_id != hotspot_id:
        yield f"{hotspot_id} is shown to this audience as {found.hotspot_id}."


def _found(
    study: "Study",
    hotspot_id: str,
    ask: "Asking",
    audience: str,
    previous: Path | None,
    reader: "Viewer",
    area: str,
) -> "PlaceFindings":
    """Return what the audience may see of the place, on the nearest map that it may be shown."""
    from mapper.analysis.analyse import find_hotspots
    from mapper.cli.hotspots import earlier_ids
    from mapper.cli.releasing import register_for, released
    from mapper.disclosure.nearest import counted_again, maker, request_given
    from mapper.disclosure.place_findings import place_findings, shown_as

    ids = earlier_ids(previous) if previous else None
    result = find_hotspots(study, previous=ids)
    make = maker(study, area)
    shown = released(result, audience=audience, made_by=reader.name, make=make)
    named = hotspot_id if audience == "operational" else shown_as(result, hotspot_id, shown)
    given = counted_again(study, request_given(shown, study.request), area)
    found = result if given is study else find_hotspots(given)
    return place_findings(
        ask(given, found, shown), named, register=register_for(audience, reader.name)
    )
