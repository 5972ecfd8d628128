"""A column mapping suggested for a table of unknown form, from its headers and its values.

Values decide what a column can be (dates, clocks, metres, degrees, flags), headers what it is
called in the record systems of British forces and in plain words. A date and its clock in two
columns are joined. A suggestion is offered to a person, never used unasked.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from mapper.base.reference_systems import WEB_METRES
from mapper.incidents.columns import references
from mapper.incidents.coordinates import (
    EAST,
    NEARLY_ALL,
    NORTH,
    SOUTH,
    WEST,
    exchanged,
    grid_to_degrees,
    in_area,
    to_degrees,
)
from mapper.incidents.flags import flag_core, parse_flags
from mapper.incidents.force_extract import EXTRACT_COLUMNS, FLAG_NAMES, ExtractColumn
from mapper.incidents.heading_words import (
    AT_FIRST,
    NAMES,
    SETTLED,
    WORDS,
)
from mapper.incidents.mapping import FIELD_OF, ColumnMapping, mapping_text
from mapper.incidents.place_words import parse_numbers, two_numbers
from mapper.incidents.postcodes import POSTCODE
from mapper.incidents.suggested_times import (
    AGREE,
    SampleColumn,
    add_times,
    any_word,
    fineness,
    is_clock,
)

_LONGEST = 60  # letters of a header that can be a name
_OTHER = {"easting": "northing", "longitude": "latitude", "x": "y"}
_TIMED = re.compile(r"date|time|datetime|when|dt|tm|from|to")


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
    told = [
        SampleColumn(column, _values_of([record[i] for record in sample if i < len(record)]))
        for i, column in enumerate(columns)
        if column.strip()
    ]
    told = list({column.name: column for column in reversed(told)}.values())[::-1]
    found: dict[str, tuple[str, ...]] = {}
    add_times(found, told)
    _add_places(found, told)
    _add_exact(found, told)
    _add_named(found, told)
    if not {"from_at", "reported_at"} & set(found):
        return None
    crs = WEB_METRES if "x" in found else ""
    return ColumnMapping({n: found[n] for n in FIELD_OF if n in found}, name=name, crs=crs)


def _values_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the values of some cells, read as a column of them is."""
    texts = references(pa.chunked_array([pa.array(cells, pa.string())]))
    return tuple(texts.drop_null().to_pylist())


