"""The nearest safe shape of a map that may not be shown as it was asked for.

What is too fine, too short, cuts a month, or would give a hidden count away beside what was given
before, is given in another shape and says so: as the audience's rule allows, as the months of the
release plan, in cells of the size given before or one larger, over the days given before or free
of them, or as totals by district. Each shape is tried in that order by the ordinary check, so it
tells its readers no more than if they had asked for one after the other.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, MapperError
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister, Register, held_by_readers
from mapper.disclosure.release import Release
from mapper.disclosure.rules import READ_BY, rules
from mapper.disclosure.shapes import Shape, other_shapes, shape_words, unfiltered

Make = Callable[[AnalysisRequest], AnalysisResult]  # the same incidents, asked in another way


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
            instead=shape_words(asked, shape),
        )

    whole = Shape(asked.request)
    try:
        return give(whole)
    except DisclosureError as error:
        if audience not in rules().audiences or register is None:
            raise
        refused = error
    held = held_by_readers(register, audience)
    shapes = other_shapes(
        asked, rules().audiences[audience], [r for one in held for r in one.releases]
    )
    for shape in shapes:
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
    return lambda request: find_hotspots(counted_again(study, request, area))


def counted_again(study: Study, request: AnalysisRequest, area: str | None = None) -> Study:
    """Return the same incidents counted for another request.

    Parameters
    ----------
    area
        As for :func:`maker`.

    Raises
    ------
    MapperError
        When there is no such area in cells of that size, or too few incidents count.
    """
    if request == study.request:
        return study
    same = request.resolution == study.area.resolution
    name, size = area or study.area.name, request.resolution
    ground = study.area if same else load_study_area(name, resolution=size)
    return prepare(study.incidents, lens=study.lens, area=ground, **request.choices)


def request_given(shown: Release, asked: AnalysisRequest) -> AnalysisRequest:
    """Return the request that a map was made of: the one asked for, or that given instead."""
    told = shown.record["request"]
    if not shown.instead:
        return asked
    start, end = (
        date.fromisoformat(told[name]) if told[name] else None for name in ("start", "end")
    )
    return replace(unfiltered(asked), resolution=shown.resolution, start=start, end=end)
