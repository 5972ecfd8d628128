"""Boundary files: polygons in degrees out of whatever a user brings.

GeoJSON, GeoPackage, Shapefile (bare or zipped), FlatGeobuf and GeoParquet, in any coordinate
reference system that the file names. A format is told by a file's first bytes, never by its name
alone: the reading library also knows formats that point at other files and at the network. What
the file holds is read, moved to degrees and repaired in a child process under limits.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.areas.boundary_child import ATTRIBUTES, FORMATS, SHAPES, polygons_of
from mapper.base.errors import AreaError
from mapper.base.files import digest_of, open_regular
from mapper.base.lazy import Lazy
from mapper.base.sandbox import in_child
from mapper.base.types import Flags

if TYPE_CHECKING:
    import geopandas
    import shapely
else:
    shapely = Lazy("shapely")

MAX_VERTICES = 2_000_000
MAX_BYTES = 1_000_000_000
_SIGNATURES: Mapping[bytes, str] = MappingProxyType(
    {
        b"PAR1": "parquet",
        b"PK\x03\x04": "zip",
        b"SQLite format 3\x00": "gpkg",
        b"fgb\x03": "fgb",
        b"\x00\x00\x27\x0a": "shp",
        b"<?xml": "kml",
        b"<kml": "kml",
        b"\xef\xbb\xbf<?xml": "kml",
        b"{": "geojson",
        b"\xef\xbb\xbf{": "geojson",
    }
)


@dataclass(frozen=True, eq=False)
class Boundary:
    """The polygons of one file, valid, in degrees (WGS 84), with their attributes."""

    name: str  # file name
    sha256: str
    shapes: npt.NDArray[np.object_]  # shapely polygons and multipolygons, shape (shapes,)
    attributes: pd.DataFrame  # the file's other columns, one row per shape
    notes: tuple[str, ...] = ()  # what was repaired or left out, with counts

    def where(self, kept: Flags) -> "Boundary":
        """Return some of the shapes, with what is known of them."""
        attributes = self.attributes[kept].reset_index(drop=True)
        return replace(self, shapes=self.shapes[kept], attributes=attributes)


def read_boundary(path: Path, *, box: tuple[float, ...] = ()) -> Boundary:
    """Read the polygons of a boundary file; invalid ones are repaired and counted.

    Parameters
    ----------
    box
        West, south, east and north in degrees: only shapes near it are read of a large file.

    Raises
    ------
    AreaError
        When the file is absent, no boundary format, without a coordinate reference system or
        without a usable polygon; or when its coordinates are not numbers or off the globe.
    """
    kind = file_format(path)
    if not kind:
        raise AreaError(f"{path.name}: is no boundary file. Choose a {FORMATS} file.")
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        found = in_child(
            "mapper.areas.boundary_child:read",
            {
                "source": str(path.resolve()),
                "kind": kind,
                "folder": folder,
                "box": box,
                "vertices": MAX_VERTICES,
                "bytes": MAX_BYTES,
            },
            name=path.name,
            size=path.stat().st_size,
            kind=AreaError,
            advice="Simplify the boundary (10 metres is enough) and try again.",
        )
        shapes = _table(Path(folder, SHAPES)).column("wkb").to_numpy(zero_copy_only=False)
        attributes = _table(Path(folder, ATTRIBUTES)).to_pandas()
    return Boundary(
        path.name,
        digest_of(path),
        np.asarray(shapely.from_wkb(shapes), dtype=object),
        attributes,
        tuple(found["notes"]),
    )


def boundary_of(frame: "geopandas.GeoDataFrame", *, name: str) -> Boundary:
    """Return the polygons of a frame in memory, as :func:`read_boundary` does those of a file.

    Raises
    ------
    AreaError
        As :func:`read_boundary`.
    """
    shapes, attributes, notes = polygons_of(frame, name=name, vertices=MAX_VERTICES)
    digest = hashlib.sha256(b"".join(shapely.to_wkb(shapes)))
    return Boundary(
        name, digest.hexdigest(), shapes, attributes.reset_index(drop=True), tuple(notes)
    )


def _table(path: Path) -> pa.Table:
    """Return a table that the child process wrote."""
    with pa.OSFile(str(path), "rb") as file:
        return pa.ipc.open_file(file).read_all()


def file_format(path: Path) -> str:
    """Return the format that a file's first bytes announce, or an empty string.

    Raises
    ------
    AreaError
        When there is no such file, it is empty, too large, or may not be read.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(64).lstrip(b" \t\r\n")
    except OSError as error:
        raise AreaError(
            f"{path.name}: cannot be read ({error.strerror}). Check the path and its permissions."
        ) from error
    if not size:
        raise AreaError(f"{path.name}: is empty. Choose a {FORMATS} file.")
    if size > MAX_BYTES:
        raise AreaError(
            f"{path.name}: is over {MAX_BYTES / 1e9:.0f} GB. Simplify the boundary first."
        )
    return next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), "")
