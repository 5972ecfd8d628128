"""Values of a column that end where others begin: one thing under two names, or all coded anew."""

from datetime import date
from difflib import SequenceMatcher
from typing import cast

import numpy as np

from mapper.base.text import day_in_words
from mapper.incidents.doubt import Doubt

_LIKE = 0.5  # of two names, so that one may be the other
_ANEW = 6  # values that stop or start at one date
_MONTH = 31  # days


def renamed_values(told: list[Doubt]) -> list[Doubt]:
    """Join a value that stops with one that starts there: perhaps one thing under two names.

    Where several stop and several start at one date, the column is coded anew.
    """
    left = list(told)
    for when in sorted({cast("date", one.since) for one in told if one.effect == "veto"}):
        beside = [one for one in left if one.effect == "veto" and _near(one.since, when)]
        if len(beside) >= _ANEW and len({one.code for one in beside}) > 1:
            left = [one for one in left if one not in beside]
            left.append(_coded_anew(beside, when))
    for one in [each for each in told if each.code == "part stops"]:
        for two in [each for each in left if each.code == "part starts"]:
            near = _near(one.since, cast("date", two.since))
            like = SequenceMatcher(None, one.part.lower(), two.part.lower()).ratio() >= _LIKE
            if near and (like or 0.5 <= one.rows.size / two.rows.size <= 2) and one in left:  # noqa: PLR2004 - about as many
                left = [each for each in left if each not in (one, two)]
                left.append(_one_thing(one, two))
    return left


def _near(one: date | None, two: date) -> bool:
    """Tell whether two days lie within a month."""
    return one is not None and abs((one - two).days) <= _MONTH


def _coded_anew(steps: list[Doubt], since: date) -> Doubt:
    """Describe a date from which a column holds other values."""
    stops, starts = (
        [one.part for one in steps if one.code == code] for code in ("part stops", "part starts")
    )
    kind = steps[0].kind.replace("_", " ")
    words = (
        f"About {day_in_words(since)}, {len(stops):,} values of {kind} stop (such as “{stops[0]}”)"
        f" and {len(starts):,} others start (such as “{starts[0]}”): it is coded anew from then on."
    )
    return Doubt(
        code="values renamed",
        effect="veto",
        words=words,
        rows=np.unique(np.concatenate([one.rows for one in steps])),
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
            f"“{one.part}” ({one.kind.replace('_', ' ')}) ends on {one.since:%d %B %Y} where"
            f" “{two.part}” begins: perhaps one thing under two names."
        ),
        rows=np.union1d(one.rows, two.rows),
        share=one.share + two.share,
        kind=one.kind,
        part=one.part,
        other=two.part,
        since=one.since,
        remedy="write one name for both in the file, or name both in the lens",
    )
