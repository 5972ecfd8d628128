"""Which rows are one incident told twice, and which only share a reference.

A reference alone is no identity: log numbers restart each day, two systems number alike, one crime
number stands on several offences. A row repeats another only if reference, time, place and type
agree; then it is left out, and what it says is joined (:mod:`mapper.incidents.joined_rows`). Rows
that share a reference and differ are kept and counted in a note, unless one row per reference was
asked for: then one is kept with the earliest time, the most serious type
(:mod:`mapper.incidents.seriousness`) and every yes.

Two files are *versions* of the same rows when, where their times overlap, at least half of the
references of the smaller stand in both with the same time. The newer wins: the one from the
download that reaches the latest day, then the one with more outcomes, then the one given last.
Rows without a reference are then not counted twice. A police.uk month is replaced whole; of other
files, rows that the newer does not hold are kept and counted in a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.base.text import count
from mapper.base.types import Flags
from mapper.incidents.check import Checked
from mapper.incidents.duplicates import References, shared
from mapper.incidents.joined_rows import join_types, join_values
from mapper.incidents.layout import POLICE_UK
from mapper.incidents.times import PRECISIONS

if TYPE_CHECKING:
    from mapper.incidents.columns import Distinct

Positions = npt.NDArray[np.intp]

_SAME = ["code", "start", "lon", "lat", "type"]
_VERSIONS = 0.5  # of the references of the smaller file, in both at the same time
_LEAST = 3  # such references
_COMPLETE = 0.95  # of a day's rows
_LATEST, _RUN, _FEWEST_LATE = 60, 5, 60  # days looked back over, taken together; fewest rows


@dataclass(frozen=True, eq=False)
class Identity:
    """Rows to leave out, by sheet, as positions among its accepted rows; and what to say."""

    repeats: list[Positions]
    older: list[Positions]
    notes: tuple[str, ...]
    days_late: int | None = None  # until 95 % of a day were in the older of two versions


def find_identity(sheets: Sequence[Checked], *, rule: References) -> Identity:
    """Return which accepted rows repeat others; flags of those kept are joined in place."""
    rows = _shared_rows(sheets)
    if rows.empty:
        nothing = [np.zeros(0, dtype=np.intp) for _ in sheets]
        return Identity(nothing, nothing, ())
    older, notes, days_late = _older(sheets, rows)
    left = rows[~_among(rows, older)]
    repeated, keeper = _repeated(left, rule)
    notes += join_values(sheets, left, repeated, keeper)
    if rule == "one per reference":
        join_types(sheets, left, keeper)
    notes += _told(left, repeated, rule)
    return Identity(_positions(sheets, left[repeated]), older, tuple(notes), days_late)


def are_versions(sheets: Sequence[Checked]) -> bool:
    """Tell whether files that hold rows with shared references alone may be versions of others."""
    rows = _shared_rows(sheets)
    agreeing = _agreeing(rows) if len(sheets) > 1 and len(rows) else None
    return agreeing is not None and bool((agreeing >= _LEAST).any())


def _shared_rows(sheets: Sequence[Checked]) -> pd.DataFrame:
    """Return the rows whose reference stands more than once, in the order of the files."""
    given = [sheet.fields.get("reference") for sheet in sheets]
    found = shared([g if g is not None else pa.array([], pa.string()) for g in given])
    parts = [
        pd.DataFrame({"code": codes, "sheet": number, "at": at} | _compared(sheet, at))
        for number, (sheet, (at, codes)) in enumerate(zip(sheets, found, strict=True))
        if at.size
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _compared(sheet: Checked, at: Positions) -> dict[str, Any]:
    """Return what must agree besides the reference."""
    kinds: Distinct = sheet.fields["type"][at]
    texts = np.append(np.asarray(kinds.values, dtype=object), [""])
    return {
        "start": sheet.fields["start"][at],
        "lon": np.round(sheet.fields["lon"][at], 6),  # six decimals are 10 cm
        "lat": np.round(sheet.fields["lat"][at], 6),
        "type": texts[kinds.codes].astype(object),
    }


def _repeated(rows: pd.DataFrame, rule: References) -> tuple[Flags, npt.NDArray[np.intp]]:
    """Return which rows repeat another, and the label of the row that stands for each."""
    columns = _SAME if rule == "all" else ["code"]
    ordered = rows if rule == "all" else rows.sort_values("start", kind="stable")
    group = ordered.groupby(columns, sort=False, dropna=False).ngroup().to_numpy(np.intp)
    _, first = np.unique(group, return_index=True)
    labels = ordered.index.to_numpy(np.intp)
    keeper = pd.Series(labels[first][group], index=labels).reindex(rows.index).to_numpy(np.intp)
    return keeper != rows.index.to_numpy(), keeper


def _told(rows: pd.DataFrame, repeated: Flags, rule: References) -> list[str]:
    """Return how many references are shared by rows that differ, and in what."""
    compared = rows if rule == "one per reference" else rows[~repeated]
    group: Positions = np.asarray(compared.groupby("code", sort=False).ngroup(), dtype=np.intp)
    size = int(group.max(initial=-1)) + 1
    place = compared["lon"].astype(str) + " " + compared["lat"].astype(str)
    values = {"time": compared["start"], "place": place, "type": compared["type"]}
    differ = {name: _differs(held, group, size) for name, held in values.items()}
    any_ = np.logical_or.reduce([*differ.values()])
    if not any_.any():
        return []
    parts = ", ".join(f"{name} {int(flags.sum()):,}" for name, flags in differ.items())
    many = (
        f"{count(int(any_.sum()), 'reference is', 'references are')} shared by"
        f" {int(any_[group].sum()):,} rows"
    )
    start = f"{many} that differ (in {parts})"
    if rule == "one per reference":
        rule_ = "the earliest time, the most serious type and any yes"
        return [f"{start}: one row of each was kept, as asked, with {rule_}"]
    advice = 'references = "one per reference" into a mapping file'
    return [f"{start}: all were kept. If each reference is one incident, put {advice}"]


def _differs(held: "pd.Series", group: Positions, size: int) -> Flags:
    """Return which groups of rows hold more than one value."""
    codes, _ = pd.factorize(held, use_na_sentinel=False)
    pairs = pd.DataFrame({"group": group, "code": codes}).drop_duplicates()["group"]
    return np.bincount(pairs, minlength=size) > 1


def _older(
    sheets: Sequence[Checked], rows: pd.DataFrame
) -> tuple[list[Positions], list[str], int | None]:
    """Return the rows that a newer version of their file replaces, notes, and how late days are."""
    out = [np.zeros(sheet.accepted.size, dtype=bool) for sheet in sheets]
    notes, late = [], []
    latest = _latest_by_origin(sheets)
    for one, two in _pairs(sheets, rows):
        outcomes = {n: _outcomes(sheets[n], _overlap(sheets, one, two)) for n in (one, two)}
        old, new = sorted((one, two), key=lambda n: (latest[n], outcomes[n], n))
        late.append(_days_late(sheets, rows, old, new))
        gone, note = _replaced(sheets, rows, old, new)
        notes += [note] if (gone & ~out[old]).any() else []
        out[old] |= gone
    known = [days for days in late if days is not None]
    return [np.flatnonzero(flags) for flags in out], notes, max(known, default=None)


def _days_late(sheets: Sequence[Checked], rows: pd.DataFrame, old: int, new: int) -> int | None:
    """Return how old a day was in an older extract once it held 95 % of what the newer holds.

    Days count back from the last of the older; five at a time, of files that know days.
    """
    fields = sheets[new].fields
    if (fields["precision"] == PRECISIONS.index("month")).any():
        return None
    last = sheets[old].fields["start"].max().astype("datetime64[D]")
    age = (last - fields["start"].astype("datetime64[D]")).astype(np.int64)
    mine = rows[rows["sheet"] == new]
    held = np.zeros(age.size, dtype=bool)
    held[mine.loc[mine["code"].isin(rows.loc[rows["sheet"] == old, "code"]), "at"]] = True
    low, _ = _overlap(sheets, old, new)
    named = fields["reference"].is_valid().to_numpy(zero_copy_only=False)
    asked = (age >= 0) & (age <= _LATEST) & named & (fields["start"] >= low)
    if asked.sum() < _FEWEST_LATE:
        return None
    every = np.bincount(age[asked], minlength=_LATEST + _RUN)
    there = np.bincount(age[asked & held], minlength=_LATEST + _RUN)
    runs = np.ones(_RUN)
    whole, part = (np.convolve(each, runs, "valid") for each in (every, there))
    late = np.flatnonzero((part < _COMPLETE * whole) & (every[: whole.size] > 0))
    return int(late.max(initial=-1)) + 1


def _pairs(sheets: Sequence[Checked], rows: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the pairs of files that are versions of the same rows."""
    found = []
    for one, two, number in _agreeing(rows).reset_index().to_numpy().tolist():
        low, high = _overlap(sheets, one, two)
        sizes = [_referenced(sheets[n], low, high) for n in (one, two)]
        if number >= max(_VERSIONS * min(sizes), _LEAST):
            found.append((one, two))
    return found


