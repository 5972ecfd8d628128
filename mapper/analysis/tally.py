"""Counts of incidents that are added up slice by slice and say what all rows together say.

No row is kept: a tally holds how many incidents there are of each *kind* (file, month, type, what
other columns of words and flags say, and which columns are blank), on each *ground* (cell and
month) and at each *point* with its label. It grows with the files, the months, the kinds, the cells
and the points, not with the rows; where kinds or points are very many, rows are to be read at once.
Everything is a sum, a first or a last, so that tallies of slices merge to the tally of the whole in
any grouping (``tests/analysis/test_slices.py``).

Columns of numbers, in each frame where they stand:

| column | incidents |
|---|---|
| n | all that were accepted |
| within | of those, in the days asked for |
| counts | of those, with a weight under the lens |
| weight | the sum of these weights |
| first, at_first, last | first month at a point, incidents in it, and last month |
| in_first | incidents at a point in the year of its first month |
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.tables import FLAG_COLUMNS
from mapper.base.types import Flags, Integers
from mapper.base.weights import firsts
from mapper.incidents.sliced_file import WholeNeeded
from mapper.incidents.synthetic import SYNTHETIC_MARK

KINDS = ("file", "start", "type", "crime", "no_reference", "no_location", "inside")
GROUND = ("position", "start")
POINTS = ("lon", "lat", "location")
NUMBERS = ("n", "within", "counts")  # of kinds
TEXTS = ("channel", "risk_grade", "location_type", "crime_code")  # of kinds, where a file has them
_FLAGS = tuple(name for name in FLAG_COLUMNS if name != "crime")
_LABELS = ("type", "location")
MOST_KINDS, MOST_POINTS = 500_000, 5_000_000
_TOGETHER = 8  # parts that are merged at a time
_DAYS = 2**23  # more than a date can be away from 1970: a cell and a day are one number
_LONG, _ROUNDED = 6, 3  # digits of a reference, and those of them that may have been rounded
_HASHED = 2**19  # keys that are hashed; more are sorted, which takes less memory


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of some incidents."""

    kinds: pd.DataFrame
    ground: pd.DataFrame
    points: pd.DataFrame
    labels: Mapping[str, Sequence[str]]  # texts by their code, in alphabetical order
    numbers: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # rejected rows
    notes: tuple[str, ...] = ()  # what rows of different slices say of each other

    @property
    def total(self) -> int:
        """Incidents."""
        return int(self.kinds["n"].sum())

    @property
    def size(self) -> int:
        """How many sums it holds."""
        return len(self.kinds) + len(self.ground) + len(self.points)


@dataclass(frozen=True, eq=False)
class Seen:
    """How a study sees the incidents of a slice."""

    position: Integers  # cell of each, -1 outside
    within: Flags  # in the days asked for
    weights: Integers  # under the lens, whatever the days


def tally_of(
    table: pd.DataFrame, seen: Seen, *, file: int | Integers, reasons: Mapping[str, int]
) -> Tally:
    """Count the incidents of a slice.

    Parameters
    ----------
    table
        Incidents known to the month, with ``INCIDENT_COLUMNS`` and ``crime``.
    file
        Number of the file that they are of, or of each.
    """
    location = table["location"] if "location" in table else pd.Categorical([None] * len(table))
    coded = {"type": pd.Categorical(table["type"]), "location": pd.Categorical(location)}
    coded |= {name: pd.Categorical(table[name]) for name in TEXTS if name in table}
    weights = np.where(seen.within, seen.weights, 0)
    none = np.zeros(len(table), dtype=bool)
    more = {name: table[name].to_numpy(dtype=bool) for name in _FLAGS if name in table}
    if "uprn" in table:
        more["no_uprn"] = table["uprn"].isna().to_numpy()
    rows = pd.DataFrame(
        {
            "file": np.broadcast_to(np.asarray(file, dtype=np.int32), (len(table),)),
            "start": table["start"].to_numpy(),
            **{name: each.codes.astype(np.int32) for name, each in coded.items()},
            "crime": table["crime"].to_numpy(dtype=bool) if "crime" in table else none,
            "no_reference": table["reference"].isna().to_numpy(),
            "no_location": coded["location"].codes < 0,
            "inside": seen.position >= 0,
            **more,
            "position": seen.position,
            "lon": table["lon"].to_numpy(),
            "lat": table["lat"].to_numpy(),
            "n": 1,
            "within": seen.within.astype(np.int64),
            "counts": (weights > 0).astype(np.int64),
            "weight": weights,
        }
    )
    keys = (*KINDS, *(name for name in coded if name not in _LABELS), *more)
    points = rows.assign(first=rows["start"], at_first=1, in_first=1, last=rows["start"])
    return Tally(
        kinds=_summed(rows, keys, NUMBERS),
        ground=_ground([rows]),
        points=_points(points),
        labels={name: each.categories.astype(object).tolist() for name, each in coded.items()},
        numbers=Counter(_of_references(table["reference"])),
        reasons=Counter(reasons),
    )


