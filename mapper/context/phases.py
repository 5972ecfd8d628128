"""Prevention phase: which of three a place's pattern and context suggest, and by which rule.

Primary is prevention for the whole population, through services that everybody meets; secondary
acts where many are at high risk of being drawn in, with diversion and early help; tertiary tackles
a recurring problem of victim, offender or location. A readable table (``phases.toml``) holds the
rules; the first that fits decides. A hot spot of fewer incidents than the table asks for gets none:
too few, and said so. It is a suggestion made from records: what people decide, and why, is recorded
beside it, agreeing or not.

What can mislead: a pattern is about recorded incidents, so more reporting can look like a new
problem; a fact that is not known never makes a rule fit, and is named.

Source: this project; the three phases are those of public-health prevention (Caplan 1964), the
patterns those of :mod:`mapper.statistics.emerging`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import isnan
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast, get_args

from mapper.context.toml_file import read_whole, refuse_faults
from mapper.lenses.part import Part, closest, parts_of, quoted
from mapper.statistics.emerging import PATTERN_NAMES, Pattern

Phase = Literal["primary", "secondary", "tertiary"]
Fact = float | int | bool | None

SHIPPED = Path(__file__).with_name("phases.toml")
NO_HOTSPOT = "none"
UNTOLD = (
    "untold"  # a hot spot of which no pattern over time can be told, such as one of few incidents
)
COLD = "cold"
_HOT = {one: one.name.removesuffix("_HOT").lower() for one in Pattern if one.name.endswith("_HOT")}
# A hot pattern in one word, no hot spot at all, one without a pattern, or a cold one.
PATTERNS = (NO_HOTSPOT, UNTOLD, *_HOT.values(), COLD)
_NOT_HOT = frozenset({NO_HOTSPOT, COLD})
# What a pattern may be given as: its name as people read it, or its word.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "": NO_HOTSPOT,
        **{word: word for word in PATTERNS},
        **{name: _HOT.get(one, COLD) for one, name in zip(Pattern, PATTERN_NAMES, strict=True)},
        PATTERN_NAMES[Pattern.NO_PATTERN]: UNTOLD,
    }
)
# What a rule may ask about a place besides its pattern: shares run from 0 to 1.
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "rising_background": "incidents rise over the area outside hot spots (yes or no)",
        "repeat_share": "share of the place's incidents with a repeat victim",
        "high_risk_share": "share graded high risk",
        "children_share": "share with a child at the address",
        "under_ones_share": "share with a child under one at the address",
        "one_address_share": "share at the place's single busiest address",
        "incidents": "incidents that count in the place",
        "missing_share": "share about a missing child",
        "exploitation_share": "share flagged as exploitation, a county line or cuckooing",
        "young_share": "share with a person aged 10 to 17 involved",
        "school_age_venues": "schools, colleges and youth places within walking distance",
        "deprivation_decile": "1 is the most deprived tenth, 10 the least",
        "protective_assets": "protective assets within walking distance",
    }
)
YES_NO = frozenset({"rising_background"})

_BOUNDS = ("at_least", "at_most")
_KEYS = ("name", "phase", "patterns", "when", "reason", "source")
_TABLE_KEYS = ("title", "version", "fewest", "fewest_reason", "rule", "universal")
_MOST_FEWEST = 1_000


@dataclass(frozen=True)
class Condition:
    """What one fact must be for a rule to fit."""

    fact: str
    is_true: bool | None = None
    at_least: float | None = None
    at_most: float | None = None

    def fits(self, value: float) -> bool:
        """Return whether a known value meets the condition."""
        if self.is_true is not None:
            return bool(value) is self.is_true
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class PhaseRule:
    """One line of the table."""

    name: str
    phase: Phase
    patterns: tuple[str, ...]  # empty: whatever the pattern
    conditions: tuple[Condition, ...]  # all must hold
    reason: str
    basis: str = ""  # where it comes from, or that it is a judgement


@dataclass(frozen=True)
class PhaseRules:
    """The rule table, in the order in which it is asked."""

    title: str
    version: str
    rules: tuple[PhaseRule, ...]
    source: str  # file name
    fewest: int = 1  # incidents of a hot spot below which nothing is suggested
    # The service that everybody meets, by lens.
    universal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Suggestion:
    """A suggested phase and the rule behind it; ``phase`` is missing where no rule fits."""

    phase: Phase | None
    rule: str
    reason: str  # the rule's own words: no figure of the place
    unknown: tuple[str, ...] = ()  # facts that rules before this one asked for in vain


def suggest_phase(
    pattern: str, *, context: Mapping[str, Fact] | None = None, rules: PhaseRules | None = None
) -> Suggestion:
    """Return the phase that the first fitting rule suggests.

    Parameters
    ----------
    pattern
        Of a hot spot or cell, as a word (``new``) or in full (``new hot spot``); empty or ``none``
        where there is no hot spot, ``no pattern`` where there is one without a pattern.
    context
        What is known of the place, by the names in ``FACTS``; what is missing is not known.
    rules
        Another table than the one shipped.

    Raises
    ------
    ValueError
        When the pattern or a fact has an unknown name.

    Examples
    --------
    >>> suggest_phase("persistent hot spot").phase
    'tertiary'
    """
    word = pattern_word(pattern)
    known = dict(context or {})
    table = rules or shipped_phase_rules()
    if strange := set(known) - set(FACTS):
        raise ValueError(f"unknown facts {sorted(strange)}; the facts are {list(FACTS)}")
    unknown: list[str] = []
    if word not in _NOT_HOT:
        number = known.get("incidents")
        if _is_unknown(number):
            unknown.append("incidents")
        elif cast("float", number) < table.fewest:
            return Suggestion(None, "", _too_few_words(word, number, table.fewest))
    for rule in table.rules:
        if rule.patterns and word not in rule.patterns:
            continue
        missing = [c.fact for c in rule.conditions if _is_unknown(known.get(c.fact))]
        unknown += [fact for fact in missing if fact not in unknown]
        if not missing and all(c.fits(cast("float", known[c.fact])) for c in rule.conditions):
            return Suggestion(rule.phase, rule.name, rule.reason, tuple(unknown))
    if word == UNTOLD:
        return Suggestion(None, "", _untold_words(known.get("incidents")), tuple(unknown))
    return Suggestion(None, "", "No rule of the table fits this place.", tuple(unknown))


def _too_few_words(word: str, incidents: Fact, fewest: int) -> str:
    """Say that a hot spot holds too few incidents for a phase; its pattern may stand."""
    if word == UNTOLD:
        return _untold_words(incidents)
    number = int(cast("float", incidents))
    return (
        f"Too few to suggest a phase: {number:,} incident{'' if number == 1 else 's'},"
        f" and it takes {fewest:,}."
    )


def _untold_words(incidents: Fact) -> str:
    """Say that a hot spot has no pattern: the map's finding stands."""
    if _is_unknown(incidents):
        return "No pattern over time can be told of this hot spot."
    number = int(cast("float", incidents))
    return f"No pattern can be told from {number:,} incident{'' if number == 1 else 's'}."


