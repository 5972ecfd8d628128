"""Commands on the records: the audit log, retention, and the doctor."""

import getpass
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mapper.base.text import count, day_in_words, shown_name
from mapper.cli.saying import STDOUT, put_out, say, say_aside

if TYPE_CHECKING:
    from mapper.records.backup import BackupFacts
    from mapper.records.known_people import KnownPerson

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
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files to look at: backgrounds, areas, mappings, lenses."),
    ] = None,
    head: Heads = None,
    offline: Annotated[  # noqa: FBT002 - an option, never given by position
        bool, typer.Option("--offline", help="Do not ask the identity provider.")
    ] = False,
) -> None:
    """Check settings, keys, files, sign-in, database, versions and audit log; exit 1 if wrong.

    A bad background, area, mapping, lens or list of places is found here before a user meets it.
    """
    from mapper.cli.doctor import run

    run(head=head or [], offline=offline, files=files or [])


@records_app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="Zip to write, on another disk than the workspace.")],
) -> None:
    """Write all that this installation keeps into one file: records, audit log, kept data, areas.

    The file is for its owner's eyes only; keep it where the workspace itself would be safe.
    """
    from mapper.base.settings import settings
    from mapper.records.backup import backup as make
    from mapper.records.open import database

    facts = make(database(), settings().workspace, out, person=getpass.getuser())
    _say_backup("Written to", out, facts)


@records_app.command()
def restore(path: Annotated[Path, typer.Argument(help="A file made by mapper backup.")]) -> None:
    """Put all that a backup holds into an empty installation, whole or not at all.

    Nothing is ever written over. A restore that was cut off is begun again with the same command.
    """
    from mapper.base.settings import settings
    from mapper.records.backup import restore as put
    from mapper.records.open import database

    facts = put(database(), settings().workspace, path, person=getpass.getuser())
    _say_backup("Restored from", path, facts)


def _say_backup(done: str, path: Path, facts: "BackupFacts") -> None:
    """Say what a backup holds."""
    say(
        f"{done} {path}: {count(sum(facts.rows.values()), 'row')} of {len(facts.rows)} tables and"
        f" {count(facts.files, 'file')} of {day_in_words(facts.made)} {facts.made:%H:%M} UTC"
        f" (SHA-256 {facts.digest})",
        rows=dict(facts.rows),
        files=facts.files,
        sha256=facts.digest,
    )


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
    facts = {"whole": verdict.whole, "entries": verdict.entries, "head": last.hash}
    if not verdict.whole:
        say("\n".join(verdict.faults), **facts)
        raise typer.Exit(1)
    lines = [
        f"The audit log is whole: {count(verdict.entries, 'entry', 'entries')}, head {last.hash}"
    ]
    if not kept:
        words = "No head kept elsewhere was given, so a log cut short would not have been seen."
        lines.append(words)
    say("\n".join(lines), **facts)


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
        say(f"Written to {out}", written=[out])


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
        if out == STDOUT:
            put_out(content)
        else:
            write_whole(out, content)
            out.chmod(0o600)  # it says who looked at what
    digest, where = hashlib.sha256(content).hexdigest(), "standard output" if out == STDOUT else out
    speak = say_aside if out == STDOUT else say
    speak(f"Written to {where} (SHA-256 {digest})", sha256=digest, written=[out])


@audit_app.command("people")
def audit_people() -> None:
    """List everybody who has signed in, with roles, wards and agency; the look is an entry too."""
    from mapper.records.audit import Event, append
    from mapper.records.known_people import known_people
    from mapper.records.open import database

    with database().write() as connection:
        found, number = known_people(connection)
        detail = {"people": number, "shown": len(found)}
        looker = getpass.getuser()
        append(connection, Event("view", looker, "Who has signed in", _ROLE, detail=detail))
    if not found:
        say("Nobody has signed in to this installation.", people=[], number=0)
        return
    fewer = f"The {len(found):,} seen last of " if len(found) < number else ""
    lines = [_person_in_words(one) for one in found]
    say(
        "\n".join([f"{fewer}{count(number, 'person', 'people')}:", *lines]),
        people=[_person_facts(one) for one in found],
        number=number,
    )


def _person_in_words(one: "KnownPerson") -> str:
    """Return a line about somebody who has signed in."""
    viewer = one.viewer
    about = [", ".join(sorted(viewer.roles)) or "no role"]
    about += [f"wards {', '.join(sorted(viewer.wards))}"] if viewer.wards else []
    about += [viewer.agency] if viewer.agency else []
    seen = f"first {one.first_seen:%d/%m/%Y %H:%M}, last {one.last_seen:%d/%m/%Y %H:%M}"
    return f"{shown_name(viewer.name)}: {'; '.join(about)}; {seen}"


def _person_facts(one: "KnownPerson") -> dict[str, object]:
    """Return the same for a program."""
    return {
        "name": one.viewer.name,
        "roles": sorted(one.viewer.roles),
        "wards": sorted(one.viewer.wards),
        "agency": one.viewer.agency,
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
    }


@retention_app.command("show")
def retention_show() -> None:
    """Say for how long each kind is kept and what is past its time."""
    from mapper.records.open import database
    from mapper.records.retention import due, retention_days

    with database().read() as connection:
        days, over = retention_days(connection), due(connection, today=_today())
    lines = [_kept_for(kind, days.get(kind)) for kind in ("dataset", "release")]
    lines.append(
        f"Past their time: {count(len(over.datasets), 'dataset')},"
        f" {count(len(over.releases), 'release')}"
    )
    past = {"datasets": len(over.datasets), "releases": len(over.releases)}
    say("\n".join(lines), days=days, past=past)


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
    say(_kept_for(kind, days), kind=kind, days=days)


@retention_app.command("apply")
def retention_apply() -> None:
    """Delete for good what is past its time: rows, files and the database's own copies."""
    from mapper.base.settings import settings
    from mapper.records.open import database
    from mapper.records.retention import apply_retention

    gone = apply_retention(
        database(), settings().workspace, today=_today(), person=getpass.getuser(), role=_ROLE
    )
    counts = {"datasets": len(gone.datasets), "releases": len(gone.releases)}
    say(
        f"Deleted: {count(counts['datasets'], 'dataset')}, {count(counts['releases'], 'release')}",
        **counts,
    )


def _kept_for(kind: str, days: int | None) -> str:
    """Say for how long a kind is kept."""
    return f"{kind}s: {count(days, 'day') if days is not None else 'kept for ever'}"


def _today() -> date:
    """Return the day that retention goes by."""
    return datetime.now(UTC).date()
