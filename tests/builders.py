"""Small incidents, areas and lenses for tests that need a whole analysis."""

import numpy as np
import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.tables import INCIDENT_COLUMNS, REJECTED_COLUMNS
from mapper.grid.counts import count_positions, locate
from mapper.grid.hexagons import cells_to_areas, cells_to_discs, cells_to_points, points_to_cells
from mapper.incidents.table import Incidents, SourceFile
from mapper.lenses.lens import Lens, Rule


def disc(rings, *, lon=-2.95, lat=53.4, resolution=9):
    """The sorted cells within some rings of a point."""
    centre = points_to_cells(np.array([lon]), np.array([lat]), resolution=resolution)
    return np.unique(cells_to_discs(centre, rings=rings)[1])


def small_area(rings=12, *, resolution=9, lon=-2.95, lat=53.4):
    """A round study area, in Liverpool unless said, its wards being its west and east."""
    cells = disc(rings, resolution=resolution, lon=lon, lat=lat)
    across, _ = cells_to_points(cells)
    table = pd.DataFrame(
        {
            "cell": cells,
            "district": pd.Categorical(["Liverpool"] * cells.size),
            "ward": pd.Categorical(np.where(across < lon, "West Ward", "East Ward")),
            "lsoa": pd.Categorical(["E01000001"] * cells.size),
            "residents": np.full(cells.size, 50.0),
            "residents_10_17": np.full(cells.size, 5.0),
            "deprivation_decile": np.full(cells.size, 3.0),
            "area_km2": cells_to_areas(cells),
        }
    )
    return StudyArea(
        name="round",
        title="the round area",
        resolution=resolution,
        cells=table,
        sha256="0" * 64,
        part=True,
    )


def incidents_at(cells, *, start="2024-03-05", days=200, precision="day", seed=0, **columns):
    """One incident in the middle of each given cell, spread over some days."""
    lon, lat = cells_to_points(np.asarray(cells, dtype=np.uint64))
    rng = np.random.default_rng(seed)
    first = np.datetime64(start, "us")
    table = pd.DataFrame(
        {
            "reference": pd.array([f"R{i}" for i in range(len(cells))], dtype="str"),
            "source": pd.Categorical(["made.csv"] * len(cells)),
            "row": np.arange(2, len(cells) + 2, dtype=np.int32),
            "start": first + rng.integers(0, days, len(cells)).astype("timedelta64[D]"),
            "end": np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]"),
            "precision": pd.Categorical([precision] * len(cells)),
            "lon": lon,
            "lat": lat,
            "type": pd.Categorical(["Robbery"] * len(cells)),
        }
    ).astype(dict(INCIDENT_COLUMNS))
    for name, values in columns.items():
        table[name] = values
    return Incidents(
        table=table,
        rejected=pd.DataFrame({n: pd.Series(dtype=d) for n, d in REJECTED_COLUMNS.items()}),
        files=(
            SourceFile(name="made.csv", sha256="1" * 64, size=1, format="mapped", rows=len(table)),
        ),
    )


EVERYTHING = Lens(
    id="everything",
    title="Everything",
    version="1",
    question="Where do incidents gather?",
    requires=(),
    rules=(Rule(name="any", weight=1, reason="all count", conditions=()),),
    caveats=("It shows places, not people.",),
)


def count_incidents(lon, lat, weights, *, cells, resolution):
    """Incidents binned straight from their coordinates, their weights added up."""
    position = locate(lon, lat, cells=cells, resolution=resolution)
    return count_positions(position, weights, size=cells.size)
