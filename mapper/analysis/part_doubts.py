"""Parts against the rest: what stops, starts, halves or doubles at a date while the rest goes on.

Every column that divides the incidents (type, flag, grade, file, hours of the day) and the
districts and wards of the area are looked at part by part (:mod:`mapper.statistics.steps`), by
week, by month where days are not known or weeks too many, by day where weeks are too few. The
strongest step is taken out before the next is looked for, so that the rest is not blamed for it.

A step is told where its p, corrected over cuts, parts and divisions, is at most 0.01; its odds fall
to a fifth or rise five times (it stops or starts: no verdict stands on it) or halve or double (a
caveat: the world may have changed); it is nearly as large beside the cut; and ten incidents at
least were to be expected on its emptier side. A ward that doubles in one cell and its neighbours
alone is no doubt: records do not change so, and the map of hot spots shows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd

from mapper.analysis.renamed_values import renamed_values
from mapper.areas.study_area import StudyArea
from mapper.base.months import months_of
from mapper.base.tables import FLAG_COLUMNS
from mapper.base.text import day_in_words
from mapper.base.types import Flags, Integers
from mapper.base.weights import sums
from mapper.grid.hexagons import Cells
from mapper.grid.neighbours import find_neighbours
from mapper.incidents.doubt import Doubt
from mapper.lenses.classify import plain_words
from mapper.statistics.steps import find_steps

ALPHA = 0.01
STOPS, HALVES = 0.2, 0.5  # odds after over before
_NEARLY = 0.35, 0.6  # the same beside the cut
FEWEST_EXPECTED = 10
_BESIDE_A_PLACE = 2**0.5  # times the expected: less is under half of a doubling
_MOST_STEPS = 20  # told of one division
_MOST_PARTS = 300
_WEEKS = 8, 104  # fewest and most periods of a week
_MOSTLY = 0.5  # of a ward's rows
_LONG, _BESIDE = 0.4, 0.9  # of all days in one file, and of those in another file too
_HOURS = ("00:00 to 07:59", "08:00 to 15:59", "16:00 to 23:59")
_TEXTS = ("type", "channel", "risk_grade", "location_type", "crime_code")
_BLANK = ("reference", "location", "uprn", *_TEXTS)


@dataclass(frozen=True, eq=False)
class Division:
    """Which part of one division each incident belongs to."""

    kind: str
    code: Integers  # number of the part, -1 for none; shape (incidents,)
    names: Sequence[str]
    asked: tuple[int, ...] | None = None  # parts that are looked at; all of them where none
    cell: Integers | None = None  # of each incident, -1 for none, where a part is a ward
    cells: Cells | None = None  # of the area


@dataclass(frozen=True, eq=False)
class StepPeriods:
    """The periods that steps are looked for in."""

    of: Integers  # period of each incident, -1 for none
    starts: "np.ndarray[Any, np.dtype[np.datetime64]]"  # first day of each
    day: "np.ndarray[Any, np.dtype[np.datetime64]]"  # of each incident
    months: bool  # days are not known
    times: Integers | None = None  # incidents that each row stands for; one where none

    def held(self, rows: Any) -> int:
        """Return how many incidents some rows stand for; shape of the flags (rows,)."""
        return int(rows.sum() if self.times is None else self.times[rows].sum())

    def part(self, rows: Any) -> Integers | None:
        """Return how many incidents each of some rows stands for."""
        return None if self.times is None else self.times[rows]

    @property
    def size(self) -> int:
        """How many there are."""
        return self.starts.size


def row_divisions(table: pd.DataFrame, unknown: Flags) -> list[Division]:
    """Return the divisions that columns make, by columns that hold more than one value.

    Parameters
    ----------
    unknown
        Which rows have no time of day that is known.
    """
    found = [_of_words(name, table[name]) for name in _TEXTS if name in table]
    found += [
        Division(name, table[name].to_numpy().astype(np.int64), ("", "yes"), (1,))
        for name in FLAG_COLUMNS
        if name in table and bool(table[name].any())
    ]
    for name in _BLANK:
        blank = table[name].isna().to_numpy() if name in table else np.zeros(0, dtype=bool)
        if blank.any() and not blank.all():
            found.append(Division(name, blank.astype(np.int64), ("", "blank"), (1,)))
    timed = (table["precision"] == "minute").to_numpy() & ~unknown
    if timed.any():
        hour = table["start"].to_numpy().astype("datetime64[h]").astype(np.int64) % 24
        found.append(Division("time", np.where(timed, hour // 8, -1), _HOURS))
    return [*found, *_sources(table)]


def _of_words(kind: str, column: "pd.Series[Any]") -> Division:
    """Return a column's values as parts; those that differ in case or spaces alone are one."""
    names = column.cat.categories.astype(object).tolist()
    same = pd.factorize(np.array([plain_words(name) for name in names], dtype=object))[0]
    first = [names[at] for at in np.unique(same, return_index=True)[1].tolist()]
    return Division(kind, np.append(same, -1)[_codes(column)].astype(np.int64), first)


