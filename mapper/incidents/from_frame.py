"""Incidents out of a table in memory: the same checks as for a file, none of its rows lost."""

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.base.errors import InputError, MappingError
from mapper.incidents import limits
from mapper.incidents.assemble import assemble
from mapper.incidents.check import check_records, columns_wanted
from mapper.incidents.geometry import from_wkb
from mapper.incidents.layout import layout_of
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.parquet_child import to_text
from mapper.incidents.sheet import Geometry, Sheet, from_table
from mapper.incidents.table import Incidents
from mapper.incidents.times import Order

if TYPE_CHECKING:
    import geopandas

_FIELDS = {"when": "from_at", "kind": "incident_type"}  # parameters with a shorter name


def from_frame(
    frame: "geopandas.GeoDataFrame | pd.DataFrame",
    *,
    when: str,
    kind: str | None = None,
    crs: str = "",
    date_order: Order = "",
    today: date | None = None,
    name: str = "frame",
    **columns: str,
) -> Incidents:
    """Read incidents from a table in memory, every row accepted or rejected with a reason.

    Parameters
    ----------
    frame
        One row an incident, shape (rows, columns). The points of a GeoDataFrame, in any
        coordinate reference system, say where; a table without points needs ``longitude`` and
        ``latitude`` (degrees, WGS 84), ``easting`` and ``northing`` (metres, British National
        Grid), or ``x`` and ``y`` with their ``crs``.
    when
        Column of the time: moments, dates or text. A time without an offset is Europe/London
        wall-clock time, one with an offset is converted.
    kind
        Column of the kind of incident or crime, in the data's own words.
    crs
        Coordinate reference system of ``x`` and ``y``, such as ``EPSG:2157``.
    date_order
        ``day-first`` or ``month-first``, where dates are text that fits both.
    today
        Later dates are rejected; today where not given.
    name
        What messages and manifests call the table.
    columns
        Further columns by the names of docs/data-standard.md: ``reference="id"``,
        ``to_at="until"``, ``location="street"``, ``domestic_abuse="da"``.

    Returns
    -------
    Incidents
        ``table`` of accepted rows and ``rejected`` rows, each with its reason; ``row`` of both is
        the position in ``frame``, from 0.

    Raises
    ------
    InputError
        When a GeoDataFrame does not say its coordinate reference system, or dates fit both orders.
    MappingError
        When the frame lacks a column that is named, or no place is given.

    Notes
    -----
    British National Grid goes through OSTN15 (Ordnance Survey, 2015), to a few centimetres.

    Examples
    --------
    >>> import geopandas, mapper, pandas
    >>> frame = geopandas.GeoDataFrame(
    ...     {"when": ["2025-03-01 22:10", "2025-03-02 09:00"], "category": ["Robbery", "Drugs"]},
    ...     geometry=geopandas.points_from_xy([335_000, 335_400], [390_000, 390_250]),
    ...     crs=27700,
    ... )
    >>> incidents = mapper.from_frame(frame, when="when", kind="category")
    >>> incidents.table[["start", "type"]]
                    start     type
    0 2025-03-01 22:10:00  Robbery
    1 2025-03-02 09:00:00    Drugs
    >>> incidents.table[["lon", "lat"]].round(4)
          lon      lat
    0 -2.9791  53.4028
    1 -2.9732  53.4051
    """
    mapping = _mapping(frame, {"when": when, "kind": kind, **columns}, crs, date_order)
    texts = _texts(frame, mapping.file_columns)
    geometry = _geometry(frame, name)
    sheet = _sheet(texts, mapping.file_columns, geometry, name)
    layout = layout_of(sheet, mapping)
    records = sheet.read(*columns_wanted(layout))
    today = today or date.today()  # noqa: DTZ011 - the wall clock of the place of work is meant
    checked = check_records(sheet, layout, records, today=today, repair_swapped=False)
    return assemble([checked], [])


def _mapping(
    frame: pd.DataFrame, named: dict[str, str | None], crs: str, date_order: Order
) -> ColumnMapping:
    """Return which columns fill which; every name that the frame lacks is told at once."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"from_frame takes a GeoDataFrame or a DataFrame, not a {type(frame).__name__}."
            " Files are read by mapper.read."
        )
    given = {field: column for field, column in named.items() if column is not None}
    if absent := [f"{c!r} ({f})" for f, c in given.items() if c not in frame.columns]:
        has = ", ".join(repr(str(column)) for column in frame.columns[:20])
        raise MappingError(f"The frame has no column {', '.join(absent)}. It has {has}.")
    several = [c for c in dict.fromkeys(given.values()) if frame.columns.tolist().count(c) > 1]
    if several:
        raise MappingError(
            f"The frame has more than one column called {' and '.join(map(repr, several))}. Rename"
            " or drop one, as in frame.loc[:, ~frame.columns.duplicated()]."
        )
    fills = {_FIELDS.get(field, field): (column,) for field, column in given.items()}
    return ColumnMapping(fills, date_order=date_order, crs=crs)


def _texts(frame: pd.DataFrame, names: tuple[str, ...]) -> pa.Table:
    """Return columns as the text that a file would hold."""
    columns = []
    for column in names:
        values = frame[column]
        try:
            column_of = pa.chunked_array([pa.array(values, from_pandas=True)])
        except (pa.ArrowException, TypeError):  # values of several kinds
            texts = [None if pd.isna(one) else str(one) for one in values.astype(object)]
            column_of = pa.chunked_array([pa.array(texts, pa.string())])
        columns.append(to_text(column_of))
    return pa.table(columns, names=[f"c{at}" for at in range(len(names))])


def _geometry(frame: Any, name: str) -> Geometry | None:
    """Return the points of a GeoDataFrame in degrees; none of another table."""
    if not hasattr(frame, "crs"):
        return None
    if frame.crs is None:
        raise InputError(
            f"{name}: the GeoDataFrame does not say its coordinate system. Say it first, as in"
            " frame.set_crs(27700)."
        )
    return from_wkb(np.asarray(frame.geometry.to_wkb()), crs=frame.crs.to_string(), name=name)


def _sheet(texts: pa.Table, names: tuple[str, ...], geometry: Geometry | None, name: str) -> Sheet:
    """Return the table as a file's would be: its digest is that of what was read."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, texts.schema) as writer:
        writer.write_table(texts)
    content = sink.getvalue()
    digest = hashlib.sha256(content)
    if geometry is not None:
        digest.update(geometry.lon.tobytes() + geometry.lat.tobytes())

    def sample() -> list[tuple[str, ...]]:
        held = texts.slice(0, limits.SAMPLE_RECORDS).to_pydict().values()
        return [tuple(value or "" for value in row) for row in zip(*held, strict=True)]

    return Sheet(
        name=name,
        sha256=digest.hexdigest(),
        size=content.size,
        header=names,
        sample=sample,
        read=from_table(texts, first=0, geometry=geometry),
        located=geometry is not None,
    )
