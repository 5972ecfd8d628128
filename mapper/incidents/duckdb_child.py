"""What the child process does with one DuckDB file: a table or query of it as Arrow text.

The file is opened to be read alone, without extensions and without sight of any other file.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.lazy import Lazy
from mapper.incidents import limits
from mapper.incidents.parquet_child import to_text

if TYPE_CHECKING:
    import duckdb

    from mapper.base.files import Progress
else:
    duckdb = Lazy("duckdb")

_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "threads": "1",
    "memory_limit": "1GB",
}


def convert(told: Mapping[str, Any], _progress: "Progress") -> dict[str, Any]:
    """Write the table or query of ``source`` that is asked for into ``target``, values as text.

    Raises
    ------
    InputError
        When duckdb is not installed or cannot read the file, or it is not said which table is
        meant.
    """
    name = told["name"]
    try:
        with duckdb.connect(told["source"], read_only=True, config=_ALONE) as database:
            tables = [str(row[0]) for row in database.execute(_TABLES).fetchall()]
            rows = database.execute(_statement(name, tables, told))
            found: pa.Table = rows.to_arrow_table()
    except ModuleNotFoundError:
        raise InputError(
            f"{name}: is a DuckDB database, which needs duckdb: pip install 'mapper[duckdb]'; or"
            " export the table to Parquet (COPY incidents TO 'incidents.parquet')."
        ) from None
    except duckdb.Error as error:
        words = str(error).replace(told["source"], name).splitlines()[0][:200]
        raise InputError(f"{name}: cannot be read ({words}). Check the table or query.") from None
    if found.num_rows > limits.MAX_ROWS:
        raise InputError(f"{name}: has more than {limits.MAX_ROWS} rows. Ask for fewer.")
    texts = [_text(column) for column in found.columns]
    table = pa.table(texts, names=[f"c{at}" for at in range(len(texts))])
    with pa.OSFile(told["target"], "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    layers = ["a query"] if told["query"] else [told["table"] or tables[0]]
    return {"header": found.column_names, "layers": layers, "crs": None, "encoding": "UTF-8"}


_TABLES = "SELECT table_name FROM information_schema.tables ORDER BY table_name"


def _statement(name: str, tables: list[str], told: Mapping[str, Any]) -> str:
    """Return what is asked, up to the limit: one query, whatever is in it."""
    quoted = "" if told["query"] else _table(name, tables, told["table"])
    asked = told["query"].rstrip().rstrip(";") or f'FROM "{quoted}"'
    return f"FROM ({asked}) LIMIT {limits.MAX_ROWS + 1}"


def _table(name: str, tables: list[str], asked: str) -> str:
    """Return the table that is asked for, or the only one."""
    if asked in tables or (not asked and len(tables) == 1):
        return (asked or tables[0]).replace('"', '""')
    shown = ", ".join(tables[:6]) or "none"
    raise InputError(
        f"{name}: say which of its tables ({shown}) holds the incidents, as in"
        " duckdb:///FILE?table=NAME."
    )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text; bytes, such as points, in hexadecimal digits."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        texts = [None if value is None else value.hex() for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return to_text(column)