def nothing() -> Tally:
    """Return the tally of no incidents."""
    table = pd.DataFrame(
        {
            "start": np.zeros(0, dtype="datetime64[us]"),
            "type": pd.Categorical([]),
            "crime": np.zeros(0, dtype=bool),
            "reference": pd.Series(dtype="str"),
            "lon": np.zeros(0),
            "lat": np.zeros(0),
        }
    )
    none = np.zeros(0, dtype=np.int64)
    return tally_of(table, Seen(none, none > 0, none), file=0, reasons={})


def merged(parts: Sequence[Tally]) -> Tally:
    """Return the tally of all parts together; the order of parts is that of their rows.

    Raises
    ------
    WholeNeeded
        When kinds or points are so many that rows themselves take little more.
    """
    held = [part for part in parts if len(part.kinds)] or parts[:1]
    labels = {
        name: sorted({label for part in held for label in part.labels[name]})
        for name in held[0].labels
    }
    code = {name: {label: at for at, label in enumerate(labels[name])} for name in labels}
    kinds, points = [], []
    for part in held:
        to = {
            name: np.array([*(code[name][one] for one in part.labels[name]), -1], dtype=np.int32)
            for name in labels
        }
        of_kinds = {
            name: to[name][part.kinds[name].to_numpy()] for name in to if name in part.kinds
        }
        kinds.append(part.kinds.assign(**of_kinds))
        points.append(
            part.points.assign(location=to["location"][part.points["location"].to_numpy()])
        )
    keys = [str(name) for name in kinds[0] if name not in NUMBERS]
    found = _summed(pd.concat(kinds), keys, NUMBERS)
    every = _points(pd.concat(points))
    if len(found) > MOST_KINDS or len(every) > MOST_POINTS:
        raise WholeNeeded
    return Tally(
        kinds=found,
        ground=_ground([part.ground for part in held]),
        points=every,
        labels=labels,
        numbers=_added([part.numbers for part in parts]),
        reasons=_added([part.reasons for part in parts]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


class TallySum:
    """The tally of parts that come one after the other.

    A few are merged at a time, and sums of about one size with each other: where parts have little
    in common, as months of a country have, a row is so merged a few times and not with every part.
    """

    def __init__(self) -> None:
        self._few: list[Tally] = []
        self._sums: list[Tally] = []  # in order, each less than half as large as the one before

    def add(self, tally: Tally) -> None:
        """Add the part that comes next."""
        self._few.append(tally)
        if len(self._few) <= _TOGETHER:
            return
        self._sums.append(merged(self._few))
        self._few = []
        while len(self._sums) > 1 and self._sums[-2].size < 2 * self._sums[-1].size:
            last = self._sums.pop()
            self._sums[-1] = merged([self._sums[-1], last])

    def total(self) -> Tally:
        """Return the tally of all parts."""
        return merged([*self._sums, *self._few])


def _summed(rows: pd.DataFrame, keys: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Return sums by key, in the order in which keys come first."""
    return rows.groupby([*keys], sort=False, as_index=False)[[*numbers]].sum()


def _ground(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return sums by cell and month in the order in which they come first.

    There are as many as cells times months, and all are summed again with each few slices: by one
    whole number for both, and held as narrow as they are, they take a fraction of the memory of a
    grouping by two columns.
    """
    position, start = (_column(parts, name) for name in GROUND)
    key = position.astype(np.int64) * _DAYS + start.astype("datetime64[D]").astype(np.int64)
    at, first = _numbered(key)
    sums = {
        name: np.bincount(at, weights=_column(parts, name)).astype(
            np.int64 if name == "weight" else np.int32
        )
        for name in (*NUMBERS, "weight")
    }
    table = {"position": position[first].astype(np.int32), "start": start[first], **sums}
    return pd.DataFrame(table, copy=False)


def _numbered(key: Integers) -> tuple[Integers, Integers]:
    """Return keys as numbers in the order in which they come first, and where each does so.

    Hashing is several times as fast as sorting, and its table as large as both together.
    """
    if key.size <= _HASHED:
        at = pd.factorize(key)[0]
        return at, firsts(at)
    _, first, at = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return np.argsort(order)[at], first[order]


def _column(parts: Sequence[pd.DataFrame], name: str) -> npt.NDArray[Any]:
    """Return a column of all parts."""
    return np.concatenate([part[name].to_numpy() for part in parts])


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    """Return points with their labels, in the order in which they come first."""
    at = np.asarray(rows.groupby([*POINTS], sort=False).ngroup(), dtype=np.int64)
    alone = firsts(at)
    held, size = {name: rows[name].to_numpy() for name in rows}, alone.size
    first, earliest, last = held["first"], held["first"][alone], held["last"][alone]
    np.minimum.at(earliest.view(np.int64), at, first.view(np.int64))  # as dates far slower
    np.maximum.at(last.view(np.int64), at, held["last"].view(np.int64))
    next_year = (earliest.astype("datetime64[Y]") + 1).astype(first.dtype)
    weights = {
        "n": held["n"],
        "within": held["within"],
        "counts": held["counts"],
        "at_first": np.where(first == earliest[at], held["at_first"], 0),
        "in_first": np.where(first < next_year[at], held["in_first"], 0),
    }
    sums = {
        name: np.bincount(at, weights=each, minlength=size).astype(np.int64)
        for name, each in weights.items()
    }
    table = {name: held[name][alone] for name in POINTS}
    return pd.DataFrame({**table, **sums, "first": earliest, "last": last}, copy=False)


def _of_references(references: "pd.Series[str]") -> dict[str, int]:
    """Return what references show of a spreadsheet that rounded them, and of a demonstration."""
    known = pa.table({"reference": references.dropna()}).column(0).combine_chunks()
    synthetic = pc.sum(pc.starts_with(known, SYNTHETIC_MARK)).as_py() or 0
    known = known.cast(pa.large_binary())
    long = known.filter(pc.greater(pc.binary_length(known), _LONG))
    ends = pc.binary_slice(long, -_LONG).cast(pa.binary(_LONG)).buffers()[1]
    ends = np.frombuffer(ends or b"", np.uint8)[: len(long) * _LONG].reshape(-1, _LONG)
    ends = np.ascontiguousarray(ends.T)  # by place, which is many times as fast
    digits = ((ends >= ord("0")) & (ends <= ord("9"))).all(axis=0)
    rounded = digits & (ends[-_ROUNDED:] == ord("0")).all(axis=0)
    return {
        "references": len(known),
        "long": int(digits.sum()),
        "rounded": int(rounded.sum()),
        "synthetic": int(synthetic),
    }


def _added(parts: Sequence[Mapping[str, int]]) -> Counter[str]:
    """Add numbers up by name."""
    found: Counter[str] = Counter()
    for part in parts:
        found.update(part)
    return found


def years_of(moment: npt.NDArray[np.datetime64]) -> Integers:
    """Return the years of moments."""
    return moment.astype("datetime64[Y]").astype(np.int64) + 1970


def month_number(moment: npt.NDArray[np.datetime64]) -> Integers:
    """Return months as numbers from January 1970."""
    return moment.astype("datetime64[M]").astype(np.int64)
