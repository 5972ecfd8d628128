"""A table or query of a PostgreSQL database to records, every value as the text it stands for.

The connection can only read, for a bounded time, and sees one moment of the database. Times with an
offset are given in UTC. Geometries of PostGIS are what it sends as text: extended well-known binary
in hexadecimal digits, with the number of their reference system inside.

What is wrong is told in words of our own: a driver's message can name users and passwords.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.lazy import Lazy
from mapper.incidents import limits
from mapper.incidents.geometry import from_wkb
from mapper.incidents.sheet import Geometry, Sheet, from_table, sample_of
from mapper.incidents.source import Source

if TYPE_CHECKING:
    import psycopg
    import shapely
else:
    psycopg = Lazy("psycopg")
    shapely = Lazy("shapely")

_SECONDS = 600  # that a query may take
_CONNECT_SECONDS = 15
_BATCH = 20_000
_HEX_WKB = re.compile(r"(?:00|01)(?:[0-9A-Fa-f]{2}){20,}")
_SETTINGS = (
    "SET TIME ZONE 'UTC'",
    "SET DATESTYLE TO 'ISO, YMD'",
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    f"SET LOCAL statement_timeout = '{_SECONDS}s'",
)


def open_postgresql(source: Source) -> Sheet:
    """Read a table or query as one sheet.

    Raises
    ------
    InputError
        When the database does not let mapper in, or has no such table.
    """
    header, columns, digest, size = _read(source)
    geometry, at = _geometry(columns, source.shown)
    kept = [i for i in range(len(header)) if i != at]
    texts = pa.table([columns[i] for i in kept], names=[f"c{i}" for i in range(len(kept))])
    return Sheet(
        name=source.shown,
        sha256=digest,
        size=size,
        header=tuple(header[i] for i in kept),
        sample=sample_of(texts),
        read=from_table(texts, geometry=geometry),
        located=geometry is not None,
    )


def _read(source: Source) -> tuple[list[str], list[pa.ChunkedArray], str, int]:
    """Return header, columns of text, and the SHA-256 and size of all that was read."""
    try:
        connection = psycopg.connect(source.address, connect_timeout=_CONNECT_SECONDS)
    except (psycopg.Error, UnicodeError, ValueError):
        raise InputError(
            f"{source.shown}: the database cannot be reached, or does not let mapper in. Check"
            " host, name and user; give the password as PGPASSWORD or in a .pgpass file."
        ) from None
    try:
        with connection, connection.cursor() as settings:
            for one in _SETTINGS:
                settings.execute(one)
            with connection.cursor("mapper") as cursor:  # declared: it can only be one SELECT
                cursor.execute(_statement(source))
                header = [str(column.name) for column in cursor.description or ()]
                return header, *_gathered(_batches(cursor, source.shown), len(header))
    except psycopg.Error as error:
        told = str(error.diag.message_primary or type(error).__name__)[:200]
        raise InputError(
            f"{source.shown}: cannot be read ({told}). Check the table or query, and whether the"
            " user may read it."
        ) from None


def _statement(source: Source) -> Any:
    """Return what is asked: each value as text, whatever its type."""
    if source.query:
        inner: Any = psycopg.sql.SQL(source.query.rstrip().rstrip(";"))
        inner = psycopg.sql.SQL("({})").format(inner)
    else:
        inner = psycopg.sql.Identifier(*source.table.split("."))
    return psycopg.sql.SQL("SELECT * FROM {} AS incidents").format(inner)


def _batches(cursor: Any, name: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows as PostgreSQL writes them, up to the limit."""
    for kind in {column.type_code for column in cursor.description or ()}:
        cursor.adapters.register_loader(kind, psycopg.types.string.TextLoader)
    count = 0
    while rows := cursor.fetchmany(_BATCH):
        count += len(rows)
        if count > limits.MAX_ROWS:
            raise InputError(f"{name}: has more than {limits.MAX_ROWS} rows. Ask for fewer.")
        yield rows


def _gathered(
    batches: Iterator[list[tuple[Any, ...]]], width: int
) -> tuple[list[pa.ChunkedArray], str, int]:
    """Return the columns of all batches, with the SHA-256 and size of their texts."""
    digest, size = hashlib.sha256(), 0
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    for rows in batches:
        for at, values in enumerate(zip(*rows, strict=True)):
            chunks[at].append(pa.array(values, pa.string()))
            text = "\x1f".join("\x00" if value is None else value for value in values).encode()
            digest.update(text)
            size += len(text)
    columns = [pa.chunked_array(parts, pa.string()) for parts in chunks]
    return columns, digest.hexdigest(), size


def _geometry(columns: list[pa.ChunkedArray], name: str) -> tuple[Geometry | None, int]:
    """Return the places of the first column that holds geometries, and which it is.

    One that does not say its reference system stays text: its values tell it.
    """
    for at, column in enumerate(columns):
        some = [value for value in column.slice(0, limits.SAMPLE_RECORDS).to_pylist() if value]
        if not some or not all(_HEX_WKB.fullmatch(value) for value in some):
            continue
        shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        numbers = set(np.unique(shapely.get_srid(shapes[~shapely.is_missing(shapes)])).tolist())
        if len(numbers) != 1:
            raise InputError(f"{name}: its geometries are in several reference systems {numbers}.")
        if number := numbers.pop():
            return from_wkb(shapely.to_wkb(shapes), crs=f"EPSG:{number}", name=name), at
    return None, -1
