"""What the child process does with one boundary file: valid polygons in degrees, as Arrow.

Reading, reprojection and repair are all done here, because a file can be made so that any of
them fills the memory or never ends: a polygon of 20,000 corners can cross itself 100 million times.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.areas.kml import read_kml
from mapper.base.errors import AreaError
from mapper.base.lazy import Lazy
from mapper.base.reference_systems import FULL_CIRCLE, NATIONAL_GRID, WEB_METRES
from mapper.base.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas
    import pyogrio
    import shapely

    from mapper.base.files import Progress
    from mapper.base.types import Flags
else:
    geopandas = Lazy("geopandas")
    pyogrio = Lazy("pyogrio")
    shapely = Lazy("shapely")

FORMATS = "GeoJSON, GeoPackage, zipped Shapefile, KML, FlatGeobuf or GeoParquet"
# West, south, east and north of the British Isles, whose degrees cannot be taken for their swap.
_ISLES = (-11.0, 49.0, 2.5, 61.5)
_METRES = {NATIONAL_GRID: "the British National Grid", WEB_METRES: "the maps of the web"}
_LONGEST_FAULT = 2_000  # characters looked at: a library may quote a file's whole text
SHAPES, ATTRIBUTES = "shapes.arrow", "attributes.arrow"


def read(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the polygons and attributes of ``source``, of format ``kind``, into ``folder``.

    Raises
    ------
    AreaError
        As :func:`mapper.areas.boundaries.read_boundary`.
    """
    path, folder = Path(told["source"]), Path(told["folder"])
    frame = _read(path, told["kind"], most=told["bytes"], box=told.get("box", ()))
    shapes, attributes, notes = polygons_of(frame, name=path.name, vertices=told["vertices"])
    _write(pa.table({"wkb": pa.array(_to_wkb(shapes), pa.large_binary())}), folder / SHAPES)
    _write(_as_table(attributes), folder / ATTRIBUTES)
    return {"notes": notes}


def polygons_of(
    frame: geopandas.GeoDataFrame, *, name: str, vertices: int
) -> tuple[npt.NDArray[np.object_], pd.DataFrame, list[str]]:
    """Return a frame's polygons, valid and in degrees, its other columns, and what was done.

    Parameters
    ----------
    frame
        Shapes in any coordinate reference system that it names.
    name
        What messages call it.
    vertices
        The most corners that are worked through.

    Raises
    ------
    AreaError
        As :func:`mapper.areas.boundaries.read_boundary`.
    """
    if frame.crs is None:
        raise AreaError(
            f"{name}: names no coordinate reference system. Save it again with one (a Shapefile"
            " needs its .prj file beside it; a GeoDataFrame takes one by set_crs)."
        )
    _check_vertices(name, np.asarray(frame.geometry.array, dtype=object), vertices)
    frame, told = _as_meant(name, frame)
    kept, shapes, notes = _polygons(name, _in_degrees(name, frame))
    notes = [*told, *notes]
    _check_union(name, shapes, vertices)
    return shapes, pd.DataFrame(frame.drop(columns=frame.geometry.name))[kept], notes


def _as_meant(name: str, frame: geopandas.GeoDataFrame) -> tuple[geopandas.GeoDataFrame, list[str]]:
    """Return shapes with longitude first, and what was found.

    Degrees with latitude first are told by where they lie: in the Indian Ocean as they stand, in
    the British Isles when swapped. So are metres that are said to be degrees, or of which nothing
    is said in GeoJSON: off the globe as they stand, in the British Isles as metres.
    """
    if not frame.crs.is_geographic or frame.geometry.isna().all():
        return frame, []
    west, south, east, north = (float(edge) for edge in frame.total_bounds)
    if not np.isfinite([west, south, east, north]).all():
        return frame, []
    if _isles(south, west, north, east):
        turned = shapely.transform(np.asarray(frame.geometry.array), lambda points: points[:, ::-1])
        words = (
            f"{name}: latitude and longitude are swapped (its shapes lie at longitude"
            f" {west:.1f} to {east:.1f}, latitude {south:.1f} to {north:.1f}); they were turned"
            " round."
        )
        return frame.set_geometry(geopandas.GeoSeries(turned, index=frame.index, crs=4326)), [words]
    if max(-west, -south, east, north) > FULL_CIRCLE:
        for system, called in _METRES.items():
            box = geopandas.GeoSeries([shapely.box(west, south, east, north)], crs=system)
            if _isles(*(float(edge) for edge in box.to_crs(4326).total_bounds)):
                words = f"{name}: its numbers are metres of {called} ({system}) and were read so."
                return frame.set_crs(system, allow_override=True), [words]
    return frame, []


def _isles(west: float, south: float, east: float, north: float) -> bool:
    """Tell whether a box lies in the British Isles."""
    inside = west >= _ISLES[0] and east <= _ISLES[2]
    return inside and south >= _ISLES[1] and north <= _ISLES[3]


