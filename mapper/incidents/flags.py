"""Yes, no and not known as they are spelled in extracts."""

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

YES = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "-1", "-1.0", "x", "on", "✓", "✔", "☑", "☒", "✅", "√"}
    | {"ü", "þ", "applies", "applicable", "ydy", "oes", "ie"}  # Wingdings' ticks; Welsh
    | {"checked", "ticked", "tick", "confirmed", "present", "positive", "flagged", "selected"}
)
NO = frozenset(
    {"no", "n", "false", "f", "0", "0.0", "off", "✗", "✘", "☐", "❌", "unchecked", "unticked"}
    | {"û", "-", "does not apply", "not applicable", "not ticked", "nac ydy", "nac oes", "nage"}
    | {"none known", "not present", "absent", "negative", "not flagged", "not selected"}
)
UNKNOWN = frozenset(
    {"unknown", "unk", "u", "n/k", "nk", "not known", "don't know", "dont know", "not recorded"}
    | {"not stated", "n/s", "not answered", "tbc", "to be confirmed", "pending", "unsure"}
    | {"not sure", "undetermined", "awaiting", "refused", "suspected", "possible", "not confirmed"}
    | {"dk", "d/k", "not disclosed", "declined", "prefer not to say", "tbd", "not asked"}
)
_START = re.compile(
    r"(yes|y|true|no|n|false|unknown|not known)\s*[-\u2013\u2014:,.;(]\s*\S.*", re.DOTALL
)
_DOTTED = re.compile(r"(.*[^.])\.+", re.DOTALL)  # Y. as an abbreviation
_ROUND = re.compile(
    r"^(?:is|was|has|it|any)*(.+?)(?:flag|marker|ind|indicator|keyword|tag|qualifier|yn|related"
    r"|involved|linked|motivat(?:ed|ion))*$"
)
_EXPLAINED = re.compile(r"\s+[-\u2013\u2014:(]|[:(]")  # begins what only explains
_NOT = re.compile(r"(?:not|non|no)[\s-]+(?=\S)")

NOT_KNOWN = 2
UNKNOWN_SPELLING = -1


def parse_flags(
    texts: Iterable[str],
    *,
    more_yes: Iterable[str] = (),
    more_no: Iterable[str] = (),
    names: Iterable[str] = (),
) -> npt.NDArray[np.int8]:
    """Return 1 for yes, 0 for no, 2 for not known and -1 for any other spelling.

    A blank never gets here. What follows a dash or a bracket explains and does not count
    (``Yes - Confirmed``); the flag's own name is yes, and with *not* before it no, unless what
    follows it says another (``DA: no``).

    Parameters
    ----------
    names
        What the flag is called: ``DA`` in a column of domestic abuse says yes.
    """
    own = {flag_core(name) for name in names}
    yes = YES | {text.strip().lower() for text in more_yes}
    no = NO | {text.strip().lower() for text in more_no}
    return np.array([_flag(text.strip().lower(), yes, no, own) for text in texts], dtype=np.int8)


def flag_core(name: str) -> str:
    """Return a flag's name in plain letters, without words such as flag, marker and was it."""
    return _ROUND.sub(r"\1", re.sub(r"[^a-z0-9]", "", name.lower()))


def _flag(text: str, yes: Iterable[str], no: Iterable[str], own: set[str]) -> int:
    """Return the flag of one spelling."""
    for words, value in ((yes, 1), (no, 0), (UNKNOWN, NOT_KNOWN)):
        if text in words:
            return value
    if flag_core(text) in own:
        return 1
    if (denied := _NOT.match(text)) and flag_core(text[denied.end() :]) in own:
        return 0
    name, *said = _EXPLAINED.split(text, 1)
    if flag_core(name) in own:
        value = _flag(said[0].strip(" )"), yes, no, own)
        return 1 if value == UNKNOWN_SPELLING else value
    if told := _START.fullmatch(text) or _DOTTED.fullmatch(text):
        return _flag(told.group(1), yes, no, own)
    return UNKNOWN_SPELLING
