"""A lens: a named, versioned definition of which incidents count and what the result may be called.

An incident counts once, with the largest whole-number weight of the rules it meets; it counts
nothing when an exclusion holds. Weights are judgements about seriousness written down with their
reasons, not measurements. A lens may also give days of harm, real numbers of a named source, for
scores that whole-number weights are too coarse for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

# Column, test, value: a text or a flag for "is", a tuple of texts for "in", a text for "contains",
# true or false for "present" (something is filled in).
Condition = tuple[str, Literal["is", "in", "contains", "present"], object]
Expected = Literal["residents", "demand"]  # what incidents are expected to follow
EXPECTED: tuple[Expected, ...] = get_args(Expected)
EXPECTED_WORDS: Mapping[str, str] = MappingProxyType(
    {"residents": "residents", "demand": "all demand recorded there"}
)
Clauses = tuple[tuple[Condition, ...], ...]  # met when all conditions of one clause hold


@dataclass(frozen=True)
class Rule:
    """One way for an incident to count: all its conditions hold."""

    name: str
    weight: int  # 1 or more
    reason: str  # why it counts, and why with this weight
    conditions: tuple[Condition, ...]  # column, test, value(s)
    police_generated: bool = False  # can be switched out
    harm_days: float | None = None  # all rules of a lens give it, or none


@dataclass(frozen=True)
class Need:
    """One of the needs that a lens looks for together, such as alcohol beside domestic abuse."""

    name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Lens:
    """Which incidents count, each with a whole-number weight."""

    id: str
    title: str  # what the result may be called on screen
    version: str
    question: str  # the question a map under this lens answers, in plain English
    requires: tuple[str, ...]  # incident columns without which the lens is refused
    rules: tuple[Rule, ...]
    exclusions: tuple[Rule, ...] = ()
    needs: tuple[Need, ...] = ()  # of which its rules are the combinations, or each is a rule
    needs_together: int = 0  # so many of its needs meet on one incident, or at one place
    caveats: tuple[str, ...] = ()  # what the map cannot show
    never_call: tuple[str, ...] = ()  # names the result must not be given
    public: bool = False  # made for police.uk files
    expected: Expected = "residents"  # what unusual places have more than, unless asked otherwise
    expected_reason: str = ""  # why that and not the other
    order: int | None = None  # place among the shipped lenses
    short_title: str = ""  # where a button has no room for the title
    patch_order: int | None = None  # place among the buttons of My patch; the others follow
    family: str = ""  # the lens whose incidents it shares: two of one family meet everywhere
    theme: int | None = None  # place among the lenses that a briefing sets against each other
    headline: int | None = None  # place among the figures at the head of a briefing
    headline_title: str = ""  # there, beside the other figures, if not the title
    headline_words: str = ""  # the same inside a sentence, without those figures beside it
    source: str = ""  # file the lens came from
    sha256: str = ""  # of that file

    @property
    def named(self) -> str:
        """Its title, and the id by which a command asks for it."""
        return f"“{self.title}” ({self.id})"

    @property
    def gives_harm(self) -> bool:
        """Whether every incident that counts has days of harm."""
        return bool(self.rules) and all(rule.harm_days is not None for rule in self.rules)


def taken_by(lens: Lens, *, police_generated: bool) -> tuple[Clauses, Clauses]:
    """Return what an incident must meet one of to count, and what it must meet none of.

    Parameters
    ----------
    police_generated
        Whether police-generated incidents count.
    """
    out = [*lens.exclusions]
    if not police_generated:
        out += [rule for rule in lens.rules if rule.police_generated]
    return tuple(r.conditions for r in lens.rules), tuple(r.conditions for r in out)
