"""Commands on the records: the audit log, retention, and the doctor."""

import getpass
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

records_app = typer.Typer(rich_markup_mode=None)
audit_app = typer.Typer(help="The audit log: is it whole, who saw what.", no_args_is_help=True)
retention_app = typer.Typer(
    help="How long datasets and releases are kept, and their deletion.", no_args_is_help=True
)
records_app.add_typer(audit_app, name="audit")
records_app.add_typer(retention_app, name="retention")

_ROLE = "command line"  # as the log writes it: whoever has this account's files

Heads = Annotated[
    list[Path] | None, typer.Option("--head", help="A head kept elsewhere; may be repeated.")
]


@records_app.command()
def doctor(
    head: Heads = None,
    offline: Annotated[  # noqa: FBT002 - an option, never given by position
        bool, typer.Option("--offline", help="Do not ask the identity provider.")
    ] = False,
) -> None:
    """Check settings, keys, files, sign-in, database, versions and audit log; exit 1 if wrong."""
    from mapper.cli.doctor import run

    run(head=head or [], offline=offline)


@audit_app.command("verify")
def audit_verify(head: Heads = None) -> None:
    """Recompute the chain of every entry; exit 1 if any was changed, removed or moved.

    A log cut at its end is found only with a head that was kept elsewhere (mapper audit head).
    """
    from mapper.records.audit_check import head_of, read_head, verify
    from mapper.records.open import database

    kept = [read_head(path) for path in head or []]
    with database().read() as connection:
        verdict, last = verify(connection, kept=kept), head_of(connection)
    for fault in verdict.faults:
        print(fault)
    if not verdict.whole:
        raise typer.Exit(1)
    print(f"The audit log is whole: {verdict.entries:,} entries, head {last.hash}")
    if not kept:
        print("No head kept elsewhere was given, so a log cut short would not have been seen.")


@audit_app.command("head")
def audit_head(
    out: Annotated[Path | None, typer.Option(help="File to write; if none, the screen.")] = None,
) -> None:
    """Export the head of the log, to be kept where those who hold the database cannot write."""
    from mapper.base.files import write_whole
    from mapper.records.audit_check import head_of
    from mapper.records.open import database

    with database().read() as connection:
        head = head_of(connection).to_json()
    if out is None:
        print(head, end="")
    else:
        write_whole(out, head)
        print(f"Written to {out}")


@audit_app.command("export")
def audit_export(
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; repeatable.")] = None,
    person: Annotated[str, typer.Option(help="Only this person.")] = "",
    words: Annotated[str, typer.Option(help="Only entries with these words.")] = "",
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="First day."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE", help="Last day."),
    ] = None,
) -> None:
    """Write entries as CSV; that they were taken is an entry too."""
    from mapper.base.files import write_whole
    from mapper.records.audit_query import AuditFilter, export_audit
    from mapper.records.open import database

    wanted = AuditFilter(
        kinds=tuple(kind or ()),
        person=person,
        words=words,
        first=start.date() if start else None,
        last=end.date() if end else None,
    )
    with database().write() as connection:
        content = export_audit(connection, wanted, person=getpass.getuser(), role=_ROLE)
        write_whole(out, content)
        out.chmod(0o600)  # it says who looked at what
    print(f"Written to {out} (SHA-256 {hashlib.sha256(content).hexdigest()})")


@retention_app.command("show")
def retention_show() -> None:
    """Say for how long each kind is kept and what is past its time."""
    from mapper.records.open import database
    from mapper.records.retention import due, retention_days

    with database().read() as connection:
        days, over = retention_days(connection), due(connection, today=_today())
    for kind in ("dataset", "release"):
        print(f"{kind}s: {f'{days[kind]:,} days' if kind in days else 'kept for ever'}")
    print(f"Past their time: {len(over.datasets):,} datasets, {len(over.releases):,} releases")


@retention_app.command("set")
def retention_set(
    kind: Annotated[Literal["dataset", "release"], typer.Argument(help="What is kept.")],
    days: Annotated[
        int | None, typer.Argument(help="For how many days; for ever if left out.")
    ] = None,
) -> None:
    """Set for how many days datasets or releases are kept.

    A deleted release no longer takes part in the check of later ones, though its audience may
    still hold it: keep releases for as long as they can be remembered.
    """
    from mapper.records.open import database
    from mapper.records.retention import set_retention

    with database().write() as connection:
        set_retention(connection, kind, days, person=getpass.getuser(), role=_ROLE)
    print(f"{kind}s: {f'{days:,} days' if days is not None else 'kept for ever'}")


@retention_app.command("apply")
def retention_apply() -> None:
    """Delete for good what is past its time: rows, files and the database's own copies."""
    from mapper.base.settings import settings
    from mapper.records.open import database
    from mapper.records.retention import apply_retention

    gone = apply_retention(
        database(), settings().workspace, today=_today(), person=getpass.getuser(), role=_ROLE
    )
    print(f"Deleted: {len(gone.datasets):,} datasets, {len(gone.releases):,} releases")


def _today() -> date:
    """Return the day that retention goes by."""
    return datetime.now(UTC).date()