def area_divisions(area: StudyArea, position: Integers) -> list[Division]:
    """Return districts and wards; incidents outside the area are in none."""
    found = []
    for kind in ("district", "ward"):
        column = area.cells[kind]
        code = np.append(_codes(column), -1)[position]
        if len(column.cat.categories) > 1:
            names = column.cat.categories.astype(object).tolist()
            ground = (position, area.cells["cell"].to_numpy()) if kind == "ward" else (None, None)
            found.append(Division(kind, code, names, None, *ground))
    return found


def part_doubts(
    table: pd.DataFrame, divisions: Sequence[Division], time: StepPeriods | None = None
) -> tuple[Doubt, ...]:
    """Return every part that stops, starts, halves or doubles while the rest goes on.

    Parameters
    ----------
    time
        What :func:`periods_of` returns for the table, where that is at hand.
    """
    time = time or periods_of(table)
    if time is None:
        return ()
    found: list[Doubt] = []
    for division in divisions:
        wards = division.kind == "ward"
        gone = _rows_of([one for one in found if one.effect == "veto"], len(table))
        code = np.where(gone, -1, division.code) if wards else division.code
        told = list(_steps(division, code, time, ALPHA / len(divisions)))
        found = _without_repeats(found, told, time) if wards else found
        found += (
            renamed_values(told, code, time.day, time.times)
            if division.kind in _TEXTS
            else []
            if wards
            else told
        )
    return tuple(found)


def _rows_of(doubts: list[Doubt], size: int) -> Flags:
    """Return which rows are in any district of some doubts."""
    found = np.zeros(size, dtype=bool)
    for one in doubts:
        if one.kind == "district":
            found[one.rows] = True
    return found


def _without_repeats(districts: list[Doubt], wards: list[Doubt], time: StepPeriods) -> list[Doubt]:
    """Return doubts of districts and of wards, each fault told once.

    A ward that stops explains a district that falls with it; a district that falls by itself
    explains the fall of its wards.
    """
    firm = [one for one in wards if one.effect == "veto"]
    kept = [one for one in districts if not any(_holds(one, ward, time) for ward in firm)]
    mild = [
        one
        for one in wards
        if one.effect != "veto" and not any(_holds(each, one, time) for each in kept)
    ]
    return [*kept, *firm, *mild]


def _holds(district: Doubt, ward: Doubt, time: StepPeriods) -> bool:
    """Tell whether a ward with a fault lies mostly in a district with the same fault."""
    if district.kind != "district":
        return False
    same_way = (district.to_day is None) == (ward.to_day is None)
    within = ward.rows[np.isin(ward.rows, district.rows)]
    held = within.size if time.times is None else time.times[within].sum()
    inside = held / max(ward.incidents, 1) > _MOSTLY
    return (
        same_way and bool(inside) and (district.code == ward.code or district.effect != ward.effect)
    )


