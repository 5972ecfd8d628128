"""H3 cells: the only file that imports h3 and h3ronpy.

Everything outside works with numpy arrays of ``uint64`` cell indexes and degrees of longitude and
latitude (WGS 84), longitude first. h3 itself accepts a latitude of 100 without a word, so points
are checked here once more.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import h3
import h3ronpy
import h3ronpy.vector as h3vector
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mapper.base.types import Floats, Integers

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

Cells = npt.NDArray[np.uint64]

RESOLUTIONS = range(7, 12)
_CHUNK = 65_536
_MOST_LON, _MOST_LAT = 180, 90
_WKB_HEAD = 13  # byte order, type, number of rings and number of points of a polygon


def points_to_cells(lon: Floats, lat: Floats, *, resolution: int) -> Cells:
    """Return the cell of each point, binned in threads.

    Parameters
    ----------
    lon, lat
        Degrees, shape (points,).
    resolution
        H3 resolution, 0 to 15.

    Raises
    ------
    ValueError
        When any coordinate is missing or off the globe.
    """
    lon = np.ascontiguousarray(lon, dtype=np.float64)
    lat = np.ascontiguousarray(lat, dtype=np.float64)
    if lon.shape != lat.shape:
        raise ValueError("lon and lat differ in length")
    if lon.size and not bool(((np.abs(lon) <= _MOST_LON) & (np.abs(lat) <= _MOST_LAT)).all()):
        raise ValueError("a coordinate is missing or off the globe")
    cells = np.empty(lon.size, dtype=np.uint64)

    def bin_chunk(first: int) -> None:
        part = slice(first, first + _CHUNK)
        cells[part] = _numpy(h3vector.coordinates_to_cells(lat[part], lon[part], resolution))

    starts = range(0, lon.size, _CHUNK)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(bin_chunk, starts))
    return cells


def cells_to_points(cells: Cells) -> tuple[Floats, Floats]:
    """Return the centres of cells as longitudes and latitudes in degrees."""
    batch = pa.record_batch(h3vector.cells_to_coordinates(cells))
    return batch["lng"].to_numpy(zero_copy_only=False), batch["lat"].to_numpy(zero_copy_only=False)


def cells_to_strings(cells: Cells) -> npt.NDArray[np.object_]:
    """Return cells as H3 strings, as every file and screen shows them."""
    return cast(
        "npt.NDArray[np.object_]",
        pa.array(h3ronpy.cells_to_string(cells)).to_numpy(zero_copy_only=False),
    )


def strings_to_cells(strings: npt.ArrayLike) -> Cells:
    """Return H3 strings as cell indexes.

    Raises
    ------
    ValueError
        When a string is no cell.
    """
    return _numpy(h3ronpy.cells_parse(pa.array(np.asarray(strings, dtype=object), pa.string())))


def cell_resolution(cell: int) -> int:
    """Return the resolution of one cell."""
    return int(h3.get_resolution(h3.int_to_str(int(cell))))


def cells_to_areas(cells: Cells) -> Floats:
    """Return the area of each cell in square kilometres."""
    areas = pa.array(h3ronpy.cells_area_km2(cells)).to_numpy(zero_copy_only=False)
    return cast("Floats", areas)


def cells_to_parents(cells: Cells, *, resolution: int) -> Cells:
    """Return each cell's parent at a coarser resolution.

    Parents name neighbourhoods; they must never stand in for binning: the parent of a fine cell
    is not the coarse cell of the same point for about 7 % of points.
    """
    return _numpy(h3ronpy.change_resolution(cells, resolution))


def cells_to_discs(cells: Cells, *, rings: int) -> tuple[Integers, Cells]:
    """Return all cells within ``rings`` steps of each cell, itself included, as pairs.

    Returns
    -------
    tuple
        ``owner``, the position in ``cells`` of the centre of each pair, and ``member``, the cell
        found; both of shape (pairs,), at most ``1 + 3 rings (rings + 1)`` pairs for each centre.
    """
    discs = pa.array(h3ronpy.grid_disk(cells, rings))
    owner = np.repeat(
        np.arange(len(cells), dtype=np.int64), discs.value_lengths().to_numpy(zero_copy_only=False)
    )
    return owner, discs.flatten().to_numpy(zero_copy_only=False)


def cells_to_rings(cells: Cells, *, rings: int) -> tuple[Integers, Cells, Integers]:
    """Return the pairs of :func:`cells_to_discs` and the distance of each in grid steps.

    Returns
    -------
    tuple
        ``owner``, ``member`` and ``ring``, 0 for the cell itself; all of shape (pairs,).
    """
    found = pa.record_batch(h3ronpy.grid_disk_distances(cells, rings))
    lengths = found["cell"].value_lengths().to_numpy(zero_copy_only=False)
    return (
        np.repeat(np.arange(len(cells), dtype=np.int64), lengths),
        found["cell"].flatten().to_numpy(zero_copy_only=False),
        found["k"].flatten().to_numpy(zero_copy_only=False).astype(np.int64),
    )


def polygon_to_cells(polygon: "Polygon | MultiPolygon", *, resolution: int) -> Cells:
    """Return every cell that overlaps a polygon, sorted; longitude-latitude coordinates."""
    found = h3vector.geometry_to_cells(
        polygon, resolution, containment_mode=h3ronpy.ContainmentMode.Covers
    )
    return np.unique(_numpy(found))


def cells_to_wkb(cells: Cells) -> npt.NDArray[np.object_]:
    """Return each cell's hexagon as well-known binary, for ``shapely.from_wkb``."""
    wkb = pa.array(h3vector.cells_to_wkb_polygons(cells))
    return cast("npt.NDArray[np.object_]", wkb.to_numpy(zero_copy_only=False))


