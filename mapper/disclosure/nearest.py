"""The nearest safe shape of a map that may not be shown as it was asked for.

What is too fine, too short, cuts a month, or would give a hidden count away beside what was given
before, is given in another shape and says so: as the audience's rule allows, as the months of the
release plan, in cells of the size given before or one larger, over the days given before or free
of them, or as totals by district. Each shape is tried in that order by the ordinary check, so it
tells its readers no more than if they had asked for one after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, MapperError
from mapper.base.text import period_in_words
from mapper.disclosure.fitness import cuts_a_month
from mapper.disclosure.make import release
from mapper.disclosure.map_finding import district_only
from mapper.disclosure.plan_month import given_months
from mapper.disclosure.refusal import free_days, months_around
from mapper.disclosure.register import (
    MemoryRegister,
    Register,
    Selection,
    StoredRelease,
    held_by_readers,
)
from mapper.disclosure.release import Release
from mapper.disclosure.release_plan import PLANNED, months_between, release_plan
from mapper.disclosure.rules import READ_BY, AudienceRule, rules
from mapper.lenses.lens import taken_by

Make = Callable[[AnalysisRequest], AnalysisResult]  # the same incidents, asked in another way
Days = tuple[date, date]
_MOST_DAYS = 0.5  # in common: then other days in the same cells are nearer than larger places


@dataclass(frozen=True)
class Shape:
    """One way in which a map can be made."""

    request: AnalysisRequest
    by_district: bool = False


def release_nearest(
    asked: AnalysisResult,
    *,
    audience: str,
    register: Register | None,
    make: Make,
    made_by: str = "",
) -> Release:
    """Return what an audience may see of a map, or of the nearest map that it may be shown.

    What was given instead of what stands in :attr:`Release.instead` and first of its caveats.

    Parameters
    ----------
    register
        Where earlier releases are kept and this one is added; needed outside operational.
    make
        Makes the map of another request: over other days, in cells of another size.

    Raises
    ------
    DisclosureError
        When no shape may be shown: why the one asked for may not.
    """

    def give(shape: Shape) -> Release:
        same = shape.request == asked.request
        return release(
            asked if same else make(shape.request),
            audience=audience,
            register=register,
            made_by=made_by,
            by_district=shape.by_district,
            instead=_words(asked, shape),
        )

    whole = Shape(asked.request)
    try:
        return give(whole)
    except DisclosureError as error:
        if audience not in rules().audiences or register is None:
            raise
        refused = error
    held = held_by_readers(register, audience)
    shapes = _shapes(asked, rules().audiences[audience], [r for one in held for r in one.releases])
    for shape in [one for one in dict.fromkeys(shapes) if one != whole]:
        try:
            return give(shape)
        except MapperError:  # of this shape; the next may do
            continue
    raise refused


def nearest_in_words(
    asked: AnalysisResult, *, audience: str, register: Register, make: Make
) -> str:
    """Return what would be given instead of a map, in a sentence; nothing is given or kept.

    Parameters
    ----------
    register, make
        As for :func:`release_nearest`.

    Raises
    ------
    DisclosureError
        As :func:`release_nearest`.
    """
    known = [one for name in READ_BY for one in register.earlier(name)]
    apart = MemoryRegister(known)
    return release_nearest(asked, audience=audience, register=apart, make=make).instead


def maker(study: Study, area: str | None = None) -> Make:
    """Return what makes the map of another request of the same incidents.

    Parameters
    ----------
    area
        By which the study area was loaded; without one its own name.
    """

    def make(request: AnalysisRequest) -> AnalysisResult:
        same = request.resolution == study.area.resolution
        name, size = area or study.area.name, request.resolution
        ground = study.area if same else load_study_area(name, resolution=size)
        again = prepare(study.incidents, lens=study.lens, area=ground, **request.choices)
        return find_hotspots(again)

    return make


def request_given(shown: Release, asked: AnalysisRequest) -> AnalysisRequest:
    """Return the request that a map was made of: the one asked for, or that given instead."""
    told = shown.record["request"]
    if not shown.instead:
        return asked
    start, end = (
        date.fromisoformat(told[name]) if told[name] else None for name in ("start", "end")
    )
    return replace(_unfiltered(asked), resolution=shown.resolution, start=start, end=end)


def _shapes(
    asked: AnalysisResult, rule: AudienceRule, earlier: Sequence[StoredRelease]
) -> Iterator[Shape]:
    """Yield the shapes that a map can have for an audience, nearest first."""
    fit = _fitting(asked, rule)
    yield Shape(fit)
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
    request = _unfiltered(asked.request)
    first, last = request.start or asked.first, request.end or asked.last
    cut = rule.whole_months and cuts_a_month(request.start, request.end)
    if cut or (last - first).days + 1 < rule.shortest_days:
        first, last = months_around(first, last)
        request = replace(request, start=first, end=last)
    return replace(request, resolution=min(request.resolution, rule.finest_resolution))


def _unfiltered(request: AnalysisRequest) -> AnalysisRequest:
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


def _words(asked: AnalysisResult, shape: Shape) -> str:
    """Return what is given instead of what, in a sentence; nothing where it is what was asked."""
    was = Shape(asked.request)
    if shape == was:
        return ""
    return (
        f"Given instead of {_named(was, asked)}: {_named(shape, asked)}. That is the nearest that"
        " may be shown without giving a hidden count away."
    )


def _named(shape: Shape, asked: AnalysisResult) -> str:
    """Return a shape in words."""
    request = shape.request
    where = (
        "totals by district" if shape.by_district else f"cells of resolution {request.resolution}"
    )
    only = "".join(
        words
        for some, words in (
            (request.location_day, ", each place once a day"),
            (request.shifts or request.weekdays, ", some hours of the week"),
        )
        if some
    )
    days = period_in_words(request.start or asked.first, request.end or asked.last)
    return f"{where}, {days}{only}"
