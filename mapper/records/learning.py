"""What the assessments of an area found under each theme of serious case reviews, in counts alone.

Reviews of what happened to children name the same failings again and again; the assessment asks
under each of them. Here it is counted how many assessments answered, which questions stay open, and
how long answers of others took; and which teams were briefed on which theme, in which campaign's
outreach. No text is told, so nothing fits a single home; of fewer than
:data:`FEWEST` assessments nothing is told at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import pandas as pd

from mapper.base.text import count
from mapper.records.form import Section, load_form
from mapper.records.versions import Version

FEWEST = 3  # assessments
_NO_TEAM, _NO_THEME = "no team named", "no theme named"


@dataclass(frozen=True)
class ThemeLearning:
    """One theme over all assessments."""

    theme: str
    assessments: int
    complete: int  # every question under it is answered
    untouched: int  # none is
    open_questions: tuple[tuple[str, int], ...]  # question and in how many it has no answer

    @property
    def theme_words(self) -> str:
        """Return what was found under the theme, in a sentence."""
        told = f"{self.complete} of {count(self.assessments, 'assessment')} answer all of it"
        if self.untouched:
            told += f", {self.untouched} nothing"
        if not self.open_questions:
            return f"{told}."
        label, number = max(self.open_questions, key=lambda one: one[1])
        return f"{told}; most often open: “{label}” ({number})."


@dataclass(frozen=True)
class Requests:
    """What was asked of other agencies, over all assessments."""

    asked: int
    answered: int
    without_basis: int  # no legal basis is written down
    days: float | None  # median from asking to the answer

    @property
    def request_words(self) -> str:
        """Return it in a sentence."""
        if not self.asked:
            return "No request for information is recorded."
        waited = "" if self.days is None else f", in {self.days:g} days at the median"
        return (
            f"{count(self.asked, 'request')} for information: {self.answered} answered{waited};"
            f" {self.without_basis or 'none'} without a legal basis."
        )


def learning(assessments: Sequence[Version]) -> tuple[ThemeLearning, ...]:
    """Return what assessments say under each theme; nothing where there are too few to tell."""
    if len(assessments) < FEWEST:
        return ()
    themed = [part for part in load_form("assessment").sections if part.theme]
    return tuple(_theme(part, assessments) for part in themed)


def by_district(assessments: Iterable[Version]) -> Mapping[str, tuple[Version, ...]]:
    """Return the assessments of each district of which enough are there to tell, by its name.

    The district is what an assessment's ward ends with: Anfield, Liverpool.
    """
    found: dict[str, list[Version]] = {}
    for one in assessments:
        _, comma, district = one.ward.rpartition(",")
        if comma and district.strip():
            found.setdefault(district.strip(), []).append(one)
    return {name: tuple(some) for name, some in sorted(found.items()) if len(some) >= FEWEST}


def requests(assessments: Iterable[Version]) -> Requests:
    """Return how requests for information went."""
    rows = [row for one in assessments for row in one.content.get("sharing", ())]
    waits = [_wait(row) for row in rows if row.get("asked_on") and row.get("answered_on")]
    return Requests(
        asked=len(rows),
        answered=sum(bool(row.get("answered_on") or row.get("answer")) for row in rows),
        without_basis=sum(not row.get("basis") for row in rows),
        days=median(waits) if waits else None,
    )


def themes() -> tuple[str, ...]:
    """Return the themes on which a team can be briefed, as a campaign's outreach offers them."""
    columns = load_form("campaign").by_id["outreach"].columns
    return next(column.options for column in columns if column.id == "theme")


def briefings_held(campaigns: Iterable[Version]) -> pd.DataFrame:
    """Return the briefings held by team and theme: ``team``, ``theme``, ``briefings``, ``staff``.

    A row of outreach with staff briefed counts as the sessions it tells, at least one.
    """
    rows = [
        (row.get("team") or _NO_TEAM, row.get("theme") or _NO_THEME,
         max(1, int(row.get("sessions", 0))), int(row["briefed"]))
        for one in campaigns
        for row in one.content.get("outreach", ())
        if row.get("briefed")
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["team", "theme", "briefings", "staff"])
    sums = table.groupby(["team", "theme"], as_index=False, sort=True).sum()
    return sums.sort_values("staff", ascending=False, kind="stable", ignore_index=True)


def _theme(part: Section, assessments: Sequence[Version]) -> ThemeLearning:
    """Return one theme."""
    answered = [[bool(one.content.get(each.id)) for each in part.fields] for one in assessments]
    open_in = [sum(not told for told in column) for column in zip(*answered, strict=True)]
    gaps = zip((each.label for each in part.fields), open_in, strict=True)
    return ThemeLearning(
        theme=part.theme,
        assessments=len(assessments),
        complete=sum(map(all, answered)),
        untouched=sum(not any(row) for row in answered),
        open_questions=tuple(gap for gap in gaps if gap[1]),
    )


def _wait(row: Mapping[str, Any]) -> int:
    """Return the days from a request to its answer."""
    return (date.fromisoformat(row["answered_on"]) - date.fromisoformat(row["asked_on"])).days
