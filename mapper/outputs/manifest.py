"""The manifest: what was asked, of which files, with what result, so that it can be made again.

It lists the request, the SHA-256 of each input and each output, the rows read, accepted, rejected
and outside, package versions, marking and audience. It is written last: a folder without
``manifest.json`` does not hold a complete set of files.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from mapper.disclosure.release import Release, is_release
from mapper.outputs.tables import said_of


def manifest(release: Release, *, outputs: Mapping[str, bytes], made_at: datetime) -> bytes:
    """Return the manifest of a set of output files as JSON.

    Parameters
    ----------
    outputs
        Content of each file beside the manifest, by file name.
    made_at
        Time of the run, with its offset: the only thing that two runs over one input differ in.
    """
    content = {
        **plain_json(is_release(release).record),
        **said_of(release),
        "outputs": {name: fingerprint(content) for name, content in sorted(outputs.items())},
        "made_at": made_at.isoformat(timespec="seconds"),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def fingerprint(content: bytes) -> dict[str, Any]:
    """Return what tells whether a file is the one that was written."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


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
