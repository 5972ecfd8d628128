"""Two times in one column: ``15/05/2026 16:43 - 16/05/2026 08:00``, ``… 16:43 to 18:00``.

Only a column is split in which most values are two times: ``15/05/2026 - 16:43`` is one. Beside
times, only two clocks with colons and words between are split (``between 10:00 and 12:00``).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags
from mapper.incidents.time_words import NO_DAY
from mapper.incidents.times import USUAL_ISO, USUAL_NUMBERS

_CLOCK = r"[0-9]{1,2}[:.h]?[0-9]{2}(?:[:.][0-9]{2})?\s*(?:[AaPp]\.?[Mm]\.?|hrs?)?"
_DAY = r"(?:.*[0-9]{4}|.*[-/.][0-9]{2})"  # with its year: 2026 alone may be a clock
_BEGIN = r"(?:between|from|b/t|btwn)?:?\s*"
_RANGE = (
    rf"(?i)^{_BEGIN}(?P<day>{_DAY})\s+{_BEGIN}(?P<clock>{_CLOCK})"
    "\\s*(?:\\s-+\\s|\\s?[\u2010-\u2015]\\s?|"
    r"\s(?:to|until|till|and|&)\s|\s?->\s?|(?P<bare>-))\s*"
    r"(?P<last>(?:.*[^\s]\s+)?" + _CLOCK + r")$"
)
_SURE = r"(?i)[0-9]:[0-9]{2}\s*(?:[ap]m|hrs?)?\s(?:to|until|till|and)\s+[0-9]{1,2}:[0-9]{2}"
_OFFSET = r"^(?:0[0-9]|1[0-2]):?(?:00|30|45)$"  # after a dash it can be how far a zone is from UTC
CLOCK_RANGE = rf"{_BEGIN}{_CLOCK}(?:\s*[-\u2010-\u2015]\s*|\s+(?:to|until|till|and|&)\s+){_CLOCK}"
_HOURS = r"^(?P<day>.*[-/. ][0-9]{2,4})\s+(?P<first>[0-9]{1,2})\s?-\s?(?P<last>[0-9]{1,2})$"
_FEW, _DAY_HOURS = 3, 24
_MOST = 0.5  # of the values, and the column holds ranges


@dataclass(frozen=True, eq=False)
class Ranges:
    """The two ends of each distinct value; the second is blank where a value is one time."""

    first: pa.Array
    last: pa.Array
    same_day: Flags  # the second was a clock alone: after the first, be it past midnight


def split_ranges(values: pa.Array) -> Ranges | None:
    """Return the two ends of distinct texts of which most are ranges of time, else nothing."""
    one_time = rf"{USUAL_ISO}|{USUAL_NUMBERS}|\s{NO_DAY}[T ]"
    odd = values.filter(pc.invert(pc.match_substring_regex(values, one_time)))
    if not pc.any(pc.match_substring_regex(_with_minutes(odd), _RANGE)).as_py():
        return None  # of one usual time each, as nearly always, none is looked at closely
    parts = pc.extract_regex(_with_minutes(values), _RANGE)
    found = pc.and_(parts.is_valid(), pc.invert(pc.match_substring_regex(values, one_time)))
    if not pc.any(found).as_py():
        return None
    day, clock, bare, last = (parts.field(i) for i in range(4))
    zoned = pc.and_(pc.equal(bare, "-"), pc.match_substring_regex(last, _OFFSET))
    dashed = pc.sum(pc.and_kleene(found, pc.equal(bare, "-"))).as_py() or 0
    if dashed and dashed == (pc.sum(zoned).as_py() or 0):
        found = pc.and_(found, pc.fill_null(pc.not_equal(bare, "-"), fill_value=False))
    if (pc.sum(found).as_py() or 0) <= _MOST * len(values):
        found = pc.and_(found, pc.match_substring_regex(values, _SURE))
        if not pc.any(found).as_py():
            return None
    first = pc.binary_join_element_wise(day, clock, " ")
    alone = pc.match_substring_regex(last, f"^{_CLOCK}$")
    dated = pc.binary_join_element_wise(day, last, " ")
    ends = pc.if_else(alone, dated, last)
    return Ranges(
        pc.utf8_trim_whitespace(pc.coalesce(pc.if_else(found, first, None), values)),
        pc.fill_null(pc.if_else(found, ends, None), ""),
        np.asarray(pc.fill_null(pc.and_(found, alone), fill_value=False)),
    )


def _with_minutes(values: pa.Array) -> pa.Array:
    """Return texts in which hours from one to the next (``16-17``) have minutes.

    Where the second number is not always the next hour, they are hours and minutes.
    """
    told = pc.extract_regex(values, _HOURS).drop_null()
    if len(told) < _FEW:
        return values
    first, last = (told.field(at).cast(pa.int64()).to_numpy() for at in (1, 2))
    if np.unique(first).size < _FEW or ((first + 1 - last) % _DAY_HOURS).any():
        return values
    return pc.replace_substring_regex(values, _HOURS, r"\1 \2:00 - \3:00")
