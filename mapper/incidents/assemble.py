"""Checked sheets to one table of incidents and one of rejected rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.base.tables import INCIDENT_COLUMNS, OPTIONAL_INCIDENT_COLUMNS, REJECTED_COLUMNS
from mapper.base.text import count, place_name
from mapper.incidents.check import Checked, is_total, take
from mapper.incidents.columns import Distinct
from mapper.incidents.duplicates import References
from mapper.incidents.identity import find_identity
from mapper.incidents.sheet import Positions
from mapper.incidents.table import Incidents, SourceFile
from mapper.incidents.times import PRECISIONS

Rejection = tuple[int, str, str, str]  # row, reason, field, original
_MISSING: dict[str, Any] = {"float64": np.nan, "datetime64[us]": np.datetime64("NaT", "us")}


def assemble(
    sheets: Sequence[Checked], notes: Sequence[str], *, references: References = "all"
) -> Incidents:
    """Return the incidents of all sheets together, repeated rows rejected.

    Each sheet's values are given up on the way, so that they are not held twice.
    """
    same = find_identity(sheets, rule=references)
    for sheet, repeats, older in zip(sheets, same.repeats, same.older, strict=True):
        _turn_away(sheet, "repeated reference", repeats)
        _turn_away(sheet, "older version of the row", older)
    said = tuple(dict.fromkeys((*notes, *intake_notes(sheets), *same.notes)))
    parts = [
        _without(sheet, np.union1d(*left_out))
        for sheet, *left_out in zip(sheets, same.repeats, same.older, strict=True)
    ]
    rejected = [_rejections(sheet) for sheet in sheets]
    return Incidents(
        table=_table(sheets, parts),
        rejected=_rejected_table(sheets, rejected),
        files=tuple(source_file(sheet) for sheet in sheets),
        notes=said,
        unknown=dict(sum((Counter(sheet.unknown) for sheet in sheets), Counter())),
        shortened=sum(sheet.shortened for sheet in sheets),
        days_late=same.days_late,
    )


def accepted_table(sheet: Checked, left_out: Positions) -> pd.DataFrame:
    """Return the incidents of one sheet but for some; the sheet gives its values up."""
    return _table([sheet], [_without(sheet, left_out)])


def _turn_away(sheet: Checked, reason: str, left_out: Positions) -> None:
    """Give a reason to accepted rows that are left out after all."""
    where = np.zeros(sheet.faults.size, dtype=bool)
    where[sheet.accepted[left_out]] = True
    sheet.faults.add(reason, where, sheet.layout.names.get("reference", ""))


def _without(sheet: Checked, left_out: Positions) -> dict[str, Any]:
    """Return a sheet's values without some of the accepted rows; the sheet gives them up."""
    values = dict(sheet.fields, row=sheet.records.numbers[sheet.accepted])
    sheet.fields.clear()
    if not left_out.size:
        return values
    kept = np.delete(np.arange(sheet.accepted.size), left_out)
    return {field: take(held, kept) for field, held in values.items()}


def _rejections(sheet: Checked) -> list[Rejection]:
    """Return the rejected rows of one sheet, in the file's order."""
    faults = sheet.faults
    positions = np.flatnonzero(faults.reason)
    numbers = sheet.records.numbers
    originals = sheet.records.originals(positions) if positions.size else []
    rows = [
        (int(numbers[p]), faults.reason_of(p), faults.field_of(p), text)
        for p, text in zip(positions.tolist(), originals, strict=True)
    ]
    rows += [
        (
            ragged.number,
            "total or footer line" if is_total(ragged.original) else "wrong number of fields",
            "",
            ragged.original,
        )
        for ragged in sheet.records.ragged
    ]
    return sorted(rows)


