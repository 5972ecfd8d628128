"""Totals that narrow nothing, by the check of everything and by an attacker in whole numbers."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import optimize

from mapper.disclosure import finding_check, systems
from mapper.disclosure.bounds import a_clock
from mapper.disclosure.differencing import check, need_of
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.lens_families import lens_families
from mapper.disclosure.linking import linked_to
from mapper.disclosure.loose_totals import _Totals, narrows_nothing
from mapper.disclosure.register import Selection, StoredRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.step_lower import release_lower
from mapper.disclosure.suppression import print_counts
from mapper.disclosure.systems import share_ground
from mapper.grid.hexagons import cells_to_strings
from tests.builders import disc

RULE = rules().audiences["partnership"]
NEED = need_of(RULE)
FLAGS = ("domestic_abuse", "child_at_address", "drugs")
ALL = Selection(include=((),))
LENSES = (
    Selection(include=(((FLAGS[0], "is", True),),)),
    Selection(include=(((FLAGS[0], "is", True), (FLAGS[1], "is", True)),)),
    Selection(include=(((FLAGS[2], "is", True),),)),
)
BOTH = Selection(include=(((FLAGS[0], "is", True), (FLAGS[2], "is", True)),))
MONTHS = tuple(date(2024, month, 1) for month in range(1, 6))


class Place:
    """Made-up incidents of a few cells: of each its cell, its day and its flags."""

    def __init__(self, seed, each=30):
        self.drawn = np.random.default_rng(seed)
        self.cells = disc(int(self.drawn.integers(1, 3)))
        size = int(self.drawn.integers(2, each)) * self.cells.size
        self.cell = self.drawn.integers(0, self.cells.size, size)
        self.month = self.drawn.integers(0, 4, size)
        self.flags = self.drawn.random((size, 3)) < self.drawn.choice([0.1, 0.3, 0.7], 3)
        if seed % 2:
            self.leave_little()

    def leave_little(self):
        """Let all be domestic abuse of one month, as few in each cell as its printed number is."""
        self.cell = np.repeat(np.arange(self.cells.size), self.drawn.choice([8, 13]))
        self.month = np.full(self.cell.size, 1)
        self.flags = np.ones((self.cell.size, 3), dtype=bool)

    def told(self, lens, first, after, region):
        """Return what partners are told of some months by lens, a number for each region."""
        inside = (self.month >= first) & (self.month < after)
        for at, name in enumerate(FLAGS):
            if (name, "is", True) in lens.include[0]:
                inside &= self.flags[:, at]
        counts = np.bincount(region[self.cell[inside]], minlength=int(region.max()) + 1)
        printed = print_counts(counts, RULE)
        return StoredRelease(
            digest=f"{lens} {first} {after} {region.max()}",
            audience="partnership",
            title="",
            area_title="",
            first=MONTHS[first],
            last=date.fromordinal(MONTHS[after].toordinal() - 1),
            resolution=9,
            selection=lens,
            cells=tuple(map(str, cells_to_strings(self.cells))),
            region=region,
            low=printed.low,
            high=printed.high,
        )

    def given(self):
        """Return maps by cell of some lenses and months, as partners were given them."""
        held = []
        for _ in range(int(self.drawn.integers(1, 4))):
            first, after = sorted(self.drawn.choice(5, 2, replace=False).tolist())
            lens = LENSES[int(self.drawn.integers(3))]
            new = self.told(lens, first, after, np.arange(self.cells.size))
            held.append(new.withholding(check([new], held, rule=RULE).withhold[0]))
        return held

    def total(self):
        """Return a new total of all demand of one or two districts."""
        first, after = sorted(self.drawn.choice(5, 2, replace=False).tolist())
        districts = (np.arange(self.cells.size) * int(self.drawn.integers(1, 3))) // self.cells.size
        return self.told(ALL, first, after, districts)


class JoinedPlace(Place):
    """The same, of which partners were given children in domestic abuse by ward, too."""

    def given(self):
        """Return maps by cell, then totals by wards of three cells: these join what is in them."""
        held = super().given()
        new = self.told(LENSES[1], 0, 4, np.arange(self.cells.size) // 3)
        return [*held, new.withholding(check_finding([new], held, rule=RULE).withhold[0])]


@pytest.fixture(params=[(Place, "families"), (Place, "places"), (JoinedPlace, "families")])
def made(request, monkeypatch):
    """Places, with one of the two ways to show that a total is loose left out."""
    place, way = request.param
    other = {"families": "leave_room", "places": "leave_families_room"}[way]
    monkeypatch.setattr(_Totals, other, lambda *_: False)
    return place


def shown(held, new):
    """Tell of each part of the ground that hangs together whether its totals narrow nothing."""
    ground = share_ground([new, *linked_to([new], held)])
    return [
        narrows_nothing(
            ground, np.flatnonzero(ground.group == group), new=1, need=NEED, clock=a_clock()
        )
        for group in np.unique(ground.group)
    ]


@pytest.mark.parametrize("places", [24, pytest.param(120, marks=pytest.mark.soak)])
def test_what_narrows_nothing_passes_the_check_of_everything(monkeypatch, made, places):
    said = {True: 0, False: 0}
    for seed in range(places):
        place = made(seed)
        held, new = place.given(), place.total()
        if not linked_to([new], held):
            continue
        every = all(shown(held, new))
        said[every] += 1
        if every:
            quick = check_finding([new], held, rule=RULE)
            with monkeypatch.context() as patched:
                patched.setattr(finding_check, "narrows_nothing", lambda *_, **__: False)
                found = check_finding([new], held, rule=RULE)
            assert not found.withhold[0].any(), seed
            assert not quick.withhold[0].any()
    assert min(said.values()) > places // 8, said


def _values(place, releases, cells, lens_months):
    """Return how few and many a count can be, in whole numbers: kinds of each cell and month."""
    kinds = np.array([[at >> bit & 1 for bit in range(3)] for at in range(8)], dtype=bool)
    shape = (place.cells.size, 4, 8)

    def row(cells, months, lens):
        taken = np.ones(8, dtype=bool)
        for at, name in enumerate(FLAGS):
            if (name, "is", True) in lens.include[0]:
                taken &= kinds[:, at]
        held = np.zeros(shape)
        held[np.ix_(cells, months, np.flatnonzero(taken))] = 1
        return held.ravel()

    rows, low, high = [], [], []
    for one in releases:
        months = [at for at in range(4) if one.first <= MONTHS[at] <= one.last]
        for region in range(one.low.size):
            rows.append(row(np.flatnonzero(one.region == region), months, one.selection))
            low.append(one.low[region])
            high.append(one.high[region])
    # Kinds, cells and months that every number takes together or not at all are one unknown.
    columns = np.unique(np.array([*rows, row(cells, *lens_months)]), axis=1)
    ends = []
    for sign in (1, -1):
        solved = optimize.milp(
            sign * columns[-1],
            constraints=optimize.LinearConstraint(columns[:-1], low, high),
            bounds=optimize.Bounds(0, 1e4),
            integrality=1,
        )
        assert solved.status == 0
        ends.append(round(sign * solved.fun))
    return ends


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(at, marks=pytest.mark.soak) for at in range(1, 8))]
)
def test_an_attacker_in_whole_numbers_learns_nothing_from_them(seed, made):
    tried = 0
    for at in range(40):
        place = made(1_000 * seed + at, each=12)
        held, new = place.given(), place.total()
        if not linked_to([new], held) or not all(shown(held, new)):
            continue
        for one in held:
            months = [at for at in range(4) if one.first <= MONTHS[at] <= one.last]
            for cell in np.flatnonzero((one.high < RULE.smallest_count) & (one.low > 0)).tolist():
                for lens in (one.selection, BOTH):
                    asked = (np.flatnonzero(one.region == cell), (months, lens))
                    least, most = _values(place, [*held, new], *asked)
                    if most - least + 1 < NEED.values:
                        assert [least, most] == _values(place, held, *asked)
                tried += 1
        if tried > 12:
            return
    assert tried


def test_a_total_that_is_all_that_was_given_is_not_passed_by():
    place = Place(3)
    every = np.arange(place.cells.size)
    held = [place.told(ALL, 0, 2, every)]
    total = place.told(ALL, 0, 2, np.zeros(every.size, dtype=np.int64))
    assert shown(held, total) == [False]


def test_a_total_with_little_besides_is_not_passed_by():
    place = Place(3)
    held = [place.told(LENSES[0], 0, 4, np.arange(place.cells.size))]
    total = place.told(ALL, 0, 4, np.zeros(place.cells.size, dtype=np.int64))
    assert shown(held, total) == [False]


def test_room_is_enough_where_each_family_has_its_most_in_one_place(monkeypatch):
    monkeypatch.setattr(_Totals, "leave_room", lambda *_: False)
    place = Place(2)
    every = np.arange(place.cells.size)
    numbers = np.where(every % 2, 10, 7)
    held = [
        replace(place.told(lens, 0, 4, every), low=numbers, high=numbers + 2)
        for lens in (LENSES[0], LENSES[2])
    ]
    # what is held is of one lens each, at the least; then the most of each lens in one cell
    enough = 2 * int(numbers.sum()) + 12 + 12
    total = place.told(ALL, 0, 4, np.zeros(every.size, dtype=np.int64))
    for number in (enough - 1, enough):
        new = replace(total, low=np.array([number]), high=np.array([number]))
        assert shown(held, new) == [number == enough]


def test_lenses_are_a_family_where_one_takes_no_kind_without_the_other():
    abuse, child, drugs, both = np.array(
        [[1, 1, 1, 1, 0], [0, 1, 0, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0]], dtype=bool
    )

    def families(*cover):
        return [family.tolist() for family in lens_families(np.array(cover))]

    assert families(abuse, drugs) == [[0], [1]]
    assert families(abuse, child, drugs) == [[0, 1], [2]]
    assert families(abuse, drugs, both) == [[0, 1, 2]]
    assert families(child, both) == [[0], [1]]
    alone = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
    never = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 1, 0]], dtype=bool)
    assert families(*alone) == [[0, 1], [2]]
    assert families(*never) == [[0, 1, 2]]


def test_beside_ground_too_large_to_lay_out_a_loose_total_is_told_and_no_other(monkeypatch):
    monkeypatch.setattr(systems, "MOST_UNKNOWNS", 1)
    said = set()
    for seed in range(12):
        place = JoinedPlace(seed)
        held, new = place.given(), place.total()
        if linked_to([new], held):
            every = all(shown(held, release_lower(new, RULE.round_to)))
            found = check_finding([new], held, rule=RULE)
            assert found.withhold[0].any() != every
            assert not found.refused
            said.add(every)
    assert said == {True, False}
