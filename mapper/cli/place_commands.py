"""Commands on people's work: the dossier of a place, lists of records, all work in one file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from mapper.cli.file_arguments import ColumnMapping

place_commands = typer.Typer(rich_markup_mode=None)
work_app = typer.Typer(
    help="People's work as records: list, show, and all of it in one file.", no_args_is_help=True
)
place_commands.add_typer(work_app, name="records")
Kind = Literal["assessment", "plan", "campaign", "intervention", "evaluation", "meeting", "phase"]
Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day; today if left out."),
]


@work_app.command("list")
def work_list(
    kind: Annotated[Kind | None, typer.Argument(help="One kind; all if left out.")] = None,
    hotspot: Annotated[str | None, typer.Option(help="Only those about this hot spot.")] = None,
) -> None:
    """List the newest version of every record; that they were listed is an audit entry."""
    from mapper.cli.work import list_records

    list_records(kind, hotspot=hotspot)


@work_app.command("show")
def work_show(
    record: Annotated[str, typer.Argument(help="Record number, such as A-7K2M9QXB.")],
    version: Annotated[int | None, typer.Option(help="An earlier version; newest if none.")] = None,
) -> None:
    """Show what a record says, field by field, and every version that was saved."""
    from mapper.cli.work import show_record

    show_record(record, number=version)


@work_app.command("export")
def work_export(
    out: Annotated[Path, typer.Option(help="File to write, such as work.zip.")],
) -> None:
    """Write all of people's work to one file, checked by digest, with the audit log to read."""
    from mapper.cli.work import export_all

    export_all(out)


@work_app.command("import")
def work_import(
    path: Annotated[Path, typer.Argument(help="File that “mapper records export” wrote.")],
    sha256: Annotated[str, typer.Option(help="Its digest as the export printed it.")] = "",
) -> None:
    """Take such a file into an empty workspace, whole or not at all, every digest checked."""
    from mapper.cli.work import import_all

    import_all(path, sha256=sha256)


@work_app.command("overdue")
def work_overdue(
    on: Day = None,
) -> None:
    """List the actions of all plans and campaigns that are past their day, latest first."""
    from mapper.cli.work import list_overdue

    list_overdue(on.date() if on else None)


@work_app.command("visits")
def work_visits(
    path: Annotated[Path, typer.Argument(help="CSV, GPX or other table of times and places.")],
    kind: Annotated[
        Literal["patrol", "partner visit"], typer.Option(help="What the positions are of.")
    ] = "patrol",
    mapping: ColumnMapping = None,
    *,
    back: Annotated[
        bool, typer.Option("--take-back", help="Remove the visits that were kept of this file.")
    ] = False,
) -> None:
    """Keep the minutes that positions spent at places of work; whose they were is never read."""
    from mapper.cli.work import take_back_visits, take_visits

    if back:
        take_back_visits(path)
    else:
        take_visits(path, kind=kind, mapping=mapping)


@work_app.command("campaign")
def work_campaign(
    record: Annotated[str, typer.Argument(help="Record number, such as C-7K2M9QXB.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write, .csv (actions) or .xlsx (all of it).")
    ] = None,
    on: Day = None,
) -> None:
    """Say how far a campaign is: places visited and untouched, actions done and late."""
    from mapper.cli.work import tell_campaign

    tell_campaign(record, out=out, on=on.date() if on else None)
