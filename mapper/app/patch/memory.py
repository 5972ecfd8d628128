"""What a person chose last on their patch: wards and lens, kept in the workspace between visits.

A small file for each person, named by a digest of their name. It holds choices and no figure, is
checked like an address when it is read, and losing it loses nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mapper.base.errors import MapperError
from mapper.base.files import write_whole
from mapper.base.json_file import read_json
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer

_LONGEST = 20_000  # bytes


def recall(viewer: Viewer) -> dict[str, list[str]]:
    """Return what a person chose last, as query parameters; nothing where nothing is kept."""
    try:
        found = read_json(_path(viewer), at_most=_LONGEST)
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): [str(one) for one in values]
        for name, values in found.items()
        if isinstance(values, list)
    }


def remember(viewer: Viewer, choice: Mapping[str, list[str]]) -> None:
    """Keep what a person chose; a workspace that cannot be written forgets it."""
    told = {name: list(values) for name, values in choice.items() if values}
    if told == recall(viewer):
        return
    with suppress(OSError, MapperError):
        path = _path(viewer)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(told, sort_keys=True))


def _path(viewer: Viewer) -> Path:
    """Return the file of a person."""
    name = hashlib.sha256(viewer.name.encode()).hexdigest()[:32]
    return settings().workspace / "patch-choices" / f"{name}.json"
