"""The share of domestic abuse with a child at the address, as each audience may read it.

Outside the operational audience it is made from printed counts alone, so it says nothing that they
do not: the share of the two rounded counts, and an interval that reaches from the least to the most
that rounding leaves open and allows for chance beside (exact 95 %, Clopper & Pearson 1934).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mapper.disclosure.release import FindingRelease, is_release
from mapper.disclosure.suppression import Printed
from mapper.statistics.intervals import binomial_interval

_PART, _WHOLE = "with_child", "incidents"


def with_child_shares(shown: FindingRelease) -> pd.DataFrame:
    """Return the table of a release with ``child_share`` and ``child_interval`` as people read it.

    A release without counts of children comes back as it is.
    """
    table = is_release(shown, FindingRelease).table
    if "child_share" in table:
        ends = zip(table["child_share_low"], table["child_share_high"], strict=True)
        spans = pd.Series([interval_words(*one) for one in ends], table.index, dtype="str")
        return table.assign(child_interval=spans.where(table["child_share"].notna(), ""))
    if not {_PART, _WHOLE} <= set(table):
        return table
    return table.assign(**_of_printed(table, shown.printed))


def interval_words(low: float, high: float) -> str:
    """Return an interval of a share in words."""
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _of_printed(table: pd.DataFrame, printed: Mapping[str, Printed]) -> dict[str, list[str]]:
    """Return share and interval of printed counts as words; empty where one is not printed."""
    some, of = printed[_PART], printed[_WHOLE]
    known = (table[_PART].notna() & table[_WHOLE].notna()).to_numpy() & (of.low > 0)
    least, most = (np.where(known, np.minimum(one, of.low), 0) for one in (some.low, some.high))
    low, _ = binomial_interval(least, np.where(known, of.high, 0))
    _, high = binomial_interval(most, np.where(known, of.low, 0))
    shares, spans = [], []
    for at, ok in enumerate(known):
        part, whole = table[_PART].iloc[at], table[_WHOLE].iloc[at]
        shares.append(f"{100 * part / whole:.0f} %" if ok else "")
        spans.append(interval_words(low[at], high[at]) if ok else "")
    return {"child_share": shares, "child_interval": spans}
