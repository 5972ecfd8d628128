"""Make the release that a command or a scheduled run writes out."""

from typing import TYPE_CHECKING

from mapper.analysis.result import AnalysisResult
from mapper.disclosure.make import release
from mapper.disclosure.nearest import Make, release_nearest
from mapper.disclosure.release import Release

if TYPE_CHECKING:
    from mapper.records.releases import DatabaseRegister


def released(
    result: AnalysisResult, *, audience: str, made_by: str, make: Make | None = None
) -> Release:
    """Return what an audience may see of a result.

    Outside the operational audience each release is checked against the earlier ones that the
    workspace's register keeps, and added to it.

    Parameters
    ----------
    make
        Makes the map of another request: the nearest that may be shown is given then, where the
        one asked for may not.

    Raises
    ------
    DisclosureError
        When the audience may not see it, with the reason and what to choose instead.
    RecordsError
        When the register cannot be opened.
    """
    if audience == "operational":
        return release(result, made_by=made_by)
    register = register_for(audience, made_by)
    if make is None:
        return release(result, audience=audience, register=register, made_by=made_by)
    return release_nearest(result, audience=audience, register=register, make=make, made_by=made_by)


def register_for(audience: str, made_by: str) -> "DatabaseRegister | None":
    """Return the workspace's register of releases; none for the operational audience."""
    if audience == "operational":
        return None
    from mapper.records.open import database
    from mapper.records.releases import DatabaseRegister

    return DatabaseRegister(database(), person=made_by or "command line")
