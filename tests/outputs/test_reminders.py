"""Reminders read back by the rules of RFC 5545."""

from datetime import UTC, date, datetime

from mapper.outputs.reminders import mail_list, reminders
from mapper.records.actions import PlannedAction

MADE = datetime(2022, 9, 1, 8, 30, tzinfo=UTC)
LONG = "Brief; then, at “Tŷ Newydd”, leave cards \\ posters " + "é" * 60


def unfolded(content):
    """The lines as a calendar reads them: unfolded, their texts unescaped."""
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_each_open_action_with_a_day_is_one_entry():
    actions = (
        PlannedAction(LONG, owner="Matron", agency="midwifery", due=date(2022, 9, 30),
                      plan="C-1", place="Hub", row=4),
        PlannedAction("Done", due=date(2022, 9, 30), status="done"),
        PlannedAction("No day"),
        PlannedAction("Ended", due=date(2022, 9, 30), ended=True),
    )  # fmt: skip
    lines = unfolded(reminders(actions, made_at=MADE))
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert "UID:C-1-4@mapper" in lines
    assert "DTSTAMP:20220901T083000Z" in lines
    assert "DTSTART;VALUE=DATE:20220930" in lines
    assert "DTEND;VALUE=DATE:20221001" in lines
    title = next(line for line in lines if line.startswith("SUMMARY:"))
    plain = title.removeprefix("SUMMARY:").replace("\\,", ",").replace("\\;", ";")
    assert plain.replace("\\\\", "\\") == f"Due: {LONG} (midwifery)"
    assert "DESCRIPTION:Owner: Matron\\nPlace: Hub\\nRecord: C-1" in lines


def test_a_text_cannot_add_a_line_of_its_own():
    evil = PlannedAction("x\r\nATTENDEE:mailto:a@b.c\nEND:VEVENT", due=date(2022, 9, 30))
    lines = unfolded(reminders([evil], made_at=MADE))
    assert not any(line.startswith("ATTENDEE") for line in lines)
    assert lines.count("END:VEVENT") == 1


def test_the_list_to_mail_goes_agency_by_agency_late_first():
    actions = (
        PlannedAction("Locks\r\nBcc: all", agency="housing", due=date(2022, 9, 30), plan="P-1"),
        PlannedAction("Brief", owner="Matron", agency="midwifery", due=date(2022, 8, 30),
                      plan="C-1", place="Hub"),
        PlannedAction("Late locks", agency="housing", due=date(2022, 8, 31), plan="P-2"),
        PlannedAction("Done", agency="housing", status="done"),
    )  # fmt: skip
    assert mail_list(actions, today=date(2022, 9, 1)).decode().split("\r\n") == [
        "Open actions on 1 September 2022",
        "",
        "Housing",
        "- Late locks (due 31 August 2022, 1 day late; P-2)",
        "- Locks Bcc: all (due 30 September 2022; P-1)",
        "",
        "Midwifery",
        "- Brief (Hub; Matron; due 30 August 2022, 2 days late; C-1)",
        "",
    ]
