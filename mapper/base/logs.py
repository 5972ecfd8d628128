"""What a log holds of a fault: its kind and its place in the program, never its words.

The words of an error may quote a file, a place or what somebody typed. A person who runs a command
with ``-v``, or the app with ``MAPPER_DEBUG``, sees them on their own screen.
"""

import logging
import os
import traceback
from pathlib import Path
from typing import Any

_FRAMES = 12  # the last of them
_ERRORS = 8  # the last of a chain


def fault_place(error: BaseException) -> str:
    """Return where a fault lies, and in what it was caught.

    Examples
    --------
    >>> try:
    ...     {}["On or near Long Lane"]
    ... except KeyError as error:
    ...     print(fault_place(error))
    KeyError at <doctest mapper.base.logs.fault_place[0]>:2 in <module>
    """
    told: dict[int, str] = {}  # by the error: a chain may come back to where it began
    earlier: BaseException | None = error
    while earlier is not None and id(earlier) not in told and len(told) < _ERRORS:
        frames = traceback.extract_tb(earlier.__traceback__)[-_FRAMES:]
        steps = [f"{Path(one.filename).name}:{one.lineno} in {one.name}" for one in frames]
        told[id(earlier)] = f"{type(earlier).__name__} at {' > '.join(steps)}"
        earlier = earlier.__cause__ or earlier.__context__
    return ", after ".join(told.values())


def keep_words_out() -> None:
    """Make every log of this process, of libraries too, tell faults by their place."""
    if "MAPPER_DEBUG" in os.environ or logging.getLogRecordFactory() is _record:
        return
    logging.setLogRecordFactory(_record)


def _record(*given: Any, **named: Any) -> logging.LogRecord:
    """Return an entry whose traceback is told already: no formatter then writes it anew."""
    made = logging.LogRecord(*given, **named)
    if made.exc_info and made.exc_info[1] is not None:
        made.exc_text = fault_place(made.exc_info[1])
    return made
