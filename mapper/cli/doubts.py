"""What may mislead, as the command line says it: with the option that mends it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.incidents.doubt import Doubt

_OPTIONS = {
    "default point": "--sinks FILE, made by mapper sinks",
    "uncovered ground": "--area",
    "coordinates coarse": "--resolution 8",
    "references shared": "--mapping FILE that says so",
    "rows unread": "--rejected FILE lists them",
}


def said(doubt: "Doubt") -> str:
    """Return a doubt as one line, with its option in brackets."""
    days = [
        f"{option} {day}"
        for option, day in (("--from", doubt.from_day), ("--to", doubt.to_day))
        if day is not None
    ]
    option = _OPTIONS.get(doubt.code) or " ".join(days)
    return f"  {doubt.note} [{option}]" if option and doubt.remedy else f"  {doubt.note}"


def as_json(doubts: "Sequence[Doubt]") -> list[dict[str, Any]]:
    """Return doubts for programs."""
    return [
        {
            "code": one.code,
            "effect": one.effect,
            "words": one.words,
            "incidents": one.rows.size,
            "from": one.from_day.isoformat() if one.from_day else None,
            "to": one.to_day.isoformat() if one.to_day else None,
        }
        for one in doubts
    ]
