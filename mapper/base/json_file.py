"""A small file of JSON, read whole."""

from pathlib import Path
from typing import Any

from mapper.base.files import read_regular
from mapper.base.json_text import SMALL, json_of


def read_json(path: Path, *, at_most: int = SMALL) -> Any:
    """Return what a regular file of at most so many bytes holds.

    Raises
    ------
    OSError
        When it cannot be opened, is no regular file, or is longer.
    ValueError
        As :func:`~mapper.base.json_text.json_of`.
    """
    return json_of(read_regular(path, at_most=at_most))
