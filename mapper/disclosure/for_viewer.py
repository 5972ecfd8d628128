"""A release for whoever looks: everything, their own wards, or what partner agencies may see.

This is the one way from a result to a page. It asks for the viewer and refuses without one, so a
page that forgets its guard still shows nothing.
"""

from typing import overload

from mapper.analysis.result import AnalysisResult
from mapper.disclosure.make import release
from mapper.disclosure.nearest import Make, release_nearest
from mapper.disclosure.own_wards import narrowed
from mapper.disclosure.people import Viewer, require, scope_of
from mapper.disclosure.register import Register
from mapper.disclosure.release import FindingRelease, Release
from mapper.questions.finding import Finding

# Who makes what partners see without asking anybody: one release for all who look.
FOR_PARTNERS = "mapper, for partners"


@overload
def release_to(
    viewer: Viewer,
    thing: AnalysisResult,
    *,
    register: Register | None = None,
    make: Make | None = None,
) -> Release: ...
@overload
def release_to(
    viewer: Viewer, thing: Finding, *, register: Register | None = None
) -> FindingRelease: ...
def release_to(
    viewer: Viewer,
    thing: AnalysisResult | Finding,
    *,
    register: Register | None = None,
    make: Make | None = None,
) -> Release | FindingRelease:
    """Return what a viewer may see of a map, or of the answer to a question.

    An answer is about the whole area asked for, so it is shown to those who see all of it.

    Parameters
    ----------
    register
        Where releases to partner agencies are kept and checked; needed for a partner.
    make
        Makes the map of another request: a partner is given the nearest that may be shown then,
        where the one asked for may not.

    Raises
    ------
    RefusedError
        When the viewer's role shows nothing of it.
    DisclosureError
        When disclosure control refuses it to the viewer's audience.
    """
    if not isinstance(thing, AnalysisResult):
        require(viewer, "see everything")
        return release(thing, made_by=viewer.name)
    scope = scope_of(viewer)
    if scope == "partnership" and make is not None:
        told = {"audience": "partnership", "made_by": FOR_PARTNERS}
        return release_nearest(thing, register=register, make=make, **told)
    if scope == "partnership":
        return release(thing, audience="partnership", register=register, made_by=FOR_PARTNERS)
    own = narrowed(thing, viewer.wards) if scope == "own wards" else thing
    return release(own, made_by=viewer.name)
