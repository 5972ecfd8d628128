r"""Reminders of what is due, as a calendar file (RFC 5545): one all-day entry an action.

Nothing is sent by mapper: the file is taken, and imported or mailed by a person. Lines end in CR LF
and are folded at 75 octets; commas, semicolons, backslashes and line breaks of texts are escaped.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

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
