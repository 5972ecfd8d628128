"""What the child process does with one GeoPackage or shapefile: its first layer as Arrow."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.lazy import Lazy
from mapper.incidents.parquet_child import to_text

if TYPE_CHECKING:
    import pyogrio

    from mapper.base.files import Progress
else:
    pyogrio = Lazy("pyogrio")

GEOMETRY = "geometry"
_NO_POINTS = re.compile(r"(?i)line|polygon|curve|surface|triangle|tin")  # kinds of shapes
_NO_DATA = ("layer_styles", "about", "sqlite_sequence")  # tables that tell of others


def convert(told: Mapping[str, Any], _progress: "Progress") -> dict[str, Any]:
    """Write the first layer with points of ``source`` into ``target``, its values as text.

    Where none can have any it is the first with geometries, which are then told to be no points.
    The columns are ``c0``, ``c1``, ... and the geometry as well-known binary.

    Raises
    ------
    InputError
        When GDAL cannot read it, or no layer has geometries.
    """
    name, path = told["name"], told["source"]
    try:
        layers = _layers(name, pyogrio.list_layers(path), told)
        asked = {"sql": told["query"]} if told["query"] else {"layer": layers[0]}
        meta, table = pyogrio.read_arrow(path, datetime_as_string=True, **asked)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        RuntimeError,
        pa.ArrowException,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        words = str(error).replace(path, name)[:200]
        raise InputError(f"{name}: cannot be read ({words}). Export it again.") from None
    column = meta["geometry_name"] or "wkb_geometry"
    if meta["crs"] is None and path.endswith(".sqlite"):
        column = ""  # points of a plain table are a text like others: their values tell where
    header = [title for title in table.column_names if title != column]
    texts = [to_text(table.column(title)) for title in header]
    names = [*(f"c{i}" for i in range(len(header))), GEOMETRY]
    shapes = [table.column(column).cast(pa.large_binary())] if column in table.column_names else []
    _write(pa.table([*texts, *shapes], names=names[: len(texts) + len(shapes)]), told["target"])
    return {
        "header": header,
        "layers": layers[:6],
        "crs": meta["crs"],
        "encoding": str(meta.get("encoding") or ""),
    }


def _layers(name: str, found: Any, told: Mapping[str, Any]) -> list[str]:
    """Return the tables of a file, that which is read first: one that can hold points."""
    kinds = {str(layer): kind for layer, kind in found if layer not in _NO_DATA}
    if told["query"]:
        return ["a query"]
    if told["table"]:
        if told["table"] not in kinds:
            known = ", ".join(kinds) or "none"
            raise InputError(f"{name}: holds no such table. Its tables are: {known}.")
        return [str(told["table"])]
    layers = [layer for layer, kind in kinds.items() if kind is not None]
    if layers:
        return sorted(layers, key=lambda layer: _NO_POINTS.search(str(kinds[layer])) is not None)
    if len(kinds) == 1:
        return list(kinds)
    raise InputError(
        f"{name}: holds no layer with geometries, and {len(kinds)} tables"
        f" ({', '.join(list(kinds)[:6]) or 'none'}). Give sqlite:///FILE?table=NAME."
    )


def _write(table: pa.Table, target: str) -> None:
    """Write a table for the parent to read."""
    with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
