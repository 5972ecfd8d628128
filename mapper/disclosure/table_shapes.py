"""The shapes that a table can have for an audience: other days, and larger places for its rows.

As for maps (:mod:`mapper.disclosure.shapes`), each is made and checked as if it had been asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import get_args

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import Study
from mapper.disclosure.fitness import units_of
from mapper.disclosure.register import Selection, StoredRelease
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.shapes import (
    MOST_DAYS,
    Shape,
    days_of,
    fitting,
    holding,
    in_known_sizes,
    likeness,
    month_before,
    of_other_days,
    of_plan,
    others,
)
from mapper.questions.finding import Finding
from mapper.questions.places import By

PLACES: tuple[By, ...] = get_args(By)  # the smallest first
WIDEST: By = "area"


def other_table_shapes(
    study: Study,
    finding: Finding,
    places: Sequence[By],
    rule: AudienceRule,
    earlier: Sequence[StoredRelease],
) -> list[Shape]:
    """Return the shapes that a table can have but the one asked for, nearest first.

    Parameters
    ----------
    study, finding
        What was asked, and the answer.
    places
        What its rows are, and what they may be instead, the smallest first. Without them days are
        made as the rules allow, and nothing else.
    """
    if not places:
        whole = fitting(study, rule)
        allowed = map(Shape, (whole, *month_before(study, whole)))
        return others(allowed, Shape(study.request), study)
    asked = places[0]
    fit = [asked, *(one for one in places[1:] if one in units_of(rule))]
    shapes = _shapes(study, finding, fit, rule, earlier)
    return others(shapes, Shape(study.request, by=asked), study)


def _shapes(
    study: Study,
    finding: Finding,
    places: Sequence[By],
    rule: AudienceRule,
    earlier: Sequence[StoredRelease],
) -> Iterator[Shape]:
    """Yield them as they come, some of them twice."""
    measures = finding.ground.measures if finding.ground else ()
    windows = len({(one.first, one.last) for one in measures}) > 1

    def of(request: AnalysisRequest, place: By = places[0]) -> Shape:
        if windows:  # days that were chosen apart from those of the study stay
            request = replace(request, start=study.request.start, end=study.request.end)
        return Shape(request, by=place)

    fit = fitting(study, rule)
    days = days_of(study, fit)
    held = holding(study, days, earlier)
    yield from map(of, (fit, *month_before(study, fit)))
    for request in of_plan(study, fit, earlier):
        yield from (of(request, place) for place in places)
    sizes = fit, *in_known_sizes(fit, rule, held)
    yield from (of(one, place) for place in places if place != WIDEST for one in sizes)
    counted = {Selection(one.include, one.exclude) for one in measures}
    same = [
        one
        for one in held
        if one.filters.get("question") == finding.id
        and one.audience == rule.audience
        and one.selection in counted
    ]
    found = of_other_days(fit, days, rule, same, held)
    yield from (of(one) for one in found if likeness(one, days) >= MOST_DAYS)
    yield from (of(one, places[-1]) for one in sizes)
    yield from (of(one, place) for one in found for place in places)
