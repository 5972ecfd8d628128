"""The hot spots that a form offers by name, so that nobody copies an id from another page."""

from mapper.analysis.request import AnalysisRequest
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.results import released
from mapper.app.workbench.answers import lens_of
from mapper.base.errors import MapperError


def hotspots_to_choose(dataset: Dataset, request: AnalysisRequest) -> dict[str, str]:
    """Return the names of the hot spots of a request by id, ranked; none where it has no map."""
    try:
        table = released(dataset, request, lens_of(request)).hotspots
    except MapperError:
        return {}  # the question itself says why
    return {
        str(each): f"{rank}. {name}"
        for rank, (each, name) in enumerate(
            zip(table["hotspot_id"], table["name"], strict=True), start=1
        )
    }