def pattern_word(pattern: str) -> str:
    """Return a pattern as one of ``PATTERNS``.

    Raises
    ------
    ValueError
        When it is none of them.
    """
    words = " ".join(pattern.casefold().replace("hotspot", "hot spot").split())
    if words not in _WORDS:
        raise ValueError(f"pattern {pattern!r} is not one of {list(PATTERNS)}")
    return _WORDS[words]


@cache
def shipped_phase_rules() -> PhaseRules:
    """Return the rule table that comes with mapper."""
    return read_phase_rules(SHIPPED)


def read_phase_rules(path: Path, text: str | None = None) -> PhaseRules:
    """Read a rule table.

    Raises
    ------
    ContextError
        Naming the file, and for each fault its line and what to write instead.
    """
    whole = read_whole(path, text, what="a table of phase rules, such as docs/phases.md describes")
    whole.refuse_unknown_keys(_TABLE_KEYS)
    parts = parts_of(whole, "rule")
    if not parts:
        whole.fault("the table has no rules. Add a [[rule]].", at="rule")
    rules = PhaseRules(
        title=whole.text("title"),
        version=whole.text("version"),
        rules=tuple(_rule(part) for part in parts),
        source=path.name,
        fewest=whole.whole_number("fewest", largest=_MOST_FEWEST) if "fewest" in whole.table else 1,
        universal=_universal(whole),
    )
    _refuse_doubled_names(parts)
    _refuse_unreachable(parts, rules.rules)
    refuse_faults(path, whole)
    return rules


