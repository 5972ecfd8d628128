"""mapper: hot spots of harm at places, found exactly and shared safely.

The flow, which the command line, the pages and scheduled runs all follow::

    incidents = mapper.read(paths)                       # every row accepted or rejected, none lost
    area = mapper.study_area("merseyside")               # every cell, empty ones included
    result = mapper.analyse(incidents, lens="county-lines", area=area)  # exact p and q, hot spots
    shown = mapper.release(result)                       # disclosure control
    mapper.write(shown, folder)                          # list, cells, map, manifest

``mapper.ask`` has every further question. The unit is always the place, never a person.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Answer": ("mapper.outputs.notebook", "Answer"),
    "MapperError": ("mapper.base.errors", "MapperError"),
    "Result": ("mapper.outputs.notebook", "Result"),
    "ask": ("mapper.outputs.ask", "ask"),
    "analyse": ("mapper.outputs.notebook", "analyse"),
    "from_frame": ("mapper.incidents.from_frame", "from_frame"),
    "list_lenses": ("mapper.lenses.load", "list_lenses"),
    "load_lens": ("mapper.lenses.load", "load_lens"),
    "read": ("mapper.incidents.read", "read_incidents"),
    "release": ("mapper.outputs.notebook", "release"),
    "study_area": ("mapper.areas.load", "study_area"),
    "write": ("mapper.outputs.notebook", "write"),
}
__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604 - names are strings, made from the table above


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: the command line starts fast."""
    if name == "__version__":
        return import_module("importlib.metadata").version("mapper")
    if name not in _HOMES:
        raise AttributeError(f"mapper has no {name}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
