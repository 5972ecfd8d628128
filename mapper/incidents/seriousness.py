"""How serious a type or a grade is, by its words: which of several one incident keeps.

Days of harm are the medians by offence subgroup of the Cambridge Crime Harm Index 2026 (Sherman,
Neyroud & Neyroud 2016, Policing 10). What is no crime, or is not named here, has none.
"""

import re

_DAYS = (
    (r"homicide|murder|manslaughter", 5475.0),
    (r"\brape", 2555.0),
    (r"without injury", 10.0),
    (r"robbery|injury|wounding|grievous|\bgbh\b", 365.0),
    (r"weapon|firearm|\bknife", 273.75),
    (r"burglary", 243.3),
    (r"\barson\b", 185.0),
    (r"sexual", 182.25),
    (r"stalking|harass|violence|assault", 10.0),
    (r"public order", 7.5),
    (r"vehicle", 5.0),
    (r"drug", 3.0),
    (r"theft|damage", 2.0),
    (r"shoplifting", 1.0),
)

_GRADES = {"standard": 1, "low": 1, "medium": 2, "high": 3}


def rank_of_grade(grade: str) -> int:
    """Return how high a grade of risk is, 0 where it is blank or another word.

    Examples
    --------
    >>> rank_of_grade("High risk") > rank_of_grade("medium") > rank_of_grade("")
    True
    """
    return _GRADES.get(grade.casefold().removesuffix("risk").strip(), 0)


def days_of_harm(kind: str) -> float:
    """Return the days of harm of a type by the first words that fit.

    Examples
    --------
    >>> days_of_harm("Violence without injury") < days_of_harm("Violence with injury")
    True
    >>> days_of_harm("Concern for safety")
    0.0
    """
    return next((days for words, days in _DAYS if re.search(words, kind, re.IGNORECASE)), 0.0)