def _agreeing(rows: pd.DataFrame) -> "pd.Series[int]":
    """Return how many references each pair of files holds with the same time."""
    both = rows.drop_duplicates(["sheet", "code", "start"])
    joined = both.merge(both, on=["code", "start"])
    joined = joined[joined["sheet_x"] < joined["sheet_y"]]
    return joined.groupby(["sheet_x", "sheet_y"]).size()


def _overlap(sheets: Sequence[Checked], one: int, two: int) -> tuple[Any, Any]:
    """Return the first and last start that both files reach."""
    starts = [sheets[n].fields["start"] for n in (one, two)]
    return max(s.min() for s in starts), min(s.max() for s in starts)


def _within(sheet: Checked, low: Any, high: Any) -> Flags:
    """Return which rows of a file start between two moments."""
    start = sheet.fields["start"]
    return np.asarray((start >= low) & (start <= high), dtype=bool)


def _referenced(sheet: Checked, low: Any, high: Any) -> int:
    """Return how many rows with a reference start between two moments."""
    known = sheet.fields["reference"].is_valid().to_numpy(zero_copy_only=False)
    return int((known & _within(sheet, low, high)).sum())


def _latest_by_origin(sheets: Sequence[Checked]) -> list[Any]:
    """Return for each file the latest start in the download that it came with."""
    latest: dict[str, Any] = {}
    for sheet in sheets:
        if sheet.accepted.size:
            last = sheet.fields["start"].max()
            latest[sheet.sheet.origin] = max(latest.get(sheet.sheet.origin, last), last)
    lowest = np.datetime64("1900-01-01", "us")
    return [latest.get(sheet.sheet.origin, lowest) for sheet in sheets]


