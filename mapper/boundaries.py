"""Boundary files: polygons in degrees out of whatever a user brings.

GeoJSON, GeoPackage, Shapefile (bare or zipped), FlatGeobuf and GeoParquet, in any coordinate
reference system that the file names. A format is told by a file's first bytes, never by its name
alone: the reading library also knows formats that point at other files and at the network.
"""

import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.errors import AreaError
from mapper.files import digest_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

MAX_VERTICES = 2_000_000
MAX_BYTES = 1_000_000_000
_SIGNATURES: Mapping[bytes, str] = MappingProxyType(
    {
        b"PAR1": "parquet",
        b"PK\x03\x04": "zip",
        b"SQLite format 3\x00": "gpkg",
        b"fgb\x03": "fgb",
        b"\x00\x00\x27\x0a": "shp",
        b"{": "geojson",
        b"\xef\xbb\xbf{": "geojson",
    }
)
_FORMATS = "GeoJSON, GeoPackage, zipped Shapefile, FlatGeobuf or GeoParquet"


@dataclass(frozen=True, eq=False)
class Boundary:
    """The polygons of one file, valid, in degrees (WGS 84), with their attributes."""

    name: str  # file name
    sha256: str
    shapes: npt.NDArray[np.object_]  # shapely polygons and multipolygons, shape (shapes,)
    attributes: pd.DataFrame  # the file's other columns, one row per shape
    notes: tuple[str, ...] = ()  # what was repaired or left out, with counts


def read_boundary(path: Path) -> Boundary:
    """Read the polygons of a boundary file; invalid ones are repaired and counted.

    Raises
    ------
    AreaError
        When the file is absent, no boundary format, without a coordinate reference system or
        without a usable polygon; or when its coordinates are not numbers or off the globe.
    """
    frame = _read(path)
    if frame.crs is None:
        raise AreaError(
            f"{path.name}: names no coordinate reference system. Save it again with one (a"
            " Shapefile needs its .prj file beside it)."
        )
    _check_vertices(path.name, np.asarray(frame.geometry.array, dtype=object))
    shapes = _in_degrees(path.name, frame)
    kept, shapes, notes = _polygons(path.name, shapes)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))[kept]
    return Boundary(
        path.name, digest_of(path), shapes, attributes.reset_index(drop=True), tuple(notes)
    )


def file_format(path: Path) -> str:
    """Return the format that a file's first bytes announce, or an empty string.

    Raises
    ------
    AreaError
        When there is no such file, it is empty, too large, or may not be read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64).lstrip(b" \t\r\n")
    except (OSError, ValueError) as error:
        raise AreaError(
            f"{path.name}: cannot be read. Check the path and its permissions."
        ) from error
    if not size:
        raise AreaError(f"{path.name}: is empty. Choose a {_FORMATS} file.")
    if size > MAX_BYTES:
        raise AreaError(
            f"{path.name}: is over {MAX_BYTES / 1e9:.0f} GB. Simplify the boundary first."
        )
    return next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), "")


def _read(path: Path) -> "GeoDataFrame":
    """Read a file's shapes and attributes with the library that knows its format."""
    kind = file_format(path)
    if not kind:
        raise AreaError(f"{path.name}: is no boundary file. Choose a {_FORMATS} file.")
    source = _zipped_member(path) if kind == "zip" else str(path.resolve())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters of them is checked below
        try:
            frame = _load(source, kind)
        except AreaError:
            raise
        except Exception as error:
            raise AreaError(
                f"{path.name}: cannot be read as {kind} ({_first_line(error)}). Export it again"
                f" as a {_FORMATS} file."
            ) from error
    if not len(frame):
        raise AreaError(f"{path.name}: holds no shape. Choose a file with polygons.")
    return frame


def _load(source: str, kind: str) -> "GeoDataFrame":
    """Read the only layer that holds polygons."""
    import geopandas
    import pyogrio

    if kind == "parquet":
        return geopandas.read_parquet(source)
    layers = pyogrio.list_layers(source)
    named = [str(name) for name, geometry in layers if geometry is not None]
    areal = [str(name) for name, geometry in layers if "Polygon" in str(geometry)] or named
    if len(areal) != 1:
        what = f"{len(areal)} layers ({', '.join(areal[:5])})" if areal else "no layer with shapes"
        raise AreaError(f"{Path(source).name}: holds {what}. Export one polygon layer by itself.")
    frame = pyogrio.read_dataframe(source, layer=areal[0])
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise AreaError(f"{Path(source).name}: holds a table without shapes.")
    return frame


