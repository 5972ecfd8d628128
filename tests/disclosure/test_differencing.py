"""The parts of the differencing check, each by a second road."""

from datetime import date
from itertools import product

import numpy as np
import pytest
import shapely
from scipy import sparse

from mapper.area_shares import equal_area
from mapper.disclosure.bounds import Block, Need, bound
from mapper.disclosure.differencing import check
from mapper.disclosure.ground import overlay
from mapper.disclosure.lens_pieces import lens_pieces, related, selection_of
from mapper.disclosure.register import Selection, StoredRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import interval_of
from mapper.hexagons import cells_to_strings, cells_to_wkb, points_to_cells
from mapper.lenses.load import load_lens
from tests.builders import disc

ALL = Selection(include=((),))
FLAG = Selection(include=((("domestic_abuse", "is", True),),))
REST = Selection(include=((),), exclude=((("domestic_abuse", "is", True),),))
RULE = rules().audiences["partnership"]


def told(counts, *, first=date(2024, 1, 1), last=date(2024, 6, 30), selection=ALL, cells=None):
    cells = disc(1)[: len(counts)] if cells is None else cells
    low, high = np.array([interval_of(count, RULE) for count in counts]).T
    return StoredRelease(
        digest=f"{first}{last}{selection}",
        audience="partnership",
        title="Everything",
        area_title="here",
        first=first,
        last=last,
        resolution=9,
        selection=selection,
        cells=tuple(map(str, cells_to_strings(cells))),
        region=np.arange(len(counts)),
        low=low,
        high=high,
    )


def test_a_lens_and_its_complement_part_the_whole():
    pieces = lens_pieces((ALL, FLAG, REST)).astype(int).tolist()
    assert sorted(pieces) == [[1, 0, 1], [1, 1, 0]]


def test_shipped_lenses_nest_as_their_rules_say():
    def taken(name, **choices):
        return selection_of(load_lens(name), **({"police_generated": True} | choices))

    everything = taken("all-demand")
    children, babies = taken("domestic-abuse-children"), taken("domestic-abuse-babies")
    assert related(everything, taken("domestic-abuse"))
    assert related(children, babies)
    assert related(everything, taken("all-demand", police_generated=False))
    assert not related(taken("drugs"), taken("missing-children"))


@pytest.mark.parametrize("seed", range(8))
def test_bounds_are_those_of_every_whole_number_solution(seed):
    drawn = np.random.default_rng(seed)
    sums = np.tril(np.ones((4, 4)))[:, drawn.permutation(4)]  # nested sums: whole at each corner
    truth = drawn.integers(0, 6, 4)
    low = np.maximum(sums @ truth - drawn.integers(0, 3, 4), 0)
    high = sums @ truth + drawn.integers(0, 3, 4)
    block = Block(*(sparse.csr_array(sums), low, high), targets=sparse.csr_array(np.eye(4)))
    known = bound([block], Need(values=100, below=100))[0]
    solutions = np.array(
        [x for x in product(range(14), repeat=4) if ((sums @ x >= low) & (sums @ x <= high)).all()]
    )
    # One exposed target is enough for the check, so only what it drove is compared.
    driven = int(np.flatnonzero(known.exposed)[0])
    assert known.possible
    assert known.low[driven] == pytest.approx(solutions[:, driven].min())
    assert known.high[driven] == pytest.approx(solutions[:, driven].max())


def test_limits_that_cannot_hold_together_are_told_from_those_that_can():
    eye = sparse.csr_array(np.eye(1))
    both = sparse.csr_array(np.ones((2, 1)))
    good = Block(eye, np.array([1.0]), np.array([9.0]), targets=eye)
    bad = Block(both, np.array([1.0, 5.0]), np.array([4.0, 7.0]), targets=eye)
    found = bound([good, bad], Need(values=4, below=5))
    assert [known.possible for known in found] == [True, False]


def test_pieces_of_ground_add_up_to_their_cells():
    fine = disc(3)
    centre = points_to_cells(np.array([-2.95]), np.array([53.4]), resolution=8)
    pieces = overlay({9: fine, 8: centre})
    mine = pieces[8] == centre[0]
    whole = shapely.area(equal_area(shapely.from_wkb(cells_to_wkb(centre))))[0]
    parts = [
        shapely.area(shapely.intersection(*equal_area(shapely.from_wkb(cells_to_wkb(pair)))))
        for pair in zip(pieces[9][mine], pieces[8][mine], strict=True)
    ]
    assert sum(parts) == pytest.approx(whole, rel=1e-6)
    assert mine.sum() > 7  # a coarse cell cuts more fine ones than the seven it is the parent of
    assert np.unique(np.column_stack([pieces[9], pieces[8]]), axis=0).shape[0] == mine.size


def test_an_equal_five_a_month_later_is_withheld():
    before = told([6, 20, 0, 3])
    after = told([6, 20, 0, 3], last=date(2024, 7, 31))
    assert check(after, [before], rule=RULE).withhold.tolist() == [True, False, False, False]


def test_what_is_withheld_does_not_depend_on_what_it_is():
    before = told([6, 6, 6])
    after = told([6, 11, 30], last=date(2024, 7, 31))
    assert check(after, [before], rule=RULE).withhold.all()


def test_days_before_and_after_are_not_looked_at():
    after = told([6], first=date(2024, 7, 1), last=date(2024, 9, 30))
    found = check(after, [told([6])], rule=RULE)
    assert (found.linked, found.systems) == ((), 0)


def test_all_minus_all_but_one_is_seen():
    everything = told([6])
    rest = told([6], selection=REST)
    assert check(rest, [everything], rule=RULE).withhold.all()


def test_revised_data_is_withheld():
    """An earlier 20 and a later 3 over more days cannot both be true."""
    found = check(told([3], last=date(2024, 7, 31)), [told([20])], rule=RULE)
    assert found.withhold.all()


def test_a_release_said_twice_counts_once():
    one = told([20])
    assert len(check(told([20], last=date(2024, 7, 31)), [one, told([20])], rule=RULE).linked) == 1
