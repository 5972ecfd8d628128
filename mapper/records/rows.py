"""Rows of tables as JSON lines, and back: the same for both databases."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table, select

from mapper.base.json_text import json_of
from mapper.records.schema.base import Moment


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield the rows of a table as JSON lines, in the order of its key."""
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        told = {name: _out(value) for name, value in row.items()}
        yield json.dumps(told, sort_keys=True).encode() + b"\n"


def row_of(table: Table, line: bytes) -> dict[str, Any]:
    """Return one row as the table takes it.

    Raises
    ------
    ValueError, KeyError
        When the line is no row of the table.
    """
    read: Mapping[str, Any] = json_of(line)
    return {name: _in(table.columns[name].type, value) for name, value in read.items()}


def _out(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value  # moments are dates too


def _in(kind: Any, value: Any) -> Any:
    """Return a value as its column takes it."""
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