def _zipped_member(path: Path) -> str:
    """Return how the reading library addresses the one boundary inside an archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise AreaError(f"{path.name}: is a damaged archive. Zip the files again.") from error
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise AreaError(
            f"{path.name}: unpacks to over {MAX_BYTES / 1e9:.0f} GB. Simplify it first."
        )
    if any(member.flag_bits & 1 for member in members):
        raise AreaError(f"{path.name}: is protected by a password. Zip the files without one.")
    names = [PurePosixPath(member.filename) for member in members if not member.is_dir()]
    if any(name.is_absolute() or ".." in name.parts for name in names):
        raise AreaError(f"{path.name}: names files outside the archive. Zip the files again.")
    found = [n for n in names if n.suffix.lower() == ".shp" and n.parts[0] != "__MACOSX"]
    if len(found) != 1:
        raise AreaError(
            f"{path.name}: holds {len(found)} Shapefiles. Zip the files of exactly one (.shp,"
            " .shx, .dbf, .prj)."
        )
    return f"/vsizip/{{{path.resolve()}}}/{found[0]}"


def _first_line(error: Exception) -> str:
    """Return the start of a library's message, without the folders it names."""
    lines = str(error).splitlines() or [type(error).__name__]
    return re.sub(r"[^\s'\"]*/", "", lines[0].split("; ")[0])[:120]


def _check_vertices(name: str, shapes: npt.NDArray[np.object_]) -> None:
    """Refuse more corners than can be worked through in reasonable time, and corners nowhere."""
    import shapely

    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > MAX_VERTICES:
        raise AreaError(
            f"{name}: has {vertices:,} corners, more than the {MAX_VERTICES:,} allowed."
            " Simplify the boundary (10 metres is enough) and try again."
        )
    _check_coordinates(name, shapes, (np.inf, np.inf))


def _check_coordinates(
    name: str, shapes: npt.NDArray[np.object_], largest: tuple[float, float]
) -> None:
    """Refuse coordinates that are no numbers or beyond the largest."""
    import shapely

    points, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong = ~np.isfinite(points).all(axis=1)
    wrong |= (np.abs(np.nan_to_num(points)) > largest).any(axis=1)
    if wrong.any():
        raise AreaError(
            f"{name}: {np.unique(owner[wrong]).size:,} shapes have coordinates that are no"
            f" numbers or off the globe, first in record {owner[wrong][0] + 1}. Correct them, or"
            " the coordinate reference system that the file names."
        )


def _in_degrees(name: str, frame: "GeoDataFrame") -> npt.NDArray[np.object_]:
    """Return the shapes flat and in longitude and latitude, every coordinate checked."""
    import shapely

    try:
        moved = frame.geometry.to_crs(4326)
    except Exception as error:
        raise AreaError(
            f"{name}: its coordinate reference system cannot be used ({_first_line(error)})."
            " Save it as longitude and latitude."
        ) from error
    shapes = np.asarray(shapely.force_2d(np.asarray(moved.array, dtype=object)), dtype=object)
    _check_coordinates(name, shapes, (180, 90))
    return shapes


def _polygons(
    name: str, shapes: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.object_], list[str]]:
    """Return which shapes are usable, those repaired, and what there is to say."""
    import shapely

    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    areal = np.isin(shapely.get_type_id(shapes), (3, 6, 7)) & ~absent
    invalid = areal & ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[invalid] = shapely.make_valid(shapes[invalid], method="structure")
    repaired[areal] = [_areal_part(shape) for shape in repaired[areal]]
    kept = areal & (shapely.area(repaired) > 0)
    if not kept.any():
        raise AreaError(
            f"{name}: none of its {len(shapes):,} shapes is a polygon with an area. Choose a file"
            " of boundaries, not of points or lines."
        )
    notes = [
        f"{name}: {count:,} {words}."
        for count, words in (
            (int((invalid & kept).sum()), "invalid polygons were repaired"),
            (int(absent.sum()), "records without a shape were left out"),
            (int((~kept & ~absent).sum()), "shapes without an area were left out"),
        )
        if count
    ]
    return kept, repaired[kept], notes


def _areal_part(shape: Any) -> Any:
    """Return the polygons of a shape: a collection's points and lines have no area."""
    import shapely

    if shape.geom_type != "GeometryCollection":
        return shape
    parts = [part for part in shapely.get_parts(shape) if "Polygon" in part.geom_type]
    return shapely.union_all(parts)
