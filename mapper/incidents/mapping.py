"""Column mappings: how another table's columns fill the extract's, kept as a TOML file.

The left-hand names are those of the extract (:data:`force_extract.EXTRACT_COLUMNS`), and ``x`` and
``y`` for coordinates in the reference system named by ``crs``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import tomli_w

from mapper.base.errors import MappingError
from mapper.base.files import write_whole
from mapper.base.toml_file import TomlKind
from mapper.incidents.duplicates import References
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.times import Order

FIELD_OF = {column.name: column.field for column in EXTRACT_COLUMNS} | {"x": "x", "y": "y"}
_KEYS = {"name", "date_order", "crs", "references", "header_row", "columns", "flags"}
_TEXTS = ("name", "date_order", "crs", "references")
_ORDERS = ("day-first", "month-first", "part-swapped")
_REFERENCES = ("all", "one per reference")
_KIND = TomlKind(
    what="a column mapping",
    remedy="Compare it with docs/data-standard.md.",
    refused=MappingError,
    largest=262_144,  # a mapping of every column has under 4,000
)


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of a table are read; with no columns, only what else it says."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    name: str = ""
    date_order: Order = ""
    crs: str = ""  # of x and y
    yes: tuple[str, ...] = ()  # further spellings
    no: tuple[str, ...] = ()
    header_row: int = 0  # row that names the columns, counted from 1; 0 looks for it
    references: References = "all"  # rows kept of a reference that rows share which differ

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise MappingError(f"The mapping cannot be used: {'; '.join(faults)}.")

    @property
    def fields(self) -> dict[str, tuple[str, ...]]:
        """Columns of the file by the field of the incident table that they fill."""
        return {FIELD_OF[name]: columns for name, columns in self.columns.items()}

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every column of the file that is read."""
        return tuple(dict.fromkeys(c for columns in self.columns.values() for c in columns))


def _faults(mapping: ColumnMapping) -> list[str]:
    """Return everything that is wrong with a mapping, in plain words."""
    names = set(mapping.columns)
    faults = [f"there is no column {name!r} to fill" for name in names - set(FIELD_OF)]
    if mapping.date_order not in ("", *_ORDERS):
        faults.append(f"date_order is {mapping.date_order!r}, not one of {', '.join(_ORDERS)}")
    if mapping.columns and not names & {"from_at", "reported_at"}:
        faults.append("no time is mapped: map from_at or reported_at")
    if {"x", "y"} & names and not ({"x", "y"} <= names and mapping.crs):
        faults.append('x and y need each other and a crs, as in crs = "EPSG:27700"')
    if mapping.references not in _REFERENCES:
        faults.append(f'references is {mapping.references!r}, not "all" or "one per reference"')
    if mapping.header_row < 0:
        faults.append("header_row counts from 1")
    others = (mapping.date_order, mapping.header_row, mapping.yes, mapping.no)
    if not mapping.columns and not any(others) and mapping.references == "all":
        faults.append("it maps no columns")
    for name, columns in mapping.columns.items():
        if not columns or not all(columns):
            faults.append(f"{name} names no column of the file")
    return sorted(faults)


def load_mapping(path: Path | str) -> ColumnMapping:
    """Read a mapping from a TOML file.

    Raises
    ------
    MappingError
        When it cannot be read or says something that is not understood.
    """
    path = Path(path)
    told = _KIND.parse(path, _KIND.read(path)[1])
    try:
        return _from_toml(told)
    except MappingError as error:
        raise MappingError(f"{path.name}: {error}") from error


def _from_toml(told: Mapping[str, Any]) -> ColumnMapping:
    """Return the mapping told by a TOML document."""
    if unknown := sorted(set(told) - _KEYS):
        raise MappingError(f"unknown settings {unknown}; known are {sorted(_KEYS)}.")
    columns, flags = told.get("columns", {}), told.get("flags", {})
    texts = [told.get(key, "") for key in _TEXTS]
    if not isinstance(columns, dict) or not isinstance(flags, dict):
        raise MappingError("columns and flags are tables: write [columns] and [flags].")
    if not all(isinstance(text, str) for text in texts):
        raise MappingError(f"{', '.join(_TEXTS)} are texts in quotation marks.")
    if unknown := sorted(set(flags) - {"yes", "no"}):
        raise MappingError(f"unknown settings {unknown} in [flags]; known are yes and no.")
    return ColumnMapping(
        columns={name: _texts(name, value) for name, value in columns.items()},
        name=texts[0],
        date_order=cast("Order", texts[1]),
        crs=texts[2],
        header_row=_whole(told.get("header_row", 0)),
        references=cast("References", texts[3] or "all"),
        yes=_texts("yes", flags.get("yes", [])),
        no=_texts("no", flags.get("no", [])),
    )


def _whole(value: object) -> int:
    """Return a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise MappingError("header_row is a whole number, the row that names the columns.")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    """Return one text or a list of texts as a tuple."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise MappingError(f"{name} must be a text in quotation marks, or a list of such texts.")
    return tuple(values)


def save_mapping(mapping: ColumnMapping, path: Path | str) -> None:
    """Write a mapping as a TOML file that a person can edit."""
    write_whole(Path(path), mapping_text(mapping))


def mapping_text(mapping: ColumnMapping) -> str:
    """Return a mapping as TOML."""
    told: dict[str, Any] = {
        key: value for key in _TEXTS if (value := getattr(mapping, key)) not in ("", "all")
    }
    if mapping.header_row:
        told["header_row"] = mapping.header_row
    if mapping.columns:
        told["columns"] = {
            name: columns[0] if len(columns) == 1 else list(columns)
            for name, columns in mapping.columns.items()
        }
    flags = {key: list(getattr(mapping, key)) for key in ("yes", "no") if getattr(mapping, key)}
    return tomli_w.dumps(told | ({"flags": flags} if flags else {}))
