"""Every record checked once: accepted with its values, or rejected with one reason.

A record has one reason, the first that applies in the order of :data:`REASONS`, so that reasons
add up to the rows rejected. Repeated references are looked for last, over all files together, and
only among rows that are otherwise right: the first is kept.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.text import count
from mapper.base.types import Flags
from mapper.incidents.columns import (
    Distinct,
    distinct,
    holds_nul,
    placeholders,
    references,
    scientific,
    without,
)
from mapper.incidents.faults import REASONS, Faults
from mapper.incidents.flags import NOT_KNOWN, parse_flags
from mapper.incidents.force_extract import EXTRACT_COLUMNS, FLAG_NAMES
from mapper.incidents.layout import KINDS, POLICE_UK, Layout
from mapper.incidents.on_disk import on_disk, slices
from mapper.incidents.places import find_places, found_places
from mapper.incidents.sheet import Records, Sheet
from mapper.incidents.when import find_times

__all__ = ["REASONS", "Checked", "check_records"]

_ANTISOCIAL = "Anti-social behaviour"  # the one police.uk type that is not a crime
_FLAG_NAMES = {c.field: (c.name, *FLAG_NAMES.get(c.name, ())) for c in EXTRACT_COLUMNS}
_SEPARATE = {"reference", "easting", "northing", "lon", "lat", "x", "y", "postcode"}
_FOUND = {"found_easting", "found_northing", "found_lon", "found_lat"}


@dataclass(frozen=True, eq=False)
class Checked:
    """One sheet after the check."""

    sheet: Sheet
    layout: Layout
    records: Records
    fields: dict[str, Any]  # field -> numpy array, Arrow array or Distinct, of accepted records
    accepted: npt.NDArray[np.intp]  # positions in the records
    faults: Faults
    notes: tuple[str, ...]
    unknown: Mapping[str, int]  # flag -> accepted records of which it is not known
    shortened: int = 0  # references like 1.2E+12

    @property
    def rows(self) -> int:
        """Rows below the header."""
        return self.records.numbers.size + len(self.records.ragged)


def columns_wanted(layout: Layout) -> tuple[list[int], list[int]]:
    """Return the column positions to read whole, and those with few distinct values."""
    whole = {i for f, places in layout.fills.items() if f in _SEPARATE | _FOUND for i in places}
    whole |= {i for f, places in layout.fills.items() if f == "uprn" for i in places}
    few = {i for places in layout.fills.values() for i in places} - whole
    return sorted(whole), sorted(few)


def check_records(
    sheet: Sheet,
    layout: Layout,
    records: Records,
    *,
    today: date,
    repair_swapped: bool,
    postcodes: Path | None = None,
) -> Checked:
    """Return what a sheet holds, each record accepted or with its reason.

    Raises
    ------
    AmbiguousDatesError
        When a column of dates fits both orders of day and month.
    """
    texts = {f: _joined(records, places) for f, places in layout.fills.items()}
    records = replace(records, columns={})  # texts have them now, and let go of each once read
    faults = Faults(records.numbers.size)
    read = {f: text for f, text in texts.items() if f in _SEPARATE | _FOUND | {"uprn"}}
    coded = {f: distinct(texts.pop(f)) for f in [*texts] if f not in read}
    texts = read
    _refuse_nul(coded, texts, layout, faults)
    times, time_notes = find_times(coded, layout, faults, file=sheet.name, today=today)
    coded = {f: held for f, held in coded.items() if f not in times}
    lon, lat, place_notes = find_places(
        texts,
        records.geometry,
        layout,
        faults,
        repair_swapped=repair_swapped,
        file=sheet.name,
        postcodes=postcodes,
    )
    flags, unknown, flag_notes = _flags(coded, layout, faults, file=sheet.name)
    values: dict[str, Any] = {**times, "lon": lon, "lat": lat, **flags}
    values |= {f: held for f, held in coded.items() if KINDS[f] == "text"}
    values |= {f: references(texts[f]) for f in ("reference", "uprn") if f in texts}
    shortened = int(scientific(values["reference"]).sum()) if "reference" in values else 0
    values, reference_notes = _named(values, sheet.name)
    values.setdefault("type", Distinct.blank(faults.size))
    if "risk_grade" in values:
        values["risk_grade"] = values["risk_grade"].lowered()
    if layout.format == POLICE_UK:
        values["crime"] = ~values["type"].equals(_ANTISOCIAL)
    found, found_notes = found_places(texts, layout, file=sheet.name)
    values |= found
    _tell_totals(records, faults)
    accepted = np.flatnonzero(faults.reason == 0)
    if accepted.size < faults.size:
        values = {f: take(held, accepted) for f, held in values.items()}
    notes = (*sheet.notes, *layout.notes, *time_notes, *place_notes, *found_notes)
    notes = (*notes, *reference_notes, *flag_notes)
    counts = {field: int(where[accepted].sum()) for field, where in unknown.items()}
    return Checked(sheet, layout, records, values, accepted, faults, notes, counts, shortened)


def _tell_totals(records: Records, faults: Faults) -> None:
    """Tell total lines and footers from incidents: no time, few cells, and words that say so."""
    dateless = np.flatnonzero(np.isin(faults.reason, _DATELESS))
    where = np.zeros(faults.size, dtype=bool)
    if 0 < dateless.size <= _FEW_LINES:
        lines = records.originals(dateless)
        where[dateless] = [is_total(line) for line in lines]
        faults.add("total or footer line", where)


def is_total(line: str) -> bool:
    """Return whether a line of a table sums it up or ends it."""
    cells = next(csv.reader([line]), [])
    filled = [cell.strip() for cell in cells if cell.strip()]
    few = len(filled) <= max(len(cells) / 2, 1)
    return bool(filled) and few and _TOTAL.match(filled[0]) is not None


_DATELESS = [REASONS.index(reason) + 1 for reason in ("no date", "bad date")]
_FEW_LINES = 10_000  # rows without a time that are looked at
_TOTAL = re.compile(
    r"(?i)\W*(?:(?:grand|sub|overall)?[ -]?totals?\b|sum\b|count\b|records?\b|rows?\b|end of\b"
    r"|\(?[\d,]+ (?:rows?|records?|incidents?|crimes?)\b|printed\b|generated\b|produced\b"
    r"|run (?:on|date|by)\b|source\b|notes?\b|page \d|official\b|report\b|filters?\b|copyright\b)"
)


def _named(values: dict[str, Any], file: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the values with no reference where one only holds its place, and a note on it."""
    if "reference" not in values:
        return values, ()
    empty = placeholders(values["reference"])
    if not empty.any():
        return values, ()
    named = without(values["reference"], empty)
    some = values["reference"].filter(pa.array(empty)).slice(0, 1000).unique().to_pylist()
    such = " or ".join(repr(one) for one in some[:2])
    words = f"{file}: {count(int(empty.sum()), 'reference')} such as {such}: none names an incident"
    return values | {"reference": named}, (f"{words}: those rows count as without one",)


