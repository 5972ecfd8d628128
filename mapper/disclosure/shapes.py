"""The shapes that a map can have for an audience: the one asked for, and those nearest to it.

Each is made and checked as if it had been asked for (:mod:`mapper.disclosure.nearest`). A table has
shapes of the same kind (:mod:`mapper.disclosure.table_shapes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
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
from mapper.questions.places import By

Asked = AnalysisResult | Study  # what was asked for: its request, its lens, the days of its data
Days = tuple[date, date]
NEAREST = "That is the nearest that may be shown without giving a hidden count away."
MOST_DAYS = 0.5  # in common: then other days in the same cells are nearer than larger places
_TABLES: Mapping[By, str] = MappingProxyType(
    {
        "cell": "a table by cell",
        "hotspot": "a table by hot spot",
        "ward": "a table by ward",
        "district": "a table by district",
        "area": "a table of the whole area",
    }
)


@dataclass(frozen=True)
class Shape:
    """One way in which a map or a table can be made."""

    request: AnalysisRequest
    by_district: bool = False  # a map of totals by district
    by: By | None = None  # what the rows of a table are


def other_shapes(
    asked: AnalysisResult, rule: AudienceRule, earlier: Sequence[StoredRelease]
) -> list[Shape]:
    """Return the shapes that a map can have but the one asked for, nearest first."""
    return others(_shapes(asked, rule, earlier), Shape(asked.request), asked)


def others(shapes: Iterator[Shape], was: Shape, asked: Asked) -> list[Shape]:
    """Return shapes once each, in their order, without the one that was asked for."""
    known = {_with_days(was, asked)}
    found = []
    for shape in shapes:
        if (whole := _with_days(shape, asked)) not in known:
            known.add(whole)
            found.append(shape)
    return found


def _with_days(shape: Shape, asked: Asked) -> Shape:
    """Return a shape with the days that are meant where none are given."""
    request = shape.request
    first, last = request.start or asked.first, request.end or asked.last
    return replace(shape, request=replace(request, start=first, end=last))


def _shapes(
    asked: AnalysisResult, rule: AudienceRule, earlier: Sequence[StoredRelease]
) -> Iterator[Shape]:
    """Yield them as they come, some of them twice."""
    fit = fitting(asked, rule)
    yield from map(Shape, (fit, *month_before(asked, fit)))
    for request in of_plan(asked, fit, earlier):
        if request.resolution <= rule.finest_resolution:
            yield Shape(request)
        yield Shape(request, by_district=True)
    days = days_of(asked, fit)
    held = holding(asked, days, earlier)
    yield from map(Shape, in_known_sizes(fit, rule, held))
    counted = Selection(*taken_by(asked.lens, police_generated=fit.police_generated))
    same = [
        one
        for one in held
        if "question" not in one.filters
        and PLANNED not in one.filters
        and (one.audience, one.selection) == (rule.audience, counted)
    ]
    found = of_other_days(fit, days, rule, same, held)
    yield from (Shape(one) for one in found if likeness(one, days) >= MOST_DAYS)
    yield Shape(replace(fit, resolution=max(fit.resolution - 1, 0)))
    if not district_only(asked.lens, rule):
        yield Shape(fit, by_district=True)
    yield from map(Shape, found)


def days_of(asked: Asked, request: AnalysisRequest) -> Days:
    """Return the days of a request, and those of the data where it gives none."""
    return request.start or asked.first, request.end or asked.last


def fitting(asked: Asked, rule: AudienceRule) -> AnalysisRequest:
    """Return a request as an audience's rule allows it, whatever was given before."""
    request = unfiltered(asked.request)
    first, last = days_of(asked, request)
    cut = rule.whole_months and cuts_a_month(request.start, request.end)
    if cut or (last - first).days + 1 < rule.shortest_days:
        first, last = months_around(first, last)
        request = replace(request, start=first, end=last)
    return replace(request, resolution=min(request.resolution, rule.finest_resolution))


def unfiltered(request: AnalysisRequest) -> AnalysisRequest:
    """Return a request that counts every incident of every hour."""
    return replace(request, location_day=False, shifts=(), weekdays=())


def month_before(asked: Asked, fit: AnalysisRequest) -> Iterator[AnalysisRequest]:
    """Yield a request with the month before it, where its days were made whole months.

    The data may end before the month does, which leaves too few days of it.
    """
    if fit.start is not None and fit.start != asked.request.start:
        before = fit.start - timedelta(days=1)
        yield replace(fit, start=months_around(before, before)[0])


