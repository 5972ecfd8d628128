"""Which column of a file fills which field of the incident table.

Two layouts are known by their headers: police.uk street files and the project's own extract
(:mod:`mapper.incidents.force_extract`); any other needs a mapping.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from types import MappingProxyType

from mapper.base.errors import InputError, MappingError
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.headers import is_data
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.place_words import are_points, looks_metres, two_numbers
from mapper.incidents.sheet import Sheet
from mapper.incidents.suggest import offer_mapping
from mapper.incidents.times import Order

POLICE_UK = "police.uk"
EXTRACT = "force extract"
MAPPED = "mapped"

# Header of a police.uk street file -> field of the incident table.
POLICE_UK_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "Crime ID": "reference",
        "Month": "start",
        "Longitude": "lon",
        "Latitude": "lat",
        "Location": "location",
        "Crime type": "type",
        "Last outcome category": "outcome",
    }
)
_POLICE_UK_OTHERS = ("Reported by", "Falls within", "LSOA code", "LSOA name", "Context")
# Columns of the other files of a download, in plain letters, and what those files list.
_POLICE_UK_OTHER_FILES: Mapping[str, str] = MappingProxyType(
    {"outcometype": "outcomes", "objectofsearch": "stop and search"}
)
_POLICE_UK_ALL = {name.lower() for name in (*POLICE_UK_COLUMNS, *_POLICE_UK_OTHERS)}
_SHORTENED = {"lng": "lon", "long": "lon", "lon": "lon", "lat": "lat"}
_POLICE_UK_SIGNS = 5  # so many of its headers, and the file is meant to be one
_EXTRACT_SIGNS = 3
_LEFT_OUT = str.maketrans("", "", " _.")  # of headers that are compared
_VALUES = 2  # so many values in the place of names, and the names are absent

KINDS: Mapping[str, str] = MappingProxyType(
    {column.field: column.kind for column in EXTRACT_COLUMNS} | {"x": "number", "y": "number"}
)
EXTRACT_FIELDS = {column.name.replace("_", ""): column.field for column in EXTRACT_COLUMNS}
POSTCODE = "postcode"
PAIRS = (("easting", "northing"), ("lon", "lat"), ("x", "y"))


@dataclass(frozen=True, eq=False)
class Layout:
    """How one sheet is read."""

    format: str
    fills: Mapping[str, tuple[int, ...]]  # field -> column positions, joined by a space
    names: Mapping[str, str]  # field -> its column in the file's own words
    date_order: Order = ""
    crs: str = ""  # of x and y
    more_yes: tuple[str, ...] = ()
    more_no: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def told(self) -> tuple[object, ...]:
        """All that decides what the records of a sheet mean."""
        flags = (self.more_yes, self.more_no)
        return (self.format, sorted(self.fills.items()), self.date_order, self.crs, *flags)


def known_columns(mapping: ColumnMapping | None, header: tuple[str, ...]) -> int:
    """Return how many columns of a header are known ones, under the best layout."""
    plain = {name.lower() for name in header}
    police = len({_plain(name) for name in header} & set(map(_plain, _POLICE_UK_ALL)))
    extract = len({_plain(name) for name in header} & set(EXTRACT_FIELDS))
    mapped = 0 if mapping is None else len(plain & {c.lower() for c in mapping.file_columns})
    return max(police, extract, mapped)


def layout_of(sheet: Sheet, mapping: ColumnMapping | None) -> Layout:
    """Return the layout of a sheet: mapped, police.uk or extract.

    Raises
    ------
    InputError
        When the header is of no known kind, or lacks a column that its kind needs.
    MappingError
        When a column that the mapping names is repeated in the header.
    """
    order: Order = mapping.date_order if mapping is not None else ""
    held = [name for name in sheet.header if is_data(name)]
    if len(held) >= max(_VALUES, len([name for name in sheet.header if name]) / 3):
        raise InputError(
            f"{sheet.name}: the row where its columns should be named holds values instead"
            f" ({_shown(held, 3)}). Add a row of names above it and load it again."
        )
    if mapping is not None and mapping.columns and _fits(sheet, mapping):
        return _mapped(sheet, mapping)
    if len({name.lower() for name in sheet.header} & _POLICE_UK_ALL) >= _POLICE_UK_SIGNS:
        return _police_uk(sheet, order)
    found = {EXTRACT_FIELDS[p] for p in map(_plain, sheet.header) if p in EXTRACT_FIELDS}
    found |= set(_points(sheet, found))
    if len(found) >= _EXTRACT_SIGNS and not _extract_lacks(sheet, found):
        return _extract(sheet, order, mapping)
    if _cleaned_police_uk(sheet.header):
        return _police_uk(sheet, order)
    if mapping is not None and mapping.columns:
        raise MappingError(_misfit(sheet, mapping))
    raise InputError(_unknown(sheet, found), names=("mapping",))


def _plain(name: str) -> str:
    """Return a header without regard to case, spaces, underscores and the dots that R writes."""
    return name.lower().translate(_LEFT_OUT)


def _cleaned_police_uk(header: Sequence[str]) -> bool:
    """Return whether a header is police.uk's as a program cleaned it: ``Crime.type``.

    Such names are those of forces' tables too; few of these have a month and no day.
    """
    plain = set(map(_plain, header))
    signs = plain & set(map(_plain, _POLICE_UK_ALL))
    return "objectofsearch" in plain or ("month" in plain and len(signs) >= _POLICE_UK_SIGNS)


def _fits(sheet: Sheet, mapping: ColumnMapping) -> bool:
    """Return whether every column that a mapping names is in the header."""
    plain = {name.lower() for name in sheet.header}
    return all(column.strip().lower() in plain for column in mapping.file_columns)


def _misfit(sheet: Sheet, mapping: ColumnMapping) -> str:
    """Return which columns of a mapping a file lacks."""
    plain = {name.lower() for name in sheet.header}
    absent = [c for c in mapping.file_columns if c.strip().lower() not in plain]
    return (
        f"{sheet.name}: the mapping names columns that the file does not have:"
        f" {', '.join(map(repr, absent))}. The file has: {_shown(sheet.header)}."
        f" {sheet.elsewhere}"
    ).rstrip()


def _police_uk(sheet: Sheet, order: Order) -> Layout:
    """Return the layout of a police.uk street file, of any year.

    Those before 2012 have no Crime ID and no outcome, the first ones eastings and northings.
    """
    plain = [_plain(name) for name in sheet.header]
    for column, what in _POLICE_UK_OTHER_FILES.items():
        if column in plain:
            raise InputError(
                f"{sheet.name}: is a police.uk file of {what}, not of incidents. Give the file of"
                " the same month whose name ends in -street.csv."
            )
    at = _police_uk_columns(sheet.header)
    fills = {f: (i,) for f, i in at.items()}
    fills |= {each: (i,) for each, i in _points(sheet, set(fills)).items()}
    placed = sheet.located or any(set(pair) <= set(fills) for pair in PAIRS[:2])
    needs = ("start", "type") if placed else ("start", "lon", "lat", "type")
    absent = [name for name, f in POLICE_UK_COLUMNS.items() if f in needs and f not in fills]
    if absent:
        raise InputError(
            f"{sheet.name}: looks like a police.uk file but has no column"
            f" {', '.join(map(repr, absent))}. Only street files hold incidents: download the"
            " one whose name ends in -street.csv again."
        )
    lowered = [name.lower() for name in sheet.header]
    _refuse_repeated(sheet, [lowered[i] for i in at.values()], lowered)
    return Layout(
        POLICE_UK,
        fills,
        {f: sheet.header[places[0]] for f, places in fills.items()},
        date_order=order,
    )


def _police_uk_columns(header: Sequence[str]) -> dict[str, int]:
    """Return fields of police.uk files of all years, and their columns in a header.

    A name as police.uk writes it goes before one that was cleaned or shortened.
    """
    written = {name.lower(): f for name, f in POLICE_UK_COLUMNS.items()}
    written |= {"easting": "easting", "northing": "northing"}
    cleaned = {_plain(name): f for name, f in written.items()} | _SHORTENED
    found: dict[str, int] = {}
    for names, told in ((written, str.lower), (cleaned, _plain)):
        keys = [told(name) for name in header]
        found |= {f: keys.index(n) for n, f in names.items() if n in keys and f not in found}
    return found


def _extract_lacks(sheet: Sheet, found: set[str]) -> list[str]:
    """Return what an extract needs and a header lacks."""
    lacks = []
    if not found & {"start", "reported"}:
        lacks.append("from_at (or reported_at)")
    pairs = any(set(pair) <= found for pair in PAIRS[:2])
    if not sheet.located and not pairs and POSTCODE not in found:
        lacks.append("easting and northing (or longitude and latitude, or postcode)")
    return lacks


def _points(sheet: Sheet, found: set[str]) -> dict[str, int]:
    """Return the column of points that fills both coordinates, where nothing else tells them.

    Databases write a point as one text: its values tell whether it is in metres or in degrees.
    """
    if sheet.located or any(set(pair) <= found for pair in PAIRS[:2]):
        return {}
    for at, cells in enumerate(zip_longest(*sheet.sample(), fillvalue="")):
        values = [text for text in cells if text]
        if are_points(values):
            x, y, _ = two_numbers(values)
            pair = PAIRS[0] if looks_metres(x, y) else PAIRS[1]
            return dict.fromkeys(pair, at)
    return {}


def _extract(sheet: Sheet, order: Order, mapping: ColumnMapping | None) -> Layout:
    """Return the layout of the project's own extract."""
    plain = [_plain(name) for name in sheet.header]
    _refuse_repeated(sheet, list(EXTRACT_FIELDS), plain)
    at = {EXTRACT_FIELDS[p]: i for i, p in enumerate(plain) if p in EXTRACT_FIELDS}
    at |= _points(sheet, set(at))
    others = [n for i, n in enumerate(sheet.header) if n and i not in at.values()]
    notes = (f"{sheet.name}: columns not read: {_shown(others)}",) if others else ()
    return Layout(
        EXTRACT,
        {f: (i,) for f, i in at.items()},
        {f: sheet.header[i] for f, i in at.items()},
        date_order=order,
        more_yes=() if mapping is None else mapping.yes,
        more_no=() if mapping is None else mapping.no,
        notes=notes,
    )


