r"""Reminders of what is due, as a calendar file (RFC 5545): one all-day entry an action.

Nothing is sent by mapper: the file is taken, and imported or mailed by a person. The same actions
are also a list in plain text, to paste into a mail. Lines of a calendar end in CR LF and are folded
at 75 octets; commas, semicolons, backslashes and line breaks of texts are escaped.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from mapper.base.text import count, day_in_words
from mapper.records.actions import PlannedAction

_LONGEST = 75  # octets of a line, its end not counted


def reminders(actions: Iterable[PlannedAction], *, made_at: datetime) -> bytes:
    """Return the open actions that have a day as a calendar."""
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mapper//actions//EN"]
    for one in actions:
        if one.is_open and one.due:
            lines += _entry(one, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def mail_list(actions: Iterable[PlannedAction], *, today: date) -> bytes:
    """Return the open actions as plain text to paste into a mail, agency by agency, late first."""
    by_agency: dict[str, list[PlannedAction]] = {}
    for one in actions:
        if one.is_open:
            by_agency.setdefault(one.agency or "nobody named", []).append(one)
    lines = [f"Open actions on {day_in_words(today)}"]
    for agency, some in sorted(by_agency.items()):
        lines += ["", f"{agency[:1].upper()}{agency[1:]}"]
        for one in sorted(some, key=lambda one: (-one.days_late(today), one.due or date.max)):
            late = one.days_late(today)
            due = f"due {day_in_words(one.due)}" if one.due else "no day set"
            told = (one.place, one.owner, f"{due}, {count(late, 'day')} late" if late else due)
            about = "; ".join(part for part in (*told, one.plan) if part)
            lines.append(f"- {' '.join(one.action.split())} ({' '.join(about.split())})")
    return ("\r\n".join(lines) + "\r\n").encode()


def _entry(one: PlannedAction, stamp: str) -> list[str]:
    """Return the lines of one entry."""
    title = f"Due: {one.action}" + (f" ({one.agency})" if one.agency else "")
    told = (("Owner", one.owner), ("Place", one.place), ("Record", one.plan))
    about = "\n".join(f"{name}: {words}" for name, words in told if words)
    due = one.due
    if due is None:
        return []
    return [
        "BEGIN:VEVENT",
        f"UID:{one.plan}-{one.row}@mapper",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(about)}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """Return a text as a calendar holds it."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> bytes:
    """Return a line broken so that no part is over the length, and no letter is cut in two."""
    parts: list[bytes] = []
    now = b""
    for letter in line:
        more = letter.encode()
        if len(now) + len(more) > _LONGEST - bool(parts):
            parts.append(now)
            now = b""
        now += more
    return b"\r\n ".join([*parts, now])