def _universal(whole: Part) -> Mapping[str, str]:
    """Return the service that everybody meets, by the id of a lens."""
    table = whole.table.get("universal", {})
    if not isinstance(table, dict):
        whole.fault("`universal` is not a table. Begin it with [universal].", at="universal")
        return MappingProxyType({})
    part = Part(table, whole.lines, whole.first, whole.faults)
    return MappingProxyType({lens: part.text(lens) for lens in table})


def _rule(part: Part) -> PhaseRule:
    part.refuse_unknown_keys(_KEYS)
    phase = part.text("phase")
    if phase and phase not in get_args(Phase):
        part.fault(
            f"the phase {quoted(phase)} is none of {', '.join(get_args(Phase))}."
            f"{closest(phase, get_args(Phase))}",
            at="phase",
        )
    return PhaseRule(
        name=part.text("name"),
        phase=cast("Phase", phase),
        patterns=_patterns(part),
        conditions=_conditions(part),
        reason=part.text("reason"),
        basis=part.text("source", needed=False),
    )


def _patterns(part: Part) -> tuple[str, ...]:
    patterns = part.texts("patterns")
    if "patterns" in part.table and not patterns:
        part.fault(
            "`patterns` lists nothing. Leave it out for a rule about every pattern.", at="patterns"
        )
    for pattern in patterns:
        if pattern and pattern not in PATTERNS:
            part.fault(
                f"unknown pattern {quoted(pattern)}.{closest(pattern, PATTERNS)}"
                f" The patterns are {', '.join(PATTERNS)}.",
                at="patterns",
            )
    return patterns


def _conditions(part: Part) -> tuple[Condition, ...]:
    when = part.table.get("when", {})
    if not isinstance(when, dict) or (not when and "when" in part.table):
        part.fault(
            "`when` holds no condition. Write when = { repeat_share = { at_least = 0.5 } },"
            " or leave it out.",
            at="when",
        )
        return ()
    return tuple(_condition(part, fact, value) for fact, value in when.items())


def _condition(part: Part, fact: str, value: object) -> Condition:
    if fact not in FACTS:
        part.fault(
            f"unknown fact {quoted(fact)}.{closest(fact, FACTS)} The facts are {', '.join(FACTS)}.",
            at=fact,
            or_at="when",
        )
    elif fact in YES_NO:
        if isinstance(value, bool):
            return Condition(fact, is_true=value)
        part.fault(f"{fact} is yes or no. Write {fact} = true or {fact} = false.", at=fact)
    elif isinstance(value, dict) and value and all(map(_is_bound, value.items())):
        return Condition(fact, at_least=value.get("at_least"), at_most=value.get("at_most"))
    else:
        part.fault(
            f"{fact} is a number. Write {fact} = {{ at_least = 0.5 }} or"
            f" {fact} = {{ at_most = 0.5 }}.",
            at=fact,
            or_at="when",
        )
    return Condition(fact)


def _is_bound(item: tuple[str, object]) -> bool:
    """Return whether a key and value are a bound and a number."""
    bound, number = item
    plain = isinstance(number, int | float) and not isinstance(number, bool)
    return bound in _BOUNDS and plain and not isnan(cast("float", number))


def _refuse_doubled_names(parts: tuple[Part, ...]) -> None:
    """Note each rule that has another's name: a suggestion names its rule."""
    seen: set[object] = set()
    for part in parts:
        name = part.table.get("name")
        if isinstance(name, str) and name in seen:
            part.fault(f"a second rule is named {quoted(name)}. Give it its own name.", at="name")
        seen.add(name if isinstance(name, str) else None)


def _refuse_unreachable(parts: tuple[Part, ...], rules: tuple[PhaseRule, ...]) -> None:
    """Note each rule that can never decide, as one before it always fits where it does."""
    for number, (part, rule) in enumerate(zip(parts, rules, strict=True)):
        for before in rules[:number]:
            wider = not before.patterns or (
                rule.patterns and {*rule.patterns} <= {*before.patterns}
            )
            if wider and not before.conditions:
                part.fault(
                    f"this rule can never decide: {quoted(before.name)} before it always does."
                    " Put it above that rule, or remove it.",
                    at="name",
                )
                break


def _is_unknown(value: Fact) -> bool:
    """Return whether a fact is missing."""
    return value is None or (isinstance(value, float) and isnan(value))
