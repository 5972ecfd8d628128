"""Needs that a lens looks for together: abuse, drugs, alcohol, mental health in one home.

A lens may name several needs (``[[need]]``) and say how many of them must be met together
(``[combine]``), on one incident or at one place.

On one incident, each combination of so many becomes a rule of its own, all of one weight, so that
whatever reads rules (counting, disclosure control, the signature of a place) knows which needs met.
An incident with more needs meets several of these rules and still counts once.

At one place, each need is a rule, and an incident with any of them counts. Which needs meet at a
hot spot is told of it afterwards (:mod:`mapper.context.needs`) and decides nothing of what counts:
an incident that counted because of others around it would make hot spots out of numbers alone, as
the busiest places have every need even where needs fall on incidents by chance.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from mapper.lenses.conditions import conditions_of
from mapper.lenses.lens import Need, Rule
from mapper.lenses.part import Part, parts_of

MOST_NEEDS = 8  # so that their combinations stay a list that people can read
FEWEST = 2
INCIDENT, PLACE = "incident", "place"  # what needs must be met on, or at
_KEYS = ("at_least", "over", "weight", "reason")


def needs_of(whole: Part) -> tuple[Need, ...]:
    """Return the needs that a lens file names; faults are noted."""
    parts = parts_of(whole, "need")
    if parts and not FEWEST <= len(parts) <= MOST_NEEDS:
        parts[0].fault(
            f"a lens combines from {FEWEST} to {MOST_NEEDS} needs and here are {len(parts)}."
            " Add or remove a [[need]].",
            at="need",
        )
    if bool(parts) is not ("combine" in whole.table):
        whole.fault(
            "[[need]] and [combine] stand together. Add the one that is missing, or remove both.",
            at="combine" if "combine" in whole.table else "need",
        )
    return tuple(_need(part) for part in parts[:MOST_NEEDS])


def combined(whole: Part, needs: tuple[Need, ...], *, largest: int) -> tuple[tuple[Rule, ...], int]:
    """Return the rules that come of needs, and how many needs must meet; none and 0 without needs.

    Parameters
    ----------
    largest
        Weight that a rule may have.
    """
    table = whole.table.get("combine", {})
    if not needs or not table:
        return (), 0
    if not isinstance(table, dict):
        whole.fault("`combine` is not a table. Begin it with [combine].", at="combine")
        return (), 0
    part = Part(table, whole.lines, whole.first, whole.faults)
    part.refuse_unknown_keys(_KEYS)
    size = part.whole_number("at_least", largest=len(needs))
    weight, reason = part.whole_number("weight", largest=largest), part.text("reason")
    if size < FEWEST:
        part.fault(f"`at_least` is below {FEWEST}: one need alone is a rule.", at="at_least")
        return (), 0
    if _over(part) == PLACE:
        return tuple(Rule(one.name, weight, reason, one.conditions) for one in needs), size
    return tuple(_combinations(needs, size, weight, reason)), size


def _combinations(needs: tuple[Need, ...], size: int, weight: int, reason: str) -> Iterator[Rule]:
    """Yield a rule for each combination of so many needs."""
    for some in combinations(needs, size):
        conditions = dict.fromkeys(condition for need in some for condition in need.conditions)
        yield Rule(together(need.name for need in some), weight, reason, tuple(conditions))


def _over(part: Part) -> str:
    """Return what needs must be met on: an incident when the key is absent."""
    over = part.table.get("over", INCIDENT)
    if over not in (INCIDENT, PLACE):
        part.fault(f'`over` is not "{INCIDENT}" or "{PLACE}". Write one of them.', at="over")
    return str(over)


def together(names: Iterable[str]) -> str:
    """Return the name of needs that stand together: Domestic abuse, alcohol and drugs."""
    first, *others = names
    small = [f"{one[:1].lower()}{one[1:]}" for one in others]
    *most, last = [first, *small]
    return f"{', '.join(most)} and {last}" if most else last


def _need(part: Part) -> Need:
    part.refuse_unknown_keys(("name", "when"))
    return Need(part.text("name"), conditions_of(part, may_be_always=False))
