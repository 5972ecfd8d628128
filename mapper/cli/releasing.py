"""Make the release that a command or a scheduled run writes out."""

from mapper.disclosure.release import Release, release
from mapper.request import AnalysisResult


def released(result: AnalysisResult, *, audience: str, made_by: str) -> Release:
    """Return what an audience may see of a result."""
    return release(result, audience=audience, made_by=made_by)
