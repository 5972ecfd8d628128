"""What may mislead, as the command line says it: with the option that mends it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.incidents.doubt import Doubt

_OPTIONS = {
    "default point": "--sinks FILE, made by mapper sinks",
    "one point": "--sinks FILE, made by mapper sinks",
    "coordinates coarse": "--resolution 8",
    "rows unread": "--rejected FILE lists them",
}


def doubt_line(doubt: "Doubt") -> str:
    """Return a doubt as one line, with its options in brackets."""
    told = " or ".join(options(doubt))
    return f"  {doubt.note} [{told}]" if told else f"  {doubt.note}"


def options(doubt: "Doubt") -> list[str]:
    """Return what is typed to mend a doubt; nothing where only the files can."""
    from mapper.analysis.mend import acts_of

    acts = acts_of(doubt)
    days = (("--from", doubt.from_day), ("--to", doubt.to_day))
    found = [f"{option} {day}" for option, day in days if day is not None and "days" in acts]
    found += [_OPTIONS[doubt.code]] if doubt.code in _OPTIONS else []
    found += [f'--area "{doubt.ground}"'] if doubt.ground else []
    return [*found, f'--mend "{doubt.name}"'] if acts[-1:] not in ((), ("days",)) else found


def as_json(doubts: "Sequence[Doubt]") -> list[dict[str, Any]]:
    """Return doubts for programs."""
    return [
        {
            "code": one.code,
            "effect": one.effect,
            "words": one.words,
            "incidents": one.incidents,
            "mend": options(one),
            "from": one.from_day.isoformat() if one.from_day else None,
            "to": one.to_day.isoformat() if one.to_day else None,
        }
        for one in doubts
    ]
