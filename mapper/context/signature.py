"""Place signature: which indicators drive a place, how many, over how long, and how sure.

For each indicator its share of the place's incidents is set against its share in the rest of the
study area. The interval of the ratio is exact, and made wider so that all intervals of one place
hold together in 95 of 100 cases (Bonferroni). An indicator **drives** the place where the whole
interval lies above 1; they are ranked by the incidents beyond what the rest of the area would put
there.

What can mislead: a hot spot was chosen for its numbers, so its ratios are somewhat high (the winner
of a draw looks better than it is); flags are set by people, more carefully in some places; an
indicator shared by the whole area drives no single place.

Source: this project; exact intervals as in :mod:`mapper.context.shares`; Bonferroni (1936).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.text import count
from mapper.base.types import Flags, Integers
from mapper.context.indicators import Indicated
from mapper.context.shares import ShareRatio, compare_shares

FEWEST = 5  # of an indicator at a place: below this nothing is said of it
CONFIDENCE = 0.95
_CLOSE = 2.0  # below this, two decimals
# How sure, in the words used everywhere.
CLEAR, UNCLEAR, TOO_FEW, LESS = "clear", "not clear", "too few to say", "clearly less"
SIGNATURE_COLUMNS = (
    *("place", "indicator", "incidents", "of", "share", "elsewhere", "ratio", "low", "high"),
    *("excess", "months", "first", "last", "sure", "words"),
)


def place_signatures(
    indicated: Indicated,
    start: npt.NDArray[np.datetime64],
    *,
    group: Integers,
    area: Flags,
    places: int,
    base: str,
) -> pd.DataFrame:
    """Return one row for each place and indicator, drivers first within a place.

    Parameters
    ----------
    indicated
        Incidents by indicator.
    start
        When each happened, shape (incidents,).
    group
        Number of each incident's place from 0, below 0 for none; shape (incidents,).
    area
        Which incidents lie in the study area and the dates asked for; places are part of it.
    places
        Number of places.
    base
        What shares are taken of, in words.

    Returns
    -------
    pandas.DataFrame
        Columns of ``SIGNATURE_COLUMNS``; ``months`` are calendar months with at least one.
    """
    inside = np.where(area & indicated.base, group, -1)
    of = np.bincount(inside[inside >= 0], minlength=places)
    of_area = int((area & indicated.base).sum())
    confidence = 1 - (1 - CONFIDENCE) / len(indicated.names)
    parts = []
    for name, met in zip(indicated.names, indicated.met, strict=True):
        where = np.flatnonzero(met & area & (group >= 0))
        some = np.bincount(group[where], minlength=places)
        rest = int((met & area).sum()) - some
        found = compare_shares(some, of, rest, of_area - of, confidence=confidence)
        spans = _spans(start[where], group[where], places)
        parts.append(_rows(name, some, of, found, spans))
    table = pd.concat(parts, ignore_index=True)
    table["sure"] = pd.array(_sure(table), dtype="str")
    table["words"] = pd.array([_words(row, base) for _, row in table.iterrows()], dtype="str")
    order = {CLEAR: 0, UNCLEAR: 1, LESS: 2, TOO_FEW: 3}
    table = table.assign(order=table["sure"].map(order).astype(np.int64))
    table = table.sort_values(
        ["place", "order", "excess", "indicator"], ascending=[True, True, False, True]
    )
    return table[list(SIGNATURE_COLUMNS)].reset_index(drop=True)


def _rows(
    name: str,
    some: Integers,
    of: Integers,
    found: ShareRatio,
    spans: dict[str, npt.NDArray[np.generic]],
) -> pd.DataFrame:
    """Return one indicator's rows, one for each place."""
    return pd.DataFrame(
        {
            "place": np.arange(some.size),
            "indicator": name,
            "incidents": some,
            "of": of,
            "share": found.here,
            "elsewhere": found.elsewhere,
            "ratio": found.ratio,
            "low": found.low,
            "high": found.high,
            "excess": found.excess,
            **spans,
        }
    )


def _times(ratio: float) -> str:
    """Return a ratio in few decimals, rounded down."""
    decimals = 100 if ratio < _CLOSE else 10
    return f"{np.floor(ratio * decimals) / decimals:g}"


def _spans(
    start: npt.NDArray[np.datetime64], group: Integers, places: int
) -> dict[str, npt.NDArray[np.generic]]:
    """Return the months with an incident, and the first and last day, of each place."""
    month = start.astype("datetime64[M]").astype(np.int64)
    pairs = np.unique(np.stack([group, month]), axis=1)
    day = start.astype("datetime64[D]").astype(np.int64)
    first = np.full(places, np.iinfo(np.int64).max)
    last = np.full(places, np.iinfo(np.int64).min)
    np.minimum.at(first, group, day)
    np.maximum.at(last, group, day)
    some = np.bincount(group, minlength=places) > 0
    never = np.datetime64("NaT", "D")
    return {
        "months": np.bincount(pairs[0], minlength=places),
        "first": np.where(some, np.where(some, first, 0).astype("datetime64[D]"), never),
        "last": np.where(some, np.where(some, last, 0).astype("datetime64[D]"), never),
    }


def _sure(table: pd.DataFrame) -> list[str]:
    """Return how sure each comparison is."""
    few = (table["incidents"] < FEWEST) & (table["high"] >= 1)
    chosen = np.select(
        [few, table["low"] > 1, table["high"] < 1], [TOO_FEW, CLEAR, LESS], default=UNCLEAR
    )
    return [str(word) for word in chosen]


def _words(row: pd.Series, base: str) -> str:
    """Return one comparison as a plain sentence."""
    if row["sure"] == TOO_FEW:
        return f"{row['indicator']}: fewer than {FEWEST} incidents, too few to say."
    counted = f"{row['indicator']}: {row['incidents']:,} of {row['of']:,} {base}"
    months = row["months"]
    when = f"in {count(months, 'month')}"
    if row["sure"] == CLEAR:
        least, most = _times(row["low"]), _times(row["high"])
        if np.isinf(row["ratio"]):
            return f"{counted}, {when}, and none in the rest of the area."
        times = f"{_times(row['ratio'])} times as common as in the rest of the area"
        return f"{counted}, {times} (at least {least} and at most {most} times), {when}."
    if row["sure"] == LESS:
        return f"{counted}, clearly less common than in the rest of the area."
    return f"{counted}, {when}: not clearly more common than in the rest of the area."
