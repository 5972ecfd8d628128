"""A release for whoever looks: everything, their own wards, or what partner agencies may see.

This is the one way from a result to a page. It asks for the viewer and refuses without one, so a
page that forgets its guard still shows nothing.
"""

from mapper.analysis.analyse import AnalysisResult
from mapper.disclosure.finding_release import FindingRelease, release_finding
from mapper.disclosure.make import release
from mapper.disclosure.own_wards import narrowed
from mapper.disclosure.people import Viewer, require, scope_of
from mapper.disclosure.register import Register
from mapper.disclosure.release import Release
from mapper.questions.finding import Finding


def release_to(
    viewer: Viewer, result: AnalysisResult, *, register: Register | None = None
) -> Release:
    """Return what a viewer may see of a result.

    Parameters
    ----------
    register
        Where releases to partner agencies are kept and checked; needed for a partner.

    Raises
    ------
    RefusedError
        When the viewer's role shows nothing of it.
    DisclosureError
        When disclosure control refuses it to the viewer's audience.
    """
    scope = scope_of(viewer)
    if scope == "everything":
        return release(result, audience="operational", made_by=viewer.name)
    if scope == "own wards":
        own = narrowed(result, viewer.wards)
        return release(own, audience="operational", made_by=viewer.name)
    return release(result, audience="partnership", register=register, made_by=viewer.name)


def release_finding_to(viewer: Viewer, finding: Finding) -> FindingRelease:
    """Return what a viewer may see of the answer to a question: everything, or nothing.

    A finding is about the whole area asked for, so it is shown to those who see all of it.

    Raises
    ------
    RefusedError
        When the viewer does not see everything.
    """
    require(viewer, "see everything")
    return release_finding(finding, audience="operational", made_by=viewer.name)