def _to_wkb(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return shapes as well-known binary."""
    return np.asarray(shapely.to_wkb(shapes), dtype=object)


def _as_table(attributes: pd.DataFrame) -> pa.Table:
    """Return attributes as columns of Arrow; a column of mixed values becomes text."""
    columns: dict[str, pa.Array] = {}
    for at, name in enumerate(attributes.columns):
        values = attributes.iloc[:, at]
        label = str(name) if str(name) not in columns else f"{name} ({at + 1})"
        try:
            columns[label] = pa.array(values, from_pandas=True)
        except pa.ArrowException:
            texts = [None if pd.isna(value) else str(value) for value in values.astype(object)]
            columns[label] = pa.array(texts, pa.string())
    return pa.table(columns)


def _write(table: pa.Table, path: Path) -> None:
    """Write a table for the parent to read."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path, kind: str, *, most: int, box: Sequence[float]) -> geopandas.GeoDataFrame:
    """Read a file's shapes and attributes with the library that knows its format."""
    source = _zipped_member(path, most) if kind == "zip" else str(path.resolve())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters of them is checked below
        try:
            frame = read_kml(path, at_most=most) if kind == "kml" else _load(source, kind, box)
        except (AreaError, MemoryError):
            raise
        except Exception as error:
            raise AreaError(
                f"{path.name}: cannot be read as {kind} ({_first_line(error)}). Export it again"
                f" as a {FORMATS} file."
            ) from error
    if not len(frame):
        raise AreaError(f"{path.name}: holds no shape. Choose a file with polygons.")
    return frame


def _load(source: str, kind: str, box: Sequence[float]) -> geopandas.GeoDataFrame:
    """Read the only layer that holds polygons."""
    if kind == "parquet":
        return geopandas.read_parquet(source)
    layers = pyogrio.list_layers(source)
    named = [str(name) for name, geometry in layers if geometry is not None]
    areal = [str(name) for name, geometry in layers if "Polygon" in str(geometry)] or named
    if len(areal) != 1:
        what = f"{len(areal)} layers ({', '.join(areal[:5])})" if areal else "no layer with shapes"
        raise AreaError(f"{Path(source).name}: holds {what}. Export one polygon layer by itself.")
    near = _box_of(source, areal[0], box) if box else None
    frame = pyogrio.read_dataframe(source, layer=areal[0], bbox=near)
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise AreaError(f"{Path(source).name}: holds a table without shapes.")
    return frame


def _box_of(source: str, layer: str, box: Sequence[float]) -> tuple[float, ...] | None:
    """Return a box of degrees in the reference system of a layer; nothing where it has none."""
    crs = pyogrio.read_info(source, layer=layer)["crs"]
    if not crs:
        return None
    found = geopandas.GeoSeries([shapely.box(*box)], crs=4326).to_crs(crs).total_bounds
    return tuple(float(edge) for edge in found) if np.isfinite(found).all() else None


def _zipped_member(path: Path, most: int) -> str:
    """Return how the reading library addresses the one boundary inside an archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise AreaError(f"{path.name}: is a damaged archive. Zip the files again.") from error
    if sum(member.file_size for member in members) > most:
        raise AreaError(f"{path.name}: unpacks to over {most / 1e9:.1g} GB. Simplify it first.")
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
    lines = str(error)[:_LONGEST_FAULT].splitlines() or [type(error).__name__]
    return re.sub(r"[^\s'\"]*/", "", lines[0].split("; ")[0])[:120]


def _check_vertices(name: str, shapes: npt.NDArray[np.object_], most: int) -> None:
    """Refuse more corners than can be worked through in reasonable time, and corners nowhere."""
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > most:
        raise AreaError(
            f"{name}: has {vertices:,} corners, more than the {most:,} allowed."
            " Simplify the boundary (10 metres is enough) and try again."
        )
    _check_coordinates(name, shapes, (np.inf, np.inf))


def _check_union(name: str, shapes: npt.NDArray[np.object_], most: int) -> None:
    """Refuse shapes that cross each other or themselves so often that nothing can hold them."""
    crossed = int(shapely.get_num_coordinates(shapes).sum())
    crossed = max(crossed, int(shapely.get_num_coordinates(shapely.union_all(shapes))))
    if crossed > most:
        raise AreaError(
            f"{name}: its shapes cross so often that {crossed:,} corners come of it, more than the"
            f" {most:,} allowed. Draw them without crossings and try again."
        )


def _check_coordinates(
    name: str, shapes: npt.NDArray[np.object_], largest: tuple[float, float]
) -> None:
    """Refuse coordinates that are no numbers or beyond the largest."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong = ~np.isfinite(points).all(axis=1)
    wrong |= (np.abs(np.nan_to_num(points)) > largest).any(axis=1)
    if wrong.any():
        raise AreaError(
            f"{name}: {np.unique(owner[wrong]).size:,} shapes have coordinates that are no"
            f" numbers or off the globe, first in record {owner[wrong][0] + 1}. Correct them (are"
            " latitude and longitude swapped?), or"
            " the coordinate reference system that the file names."
        )


def _in_degrees(name: str, frame: geopandas.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the shapes flat and in longitude and latitude, every coordinate checked."""
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
) -> tuple[Flags, npt.NDArray[np.object_], list[str]]:
    """Return which shapes are usable, those repaired, and what there is to say."""
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
        f"{name}: {count(number, one, many)}."
        for number, one, many in (
            (int((invalid & kept).sum()), "invalid polygon repaired", "invalid polygons repaired"),
            (int(absent.sum()), "record has no shape", "records have no shape"),
            (int((~kept & ~absent).sum()), "shape has no area", "shapes have no area"),
        )
        if number
    ]
    return kept, repaired[kept], notes


def _areal_part(shape: Any) -> Any:
    """Return the polygons of a shape: a collection's points and lines have no area."""
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = [part for part in shapely.get_parts(shape) if "Polygon" in part.geom_type]
    return shapely.union_all(parts)