def _outcomes(sheet: Checked, overlap: tuple[Any, Any]) -> int:
    """Return how many rows between two moments have an outcome past the investigation."""
    held: Distinct | None = sheet.fields.get("outcome")
    if held is None:
        return 0
    open_ = held.equals("Under investigation") | held.is_blank
    return int((~open_ & _within(sheet, *overlap)).sum())


def _replaced(
    sheets: Sequence[Checked], rows: pd.DataFrame, old: int, new: int
) -> tuple[Flags, str]:
    """Return which rows of an older file the newer replaces, and the note that says so."""
    low, high = _overlap(sheets, old, new)
    inside = _within(sheets[old], low, high)
    mine = rows[rows["sheet"] == old]
    both = np.zeros(inside.size, dtype=bool)
    both[mine.loc[mine["code"].isin(rows.loc[rows["sheet"] == new, "code"]), "at"]] = True
    unnamed = inside & ~sheets[old].fields["reference"].is_valid().to_numpy(zero_copy_only=False)
    alone = inside & ~both & ~unnamed
    whole = sheets[old].layout.format == POLICE_UK
    gone = both | unnamed | (alone if whole else np.zeros_like(alone))
    lost = f", {int(alone.sum()):,} that the newer does not hold" if alone.any() else ""
    fate = "" if whole or not lost else " (kept)"
    names = sheets[old].sheet.name, sheets[new].sheet.name
    known, nameless = int(both.sum()), int(unnamed.sum())
    words = (
        f"{names[0]}: is an older version of rows that {names[1]} holds as well, from"
        f" {str(low)[:10]} to {str(high)[:10]}: the newer counts. Left out: {count(known, 'row')}"
        " whose"
        f" reference stands in both, {nameless:,} without a reference{lost}{fate}"
    )
    return gone, words


def _positions(sheets: Sequence[Checked], rows: pd.DataFrame) -> list[Positions]:
    """Return the positions of rows by sheet, rising."""
    numbers, at = rows["sheet"].to_numpy(), rows["at"].to_numpy(np.intp)
    return [np.sort(at[numbers == n]) for n in range(len(sheets))]


def _among(rows: pd.DataFrame, gone: Sequence[Positions]) -> Flags:
    """Return which rows are among positions given by sheet."""
    found = np.zeros(len(rows), dtype=bool)
    for number, positions in enumerate(gone):
        if positions.size:
            mine = (rows["sheet"] == number).to_numpy()
            found |= mine & rows["at"].isin(positions).to_numpy()
    return found
