"""Yes and no as they are spelled in extracts."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "x", "on"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "off"})

UNKNOWN_SPELLING = -1


def parse_flags(
    texts: Iterable[str], *, more_yes: Iterable[str] = (), more_no: Iterable[str] = ()
) -> npt.NDArray[np.int8]:
    """Return 1 for yes, 0 for no and -1 for any other spelling; a blank never gets here."""
    yes = YES | {text.strip().lower() for text in more_yes}
    no = NO | {text.strip().lower() for text in more_no}
    return np.array([_flag(text.strip().lower(), yes, no) for text in texts], dtype=np.int8)


def _flag(text: str, yes: frozenset[str], no: frozenset[str]) -> int:
    """Return the flag of one spelling."""
    if text in yes:
        return 1
    return 0 if text in no else UNKNOWN_SPELLING
