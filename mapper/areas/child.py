"""What the child process does for ``mapper area build``: the whole of it, under limits.

Two files of boundaries, each sound by itself, can be drawn so that they cross each other without
end, and a table of residents can hold more columns than memory: neither harms more than the child.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mapper.areas.build import build_study_area
from mapper.areas.sources import AreaFiles
from mapper.areas.study_area import write_study_area
from mapper.base.files import Progress


def build(told: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the study area of ``files`` and write it to ``out``, whole or not at all.

    Raises
    ------
    AreaError
        As :func:`mapper.areas.build.build_study_area`.
    """
    paths = {name: Path(path) for name, path in told["files"].items()}
    area = build_study_area(
        AreaFiles(**paths, columns=told["columns"]), **told["choices"], progress=progress
    )
    progress("Writing the study area", 0.95)
    write_study_area(area, Path(told["out"]))
    return {}
