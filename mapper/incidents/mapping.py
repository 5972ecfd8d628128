"""Column mappings: how another table's columns fill the extract's, kept as a TOML file.

The left-hand names are those of the extract (:data:`force_extract.EXTRACT_COLUMNS`), and ``x`` and
``y`` for coordinates in the reference system named by ``crs``. A suggestion is made from column
names and from sample values; it is offered to a person, never used unasked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import tomli_w

from mapper.base.errors import MappingError
from mapper.base.files import write_whole
from mapper.base.toml_file import TomlKind
from mapper.incidents.coordinates import EAST, NORTH, SOUTH, WEST
from mapper.incidents.duplicates import References
from mapper.incidents.flags import parse_flags
from mapper.incidents.force_extract import EXTRACT_COLUMNS, FLAG_NAMES
from mapper.incidents.times import Order

_FIELD_OF = {column.name: column.field for column in EXTRACT_COLUMNS} | {"x": "x", "y": "y"}
_KEYS = {"name", "date_order", "crs", "references", "columns", "flags"}
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
    references: References = "all"  # rows kept of a reference that rows share which differ

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise MappingError(f"The mapping cannot be used: {'; '.join(faults)}.")

    @property
    def fields(self) -> dict[str, tuple[str, ...]]:
        """Columns of the file by the field of the incident table that they fill."""
        return {_FIELD_OF[name]: columns for name, columns in self.columns.items()}

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every column of the file that is read."""
        return tuple(dict.fromkeys(c for columns in self.columns.values() for c in columns))


def _faults(mapping: ColumnMapping) -> list[str]:
    """Return everything that is wrong with a mapping, in plain words."""
    names = set(mapping.columns)
    faults = [f"there is no column {name!r} to fill" for name in names - set(_FIELD_OF)]
    if mapping.date_order not in ("", *_ORDERS):
        faults.append(f"date_order is {mapping.date_order!r}, not one of {', '.join(_ORDERS)}")
    if mapping.columns and not names & {"from_at", "reported_at"}:
        faults.append("no time is mapped: map from_at or reported_at")
    if {"x", "y"} & names and not ({"x", "y"} <= names and mapping.crs):
        faults.append('x and y need each other and a crs, as in crs = "EPSG:27700"')
    if mapping.references not in _REFERENCES:
        faults.append(f'references is {mapping.references!r}, not "all" or "one per reference"')
    if not mapping.columns and not mapping.date_order and mapping.references == "all":
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
        references=cast("References", texts[3] or "all"),
        yes=_texts("yes", flags.get("yes", [])),
        no=_texts("no", flags.get("no", [])),
    )


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
    if mapping.columns:
        told["columns"] = {
            name: columns[0] if len(columns) == 1 else list(columns)
            for name, columns in mapping.columns.items()
        }
    flags = {key: list(getattr(mapping, key)) for key in ("yes", "no") if getattr(mapping, key)}
    return tomli_w.dumps(told | ({"flags": flags} if flags else {}))


# Words that headers use, tried in this order; a pattern must match the whole plain header.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "reference",
        (
            r"(incident|crime|event|log|case|storm|occurrence|record|unique)?(reference|ref|refno"
            r"|referenceno|referencenumber|id|number|no|urn|num)"
        ),
    ),
    (
        "reported_at",
        r"(date|time|datetime)?(reported|recorded|created|received)(date|time|datetime|at|on)?",
    ),
    (
        "to_at",
        (
            r"(date|time|datetime)?(committed|offence|incident|event)?(to|end|until|latest|last)(date"
            r"|time|datetime|at)?"
        ),
    ),
    (
        "from_at",
        (
            r"(date|time|datetime)?(committed|offence|incident|event|occurred|occurrence)?(from|start"
            r"|on|earliest|first)?(date|time|datetime|at)?"
        ),
    ),
    ("easting", r"(bng|grid|os|location)?(east|easting|eastings|geox|xcoord|xcoordinate)"),
    ("northing", r"(bng|grid|os|location)?(north|northing|northings|geoy|ycoord|ycoordinate)"),
    ("longitude", r"(lon|long|lng|longitude|x)(deg|degrees|wgs84|4326)?"),
    ("latitude", r"(lat|latitude|y)(deg|degrees|wgs84|4326)?"),
    (
        "incident_type",
        (
            r"(incident|crime|offence|event|call|closing|primary)?(type|category|class|code"
            r"|classification|description)|offence"
        ),
    ),
    (
        "location",
        r"(incident|offence|full)?(location|street|address|streetname|place)(text|name|line1)?",
    ),
    ("uprn", r"uprn"),
    ("home_office_code", r"(homeoffice|ho|hooffence)(code|offencecode|class)"),
    ("outcome", r"(last|latest)?(outcome|disposal|result|status)(category|type)?"),
)
_SAMPLES_AGREE = 0.8  # of the values of a column that must look right for a suggestion to stand


