"""The manifest: what was asked, of which files, with what result, so that it can be made again.

It lists the request, the SHA-256 of each input and each output, the rows read, accepted, rejected
and outside, package versions, marking and audience. It is written last: a folder without
``manifest.json`` does not hold a complete set of files.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mapper.base.files import digest_of
from mapper.disclosure.release import AnyRelease, FindingRelease, is_release
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings

# What a file says of itself, in this order: of a map, and of the answer to a question.
_MAP = (
    *("marking", "audience", "title", "question", "period", "area_title", "resolution"),
    *("synthetic", "caveats", "licence"),
)
_FINDING = (
    *("marking", "audience", "id", "title", "question", "definition", "source", "unit"),
    *("period", "lens_title", "area_title", "resolution", "synthetic", "licence"),
    *("notes", "choices"),
)


def said_of(release: AnyRelease) -> dict[str, Any]:
    """Return what every file says of itself: marking, audience, question, caveats, licence."""
    of_finding = isinstance(is_release(release, AnyRelease), FindingRelease)
    said = {name: plain_json(getattr(release, name)) for name in (_FINDING if of_finding else _MAP)}
    if isinstance(release, FindingRelease):
        said |= {"columns": plain_json(release.roles), "rows": len(release.table)}
    return {**said, "release": release.digest}


def manifest(
    release: AnyRelease,
    *,
    outputs: Mapping[str, bytes],
    made_at: datetime,
    around: Surroundings = NOTHING_AROUND,
) -> bytes:
    """Return the manifest of a set of output files as JSON.

    Parameters
    ----------
    outputs
        Content of each file beside the manifest, by file name.
    made_at
        Time of the run, with its offset: the only thing that two runs over one input differ in.
    around
        What a picture among the files was drawn over and named by.
    """
    under: dict[str, Any] = {}
    if around.ground is not None:
        under["background"] = _fingerprint_of(around.ground)
    if around.place_files:
        under["places"] = [_fingerprint_of(path) for path in around.place_files]
    content = {
        **plain_json(is_release(release, AnyRelease).record),
        **said_of(release),
        **under,
        "outputs": {name: fingerprint(content) for name, content in sorted(outputs.items())},
        "made_at": made_at.isoformat(timespec="seconds"),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def fingerprint(content: bytes) -> dict[str, Any]:
    """Return what tells whether a file is the one that was written."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _fingerprint_of(path: Path) -> dict[str, Any]:
    """Return what tells whether a file on the disk is the one that was used."""
    return {"name": path.name, "sha256": digest_of(path), "size": path.stat().st_size}


def plain_json(value: Any) -> Any:
    """Return a value in the types of JSON, whatever mappings and numbers it is made of."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain_json(item) for item in items]
    if isinstance(value, np.generic):
        return plain_json(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else str(value)
