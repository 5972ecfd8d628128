"""Why a row can be rejected, and which of the reasons each record has."""

from collections import Counter

import numpy as np

from mapper.base.types import Flags

# Given after reading: by a person's choice about a point (mapper.context.sink_choices).
MOVED_OUT = "moved out as a default point"
OTHER_DAYS = "in days left out"  # by a person's choice of the days to use
MISLEADING = "left out as misleading"  # by a person's choice about a doubt
ONE_REFERENCE = "joined to its reference"  # by a person's choice that each is one incident
CHOSEN = (MOVED_OUT, OTHER_DAYS, MISLEADING, ONE_REFERENCE)

# In the order in which they are given: a row with several faults has the first of them.
REASONS = (
    "wrong number of fields",
    "NUL character in the text",
    "total or footer line",
    "no date",
    "bad date",
    "future date",
    "end before start",
    "no coordinates",
    "postcode is not in the directory",
    "geometry is not a point",
    "coordinate is not a number",
    "zero coordinates",
    "latitude and longitude swapped",
    "easting and northing swapped",
    "coordinates outside Great Britain and Northern Ireland",
    "flag is neither yes nor no",
    "repeated reference",
    "older version of the row",
)
# Of these rows something was read, and they were left out by a rule.
BY_RULE = frozenset({"total or footer line", "repeated reference", "older version of the row"})
UNREAD = frozenset(REASONS) - BY_RULE
_CODE = {reason: code for code, reason in enumerate(REASONS, start=1)}


class Faults:
    """The first reason of each record, and the column at fault.

    Reasons may be added in any order; the one that stands first in :data:`REASONS` is kept.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.reason = np.zeros(size, dtype=np.int8)  # position in REASONS from 1; 0 is none
        self._field = np.zeros(size, dtype=np.int16)
        self._fields: list[str] = [""]

    def add(self, reason: str, where: Flags, field: str = "") -> None:
        """Give a reason to some records."""
        if not where.any():
            return
        if field not in self._fields:
            self._fields.append(field)
        code = _CODE[reason]
        first = where & ((self.reason == 0) | (self.reason > code))
        self.reason[first] = code
        self._field[first] = self._fields.index(field)

    def field_of(self, position: int) -> str:
        """Return the column at fault of one record."""
        return self._fields[int(self._field[position])]

    def reason_of(self, position: int) -> str:
        """Return the reason of one record."""
        code: int = int(self.reason[position])
        return REASONS[code - 1]

    def counts(self) -> Counter[str]:
        """Return how many records have each reason."""
        found = self.reason[self.reason > 0].tolist()
        return Counter(REASONS[code - 1] for code in found)
