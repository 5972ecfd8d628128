"""Small pieces of country for the attacker: made up, or cut out of the demonstration force."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from mapper.analysis.analyse import analyse
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_points, points_to_cells, strings_to_cells
from mapper.incidents.table import Incidents, SourceFile
from mapper.lenses.lens import Lens, Rule
from mapper.lenses.load import load_lens
from tests.builders import EVERYTHING, disc, incidents_at, small_area

DOMESTIC = ("domestic_abuse", "is", True)
_RULE = Rule(name="domestic", weight=1, reason="flag", conditions=(DOMESTIC,))


def lens(id_, *, include=EVERYTHING.rules, exclude=(), requires=()):
    return Lens(
        id=id_,
        title=id_,
        version="1",
        question="Where?",
        requires=requires,
        rules=include,
        exclusions=exclude,
    )


LENSES = {
    "everything": lens("everything"),
    "domestic-abuse": lens("domestic-abuse", include=(_RULE,), requires=("domestic_abuse",)),
    "all-but": lens("all-but", exclude=(_RULE,)),
}
SHIPPED = ("all-demand", "domestic-abuse", "domestic-abuse-children")


@dataclass(frozen=True, eq=False)
class World:
    """Incidents in a small round area, and the lenses and months that are asked about."""

    incidents: Incidents
    lenses: dict[str, Lens]
    months: tuple[date, ...]  # first days, the last one past the end
    place: tuple[float, float]  # the middle

    def __post_init__(self):
        table = self.incidents.table
        child = table["child_at_address"].to_numpy(dtype=bool, na_value=False)
        abuse = table["domestic_abuse"].to_numpy(dtype=bool, na_value=False)
        lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
        known = {
            "day": np.array([day.date().toordinal() for day in table["start"]]),
            "kind": np.where(abuse, np.where(child, 1, 0), 2),
            "cell": {at: points_to_cells(lon, lat, resolution=at) for at in (8, 9)},
            "of_cell": {},  # days and kinds, of each cell that was asked for
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def truth(self, cell, first, last, kinds):
        if cell not in self.of_cell:
            index = strings_to_cells([cell])[0]
            level = 9 if (self.cell[9] == index).any() else 8
            inside = self.cell[level] == index
            self.of_cell[cell] = self.day[inside], self.kind[inside]
        day, kind = self.of_cell[cell]
        inside = np.isin(kind, kinds) & (day >= first.toordinal()) & (day <= last.toordinal())
        return int(inside.sum())

    def result(self, name, **asked):
        return self._through(analyse, name, **asked)

    def study(self, name, **asked):
        return self._through(prepare, name, **asked)

    def _through(self, work, name, *, resolution, rings, **days):
        lon, lat = self.place
        area = small_area(rings, resolution=resolution, lon=lon, lat=lat)
        return work(self.incidents, lens=self.lenses[name], area=area, **days)


def made_up(seed):
    """Incidents of half a year in a small round area, most cells with few."""
    drawn = np.random.default_rng(seed)
    cells = disc(3)
    chances = drawn.gamma(0.35, 1.0, cells.size)
    places = drawn.choice(cells, 450, p=chances / chances.sum())
    abuse = drawn.random(450) < 0.3
    incidents = incidents_at(
        places,
        start="2024-01-01",
        days=182,
        seed=seed,
        domestic_abuse=abuse,
        child_at_address=abuse & (drawn.random(450) < 0.5),
    )
    lon, lat = cells_to_points(places)
    # Away from the middle, so that cells of two resolutions truly cut across one another.
    incidents.table["lon"] = lon + drawn.normal(0, 0.0006, 450)
    incidents.table["lat"] = lat + drawn.normal(0, 0.0004, 450)
    months = tuple(date(2024, month, 1) for month in range(1, 8))
    return World(incidents, LENSES, months, (-2.95, 53.4))


def cut_out(demonstration, seed):
    """The demonstration's incidents around a cell drawn at random, through shipped lenses."""
    drawn = np.random.default_rng(seed)
    cells = load_study_area("merseyside", resolution=9).cells
    lived_in = cells["cell"].to_numpy()[cells["residents"].to_numpy() > 0]
    middle = drawn.choice(lived_in, 1)
    (lon,), (lat,) = cells_to_points(middle)
    table = demonstration.table
    near = table[(abs(table["lon"] - lon) < _FAR) & (abs(table["lat"] - lat) < _FAR / 2)]
    incidents = Incidents(
        table=near.reset_index(drop=True),
        rejected=demonstration.rejected.head(0),
        files=(SourceFile(name="cut.csv", sha256="1" * 64, size=1, format="made", rows=len(near)),),
    )
    lenses = {name: load_lens(name) for name in SHIPPED} | {"all-but": LENSES["all-but"]}
    whole_year = [date(2021, month, 1) for month in range(9, 13)]
    whole_year += [date(2022, month, 1) for month in range(1, 10)]
    first = int(drawn.integers(0, len(whole_year) - 6))
    return World(incidents, lenses, tuple(whole_year[first : first + 7]), (lon, lat))


_FAR = 0.1  # degrees of longitude: more than the widest area that is asked about
