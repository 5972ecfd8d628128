"""Two times in one column: ``15/05/2026 16:43 - 16/05/2026 08:00``, ``… 16:43 to 18:00``.

Only a column is split in which most values are two times: ``15/05/2026 - 16:43`` is one.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags

_CLOCK = r"[0-9]{1,2}[:.h]?[0-9]{2}(?:[:.][0-9]{2})?\s*(?:[AaPp]\.?[Mm]\.?|hrs?)?"
_DAY = r"(?:.*[0-9]{4}|.*[-/.][0-9]{2})"  # with its year: 2026 alone may be a clock
_RANGE = (
    r"(?i)^(?:between|from|b/t|btwn)?:?\s*(?P<first>(?P<day>" + _DAY + r")\s+" + _CLOCK + r")"
    "\\s*(?:\\s-+\\s|\\s?[\u2010-\u2015]\\s?|"
    r"\s(?:to|until|till|and|&)\s|\s?->\s?)\s*"
    r"(?P<last>(?:.*[^\s]\s+)?" + _CLOCK + r")$"
)
_MOST = 0.5  # of the values, and the column holds ranges


@dataclass(frozen=True, eq=False)
class Ranges:
    """The two ends of each distinct value; the second is blank where a value is one time."""

    first: pa.Array
    last: pa.Array
    same_day: Flags  # the second was a clock alone: after the first, be it past midnight


def split_ranges(values: pa.Array) -> Ranges | None:
    """Return the two ends of distinct texts of which most are ranges of time, else nothing."""
    parts = pc.extract_regex(values, _RANGE)
    found = parts.is_valid()
    if not len(values) or pc.sum(found).as_py() <= _MOST * len(values):
        return None
    first, day, last = (parts.field(i) for i in range(3))
    alone = pc.match_substring_regex(last, f"^{_CLOCK}$")
    dated = pc.binary_join_element_wise(day, last, " ")
    ends = pc.if_else(alone, dated, last)
    return Ranges(
        pc.utf8_trim_whitespace(pc.coalesce(pc.if_else(found, first, None), values)),
        pc.fill_null(pc.if_else(found, ends, None), ""),
        np.asarray(pc.fill_null(pc.and_(found, alone), fill_value=False)),
    )
