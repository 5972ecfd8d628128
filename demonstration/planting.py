"""What is planted: known truth that an analysis should find, and some that it should not.

Each plant lies on a disc (a cell with its ring) in a quiet part of the area, by month over the
year. ``strong`` says whether the exact disc test over the whole year, under the plant's lens with
5 % false discovery, finds it; the tests hold it to that.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from demonstration.calendar import draw_in_months
from demonstration.kinds import KIND, PLACE
from mapper.base.types import Integers

FLAGS = (
    "child_at_address", "child_under_1", "repeat_victim", "exploitation", "county_line",
    "cuckooing", "missing", "missing_child", "knife", "young_person", "travel_hub", "drugs",
    "alcohol", "mental_health", "organised_crime", "proactive",
)  # fmt: skip

WITH_NEEDS = "domestic-abuse-1"  # the plant where needs stand together


@dataclass(frozen=True)
class Plant:
    """One planted concentration."""

    id: str
    lens: str
    months: tuple[int, ...]  # incidents in each month, first to last
    pattern: str = ""  # the time class of statistics.md section 4
    seen_as: str = ""  # what a monthly test can call it, where that is another
    signal: str = "cluster"  # or single place
    strong: bool = True
    spot: str = ""  # plants of one spot share a disc; by default its own id
    note: str = ""


def _even(number: int) -> tuple[int, ...]:
    return (number,) * 12


PLANTS = (
    Plant("new", "county-lines", (*(0,) * 11, 70), pattern="new"),
    Plant("consecutive", "county-lines", (*(0,) * 8, *(24,) * 4), pattern="consecutive"),
    Plant("intensifying", "county-lines", tuple(range(15, 39, 2)), pattern="intensifying"),
    Plant("persistent", "county-lines", _even(21), pattern="persistent"),
    Plant("diminishing", "county-lines", tuple(range(38, 14, -2)), pattern="diminishing"),
    Plant("sporadic", "county-lines", (0, 26, 0, 0, 26, 26, 0, 0, 26, 0, 0, 0), pattern="sporadic"),
    Plant(
        "oscillating",
        "county-lines",
        (0, 26) * 6,
        pattern="oscillating",
        seen_as="sporadic",
        note="Its empty months cannot be told from chance: most discs have none in a month.",
    ),
    Plant("historical", "county-lines", (*(21,) * 11, 0), pattern="historical"),
    Plant(
        "coincidence-county-lines",
        "county-lines",
        _even(16),
        pattern="persistent",
        spot="coincidence",
        note="County-lines indicators and domestic abuse in one place.",
    ),
    Plant(
        "coincidence-domestic-abuse",
        "domestic-abuse",
        _even(18),
        pattern="persistent",
        spot="coincidence",
        note="County-lines indicators and domestic abuse in one place.",
    ),
    Plant(
        WITH_NEEDS,
        "domestic-abuse",
        _even(22),
        pattern="persistent",
        note="Alcohol and mental health are recorded together on about half of its incidents.",
    ),
    Plant("domestic-abuse-2", "domestic-abuse", (*(0,) * 9, *(64,) * 3)),
    Plant("children-1", "domestic-abuse-children", _even(12), pattern="persistent"),
    Plant("children-2", "domestic-abuse-children", tuple(range(6, 18)), pattern="intensifying"),
    *(
        Plant(
            f"cuckooed-{number}",
            "county-lines",
            _even(size),
            pattern="persistent",
            signal="single place",
            strong=False,
            note="One home taken over in a quiet place: a cluster test cannot see it.",
        )
        for number, size in ((1, 4), (2, 3), (3, 3))
    ),
)


@dataclass(frozen=True, eq=False)
class Planting:
    """A plant and where it lies."""

    plant: Plant
    centre: int  # cell position
    members: Integers  # positions of the disc, the centre first


# Share, kind, place and the flags set; at least one is an indicator of the county-lines lens.
_Recipe = tuple[float, str, str, tuple[str, ...]]
_LINES: tuple[_Recipe, ...] = (
    (0.16, "Suspicious activity", "street", ("county_line",)),
    (0.14, "Suspicious activity", "street", ("exploitation", "young_person")),
    (0.12, "Drug supply", "street", ("drugs", "county_line")),
    (0.12, "Drug supply", "street", ("drugs", "young_person")),
    (0.14, "Concern for safety", "dwelling", ("exploitation", "young_person")),
    (0.12, "Missing person", "dwelling",
     ("missing", "missing_child", "young_person", "exploitation")),
    (0.10, "Stop and search", "street", ("knife", "young_person", "proactive")),
    (0.10, "Anti-social behaviour", "dwelling", ("cuckooing",)),
)  # fmt: skip
_HOME_TAKEN: tuple[_Recipe, ...] = (
    (0.35, "Suspicious activity", "dwelling", ("county_line",)),
    (0.25, "Anti-social behaviour", "dwelling", ("cuckooing",)),
    (0.25, "Concern for safety", "dwelling", ("cuckooing", "exploitation")),
    (0.15, "Drug supply", "dwelling", ("drugs", "county_line")),
)
_ABUSE: tuple[_Recipe, ...] = (
    (0.6, "Domestic incident", "dwelling", ()),
    (0.25, "Violence without injury", "dwelling", ()),
    (0.15, "Violence with injury", "dwelling", ()),
)
_CHILDREN = tuple((share, kind, place, ("child_at_address",)) for share, kind, place, _ in _ABUSE)


def plant_all(plantings: list[Planting], rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents of every plant; ``plant`` is its number, ``site`` -1: not yet drawn."""
    return pd.concat(
        [_plant(planting, number, rng) for number, planting in enumerate(plantings)],
        ignore_index=True,
    )