def _rejected_table(sheets: Sequence[Checked], rejected: Sequence[list[Rejection]]) -> pd.DataFrame:
    """Return all rejected rows as a table."""
    rows = [
        (sheet.sheet.name, *row)
        for sheet, part in zip(sheets, rejected, strict=True)
        for row in part
    ]
    columns = dict(zip(REJECTED_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else {}
    return pd.DataFrame(
        {name: pd.Series(columns.get(name, ()), dtype=t) for name, t in REJECTED_COLUMNS.items()}
    )


def _table(sheets: Sequence[Checked], parts: list[dict[str, Any]]) -> pd.DataFrame:
    """Return all accepted rows as one table, optional columns only where some file carries them."""
    sizes = [part["lon"].size for part in parts]
    carried = {field for part in parts for field in part}
    wanted = {**INCIDENT_COLUMNS, **OPTIONAL_INCIDENT_COLUMNS}
    columns: dict[str, Any] = {}
    for name, dtype in wanted.items():
        if name == "source":
            codes = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
            columns[name] = pd.Categorical.from_codes(
                codes, pd.Index([s.sheet.name for s in sheets], dtype="str")
            )
        elif name == "precision":
            codes = np.concatenate([part.pop(name) for part in parts])
            columns[name] = pd.Categorical.from_codes(codes, pd.Index(PRECISIONS, dtype="str"))
        elif name in INCIDENT_COLUMNS or name in carried:
            held = [part.pop(name, None) for part in parts]
            spelling = place_name if name == "location" else None
            columns[name] = _column(held, sizes, dtype, spelling)
    return pd.DataFrame(columns, copy=False)


def _column(
    held: list[Any], sizes: list[int], dtype: str, spelling: Callable[[str], str] | None
) -> Any:
    """Return one column of all parts joined; a part without it has missing values or no."""
    if dtype == "category":
        blank = [Distinct.blank(n) if h is None else h for h, n in zip(held, sizes, strict=True)]
        return _categories([part.encoded() for part in blank], spelling)
    if dtype == "str":
        texts = [
            (pa.nulls(n) if h is None else h).cast(pa.large_string())
            for h, n in zip(held, sizes, strict=True)
        ]
        return pd.array(pa.chunked_array(texts, pa.large_string()).to_pandas(), dtype="str")
    absent = _MISSING.get(dtype, False)
    arrays = [np.full(n, absent) if h is None else h for h, n in zip(held, sizes, strict=True)]
    whole = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    return whole.astype(dtype, copy=False)


def _categories(
    parts: list[pa.DictionaryArray], spelling: Callable[[str], str] | None
) -> pd.Categorical:
    """Return dictionary-coded parts as one categorical with the categories in use, sorted."""
    whole = pa.chunked_array(parts).unify_dictionaries()
    codes = np.concatenate(
        [c.indices.fill_null(-1).to_numpy(zero_copy_only=False) for c in whole.chunks]
    )
    joined = Distinct(codes, whole.chunk(0).dictionary)
    if spelling is not None:
        joined = joined.spelt(spelling)
    codes = joined.codes
    values = joined.values.to_numpy(zero_copy_only=False)  # noqa: PD011 - no table's
    used = np.zeros(values.size + 1, dtype=bool)
    used[codes] = True
    kept = np.flatnonzero(used[:-1])
    order = kept[np.argsort(values[kept].astype(str), kind="stable")] if kept.size else kept
    to = np.full(values.size + 1, -1, dtype=np.int32)
    to[order] = np.arange(order.size)
    return pd.Categorical.from_codes(to[codes], pd.Index(values[order], dtype="str"))


def source_file(sheet: Checked) -> SourceFile:
    """Return what is kept of a file."""
    opened = sheet.sheet
    return SourceFile(
        name=opened.name,
        sha256=opened.sha256,
        size=opened.size,
        format=sheet.layout.format,
        rows=sheet.rows,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
    )


def intake_notes(sheets: Sequence[Checked]) -> list[str]:
    """Return every sheet's notes, and those that only all sheets together give."""
    notes = [note for sheet in sheets for note in sheet.notes]
    for sheet in sheets:
        name = sheet.sheet.name
        if sheet.records.blank:
            notes.append(
                f"{name}: {count(sheet.records.blank, 'wholly blank line')} not counted as rows"
            )
        if not sheet.rows:
            notes.append(f"{name}: has a header and no rows")
        if sheet.sheet.encoding == "cp1252":
            notes.append(f"{name}: is not UTF-8 and was read as Windows-1252 text")
    return notes + _uneven(sheets)


def _uneven(sheets: Sequence[Checked]) -> list[str]:
    """Return a note for each optional column that some files carry and others do not."""
    notes = []
    for name in OPTIONAL_INCIDENT_COLUMNS:
        lack = [s.sheet.name for s in sheets if name not in s.fields]
        if lack and len(lack) < len(sheets):
            shown = ", ".join(lack[:3]) + (f" and {len(lack) - 3} more" if len(lack) > 3 else "")  # noqa: PLR2004 - shown
            notes.append(f"{shown}: no column for {name}; their rows count as blank there")
    return notes
