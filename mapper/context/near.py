"""What is near: places around a cell or hot spot, by kind, ring by ring, risks beside assets.

Ring 0 is the place itself, ring 1 the cells that touch it, and so on outwards; a step is about
300 m at resolution 9. The distance to the nearest of a kind is 0 inside the place, else metres from
the nearest cell centre: off by up to half a cell's width.

What can mislead: a list is as good as its file, and old ones name what has closed; near as the crow
flies may be far on foot.
"""

import numpy as np
import pandas as pd

from mapper.base.types import Floats, Integers
from mapper.context.distances import metres_between
from mapper.grid.hexagons import Cells, cells_to_points, cells_to_rings, points_to_cells

RINGS = 3
_BLOCK = 2_000_000  # pairs of cells and places looked at together


def near_places(places: pd.DataFrame, cells: Cells, *, resolution: int, rings: int) -> pd.DataFrame:
    """Return what lies in and around one place, one row for each kind that any file names.

    Parameters
    ----------
    places
        Columns of ``PLACE_COLUMNS``.
    cells
        The cells of the cell or hot spot, of one resolution.
    rings
        How many rings are counted.

    Returns
    -------
    pandas.DataFrame
        ``side``, ``kind``, ``ring_0`` to ``ring_n``, ``within`` (their sum), ``nearest_m`` and
        ``nearest``; risks first, then what is both, then protective assets.
    """
    ring = _ring_of(places, cells, resolution=resolution, rings=rings)
    metres = np.where(ring == 0, 0.0, _metres(places, cells))
    kind = places["kind"].astype("str").to_numpy()
    side = places["side"].astype("str").to_numpy()
    rows = []
    for one, of_side in sorted({*zip(kind.tolist(), side.tolist(), strict=True)}):
        mine = np.flatnonzero((kind == one) & (side == of_side))
        nearest = mine[metres[mine].argmin()]
        counted = np.bincount(ring[mine][ring[mine] >= 0], minlength=rings + 1)
        rows.append(
            {
                "side": of_side,
                "kind": one,
                **{f"ring_{n}": int(number) for n, number in enumerate(counted)},
                "within": int(counted.sum()),
                "nearest_m": float(np.round(metres[nearest])),
                "nearest": str(places["name"].iloc[nearest]),
            }
        )
    order = {"risk": 0, "both": 1, "protective": 2}
    rows.sort(key=lambda row: (order[str(row["side"])], row["nearest_m"], row["kind"]))
    return pd.DataFrame(rows)


def metres_to_kind(places: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Return how far the middle of each cell is from the nearest place of each kind, in metres.

    Parameters
    ----------
    places
        Columns of ``PLACE_COLUMNS``.
    cells
        Shape (cells,).

    Returns
    -------
    pandas.DataFrame
        A row for each cell and a column for each kind, by name.
    """
    lon, lat = cells_to_points(cells)
    kinds = places["kind"].astype("str")
    away = {}
    for kind in sorted(kinds.unique()):
        points = places.loc[kinds == kind, ["lon", "lat"]].to_numpy()
        nearest = np.full(cells.size, np.inf)
        step = max(1, _BLOCK // max(cells.size, 1))
        for begin in range(0, len(points), step):
            east, north = points[begin : begin + step].T
            metres = metres_between(lon[:, None], lat[:, None], east, north)
            nearest = np.minimum(nearest, metres.min(axis=1))
        away[kind] = nearest
    return pd.DataFrame(away)


def side_by_side(rows: pd.DataFrame) -> pd.DataFrame:
    """Return risks in one column and protective assets in the other, nearest first.

    What is both stands in both columns. Each entry says how many there are within the rings and
    how far the nearest is.

    Parameters
    ----------
    rows
        As :func:`near_places` returns them.
    """
    texts = {
        side: [
            f"{row.kind}: {row.within}, nearest {row.nearest_m:,.0f} m"
            for row in rows[rows["side"].isin([side, "both"])]
            .sort_values(["nearest_m", "kind"])
            .itertuples()
        ]
        for side in ("risk", "protective")
    }
    longest = max(map(len, texts.values()), default=0)
    return pd.DataFrame(
        {side: [*words, *[""] * (longest - len(words))] for side, words in texts.items()}
    )


def _ring_of(places: pd.DataFrame, cells: Cells, *, resolution: int, rings: int) -> Integers:
    """Return the ring that each place lies in, -1 beyond the last."""
    _, member, step = cells_to_rings(cells, rings=rings)
    order = np.lexsort((step, member))
    around, first = np.unique(member[order], return_index=True)
    ring = step[order][first]
    at = points_to_cells(places["lon"].to_numpy(), places["lat"].to_numpy(), resolution=resolution)
    position = np.minimum(np.searchsorted(around, at), around.size - 1)
    return np.where(around[position] == at, ring[position], -1).astype(np.int64)


def _metres(places: pd.DataFrame, cells: Cells) -> Floats:
    """Return how far each place is from the nearest cell centre."""
    lon, lat = cells_to_points(cells)
    east, north = places["lon"].to_numpy(), places["lat"].to_numpy()
    nearest = np.full(len(places), np.inf)
    step = max(1, _BLOCK // max(len(places), 1))
    for begin in range(0, len(cells), step):
        part = slice(begin, begin + step)
        away = metres_between(east[:, None], north[:, None], lon[part], lat[part])
        nearest = np.minimum(nearest, away.min(axis=1))
    return nearest