def empty_incidents(size: int) -> dict[str, npt.NDArray[np.generic]]:
    """Return the columns of ``size`` incidents about which nothing is known."""
    return {
        "kind": np.zeros(size, dtype=np.int8),
        "domestic": np.zeros(size, dtype=bool),
        "cell": np.zeros(size, dtype=np.int64),
        "minute": np.zeros(size, dtype=np.int64),
        "place": np.zeros(size, dtype=np.int8),
        "site": np.full(size, -1, dtype=np.int64),
        "plant": np.full(size, -1, dtype=np.int16),
        **{flag: np.zeros(size, dtype=bool) for flag in FLAGS},
    }


def _plant(planting: Planting, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incidents of one plant, dealt evenly to the cells of its disc in each month."""
    plant = planting.plant
    month = np.repeat(np.arange(12), plant.months)
    recipes = _recipes_of(plant)
    chosen = rng.choice(len(recipes), size=month.size, p=[recipe[0] for recipe in recipes])
    columns = empty_incidents(month.size)
    columns["plant"][:] = number
    columns["cell"][:] = planting.members[np.arange(month.size) % planting.members.size]
    columns["minute"][:] = draw_in_months(rng, _rhythm_of(plant), month=month)
    columns["domestic"][:] = plant.lens.startswith("domestic-abuse")
    columns["kind"][:] = np.array([KIND[recipe[1]] for recipe in recipes])[chosen]
    columns["place"][:] = np.array([PLACE[recipe[2]] for recipe in recipes])[chosen]
    for flag in FLAGS:
        columns[flag][:] = np.array([flag in recipe[3] for recipe in recipes])[chosen]
    return pd.DataFrame(columns)


def _recipes_of(plant: Plant) -> tuple[_Recipe, ...]:
    if plant.lens == "county-lines":
        return _HOME_TAKEN if plant.signal == "single place" else _LINES
    return _CHILDREN if plant.lens == "domestic-abuse-children" else _ABUSE


def _rhythm_of(plant: Plant) -> str:
    return "home" if plant.lens.startswith("domestic-abuse") else "after school"
