"""The shapes that a map can have for an audience: the one asked for, and those nearest to it.

Each is made and checked as if it had been asked for (:mod:`mapper.disclosure.nearest`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.areas.resolution import CELL_SIZES
from mapper.base.text import period_in_words
from mapper.disclosure.fitness import cuts_a_month
from mapper.disclosure.map_finding import district_only
from mapper.disclosure.plan_month import given_months
from mapper.disclosure.refusal import free_days, months_around
from mapper.disclosure.register import Selection, StoredRelease
from mapper.disclosure.release_plan import PLANNED, months_between, release_plan
from mapper.disclosure.rules import AudienceRule
from mapper.lenses.lens import taken_by

Days = tuple[date, date]
NEAREST = "That is the nearest that may be shown without giving a hidden count away."
_MOST_DAYS = 0.5  # in common: then other days in the same cells are nearer than larger places


@dataclass(frozen=True)
class Shape:
    """One way in which a map can be made."""

    request: AnalysisRequest
    by_district: bool = False


def other_shapes(
    asked: AnalysisResult, rule: AudienceRule, earlier: Sequence[StoredRelease]
) -> list[Shape]:
    """Return the shapes that a map can have for an audience but the one asked for, nearest first.

    Nothing where no shape helps: under a lens of needs that meet at single addresses.
    """
    if asked.lens.needs_at_address and not rule.single_place:
        return []
    known = {_with_days(Shape(asked.request), asked)}
    found = []
    for shape in _shapes(asked, rule, earlier):
        if (whole := _with_days(shape, asked)) not in known:
            known.add(whole)
            found.append(shape)
    return found


def _with_days(shape: Shape, asked: AnalysisResult) -> Shape:
    """Return a shape with the days that are meant where none are given."""
    request = shape.request
    first, last = request.start or asked.first, request.end or asked.last
    return replace(shape, request=replace(request, start=first, end=last))


def _shapes(
    asked: AnalysisResult, rule: AudienceRule, earlier: Sequence[StoredRelease]
) -> Iterator[Shape]:
    """Yield them as they come, some of them twice."""
    fit = _fitting(asked, rule)
    yield Shape(fit)
    if fit.start is not None and fit.start != asked.request.start:
        # The data may end before the month does, which leaves too few days of it.
        before = fit.start - timedelta(days=1)
        yield Shape(replace(fit, start=months_around(before, before)[0]))
    yield from _of_plan(asked, fit, rule, earlier)
    days = fit.start or asked.first, fit.end or asked.last
    maps = [
        one
        for one in earlier
        if one.area_title == asked.area.title and _common(days, (one.first, one.last))
    ]
    sizes = {one.resolution for one in maps if "question" not in one.filters}
    for size in sorted(sizes, reverse=True):
        if size <= rule.finest_resolution:
            yield Shape(replace(fit, resolution=size))
    others = sorted(
        _of_other_days(asked, fit, rule, maps), key=lambda one: _likeness(one, days), reverse=True
    )
    yield from (one for one in others if _likeness(one, days) >= _MOST_DAYS)
    yield Shape(replace(fit, resolution=max(fit.resolution - 1, 0)))
    if not district_only(asked.lens, rule):
        yield Shape(fit, by_district=True)
    yield from others


def _fitting(asked: AnalysisResult, rule: AudienceRule) -> AnalysisRequest:
    """Return a request as an audience's rule allows it, whatever was given before."""
    request = unfiltered(asked.request)
    first, last = request.start or asked.first, request.end or asked.last
    cut = rule.whole_months and cuts_a_month(request.start, request.end)
    if cut or (last - first).days + 1 < rule.shortest_days:
        first, last = months_around(first, last)
        request = replace(request, start=first, end=last)
    return replace(request, resolution=min(request.resolution, rule.finest_resolution))


def unfiltered(request: AnalysisRequest) -> AnalysisRequest:
    """Return a request that counts every incident of every hour."""
    return replace(request, location_day=False, shifts=(), weekdays=())


def _of_plan(
    asked: AnalysisResult,
    fit: AnalysisRequest,
    rule: AudienceRule,
    earlier: Sequence[StoredRelease],
) -> Iterator[Shape]:
    """Yield sums of what a release plan gave: whole months of those asked for.

    They are the longest run that was given; where none was, there is nothing to add up.
    """
    plan = release_plan()
    if plan is None:
        return
    first, last = fit.start or asked.first, fit.end or asked.last
    inside = set(months_between(max(first, plan.first), min(last, plan.last)))
    runs: list[list[date]] = [[]]
    for month in plan.months:
        if month in inside & set(given_months(plan, earlier)):
            runs[-1].append(month)
        else:
            runs.append([])
    months = max(runs, key=len)
    if not months:
        return
    start, end = months[0], months_around(months[-1], months[-1])[1]
    request = replace(fit, start=start, end=end)
    if plan.resolution <= rule.finest_resolution:
        yield Shape(replace(request, resolution=plan.resolution))
    yield Shape(replace(request, resolution=plan.resolution), by_district=True)


def _of_other_days(
    asked: AnalysisResult,
    fit: AnalysisRequest,
    rule: AudienceRule,
    maps: Sequence[StoredRelease],
) -> Iterator[Shape]:
    """Yield maps of some of the days: those given before, and those that nothing was given of."""
    counted = Selection(*taken_by(asked.lens, police_generated=fit.police_generated))
    for one in maps:
        is_map = "question" not in one.filters and PLANNED not in one.filters
        if is_map and (one.audience, one.selection) == (rule.audience, counted):
            request = replace(fit, resolution=one.resolution)
            yield Shape(replace(request, start=one.first, end=one.last))
    free = free_days((fit.start or asked.first, fit.end or asked.last), maps, rule)
    if free is not None:
        yield Shape(replace(fit, start=free[0], end=free[1]))


def _likeness(shape: Shape, days: Days) -> float:
    """Return the share of days in common among all that some days and a shape are of."""
    own = shape.request.start or days[0], shape.request.end or days[1]
    together = min(own[0], days[0]), max(own[1], days[1])
    return _common(days, own) / _common(together, together)


def _common(one: Days, other: Days) -> int:
    """Return how many days two stretches have in common."""
    return max((min(one[1], other[1]) - max(one[0], other[0])).days + 1, 0)


def shape_words(asked: AnalysisResult, shape: Shape) -> str:
    """Return what is given instead of what, in a sentence; nothing where it is what was asked."""
    was = Shape(asked.request)
    if shape == was:
        return ""
    pairs = zip(_parts(was, asked), _parts(shape, asked), strict=True)
    before, after = zip(*((one, other) for one, other in pairs if one != other), strict=True)
    return f"Given instead of {', '.join(before)}: {', '.join(after)}. {NEAREST}"


def _parts(shape: Shape, asked: AnalysisResult) -> tuple[str, str, str]:
    """Return what a shape is made of in words: places, days, and which incidents count."""
    request = shape.request
    days = period_in_words(request.start or asked.first, request.end or asked.last)
    places = "totals by district" if shape.by_district else _cells(request.resolution)
    counted = "every incident"
    if request.location_day:
        counted = "each place once a day"
    if request.shifts or request.weekdays:
        counted = "some hours of the week"
    return places, days, counted


def _cells(resolution: int) -> str:
    """Return the size of cells in words."""
    name, _, size = CELL_SIZES.get(resolution, f"resolution {resolution}").partition(", ")
    return f"cells of {size} ({name.lower()})" if size else f"cells of {name}"