def periods_of(table: pd.DataFrame, times: Integers | None = None) -> StepPeriods | None:
    """Return months, weeks or days, as fine as incidents are known and as many as tell.

    Parameters
    ----------
    times
        How many incidents each row stands for; one where not given.
    """
    day = table["start"].to_numpy().astype("datetime64[D]")
    months = bool((table["precision"] == "month").any())
    first, last = day.min(), day.max()
    days = int((last - first).astype(np.int64)) + 1
    weeks = days // 7
    if months or weeks > _WEEKS[1]:
        of = (months_of(day) - first.astype("datetime64[M]")).astype(np.int64)
        every = first.astype("datetime64[M]") + np.arange(int(of.max()) + 1)
        starts = every.astype("datetime64[D]")
    else:
        step = 7 if weeks >= _WEEKS[0] else 1
        of = (day - first).astype(np.int64) // step
        whole = days // step  # days at the end that make no whole week are in no period
        of[of >= whole] = -1
        starts = first + step * np.arange(whole)
    if starts.size < _WEEKS[0] // 2:
        return None
    return StepPeriods(of, starts, day, months, times)


def _steps(division: Division, code: Integers, time: StepPeriods, alpha: float) -> Iterator[Doubt]:
    """Yield the steps of one division, the strongest first, each taken out before the next."""
    size = len(division.names)
    if size > _MOST_PARTS or size == 0:
        return
    use = (code >= 0) & (time.of >= 0)
    flat = sums(code[use] * time.size + time.of[use], time.part(use), size=size * time.size)
    parts = flat.reshape(size, time.size)
    whole = parts.sum(axis=0)
    held = whole > 0
    starts = time.starts[held]
    parts, whole = parts[:, held], whole[held]
    wanted = np.array(division.asked or range(size), dtype=np.int64)
    wanted = wanted[parts[wanted].sum(axis=1) >= FEWEST_EXPECTED]
    tests = max(wanted.size, 1)
    for _ in range(_MOST_STEPS):
        wanted = wanted[parts[wanted].sum(axis=1) < whole.sum()]
        if not wanted.size:
            return
        found = find_steps(parts[wanted], whole)
        size_of = np.abs(np.log(found.ratio))
        telling = (
            (found.p * tests <= alpha)
            & found.itself
            & (found.expected >= FEWEST_EXPECTED)
            & (size_of >= -np.log(HALVES))
            & (np.abs(np.log(found.near)) >= -np.log(_NEARLY[1]))
            & ((found.near < 1) == (found.ratio < 1))
        )
        if not telling.any():
            return
        best = int(np.flatnonzero(telling)[found.p[telling].argmin()])
        at = int(wanted[best])
        near = abs(float(np.log(found.near[best])))
        firm = size_of[best] >= -np.log(STOPS) and near >= -np.log(_NEARLY[0])
        cut = starts[found.cut[best]]
        if firm or found.ratio[best] < 1 or not _is_one_place(division, code, at, time, cut):
            yield _doubt(division, code, at, time, cut, firm=bool(firm), ratio=found.ratio[best])
        whole = whole - parts[at]
        wanted = np.delete(wanted, best)


def _is_one_place(
    division: Division, code: Integers, part: int, time: StepPeriods, cut: np.datetime64
) -> bool:
    """Tell whether a ward rises in one cell and its neighbours alone, and hardly beside them."""
    if division.cell is None or division.cells is None:
        return False
    mine, rest, early = code == part, (code >= 0) & (code != part), time.day < cut
    times = time.held(rest & ~early) / max(time.held(rest & early), 1)
    size = division.cells.size
    before, after = (
        sums(division.cell[mine & side], time.part(mine & side), size=size)
        for side in (early, ~early)
    )
    near, excess = find_neighbours(division.cells), after - before * times
    centre = int((excess + near.ring_totals(excess)).argmax())
    beside = np.ones(size, dtype=bool)
    beside[[centre, *near.neighbours_of(centre)]] = False
    return bool(after[beside].sum() < _BESIDE_A_PLACE * before[beside].sum() * times)


