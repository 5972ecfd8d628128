"""Why a release is refused and the nearest choice that is safe, in words."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from mapper.base.text import period_in_words
from mapper.disclosure.differencing import DifferencingCheck
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.rules import AudienceRule

_NAMED = 3  # earlier releases named in a refusal


def refusal(new: StoredRelease, found: DifferencingCheck, share: float, rule: AudienceRule) -> str:
    """Return why a release is refused and the nearest safe choice; empty where it is not.

    Parameters
    ----------
    share
        Of its counts that would have to be withheld.
    """
    if not found.refused and share <= rule.most_withheld:
        return ""
    reason = f"more than {rule.most_withheld:.0%} of its counts would have to be withheld"
    if found.refused:
        reason = "counts that are hidden could be worked out"
    if found.too_many:
        reason = (
            f"it cannot be checked: {len(found.linked)} earlier releases overlap with it in too"
            " many different ways, and nothing is released unchecked"
        )
    named = "; ".join(_named(one) for one in found.linked[:_NAMED])
    more = f" and {len(found.linked) - _NAMED} more" if len(found.linked) > _NAMED else ""
    before = f"together with what it was given before ({named}{more}), " if named else ""
    return f"Not released to the {rule.audience} audience: {before}{reason}. " + _alternative(
        new, found.linked, rule
    )


def months_around(first: date, last: date) -> tuple[date, date]:
    """Return the first day of the first month and the last day of the last."""
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


def _named(one: StoredRelease) -> str:
    """Return an earlier release in words."""
    return (
        f"“{one.title}”, {one.area_title}, {period_in_words(one.first, one.last)}, resolution"
        f" {one.resolution}"
    )


def _alternative(new: StoredRelease, linked: Sequence[StoredRelease], rule: AudienceRule) -> str:
    """Return the nearest choice that is safe."""
    if not linked:
        return "Choose a wider lens, a longer time or larger places."
    free = free_days((new.first, new.last), linked, rule)
    if free is not None:
        return f"Choose days that were not released before: {period_in_words(*free)}."
    one = min(linked, key=lambda other: abs((other.last - new.last).days))
    return f"Show again what was released ({_named(one)}), or wait until later days are complete."


def free_days(
    asked: tuple[date, date], linked: Sequence[StoredRelease], rule: AudienceRule
) -> tuple[date, date] | None:
    """Return the longest stretch that no linked release covers, where it is long enough."""
    best, (start, end) = None, asked
    for one in sorted(linked, key=lambda other: other.first):
        if one.first > start:
            best = _longer(best, (start, min(one.first - timedelta(1), end)))
        start = max(start, one.last + timedelta(1))
    if start <= end:
        best = _longer(best, (start, end))
    if best is not None and rule.whole_months:
        best = _whole_months_in(*best)
    if best is None or (best[1] - best[0]).days + 1 < rule.shortest_days:
        return None
    return best


def _longer(one: tuple[date, date] | None, other: tuple[date, date]) -> tuple[date, date]:
    """Return the longer of two stretches of days."""
    return other if one is None or other[1] - other[0] > one[1] - one[0] else one


def _whole_months_in(first: date, last: date) -> tuple[date, date] | None:
    """Return the whole months inside a stretch of days."""
    if first.day != 1:
        first = (first.replace(day=28) + timedelta(4)).replace(day=1)
    if (last + timedelta(1)).day != 1:
        last = last.replace(day=1) - timedelta(1)
    return (first, last) if first <= last else None
