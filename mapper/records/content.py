"""The answers to a form: brought into one shape, checked, and put in words.

Whatever a person typed into a text stays as it was typed, sign for sign.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from mapper.base.errors import RecordsError
from mapper.grid.hexagons import strings_to_cells
from mapper.records.form import HEAVIEST, Content, Field, FieldColumn, Form

_LONGEST = 100_000  # signs of one text; more is a pasted file
MOST = 2_000  # cells or rows of one field
_LARGEST = 1_000_000  # of a count that a person gives


def tidy(form: Form, content: Content) -> Content:
    """Return content checked against its form, in the form's order and without empty answers.

    Raises
    ------
    RecordsError
        Naming every field whose answer cannot be used.
    """
    faults = [f"{name}: no such field" for name in content if name not in form.by_id]
    kept: dict[str, Any] = {}
    for field in form.fields:
        value = content.get(field.id)
        if _is_empty(value):
            continue
        try:
            answer = _CHECKS[field.kind](field, value)
        except ValueError as fault:
            faults.append(f"{field.label}: {fault}")
            continue
        if not _is_empty(answer):
            kept[field.id] = answer
    if faults:
        raise RecordsError(f"{form.title} not saved. {'; '.join(faults)}. Mend it and save again.")
    return MappingProxyType(kept)


def as_json(content: Content) -> str:
    """Return content as the one text that stands for it; any sign is kept, in ASCII."""
    return json.dumps(dict(content), sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_words(field: Field, value: Any) -> str:
    """Return an answer as a person reads it, one item a line."""
    if _is_empty(value):
        return ""
    if field.kind == "rows":
        return "\n".join(_row_in_words(field.columns, row) for row in value)
    if field.kind == "weights":
        return "\n".join(
            f"{name}: {one['weight']}" + (f", {one['why']}" if one.get("why") else "")
            for name, one in value.items()
        )
    if field.kind in {"several", "cells"}:
        return "\n".join(value)
    if field.kind == "data":
        return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
    return str(value)


def free_text(form: Form, content: Content) -> dict[str, str]:
    """Return everything that a person typed, by the label of its field."""
    typed: dict[str, str] = {}
    for field in form.fields:
        value: Any = content.get(field.id)
        if _is_empty(value):
            continue
        if field.kind in {"line", "text"}:
            typed[field.label] = str(value)
        elif field.kind == "weights":
            typed[field.label] = "\n".join(str(one.get("why", "")) for one in value.values())
        elif field.kind == "rows":
            names = [column.id for column in field.columns if column.kind in {"line", "text"}]
            typed[field.label] = "\n".join(
                str(row.get(name, "")) for row in value for name in names if row.get(name)
            )
    return {label: text for label, text in typed.items() if text}


def _row_in_words(columns: tuple[FieldColumn, ...], row: Mapping[str, Any]) -> str:
    """Return one row as a line: its values with their labels."""
    told = ((one.label, row.get(one.id)) for one in columns if one.kind != "cells")
    return "; ".join(f"{label}: {value}" for label, value in told if not _is_empty(value))


def _is_empty(value: Any) -> bool:
    """Tell whether an answer says nothing."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Sequence | Mapping) and not value)


def _text(_field: Field | FieldColumn, value: Any) -> str:
    """Return text as it was typed."""
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} is no text")  # noqa: TRY004 - as below
    if len(value) > _LONGEST:
        raise ValueError(f"{len(value):,} signs, at most {_LONGEST:,} are kept")
    return value


def _day(_field: Field | FieldColumn, value: Any) -> str:
    """Return a day as year, month and day."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f"“{value}” is no date, write 2026-03-01") from None


def _choice(field: Field | FieldColumn, value: Any) -> str:
    """Return one of the options; a word of an earlier form stands for the one of today."""
    value = field.earlier.get(value, value)
    if value not in field.options:
        raise ValueError(f"“{value}” is none of {', '.join(field.options)}")
    return str(value)


def _several(field: Field, value: Any) -> list[str]:
    """Return options in the form's order, or words in the given one."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("a list is needed")  # noqa: TRY004 - gathered with the others
    if field.open:
        return [_text(field, one) for one in value]
    chosen = {_choice(field, one) for one in value}
    return [option for option in field.options if option in chosen]


def _weights(field: Field, value: Any) -> dict[str, dict[str, Any]]:
    """Return the weight and the reason of each context."""
    kept: dict[str, dict[str, Any]] = {}
    for name, one in dict(value).items():
        _choice(field, name)
        weight = one.get("weight")
        if weight is None and not one.get("why"):
            continue
        if isinstance(weight, bool) or weight not in {None, *range(HEAVIEST + 1)}:
            raise ValueError(f"{name}: {weight} is no weight from 0 to {HEAVIEST}")
        kept[name] = {"weight": weight, "why": _text(field, one.get("why") or "")}
    return {option: kept[option] for option in field.options if option in kept}


def _cells(_field: Field | FieldColumn, value: Any) -> list[str]:
    """Return cells, each once, sorted."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("a list of cells is needed")  # noqa: TRY004 - as above
    strange = [str(one) for one in value if not _is_cell(one)]
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        raise ValueError(f"“{strange[0]}”{more} is no cell of the map")
    if len(value) > MOST:
        raise ValueError(f"{len(value):,} cells, at most {MOST:,} make a place")
    return sorted({str(one).lower() for one in value})


def _is_cell(text: object) -> bool:
    """Tell whether a text is a cell of the map."""
    try:
        strings_to_cells([str(text)])
    except ValueError:
        return False
    return True


def _number(_field: Field | FieldColumn, value: Any) -> int:
    """Return a count from 0 up."""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
    if not whole or not 0 <= value <= _LARGEST:
        raise ValueError(f"{value} is no whole number from 0 to {_LARGEST:,}")
    return int(value)


def _rows(field: Field, value: Any) -> list[dict[str, Any]]:
    """Return rows without empty ones, each with its filled columns alone."""
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or len(value) > MOST:
        raise ValueError(f"a list of at most {MOST:,} rows is needed")
    columns = {column.id: column for column in field.columns}
    kept = []
    for number, row in enumerate(value, start=1):
        strange = [name for name in row if name not in columns]
        if strange:
            raise ValueError(f"{field.item} {number}: no column {', '.join(strange)}")
        try:
            answers = {
                name: _COLUMN_CHECKS[column.kind](column, row[name])
                for name, column in columns.items()
                if not _is_empty(row.get(name))
            }
        except ValueError as fault:
            raise ValueError(f"{field.item} {number}: {fault}") from None
        if answers:
            kept.append(answers)
    return kept


def _data(_field: Field, value: Any) -> Any:
    """Return data as JSON gives it back."""
    return json.loads(json.dumps(value, allow_nan=False))


_COLUMN_CHECKS: Mapping[str, Callable[[FieldColumn, Any], Any]] = MappingProxyType(
    {
        "line": _text,
        "text": _text,
        "date": _day,
        "choice": _choice,
        "number": _number,
        "cells": _cells,
    }
)
_CHECKS: Mapping[str, Callable[[Field, Any], Any]] = MappingProxyType(
    {
        "line": _text,
        "text": _text,
        "date": _day,
        "choice": _choice,
        "several": _several,
        "weights": _weights,
        "cells": _cells,
        "rows": _rows,
        "data": _data,
    }
)
