"""Values of a column that end where others begin: one thing under two names, or all coded anew."""

from datetime import date
from difflib import SequenceMatcher
from typing import cast

import numpy as np

from mapper.base.text import day_in_words
from mapper.base.types import Flags, Integers
from mapper.incidents.doubt import Doubt
from mapper.incidents.time_blocks import Times

_LIKE = 0.5  # of two names, so that one may be the other
_ANEW = 6  # values that stop or start at one date
_MOST = 0.9  # of the rows on one side
_MONTH = 31  # days


def renamed_values(
    told: list[Doubt], code: Integers, day: Times, times: Integers | None = None
) -> list[Doubt]:
    """Join a value that stops with one that starts there: perhaps one thing under two names.

    Where six and more stop or start at one date, of both kinds, or three that hold nine in ten of
    the rows on their side of it, the column is coded anew.

    Parameters
    ----------
    code, day
        Value, -1 for none, and day of each incident; shape (incidents,).
    times
        How many incidents each row stands for; one where not given.
    """
    left = list(told)
    for when in sorted({cast("date", one.since) for one in told if one.effect == "veto"}):
        beside = [one for one in left if one.effect == "veto" and _near(one.since, when)]
        if _anew(beside, code >= 0, day < np.datetime64(when), times):
            left = [one for one in left if one not in beside]
            left.append(_coded_anew(beside, when))
    for one in [each for each in told if each.code == "part stops"]:
        for two in [each for each in left if each.code == "part starts"]:
            near = _near(one.since, cast("date", two.since))
            like = SequenceMatcher(None, one.part.lower(), two.part.lower()).ratio() >= _LIKE
            if near and (like or 0.5 <= one.incidents / two.incidents <= 2) and one in left:  # noqa: PLR2004 - about as many
                left = [each for each in left if each not in (one, two)]
                left.append(_one_thing(one, two))
    return left


def _anew(steps: list[Doubt], known: Flags, before: Flags, times: Integers | None) -> bool:
    """Tell whether some steps at one date are a column that is coded anew."""
    if len(steps) >= _ANEW and len({one.code for one in steps}) > 1:
        return True
    if len(steps) < _ANEW / 2:
        return False
    found = []
    for code, side in (("part stops", before), ("part starts", ~before)):
        mine = np.zeros(known.size, dtype=bool)
        for one in steps:
            mine[one.rows] |= one.code == code
        held, every = (
            flags.sum() if times is None else times[flags].sum()
            for flags in (mine & side, known & side)
        )
        found.append(held >= _MOST * every)
    return any(found)


def _near(one: date | None, two: date) -> bool:
    """Tell whether two days lie within a month."""
    return one is not None and abs((one - two).days) <= _MONTH


def _coded_anew(steps: list[Doubt], since: date) -> Doubt:
    """Describe a date from which a column holds other values."""
    stops, starts = (
        [one.part for one in steps if one.code == code] for code in ("part stops", "part starts")
    )
    kind = steps[0].kind.replace("_", " ")
    told = [
        f"{len(names):,} {what} (such as “{names[0]}”)"
        for names, what in ((stops, "stop"), (starts, "start"))
        if names
    ]
    words = (
        f"About {day_in_words(since)}, values of {kind} change: {' and '.join(told)}. It is coded"
        " anew from then on."
    )
    return Doubt(
        code="values renamed",
        effect="veto",
        words=words,
        rows=np.unique(np.concatenate([one.rows for one in steps])),
        number=sum(one.incidents for one in steps),
        share=sum(one.share for one in steps),
        kind=steps[0].kind,
        part=kind,
        since=since,
        remedy=f"write one code for both in the file, or choose days from {day_in_words(since)} on",
        from_day=since,
    )


def _one_thing(one: Doubt, two: Doubt) -> Doubt:
    return Doubt(
        code="values renamed",
        effect="veto",
        words=(
            f"“{one.part}” ({one.kind.replace('_', ' ')}) ends on {day_in_words(one.since)} where"
            f" “{two.part}” begins: perhaps one thing under two names."
        ),
        rows=np.union1d(one.rows, two.rows),
        number=one.incidents + two.incidents,
        share=one.share + two.share,
        kind=one.kind,
        part=one.part,
        other=two.part,
        since=one.since,
        remedy="write one name for both in the file, or name both in the lens",
    )
