"""Invented places around the demonstration force: risks and protective assets, plainly synthetic.

Hubs, hospitals and the police station stand where the incidents have them; children's homes are the
homes from which the demonstration's children go missing. Schools follow where young people live,
licensed premises and takeaways the town centres, the rest where people live. Every name says that
it is invented, and so does the column ``source``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demonstration.force import Force
from demonstration.ground import TOWNS, Ground, draw_cells
from mapper.base.types import Floats

SYNTHETIC = "synthetic"
HEADER = "name,type,lon,lat,source"
_METRES_EAST, _METRES_NORTH = 66_300, 111_320  # in a degree, around Liverpool
_SPREAD = 120  # metres from a cell's centre
_SPECIAL = {
    "Railway Station": "railway station", "Bus Station": "bus or coach station",
    "Hospital": "hospital", "Police Station": "police station", "Care Home": "children's home",
}  # fmt: skip


@dataclass(frozen=True)
class _Kind:
    """How many of a kind, and where they tend to be."""

    name: str
    number: int
    where: str  # youth, homes or towns


_KINDS = (
    _Kind("school", 420, "youth"),
    _Kind("college", 12, "towns"),
    _Kind("licensed premises", 700, "towns"),
    _Kind("off-licence", 260, "homes"),
    _Kind("takeaway", 480, "towns"),
    _Kind("hostel", 24, "towns"),
    _Kind("park", 180, "homes"),
    _Kind("playing field", 90, "homes"),
    _Kind("youth club", 70, "youth"),
    _Kind("family hub", 30, "homes"),
    _Kind("library", 48, "homes"),
    _Kind("health centre", 110, "homes"),
    _Kind("place of worship", 300, "homes"),
    _Kind("community centre", 80, "homes"),
    _Kind("domestic-abuse service", 8, "towns"),
    _Kind("drug and alcohol service", 10, "towns"),
)


def places_text(force: Force, rng: np.random.Generator) -> str:
    """Return all places as CSV; the same force and random numbers, the same text."""
    rows = [HEADER]
    numbers: dict[str, int] = {}
    for kind, lon, lat in [*_special(force), *_drawn(force.ground, rng)]:
        numbers[kind] = numbers.get(kind, 0) + 1
        name = f"Invented {kind} {numbers[kind]}"
        rows.append(f"{name},{kind},{lon:.6f},{lat:.6f},{SYNTHETIC}")
    return "\n".join(rows) + "\n"


def _special(force: Force) -> Iterator[tuple[str, float, float]]:
    """Give the places that the incidents name."""
    special = force.sites.special
    points = special[["lon", "lat"]].to_numpy(dtype=np.float64)
    for text, (lon, lat) in zip(special["text"], points.tolist(), strict=True):
        if text in _SPECIAL:
            yield _SPECIAL[text], lon, lat


def _drawn(ground: Ground, rng: np.random.Generator) -> Iterator[tuple[str, float, float]]:
    """Give the places that are drawn at random."""
    chances = _chances(ground)
    for kind in _KINDS:
        cells = draw_cells(rng, chances[kind.where], size=kind.number)
        east, north = (2 * rng.random((2, kind.number)) - 1) * _SPREAD
        lon = ground.lon[cells] + east / _METRES_EAST
        lat = ground.lat[cells] + north / _METRES_NORTH
        yield from zip([kind.name] * kind.number, lon.tolist(), lat.tolist(), strict=True)


def _chances(ground: Ground) -> dict[str, Floats]:
    """Return how likely each cell is by what a kind follows."""
    youth = np.nan_to_num(ground.area.cells["residents_10_17"].to_numpy(dtype=np.float64))
    towns = 0.02 * ground.residents / ground.residents.sum()
    for lon, lat, day, night, radius in TOWNS:
        away = ground.metres_to(lon, lat) / radius
        weight = np.exp(-0.5 * away**2)
        towns = towns + (day + night) * weight / weight.sum()
    surfaces = {"youth": youth, "homes": ground.residents, "towns": towns}
    return {name: values / values.sum() for name, values in surfaces.items()}
