"""JSON that somebody else wrote: of a sane size, and any failure of the parser is a ``ValueError``.

Python's parser holds a text some forty times over and meets brackets without end with a
``RecursionError``, which no reader of files expects.
"""

import json
from typing import Any

SMALL = 1_048_576  # bytes of what a person or mapper itself wrote to be read whole


def json_of(text: bytes | str) -> Any:
    """Return what a text holds.

    Raises
    ------
    ValueError
        When it is not JSON in UTF-8, or nested too deeply.

    Examples
    --------
    >>> json_of(b"[" * 100_000)
    Traceback (most recent call last):
    ...
    ValueError: brackets nested too deeply
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("brackets nested too deeply") from error
