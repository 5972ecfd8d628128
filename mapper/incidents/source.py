"""Where incidents come from: a path, or a table or query of a database by its address.

``postgresql://user@host/db?table=schema.incidents``, ``sqlite:///path/to/file.db?table=incidents``,
or ``?query=SELECT ...`` in place of a table. Who asks, and with which password, is never part of
what is shown, kept or logged: only :attr:`Source.shown` leaves here.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from mapper.base.errors import InputError

_ADDRESS = re.compile(
    r"(postgres(?:ql)?|sqlite|duckdb|mysql|mssql|oracle)(?:\+\w+)?://.*", re.DOTALL
)
_FILES = ("sqlite", "duckdb")  # databases that are one file
_OWN = ("table", "query")  # parameters that say what is read; the others are the driver's


@dataclass(frozen=True)
class Source:
    """One database's table or query."""

    kind: str  # postgresql, sqlite, duckdb
    shown: str  # what people, files and logs see of it
    table: str = ""
    query: str = ""
    path: Path | None = None  # of an SQLite or DuckDB file
    address: str = ""  # of a PostgreSQL server, with whatever lets one in


def is_address(told: Path | str) -> bool:
    """Tell whether something that a user gave is a database's address and not a path."""
    return isinstance(told, str) and _ADDRESS.fullmatch(told) is not None


def shown_source(told: Path | str) -> str:
    """Return what may be shown of a path or address."""
    return source_of(told).shown if is_address(told) else str(told)


def source_of(address: Path | str) -> Source:
    """Return the source that a database's address names.

    Raises
    ------
    InputError
        When the kind of database is not read, or not one table or query is named.
    """
    told = urlsplit(str(address))
    kind = told.scheme.partition("+")[0].replace("postgresql", "postgres")
    if kind not in {"postgres", *_FILES}:
        raise InputError(
            f"A database of the kind {kind} is not read. Give PostgreSQL, SQLite or DuckDB, or"
            " export the table to Parquet or CSV and give that."
        )
    given = parse_qs(told.query, keep_blank_values=True)
    table, query = (given.pop(name, [""])[0].strip() for name in _OWN)
    where = told.hostname or "this machine"
    place = unquote(told.path).removeprefix("/") if kind in _FILES else told.path.strip("/")
    base = Path(place).name if kind in _FILES else f"{place} at {where}"
    if bool(table) == bool(query):
        raise InputError(
            f"{base}: say which table, as in ?table=schema.incidents, or give ?query=SELECT ... in"
            " its place."
        )
    shown = f"{base}: {table or 'a query'}"
    if kind in _FILES:
        return Source(kind, shown, table, query, path=Path(place))
    rest = "&".join(f"{name}={value}" for name, values in given.items() for value in values)
    plain = urlunsplit(("postgresql", told.netloc, told.path, rest, ""))
    return Source("postgresql", shown, table, query, address=plain)
