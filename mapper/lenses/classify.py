"""How much each incident counts under a lens.

An incident counts once, with the largest weight of the rules it meets, and 0 where it meets none
or where an exclusion holds. Words are compared without regard to case and to spaces around them.
A rule on a column that the data lacks is not applied and is named by :func:`rules_not_applied`:
an absent flag is never read as "no".

An incident that meets a rule marked ``police_generated`` is police-generated. Switched out, it
counts 0 whatever other rules it meets: where it lies depends on where officers worked.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from mapper.base.errors import LensError
from mapper.base.types import Flags, Floats, Integers
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Condition, Lens, Rule

Met = Flags


def classify(
    incidents: pd.DataFrame,
    lens: Lens,
    *,
    include_police_generated: bool = True,
) -> Integers:
    """Return the weight of each incident; 0 means that it does not count.

    Parameters
    ----------
    incidents
        Rows with the columns of ``INCIDENT_COLUMNS`` and any of ``OPTIONAL_INCIDENT_COLUMNS``.
    lens
        Which incidents count.
    include_police_generated
        False takes out each incident that meets a rule marked as police-generated.

    Raises
    ------
    LensError
        When the data lacks a column that the lens requires, or is of a kind it is not made for.
    """
    refuse_unfit(incidents, lens)
    return weigh(incidents, lens, include_police_generated=include_police_generated)


def weigh(
    incidents: pd.DataFrame, lens: Lens, *, include_police_generated: bool = True
) -> Integers:
    """Return the weight of each incident of a part of some data, which cannot be judged alone.

    Parameters
    ----------
    incidents, lens, include_police_generated
        As for :func:`classify`, which also tells whether lens and data belong together.
    """
    met = _tester(incidents)
    # One byte a row while comparing, as weights are small: several times faster than eight.
    narrow = np.min_scalar_type(max((rule.weight for rule in lens.rules), default=0))
    weights = np.zeros(len(incidents), dtype=narrow)
    for rule in _applied(incidents, lens.rules):
        np.maximum(weights, met(rule) * narrow.type(rule.weight), out=weights)
    for rule in _applied(
        incidents, _left_out(lens, include_police_generated=include_police_generated)
    ):
        weights *= ~met(rule)
    return weights.astype(np.int64)


def classify_harm(
    incidents: pd.DataFrame, lens: Lens, *, include_police_generated: bool = True
) -> Floats:
    """Return the days of harm of each incident; 0 where it does not count.

    An incident has the most days of the rules it meets, as with weights.

    Parameters
    ----------
    incidents, lens, include_police_generated
        As for :func:`classify`.

    Raises
    ------
    LensError
        As :func:`classify`, and when the lens gives no days of harm.
    """
    if not lens.gives_harm:
        raise LensError(
            f"The lens {lens.named} gives no days of harm. Choose public-harm, or add harm_days to"
            " every rule of a lens of your own."
        )
    refuse_unfit(incidents, lens)
    met = _tester(incidents)
    days = np.zeros(len(incidents))
    for rule in _applied(incidents, lens.rules):
        np.maximum(days, met(rule) * (rule.harm_days or 0.0), out=days)
    for rule in _applied(
        incidents, _left_out(lens, include_police_generated=include_police_generated)
    ):
        days *= ~met(rule)
    return days


def _left_out(lens: Lens, *, include_police_generated: bool) -> tuple[Rule, ...]:
    """Return the rules under which an incident counts nothing."""
    if include_police_generated:
        return lens.exclusions
    return lens.exclusions + tuple(rule for rule in lens.rules if rule.police_generated)


def rules_met(incidents: pd.DataFrame, lens: Lens) -> dict[str, Met]:
    """Return, by name of each rule applied, which incidents meet it; exclusions play no part.

    Raises
    ------
    LensError
        As :func:`classify`.
    """
    refuse_unfit(incidents, lens)
    met = _tester(incidents)
    return {rule.name: met(rule) for rule in _applied(incidents, lens.rules)}


def rules_not_applied(incidents: pd.DataFrame, lens: Lens) -> tuple[str, ...]:
    """Return the names of rules and exclusions that test a column the data lacks."""
    every = (*lens.rules, *lens.exclusions)
    applied = set(_applied(incidents, every))
    return tuple(rule.name for rule in every if rule not in applied)


def _applied(incidents: pd.DataFrame, rules: Iterable[Rule]) -> list[Rule]:
    return [
        rule
        for rule in rules
        if all(column in incidents.columns for column, _, _ in rule.conditions)
    ]


def _tester(incidents: pd.DataFrame) -> Callable[[Rule], Met]:
    """Return a function from a rule to the incidents that meet it.

    Each column of words is read once, and each condition tested once, for the rules of a lens
    share both.
    """
    words: dict[str, _Words] = {}
    tested: dict[Condition, Met] = {}

    def test(condition: Condition) -> Met:
        if condition not in tested:
            column = condition[0]
            if pd.api.types.is_bool_dtype(incidents[column].dtype):
                flags = incidents[column].to_numpy(dtype=bool)
                tested[condition] = flags if condition[2] else ~flags
            else:
                words.setdefault(column, _Words(incidents[column]))
                tested[condition] = words[column].test(condition)
        return tested[condition]

    def met(rule: Rule) -> Met:
        found = np.ones(len(incidents), dtype=bool)
        for condition in rule.conditions:
            found &= test(condition)
        return found

    return met


class _Words:
    """A column of words as codes: a condition is tested once per distinct word, not per row."""

    def __init__(self, column: pd.Series) -> None:
        coded = (
            column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
        )
        self._codes = coded.cat.codes.to_numpy(dtype=np.intp)
        self._words = tuple(plain_words(str(word)) for word in coded.cat.categories)

    def test(self, condition: Condition) -> Met:
        """Return which rows meet a condition; a row without a word meets only absence."""
        holds = _word_test(condition)
        # A missing word has code -1, which picks the last place: the answer for no word at all.
        answers = np.array([*(holds(word) for word in self._words), holds("")], dtype=bool)
        return answers[self._codes]


def _word_test(condition: Condition) -> Callable[[str], bool]:
    """Return the test of one word, cleaned as the lens's own words are here."""
    _, kind, value = condition
    if kind == "present":
        return lambda word: bool(word) is value
    if kind == "contains":
        part = plain_words(str(value))
        return lambda word: part in word
    values = value if isinstance(value, tuple) else (value,)
    wanted = frozenset(plain_words(str(one)) for one in values)
    return lambda word: word in wanted


def plain_words(words: str) -> str:
    """Return words with case and spaces evened out, as values and names are compared."""
    return " ".join(words.split()).casefold()
