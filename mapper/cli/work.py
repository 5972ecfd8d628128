"""``mapper records``: people's work listed, shown, and carried from one workspace to another."""

import getpass
import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.base.errors import InputError, RecordsError
from mapper.base.files import read_regular
from mapper.base.text import count
from mapper.cli.saying import say

if TYPE_CHECKING:
    from mapper.disclosure.people import Viewer
    from mapper.records.form import RecordKind
    from mapper.records.versions import Version
    from mapper.records.visits import VisitKind

_ROLE = "command line"  # as the log writes it: whoever has this account's files


def account(audience: str = "operational") -> "Viewer":
    """Return who uses the command line: they hold the files, and see what the audience may."""
    from mapper.disclosure.people import Viewer, one_person

    if audience == "partnership":
        return Viewer(name=getpass.getuser(), roles=frozenset({"partner"}))
    return one_person(getpass.getuser())


def keep_event(kind: Any, subject: str, *, digest: str, detail: Mapping[str, object]) -> None:
    """Write down what was shown or taken, before it is."""
    from mapper.records.audit import Event, append
    from mapper.records.open import database

    event = Event(kind, getpass.getuser(), subject, _ROLE, digest, detail)
    with database().write() as connection:
        append(connection, event)


def list_records(kind: "RecordKind | None", *, hotspot: str | None) -> None:
    """Print one line for each record."""
    from mapper.records.form import RECORD_KINDS
    from mapper.records.open import database
    from mapper.records.versions import records

    kinds = (kind,) if kind else RECORD_KINDS
    found = [one for each in kinds for one in records(database(), each, hotspot_id=hotspot)]
    keep_event("view", "list of records", digest="", detail={"records": len(found)})
    lines = [
        f"{one.record}  {one.kind}  {one.title}{f', {one.ward}' if one.ward else ''}  {_saved(one)}"
        for one in found
    ]
    names = ("record", "kind", "title", "ward", "number", "author")
    facts = [{name: getattr(one, name) for name in names} for one in found]
    say("\n".join([*lines, f"{count(len(found), 'record')}"]), records=facts)


def show_record(record: str, *, number: int | None) -> None:
    """Print what a record says and its history."""
    from mapper.records.content import in_words
    from mapper.records.form import load_form
    from mapper.records.open import database
    from mapper.records.versions import history

    versions = history(database(), record)
    chosen = [one for one in versions if number is None or one.number == number]
    if not chosen:
        told = f"version {number} of {record}" if versions else f"record {record}"
        raise RecordsError(f"There is no {told} here. See: mapper records list.")
    one = chosen[-1]
    keep_event("view", f"{one.kind} {record} version {one.number}", digest=one.digest, detail={})
    form = load_form(one.kind)
    lines = [f"{form.title} {record}, version {one.number}"]
    for field in form.fields:
        if field.id in one.content:
            words = in_words(field, one.content[field.id]).replace("\n", "\n    ")
            lines += [f"{field.label}:", f"    {words}"]
    lines += [f"Version {each.number}: {_saved(each)}, {each.reason}" for each in versions]
    facts = {"kind": one.kind, "number": one.number, "content": one.content}
    say("\n".join(lines), record=record, **facts)


def export_all(out: Path) -> None:
    """Write all of people's work to a file."""
    from mapper.base.files import write_whole
    from mapper.records.open import database
    from mapper.records.workspace_file import export_workspace

    content = export_workspace(database(), viewer=account())
    write_whole(out, content)
    out.chmod(0o600)  # everything people wrote is in it
    digest = hashlib.sha256(content).hexdigest()
    say(f"Written to {out} (SHA-256 {digest})", sha256=digest, written=[out])


def import_all(path: Path, *, sha256: str) -> None:
    """Take a file of people's work into an empty workspace."""
    from mapper.records.open import database
    from mapper.records.workspace_file import LARGEST, import_workspace

    try:
        content = read_regular(path, at_most=LARGEST)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256.strip().lower():
        raise InputError(
            f"{path}: its SHA-256 is {found}, not the one given. It is another file or was changed;"
            " nothing was taken in."
        )
    taken = import_workspace(database(), content, viewer=account())
    rows = ", ".join(f"{number:,} {name}" for name, number in taken.rows.items())
    say(f"Taken in: {rows} (SHA-256 {taken.digest})", rows=taken.rows, sha256=taken.digest)


