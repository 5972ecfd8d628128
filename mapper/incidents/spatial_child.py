"""What the child process does with one GeoPackage or shapefile: its first layer as Arrow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.files import Progress
from mapper.base.lazy import Lazy
from mapper.incidents.parquet import to_text

if TYPE_CHECKING:
    import pyogrio
else:
    pyogrio = Lazy("pyogrio")

GEOMETRY = "geometry"


def convert(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the first layer with geometries of ``source`` into ``target``, its values as text.

    The columns are ``c0``, ``c1``, ... and the geometry as well-known binary.

    Raises
    ------
    InputError
        When GDAL cannot read it, or no layer has geometries.
    """
    name, path = told["name"], told["source"]
    try:
        layers = [str(layer) for layer, kind in pyogrio.list_layers(path) if kind is not None]
        if not layers:
            raise InputError(f"{name}: holds no layer with geometries. Export the layer again.")
        meta, table = pyogrio.read_arrow(path, layer=layers[0], datetime_as_string=True)
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
    header = [title for title in table.column_names if title != column]
    texts = [to_text(table.column(title)) for title in header]
    names = [*(f"c{i}" for i in range(len(header))), GEOMETRY]
    shapes = table.column(column).cast(pa.large_binary())
    _write(pa.table([*texts, shapes], names=names), told["target"])
    return {
        "header": header,
        "layers": layers[:6],
        "crs": meta["crs"],
        "encoding": str(meta.get("encoding") or ""),
    }


def _write(table: pa.Table, target: str) -> None:
    """Write a table for the parent to read."""
    with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