def cells_to_corners(cells: Cells) -> Floats:
    """Return each cell's corners as a closed ring, shape (cells, 7, 2), longitude first.

    Where a cell has more or fewer corners than six (the twelve pentagons, and cells across an
    edge of the icosahedron), rings are padded to the longest by repeating their first corner.
    """
    shapes = pa.array(h3vector.cells_to_wkb_polygons(cells)).cast(pa.large_binary())
    _, offsets, content = shapes.buffers()
    ends = np.frombuffer(offsets, np.int64)[: len(cells) + 1]
    flat = np.frombuffer(content, np.uint8)[: ends[-1]] if len(cells) else np.empty(0, np.uint8)
    longest = int(np.diff(ends).max(initial=_WKB_HEAD + 7 * 16)) - _WKB_HEAD
    if flat.size == len(cells) * (_WKB_HEAD + longest):
        points = flat.reshape(len(cells), _WKB_HEAD + longest)[:, _WKB_HEAD:]
        return np.ascontiguousarray(points).view(np.float64).reshape(len(cells), longest // 16, 2)
    corners = np.empty((len(cells), longest // 16, 2))
    for ring, wkb in zip(corners, shapes.to_pylist(), strict=True):
        found = np.frombuffer(wkb, np.float64, offset=_WKB_HEAD).reshape(-1, 2)
        ring[: len(found)], ring[len(found) :] = found, found[0]
    return corners


def cells_to_outline(cells: Cells) -> list[list[list[tuple[float, float]]]]:
    """Return the outline of a set of cells: polygons of rings of (lon, lat), holes after shells."""
    shape = h3.cells_to_h3shape([h3.int_to_str(int(cell)) for cell in cells], tight=False)
    polygons = shape.polys if isinstance(shape, h3.LatLngMultiPoly) else (shape,)
    return [
        [[(lon, lat) for lat, lon in (*ring, ring[0])] for ring in (poly.outer, *poly.holes)]
        for poly in cast("tuple[h3.LatLngPoly, ...]", polygons)
    ]


def _numpy(array: object) -> Cells:
    """Return an h3ronpy result as a numpy array without a copy where possible."""
    return cast("Cells", pa.array(array).to_numpy(zero_copy_only=False))