def offer_mapping(
    columns: Sequence[str], sample: Sequence[Sequence[str]], *, located: bool = False
) -> str:
    """Return words that offer a suggested mapping and say how to use it, as ``{mapping}``."""
    suggested = suggest_mapping(columns, sample)
    if suggested is None:
        return (
            f"{_unread_time(columns, sample)}Write a mapping file with a [columns] table that names"
            " the columns of time and place, and give it as {mapping}; docs/data-standard.md shows"
            " one. If the names of the columns stand in another row, put header_row = 3 (or"
            " whichever it is) into the file."
        )
    names = set(suggested.columns)
    placed = located or any(
        {a, b} <= names for a, b in (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
    )
    placed = placed or "postcode" in names
    hint = "" if placed else "\n# No columns of coordinates were recognised: add them."
    return (
        "Save these lines as mapping.toml, correct them, and give the file as {mapping}:\n\n"
        f"{mapping_text(suggested)}{hint}"
    ).rstrip()


def _unread_time(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> str:
    """Return an example of a column that is called a time and cannot be read as one."""
    for at, name in enumerate(columns):
        column = SampleColumn(
            name, _values_of([record[at] for record in sample if at < len(record)])
        )
        named = len(name) <= _LONGEST and any_word(_TIMED, column) and not is_clock(column)
        if named and column.values and re.search(r"[0-9].*[0-9]", column.values[0]):
            return (
                f"'{name}' is called a time, and “{column.values[0][:60]}” in it is not read as"
                " one: write it such as 15/05/2026 16:43. "
            )
    return ""


def _free(found: Mapping[str, tuple[str, ...]], told: Sequence[SampleColumn]) -> list[SampleColumn]:
    """Return the columns that fill nothing yet."""
    taken = {name for names in found.values() for name in names}
    return [column for column in told if column.name not in taken]


def _add_exact(found: dict[str, tuple[str, ...]], told: Sequence[SampleColumn]) -> None:
    """Add columns called as the extract calls them, or by another of their fixed names."""
    for wanted in EXTRACT_COLUMNS:
        names = {wanted.name.replace("_", ""), *FLAG_NAMES.get(wanted.name, ())}
        flag = wanted.kind == "flag"
        for column in _free(found, told):
            plain = {column.plain, flag_core(column.plain)} if flag else {column.plain}
            if wanted.name not in found and plain & names and _fits(wanted, column):
                found[wanted.name] = (column.name,)


def _fits(wanted: ExtractColumn, column: SampleColumn) -> bool:
    """Return whether sample values can be what a column of the extract holds."""
    kind, names = wanted.kind, (wanted.name, *FLAG_NAMES.get(wanted.name, ()), column.name)
    if kind == "time":
        return fineness(column) is not None
    if kind == "postcode":
        return not column.values or column.share(lambda text: bool(POSTCODE.fullmatch(text)))
    if kind == "number":
        return not column.values or column.share(_is_coordinate)
    if kind == "flag":
        return not column.values or column.share(
            lambda text: parse_flags([text], names=names)[0] >= 0
        )
    return True


def _is_coordinate(text: str) -> bool:
    """Return whether a text is a number as coordinates are written."""
    texts = pa.array([text], pa.string())
    return any(np.isfinite(parse_numbers(texts, degrees=way)[0]) for way in (True, False))


def _add_places(found: dict[str, tuple[str, ...]], told: Sequence[SampleColumn]) -> None:
    """Add coordinates: by name where the values agree, then by the values alone."""
    if _add_squares(found, _free(found, told)):
        return
    for pair in (("easting", "northing"), ("longitude", "latitude")):
        if set(pair) & set(found):
            if set(pair) <= set(found):
                return
            continue
        named = [_named(name, _free(found, told)) for name in pair]
        if named[0] and named[1] and _kind_of(named[0], named[1]) == pair[0]:
            found.update({pair[0]: (named[0].name,), pair[1]: (named[1].name,)})
            return
    free = _free(found, told)
    for one in free:
        x, y, _ = two_numbers(one.values)
        if one.values and np.isfinite(x).mean() >= AGREE and (kind := _pair_kind(x, y)):
            found.update({kind: (one.name,), _OTHER[kind]: (one.name,)})
            return
    for one, two in _beside(free):
        if kind := _kind_of(one, two):
            turned = kind == "easting" and _kind_of(two, one) == kind and _at_home(two, one)
            east, north = (two, one) if turned else (one, two)
            found.update({kind: (east.name,), _OTHER[kind]: (north.name,)})
            return


def _add_squares(found: dict[str, tuple[str, ...]], free: Sequence[SampleColumn]) -> bool:
    """Add coordinates inside lettered squares, whose letters stand in a column of their own."""
    squares = [c for c in free if c.share(re.compile(r"[HNOSThnost][A-HJ-Za-hj-z]").fullmatch)]
    inside = [c for c in free if c.share(re.compile(r"[0-9]{1,5}").fullmatch)]
    for square in squares[:1]:
        named = [_named(name, inside) for name in ("easting", "northing")]
        if named[0] and named[1]:
            names = (square.name, named[0].name, named[1].name)
            found.update({"easting": names, "northing": names})
            return True
    return False


def _at_home(one: SampleColumn, two: SampleColumn) -> bool:
    """Return whether metres of two columns lie round the own area this way and not the other."""
    x, y = (parse_numbers(pa.array(c.values, pa.string()), degrees=False) for c in (one, two))
    return x.size == y.size and exchanged(y, x) > NEARLY_ALL * x.size


def _beside(free: Sequence[SampleColumn]) -> list[tuple[SampleColumn, SampleColumn]]:
    """Return pairs of columns of numbers, those beside each other first."""
    numbers = [(i, c) for i, c in enumerate(free) if c.share(_is_coordinate)]
    pairs = [(abs(i - j), i > j, a, b) for i, a in numbers for j, b in numbers if i != j]
    return [(a, b) for _, _, a, b in sorted(pairs, key=lambda pair: pair[:2])]


def _kind_of(one: SampleColumn, two: SampleColumn) -> str:
    """Return what a pair of columns holds: easting, longitude, or nothing."""
    size = min(len(one.values), len(two.values))
    if not size or not (one.share(_is_coordinate) and two.share(_is_coordinate)):
        return ""
    for degrees in (False, True):
        x, y = (
            parse_numbers(pa.array(c.values[:size], pa.string()), degrees=degrees)
            for c in (one, two)
        )
        if kind := _pair_kind(x, y):
            return kind
    return ""


def _pair_kind(x: np.ndarray, y: np.ndarray) -> str:
    """Return what pairs of numbers are: easting, longitude, x of web maps, or nothing."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return ""
    x, y = x[known], y[known]
    if ((x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)).mean() >= AGREE:
        return "longitude"
    metres = (x > 10_000) & (x < 700_000) & (y > 1_000) & (y < 1_300_000)  # noqa: PLR2004 - the grid
    if metres.mean() >= AGREE and in_area(*grid_to_degrees(x, y)).mean() >= AGREE:
        return "easting"
    far = y > 1_300_000  # noqa: PLR2004 - beyond the grid
    if far.mean() >= AGREE and in_area(*to_degrees(x, y, crs=WEB_METRES)).mean() >= AGREE:
        return "x"
    return ""


def _named(wanted: str, free: Sequence[SampleColumn]) -> SampleColumn | None:
    """Return the first free column whose header is a name of what is wanted."""
    pattern = re.compile(NAMES[wanted])
    return next(
        (c for c in free if 0 < len(c.plain) <= _LONGEST and pattern.fullmatch(c.plain)), None
    )


def _add_named(found: dict[str, tuple[str, ...]], told: Sequence[SampleColumn]) -> None:
    """Add texts by the names of their columns."""
    for wanted in ("reference", "incident_type", *NAMES):
        if wanted in found or wanted in ("easting", "northing", "longitude", "latitude"):
            continue
        free = _free(found, told)
        column = (_named(wanted, free) if wanted in NAMES else None) or _worded(wanted, free)
        if column is not None:
            found[wanted] = (column.name,)


def _worded(wanted: str, free: Sequence[SampleColumn]) -> SampleColumn | None:
    """Return the free column whose header's words say what is wanted: a settled one first."""
    if wanted not in WORDS:
        return None
    words, others = WORDS[wanted]
    met = [
        column
        for column in free
        if any_word(words, column) and not any_word(others, column) and _tells(wanted, column)
    ]
    return min(
        met,
        key=lambda column: any_word(AT_FIRST, column) - any_word(SETTLED, column),
        default=None,
    )


def _tells(wanted: str, column: SampleColumn) -> bool:
    """Return whether values can be references (nearly all differ) or types (words)."""
    if not column.values or wanted == "reference":
        return len(set(column.values)) >= len(column.values) / 2
    return column.share(lambda text: re.search(r"[^\W\d]{3}", text))