def suggest_mapping(
    columns: Sequence[str], sample: Sequence[Sequence[str]], *, name: str = ""
) -> ColumnMapping | None:
    """Suggest a mapping from column names and sample values, or None when no time is found.

    Parameters
    ----------
    columns
        Header of the file.
    sample
        Some records, each with as many fields as the header.
    """
    values = {
        column: [row[i] for row in sample if i < len(row) and row[i].strip()]
        for i, column in enumerate(columns)
    }
    found: dict[str, str] = {}
    for wanted, fits in _wanted():
        for column in columns:
            free = _plain(column) and column not in found.values()
            if free and fits(_plain(column)) and _looks_right(wanted, values[column]):
                found[wanted] = column
                break
    _add_by_value(found, values)
    _as_grid(found, values)
    if not {"from_at", "reported_at"} & set(found):
        return None
    ordered = {n: (found[n],) for n in _FIELD_OF if n in found}
    return ColumnMapping(ordered, name=name)


def offer_mapping(
    columns: Sequence[str], sample: Sequence[Sequence[str]], *, located: bool = False
) -> str:
    """Return words that offer a suggested mapping and say how to use it, as ``{mapping}``."""
    suggested = suggest_mapping(columns, sample)
    if suggested is None:
        return (
            "Write a mapping file with a [columns] table that names the columns of time and place,"
            " and give it as {mapping}; docs/data-standard.md shows one."
        )
    names = set(suggested.columns)
    placed = located or any(
        {a, b} <= names for a, b in (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
    )
    hint = "" if placed else "\nNo columns of coordinates were recognised: add them."
    return (
        "Save these lines as mapping.toml, correct them, and give the file as {mapping}:\n\n"
        f"{mapping_text(suggested)}{hint}"
    ).rstrip()


def _plain(name: str) -> str:
    """Return a header as letters and digits in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _wanted() -> list[tuple[str, Callable[[str], bool]]]:
    """Return each column of the extract with a test for headers that may mean it, best first."""
    tests: list[tuple[str, Callable[[str], bool]]] = []
    worded = dict(_WORDS)
    for column in EXTRACT_COLUMNS:
        exact = {_plain(column.name), *FLAG_NAMES.get(column.name, ())}
        tests.append((column.name, exact.__contains__))
    for name, pattern in worded.items():
        tests.append((name, re.compile(pattern).fullmatch))  # type: ignore[arg-type]
    return tests


def _looks_right(name: str, values: Sequence[str]) -> bool:
    """Return whether sample values can be what a column of the extract holds."""
    kind = next(column.kind for column in EXTRACT_COLUMNS if column.name == name)
    tests = {"time": _is_time, "number": _is_number, "flag": _is_flag}
    if kind not in tests or not values:
        return True
    return sum(map(tests[kind], values)) >= _SAMPLES_AGREE * len(values)


_TIME = re.compile(r"\d{1,4}[-/. ]\w{1,9}([-/. ]\d{1,4})?\D?.*|\d{8}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")


def _is_time(value: str) -> bool:
    """Return whether a text looks like a date."""
    return _TIME.fullmatch(value.strip()) is not None and not _is_number(value)


def _is_number(value: str) -> bool:
    """Return whether a text looks like a coordinate."""
    return _NUMBER.fullmatch(value.strip()) is not None


def _is_flag(value: str) -> bool:
    """Return whether a text is a spelling of yes or no."""
    return bool((parse_flags([value]) >= 0).all())


def _add_by_value(found: dict[str, str], values: Mapping[str, Sequence[str]]) -> None:
    """Add a time and a pair of coordinates by their values where no name gave them."""
    free = [c for c, held in values.items() if c and held and c not in found.values()]
    if not {"from_at", "reported_at"} & set(found):
        times = [c for c in free if all(map(_is_time, values[c]))]
        found.update({"from_at": times[0]} if times else {})
    if not {"easting", "longitude"} & set(found):
        numbers = [c for c in free if all(map(_is_number, values[c]))]
        lons = [c for c in numbers if all(_degrees(v, WEST, EAST) for v in values[c])]
        lats = [c for c in numbers if all(_degrees(v, SOUTH, NORTH) for v in values[c])]
        if len(lons) == 1 and len(lats) == 1:
            found.update({"longitude": lons[0], "latitude": lats[0]})


def _degrees(value: str, low: float, high: float) -> bool:
    """Return whether a text is a number with decimals between two bounds."""
    return "." in value and low <= float(value) <= high


_GRID_METRES = 1_000.0  # degrees are never so large


def _as_grid(found: dict[str, str], values: Mapping[str, Sequence[str]]) -> None:
    """Turn a pair named like degrees but holding metres into National Grid."""
    pair = [found.get("longitude"), found.get("latitude")]
    if None in pair or "easting" in found:
        return
    numbers = [abs(float(v)) for c in pair if c for v in values[c] if _is_number(v)]
    if numbers and min(numbers) > _GRID_METRES:
        found["easting"], found["northing"] = found.pop("longitude"), found.pop("latitude")