def list_overdue(on: date | None) -> None:
    """Print the overdue actions of all plans and campaigns."""
    from mapper.records.actions import actions_of, overdue
    from mapper.records.open import database
    from mapper.records.versions import records

    today = on or date.today()  # noqa: DTZ011 - due dates are days where the people are
    plans = (*records(database(), "plan"), *records(database(), "campaign"))
    late = overdue([a for one in plans for a in actions_of(one.content, plan=one.record)], today)
    keep_event("view", "overdue actions", digest="", detail={"actions": len(late)})
    lines = []
    for one in late:
        who = ", ".join(part for part in (one.owner, one.agency) if part) or "nobody"
        words = (
            f"{count(one.days_late(today), 'day')}: {one.action} ({who}, {one.plan}, due {one.due})"
        )
        lines.append(words)
    names = ("action", "owner", "agency", "plan", "due")
    facts = [{name: getattr(one, name) for name in names} for one in late]
    of = count(len(plans), "plan or campaign", "plans and campaigns")
    lines.append(f"{len(late):,} overdue actions in {of}")
    say("\n".join(lines), overdue=facts)


def tell_campaign(record: str, *, out: Path | None, on: date | None) -> None:
    """Print how far a campaign is, or write it to a file."""
    from mapper.base.files import write_whole
    from mapper.outputs.campaign import FILES, campaign_file
    from mapper.records.actions import actions_of, overdue
    from mapper.records.campaigns import coverage, figures, untouched_in_words
    from mapper.records.open import database
    from mapper.records.versions import newest

    today = on or date.today()  # noqa: DTZ011 - due dates are days where the people are
    saved = newest(database(), record)
    if saved is None or saved.kind != "campaign":
        raise RecordsError(
            f"There is no campaign {record} here. See: mapper records list campaign."
        )
    form = out.suffix.removeprefix(".").lower() if out else ""
    if out and form not in FILES:
        raise InputError(f"{out}: write a campaign as {' or '.join(f'.{one}' for one in FILES)}.")
    kind, subject = ("export" if out else "view"), f"campaign {record} version {saved.number}"
    keep_event(kind, subject, digest=saved.digest, detail={"file": form} if out else {})
    if out:
        write_whole(out, campaign_file(saved, form, today))
        say(f"Written to {out}", written=[out])
        return
    covered, late = coverage(saved.content), overdue(actions_of(saved.content), today)
    lines = [f"{saved.title} ({record})"]
    lines += [f"{value} {words}" for value, words in figures(saved.content, today)]
    lines.append(untouched_in_words(saved.content, today))
    lines += [
        f"{count(one.days_late(today), 'day')} late: {one.action} ({one.agency}, {one.place})"
        for one in late
    ]
    facts = {"visited": covered.visited, "untouched": covered.untouched, "late": len(late)}
    say("\n".join(lines), record=record, **facts)


def take_visits(path: Path, *, kind: "VisitKind", mapping: Path | None) -> None:
    """Keep the stays at places of work that a file of positions holds."""
    from mapper.base.files import digest_of
    from mapper.incidents.mapping import load_mapping
    from mapper.records.open import database
    from mapper.records.place_work import every_ground
    from mapper.records.positions import read_positions, stays_at
    from mapper.records.versions import records
    from mapper.records.visits import VISITED, keep_visits

    places = every_ground(one for each in VISITED for one in records(database(), each))
    if not places:
        raise RecordsError(
            "No plan, campaign or intervention names a place, and visits are kept for places of"
            " work alone. Write a plan first."
        )
    positions, left_out = read_positions(path, mapping=load_mapping(mapping) if mapping else None)
    stays = stays_at(positions, places, kind=kind, left_out=left_out)
    kept = keep_visits(database(), stays.visits, viewer=account(), origin=digest_of(path))
    facts = {name: getattr(stays, name) for name in ("positions", "elsewhere", "passing")}
    say(stays.words, visits=kept, left_out=left_out, **facts)


def take_back_visits(path: Path) -> None:
    """Remove the visits that were kept of a file of positions."""
    from mapper.base.files import digest_of
    from mapper.records.open import database
    from mapper.records.visits import remove_visits, visits_of_file

    digest = digest_of(path)
    if not visits_of_file(database(), digest):
        raise RecordsError(
            f"{path.name}: no visit of this file is kept. Give the file that was taken in,"
            " unchanged."
        )
    gone = remove_visits(database(), origin=digest, viewer=account())
    say(f"{count(gone, 'visit')} taken back.", visits=gone)


def _saved(one: "Version") -> str:
    """Return version, day and author."""
    return f"version {one.number}, {one.saved:%Y-%m-%d %H:%M} UTC, {one.author}"