def of_plan(
    asked: Asked, fit: AnalysisRequest, earlier: Sequence[StoredRelease]
) -> Iterator[AnalysisRequest]:
    """Yield the request of the sums of what a release plan gave: whole months of those asked for.

    They are the longest run that was given; where none was, there is nothing to add up.
    """
    plan = release_plan()
    if plan is None:
        return
    first, last = days_of(asked, fit)
    inside = set(months_between(max(first, plan.first), min(last, plan.last)))
    runs: list[list[date]] = [[]]
    for month in plan.months:
        if month in inside & set(given_months(plan, earlier)):
            runs[-1].append(month)
        else:
            runs.append([])
    months = max(runs, key=len)
    if months:
        start, end = months[0], months_around(months[-1], months[-1])[1]
        yield replace(fit, start=start, end=end, resolution=plan.resolution)


def holding(asked: Asked, days: Days, earlier: Sequence[StoredRelease]) -> list[StoredRelease]:
    """Return what was given before of some of the days of the same study area."""
    return [
        one
        for one in earlier
        if one.area_title == asked.area.title and _common(days, (one.first, one.last))
    ]


def in_known_sizes(
    fit: AnalysisRequest, rule: AudienceRule, held: Sequence[StoredRelease]
) -> Iterator[AnalysisRequest]:
    """Yield a request in the sizes of cells of maps that were given before, the finest first."""
    sizes = {one.resolution for one in held if "question" not in one.filters}
    for size in sorted(sizes, reverse=True):
        if size <= rule.finest_resolution:
            yield replace(fit, resolution=size)


def of_other_days(
    fit: AnalysisRequest,
    days: Days,
    rule: AudienceRule,
    same: Sequence[StoredRelease],
    held: Sequence[StoredRelease],
) -> list[AnalysisRequest]:
    """Return a request of other days, those first that have most in common with the ones asked for.

    Parameters
    ----------
    days
        Those asked for.
    same
        What was given before that counts the same: its days tell nothing new.
    held
        All that was given of these days: those that it leaves are offered, too.
    """
    found = [replace(fit, resolution=one.resolution, start=one.first, end=one.last) for one in same]
    free = free_days(days, held, rule)
    if free is not None:
        found.append(replace(fit, start=free[0], end=free[1]))
    return sorted(found, key=lambda one: likeness(one, days), reverse=True)


def likeness(request: AnalysisRequest, days: Days) -> float:
    """Return the share of days in common among all that some days and a request are of."""
    own = request.start or days[0], request.end or days[1]
    together = min(own[0], days[0]), max(own[1], days[1])
    return _common(days, own) / _common(together, together)


def _common(one: Days, other: Days) -> int:
    """Return how many days two stretches have in common."""
    return max((min(one[1], other[1]) - max(one[0], other[0])).days + 1, 0)


def shape_words(asked: Asked, shape: Shape, was: Shape | None = None) -> str:
    """Return what is given instead of what, in a sentence; nothing where it is what was asked.

    Parameters
    ----------
    was
        What was asked for: the map of the request, unless told otherwise.
    """
    was = was or Shape(asked.request)
    if shape == was:
        return ""
    pairs = zip(_parts(was, asked), _parts(shape, asked), strict=True)
    table = shape.by is not None  # is named, whatever differs of it
    told = [pair for at, pair in enumerate(pairs) if pair[0] != pair[1] or (table and at == 0)]
    before, after = zip(*told, strict=True)
    return f"Given instead of {', '.join(before)}: {', '.join(after)}. {NEAREST}"


def _parts(shape: Shape, asked: Asked) -> tuple[str, ...]:
    """Return what a shape is made of in words: places, days, and which incidents count."""
    request = shape.request
    days = period_in_words(*days_of(asked, request))
    places = "totals by district" if shape.by_district else _cells(request.resolution)
    if shape.by is not None:
        places = _TABLES[shape.by]
    counted = "every incident"
    if request.location_day:
        counted = "each place once a day"
    if request.shifts or request.weekdays:
        counted = "some hours of the week"
    ground = "" if shape.by is None else f"counted in {_cells(request.resolution)}"
    return places, days, counted, ground


def _cells(resolution: int) -> str:
    """Return the size of cells in words."""
    name, _, size = CELL_SIZES.get(resolution, f"resolution {resolution}").partition(", ")
    return f"cells of {size} ({name.lower()})" if size else f"cells of {name}"