def _mapped(sheet: Sheet, mapping: ColumnMapping) -> Layout:
    """Return the layout that a mapping gives a file."""
    plain = [name.lower() for name in sheet.header]
    _refuse_repeated(sheet, [c.strip().lower() for c in mapping.file_columns], plain)
    fills = {
        f: tuple(plain.index(c.strip().lower()) for c in columns)
        for f, columns in mapping.fields.items()
    }
    pairs = any(set(pair) <= set(fills) for pair in PAIRS)
    if not sheet.located and not pairs and POSTCODE not in fills:
        raise MappingError(
            f"{sheet.name}: the mapping gives no place. Map easting and northing, longitude and"
            " latitude, x and y with their crs, or postcode."
        )
    return Layout(
        MAPPED,
        fills,
        {f: " + ".join(sheet.header[i] for i in places) for f, places in fills.items()},
        date_order=mapping.date_order,
        crs=mapping.crs,
        more_yes=mapping.yes,
        more_no=mapping.no,
    )


def _refuse_repeated(sheet: Sheet, wanted: Sequence[str], plain: Sequence[str]) -> None:
    """Refuse a header in which a column that is needed stands twice."""
    lowered = {name.lower() for name in wanted}
    repeated = [name for name, n in Counter(plain).items() if n > 1 and name in lowered]
    if repeated:
        at = [sheet.header[i] for i, name in enumerate(plain) if name in repeated]
        raise InputError(
            f"{sheet.name}: columns stand twice in the header: {_shown(at)}. Remove or rename one."
        )


def _unknown(sheet: Sheet, found: set[str]) -> str:
    """Return what to do with a file of no known kind."""
    if len(found) >= _EXTRACT_SIGNS:
        lacks = " and no ".join(_extract_lacks(sheet, found))
        start = f"{sheet.name}: looks like an extract but has no {lacks}."
    elif len(sheet.header) == 1:
        start = f"{sheet.name}: has one column only ({_shown(sheet.header)}); is it a table?"
    else:
        start = (
            f"{sheet.name}: is neither a police.uk street file nor an extract; its columns are"
            f" {_shown(sheet.header)}."
        )
    named = Counter(_plain(name) for name in sheet.header if name)
    twice = [name for name in sheet.header if named[_plain(name)] > 1]
    if twice:
        start += (
            f" Some stand twice ({_shown(twice)}), and a mapping can name neither of two: rename"
            " one in the file before it is mapped."
        )
    offered = offer_mapping(sheet.header, sheet.sample(), located=sheet.located)
    return " ".join(filter(None, (start, sheet.elsewhere, offered)))


def _shown(names: Sequence[str], most: int = 12) -> str:
    """Return some column names for a message."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name[:60]) for name in names[:most]) + more