def _doubt(
    division: Division,
    code: Integers,
    part: int,
    time: StepPeriods,
    cut: np.datetime64,
    *,
    firm: bool,
    ratio: float,
) -> Doubt:
    """Describe one step, its day found among those around the cut."""
    mine = code == part
    if not time.months:
        cut = _to_the_day(mine, code >= 0, time, cut)
    sides = time.day < cut, time.day >= cut
    before, after = (time.held(mine & flags) for flags in sides)
    rest = [time.held((code >= 0) & ~mine & flags) for flags in sides]
    since = cast("date", cut.astype("datetime64[D]").astype(object))
    falls = ratio < 1
    name = f"“{division.names[part]}” ({division.kind.replace('_', ' ')})"
    done = {
        (True, True): "stops",
        (True, False): "starts",
        (False, True): "falls to half or less",
        (False, False): "doubles or more",
    }[firm, falls]
    words = (
        f"{name} {done} on {since.day} {since:%B %Y}: {before:,} incidents before and {after:,}"
        f" after, while the rest goes from {rest[0]:,} to {rest[1]:,}."
    )
    if firm:
        words += " That is how records change, rather than what they record."
    return Doubt(
        code=("part stops" if falls else "part starts") if firm else "part changes",
        effect="veto" if firm else "caveat",
        words=words,
        rows=np.flatnonzero(mine),
        share=time.held(mine) / max(time.held(code >= 0), 1),
        kind=division.kind,
        part=str(division.names[part]),
        since=since,
        remedy=_remedy(since, falls=falls, firm=firm),
        to_day=cast("date", (cut.astype("datetime64[D]") - 1).astype(object)) if falls else None,
        from_day=None if falls else since,
        number=time.held(mine),
    )


def _remedy(since: date, *, falls: bool, firm: bool) -> str:
    """Say which days are whole."""
    side = "before" if falls else "from"
    first = "load the rows that are missing" if falls else "find out since when all are sent"
    if not firm:
        first = "find out whether records or the world changed"
    day = f"{day_in_words(since)}{'' if falls else ' on'}"
    return f"{first}, choose days {side} {day}, or leave it out"


def _to_the_day(mine: Any, inside: Any, time: StepPeriods, cut: np.datetime64) -> np.datetime64:
    """Return the day near a cut that parts the counts best by the shares on its two sides."""
    reach = np.timedelta64(max(int((time.starts[1] - time.starts[0]).astype(np.int64)), 1), "D")
    days = np.arange(cut - reach, cut + reach + 1)
    held = [
        sums((time.day[flags] - days[0]).astype(np.int64), time.part(flags), size=days.size)
        for flags in (
            mine & (time.day >= days[0]) & (time.day <= days[-1]),
            inside & ~mine & (time.day >= days[0]) & (time.day <= days[-1]),
        )
    ]
    shares = []
    for side in (time.day < cut - reach, time.day > cut + reach):
        all_ = max(time.held(inside & side), 1)
        shares.append(np.clip(time.held(mine & side) / all_, 1e-6, 1 - 1e-6))
    gain = held[0] * np.log(shares[0] / shares[1])
    gain = gain + held[1] * np.log((1 - shares[0]) / (1 - shares[1]))
    best = int(np.append(0.0, np.cumsum(gain)).argmax()) % days.size
    return np.datetime64(days[best])


def _sources(table: pd.DataFrame) -> list[Division]:
    """Return the files as a division, of those long ones whose days others of them cover too.

    Files that follow each other, as months do, begin and end by themselves.
    """
    code = _codes(table["source"])
    names = table["source"].cat.categories.astype(object).tolist()
    if len(names) < 2 or len(names) > _MOST_PARTS:  # noqa: PLR2004 - one file has no rest
        return []
    day = table["start"].to_numpy().astype("datetime64[D]").astype(np.int64)
    first, last = np.full(len(names), day.max()), np.full(len(names), day.min())
    np.minimum.at(first, code, day)
    np.maximum.at(last, code, day)
    held = np.bincount(code, minlength=len(names)) > 0
    spread = last - first + 1 >= _LONG * (day.max() - day.min() + 1)
    long = np.flatnonzero(held & spread).tolist()
    spans = [(int(first[one]), int(last[one])) for one in long]
    asked = [
        one
        for one, (since, to) in zip(long, spans, strict=True)
        if any(
            min(to, ends) - max(since, begins) >= _BESIDE * (to - since)
            for other, (begins, ends) in zip(long, spans, strict=True)
            if other != one
        )
    ]
    return [Division("source", code, names, tuple(asked))] if asked else []


def _codes(column: "pd.Series[Any]") -> Integers:
    return column.cat.codes.to_numpy().astype(np.int64)
