"""``mapper briefing``: incidents in, one printed briefing out, for partners or the public."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mapper.base.errors import DisclosureError, OutputError
from mapper.base.files import Progress
from mapper.cli.exporting import write_out
from mapper.cli.file_arguments import AreaName, Background, ColumnMapping, Paths, PlaceFiles, Repair
from mapper.cli.progress import part_of, shown_progress
from mapper.cli.saying import say

if TYPE_CHECKING:
    from mapper.incidents.table import Incidents
    from mapper.outputs.briefing.choices import BriefingChoices

FORMS = (".pdf", ".docx", ".html")


briefing_app = typer.Typer()


@briefing_app.command()
def briefing(
    paths: Paths,
    lens: Annotated[str, typer.Option(help="Lens of the map: an id (see: mapper lenses).")],
    out: Annotated[Path | None, typer.Option(help="File to write: .pdf, .docx or .html.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Day of the last meeting."),
    ] = None,
    period: Annotated[
        str, typer.Option(help="Without --since: month, quarter, half-year or year.")
    ] = "quarter",
    area: AreaName = "",
    audience: Annotated[
        Literal["partnership", "public"], typer.Option(help="Who it is for.")
    ] = "partnership",
    mapping: ColumnMapping = None,
    repair_swapped: Repair = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what its map would hide; release nothing.")
    ] = False,
    places: PlaceFiles = None,
    background: Background = None,
) -> None:
    """Print a meeting's briefing: figures, change, map, places, actions and what worked.

    It shows what partners may see. Its maps are kept in the workspace's register of releases, so
    that later ones give nothing away beside them. The same data makes the same briefing again.
    """
    if out is None and not preview:
        raise OutputError("Nothing to write to: give --out FILE, or --preview to look first.")
    path = out or Path("briefing.pdf")
    asked = _BriefingRequest(
        lens,
        path,
        since.date() if since else None,
        period,
        area,
        audience,
        preview,
        background,
        tuple(places or ()),
    )
    _refuse_form(path)
    run(paths, asked, mapping=mapping, repair_swapped=repair_swapped)


@dataclass(frozen=True)
class _BriefingRequest:
    """What was asked for."""

    lens: str
    out: Path
    since: date | None
    period: str
    area: str
    audience: str
    preview: bool = False  # only what its map would hide
    background: Path | None = None  # vector tiles to draw roads and water from
    places: tuple[Path, ...] = ()  # files of places, whose landmarks are marked and named


def run(
    paths: list[str], asked: _BriefingRequest, *, mapping: Path | None, repair_swapped: bool
) -> None:
    """Write a briefing; every choice is checked before any incident is read."""
    from mapper.areas.load import load_study_area
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.read import read_incidents
    from mapper.lenses.load import load_lens

    load_lens(asked.lens)
    load_study_area(asked.area, resolution=8)
    with shown_progress() as progress:
        incidents = read_incidents(
            paths,
            mapping=load_mapping(mapping) if mapping else None,
            repair_swapped=repair_swapped,
            progress=part_of(progress, 0.0, 0.5),
        )
        if asked.preview:
            progress("Checking it beside what was released before", 0.5)
            lines = _preview(incidents, asked)
        else:
            marking = _write(incidents, asked, part_of(progress, 0.5, 1.0))
    if asked.preview:
        say("\n".join(lines), audience=asked.audience, released=False)
        return
    words = f"{marking}   Briefing for the {asked.audience} audience written to {asked.out}"
    say(words, marking=marking, audience=asked.audience, written=[asked.out])


def _preview(incidents: "Incidents", asked: _BriefingRequest) -> list[str]:
    """Return what the map of a briefing would hide, and what a release plan does; keep nothing."""
    from mapper.analysis.analyse import find_hotspots
    from mapper.analysis.study import prepare
    from mapper.areas.load import load_study_area
    from mapper.disclosure.nearest import maker, nearest_in_words
    from mapper.disclosure.plan_preview import preview_plan, shares_in_words
    from mapper.disclosure.preview import hidden_in_words, preview
    from mapper.disclosure.release_plan import release_plan
    from mapper.lenses.load import load_lens
    from mapper.records.open import database
    from mapper.records.releases import DatabaseRegister

    choices = _choices(incidents, asked)
    study = prepare(
        incidents,
        lens=load_lens(choices.lens),
        area=load_study_area(choices.area, resolution=choices.resolution),
        start=choices.after.first,
        end=choices.after.last,
    )
    result = find_hotspots(study)
    held: dict[str, Any] = {
        "audience": asked.audience,
        "register": DatabaseRegister(database(), person=getuser()),
    }
    seen = preview(result, **held)
    plan = release_plan()
    lines = [seen.refusal] if seen.refusal else []
    if seen.refusal:
        with suppress(DisclosureError):  # the refusal stands, and says what to choose
            lines.append(nearest_in_words(result, make=maker(study, choices.area), **held))
    lines.append(f"Nothing is released yet. {hidden_in_words(seen)}")
    return lines + (shares_in_words(plan, preview_plan(plan, incidents)) if plan else [])


def _write(incidents: "Incidents", asked: _BriefingRequest, progress: Progress) -> str:
    """Release, print and write a briefing, and return its marking."""
    from mapper.context.place_files import read_all_places
    from mapper.disclosure.people import one_person
    from mapper.outputs.briefing.content import briefing_content
    from mapper.outputs.briefing.files import briefing_file
    from mapper.outputs.briefing.gather import gather
    from mapper.outputs.maps.basemap import paper_ground
    from mapper.records.open import database
    from mapper.records.releases import DatabaseRegister
    from mapper.records.shared import shared_records

    person, now = getuser(), datetime.now().astimezone()
    ground = paper_ground(asked.background)
    gathered = gather(
        incidents,
        _choices(incidents, asked),
        register=DatabaseRegister(database(), person=person),
        made_by=person,
        progress=progress,
    )
    shared = shared_records(database(), one_person(person), rule=gathered.rule, today=now.date())
    near = read_all_places(list(asked.places)) if asked.places else None
    content = briefing_content(gathered, shared=shared, places=near)
    form = asked.out.suffix.lower()
    file = briefing_file(content, form, made_by=person, made_at=now, ground=ground)
    write_out(asked.out, file, what="briefing")
    return gathered.now.marking


def _refuse_form(out: Path) -> None:
    """Refuse a file name whose ending names no form."""
    if out.suffix.lower() not in FORMS:
        raise OutputError(f"{out.name}: a briefing ends in {', '.join(FORMS)}. Choose one of them.")


def _choices(incidents: "Incidents", asked: _BriefingRequest) -> "BriefingChoices":
    """Return what the briefing is about."""
    from mapper.outputs.briefing.choices import (
        BriefingChoices,
        days_of_data,
        period_of,
        windows_of_period,
        windows_since,
    )

    first, last = days_of_data(incidents.table)
    before, after = (
        windows_since(first, last, asked.since)
        if asked.since
        else windows_of_period(first, last, period_of(asked.period))
    )
    return BriefingChoices(
        lens=asked.lens, before=before, after=after, area=asked.area, audience=asked.audience
    )