def take(values: Any, positions: npt.NDArray[np.intp]) -> Any:
    """Return the values at some positions, whatever holds them."""
    if isinstance(values, (np.ndarray, Distinct)):
        return values[positions]
    places = pa.array(positions)
    return on_disk(values.take(some) for some in slices(places))


def _joined(records: Records, places: tuple[int, ...]) -> pa.ChunkedArray:
    """Return the text of a field, joined by spaces where several columns fill it."""
    columns = [records.columns[i] for i in places]
    if len(columns) == 1:
        return columns[0]
    texts = [c.cast(pa.string()).combine_chunks() for c in columns]
    joined = pc.binary_join_element_wise(*texts, " ", null_handling="replace", null_replacement="")
    return pa.chunked_array([pc.ascii_trim_whitespace(joined)])


def _refuse_nul(
    coded: Mapping[str, Distinct],
    texts: Mapping[str, pa.ChunkedArray],
    layout: Layout,
    faults: Faults,
) -> None:
    """Reject records with a NUL character in a text: other programs cut such texts short."""
    reason = "NUL character in the text"
    for field, held in coded.items():
        if KINDS[field] == "text":
            faults.add(reason, held.among(holds_nul(held.values)), layout.names[field])
    for field in {"reference", "uprn"} & set(texts):
        faults.add(reason, holds_nul(texts[field]), layout.names[field])


def _flags(
    coded: Mapping[str, Distinct], layout: Layout, faults: Faults, *, file: str
) -> tuple[dict[str, Flags], dict[str, Flags], tuple[str, ...]]:
    """Return every flag as true or false, where it is not known, and notes; a blank is no."""
    flags, unknown = {}, {}
    twos: dict[str, str] = {}  # column -> 2 as it stands there, where it may stand for no
    for field, held in coded.items():
        if KINDS[field] == "flag":
            texts = held.values.to_pylist()
            told = parse_flags(
                texts,
                more_yes=layout.more_yes,
                more_no=layout.more_no,
                names=(field, layout.names[field], *_FLAG_NAMES.get(field, ())),
            )
            faults.add("flag is neither yes nor no", held.among(told < 0), layout.names[field])
            flags[field] = held.among(told == 1)
            if (told == NOT_KNOWN).any():
                unknown[field] = held.among(told == NOT_KNOWN)
            odd = [text for text, flag in zip(texts, told, strict=True) if flag < 0]
            if odd in (["2"], ["2.0"]) and not (told == 0).any():
                twos[layout.names[field]] = odd[0]
    return flags, unknown, _twos_words(twos, file)


def _twos_words(twos: Mapping[str, str], file: str) -> tuple[str, ...]:
    """Return the note on columns of flags whose only other value than yes is 2."""
    if not twos:
        return ()
    spelled = ", ".join(f'"{text}"' for text in sorted(set(twos.values())))
    words = f"{file}: rows with 2 in {', '.join(twos)} were rejected."
    return (f"{words} If it stands for no, give a mapping with [flags] no = [{spelled}]",)
