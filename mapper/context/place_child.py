"""What the child process does with one file of shapes: a point inside each, as Arrow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from mapper.base.errors import ContextError
from mapper.base.files import Progress
from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    import geopandas
else:
    geopandas = Lazy("geopandas")


def points(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the attributes of ``source`` and a point in each shape, as text, into ``target``.

    Points are in degrees, in the columns ``lon`` and ``lat``.

    Raises
    ------
    ContextError
        When it is no file of shapes.
    """
    path = told["source"]
    try:
        layers = geopandas.list_layers(path)["name"].tolist()
        layer = next((name for name in layers if "site" in name.lower()), layers[0])
        shapes = geopandas.read_file(path, layer=layer)
    except (OSError, RuntimeError, ValueError, IndexError) as error:
        raise ContextError(
            f"{told['name']}: is no file of shapes. Give the GeoPackage, Shapefile or GeoJSON as"
            " downloaded."
        ) from error
    if not isinstance(shapes, geopandas.GeoDataFrame):
        raise ContextError(f"{told['name']}: {layer} has no shapes. Give a file of shapes.")
    if shapes.crs is None:
        raise ContextError(
            f"{told['name']}: names no coordinate reference system. Save it again with one."
        )
    inside = shapes.geometry.representative_point().to_crs(4326)
    table = pd.DataFrame(shapes.drop(columns=shapes.geometry.name)).astype("str")
    table = table.assign(lon=inside.x.astype("str"), lat=inside.y.astype("str"))
    made = pa.Table.from_pandas(table, preserve_index=False)
    with pa.OSFile(told["target"], "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made)
    return {}
