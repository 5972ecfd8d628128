"""mapper: hot spots of harm at places, found exactly and shared safely.

The flow, which the command line, the pages and scheduled runs all follow::

    incidents = read_incidents(paths)                    # every row accepted or rejected, none lost
    area = load_study_area("merseyside", resolution=9)   # every cell, empty ones included
    request = AnalysisRequest(lens="county-lines")       # every choice, kept with each output
    result = analyse(incidents, request, area=area)      # counts, exact p and q, hot spots
    shown = release(result, audience="operational")      # disclosure control
    write_outputs(shown, folder)                         # list, cells, map, manifest

The unit is always the place, never a person.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("mapper")

_HOMES = {
    "AnalysisRequest": "mapper.analysis.analyse",
    "AnalysisResult": "mapper.analysis.analyse",
    "analyse": "mapper.analysis.analyse",
    "load_lens": "mapper.lenses.load",
    "load_study_area": "mapper.areas.study_area",
    "read_incidents": "mapper.incidents.read",
    "release": "mapper.disclosure.make",
    "write_outputs": "mapper.outputs.write",
}
__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604 - names are strings, made from the table above


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: the command line starts fast."""
    if name not in _HOMES:
        raise AttributeError(f"mapper has no {name}")
    return getattr(import_module(_HOMES[name]), name)
