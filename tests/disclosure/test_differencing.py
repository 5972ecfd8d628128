"""The parts of the differencing check, each by a second road."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
import shapely
from scipy import sparse

from mapper.disclosure import bounds, differencing, part_check, systems
from mapper.disclosure.bounds import bound
from mapper.disclosure.differencing import check
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.ground import overlay
from mapper.disclosure.intervals import outer_bounds
from mapper.disclosure.lens_cover import covered
from mapper.disclosure.lens_pieces import lens_pieces, related, selection_of
from mapper.disclosure.limits import Block, TargetNeed
from mapper.disclosure.linking import linked_to
from mapper.disclosure.register import Selection, StoredRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import interval_of
from mapper.grid.area_weighting import equal_area
from mapper.grid.hexagons import (
    cells_to_points,
    cells_to_strings,
    cells_to_wkb,
    points_to_cells,
)
from mapper.lenses.load import load_lens
from tests.builders import disc

ALL = Selection(include=((),))
FLAG = Selection(include=((("domestic_abuse", "is", True),),))
REST = Selection(include=((),), exclude=((("domestic_abuse", "is", True),),))
RULE = rules().audiences["partnership"]
ANY_SHARE = replace(RULE, most_withheld=1.0)  # a map is refused for no share of withheld counts


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


def solutions_of(sums, low, high):
    """All whole numbers, each below 10, that keep some limits."""
    every = np.array(list(product(range(10), repeat=sums.shape[1])))
    reached = every @ sums.T
    return every[((reached >= low) & (reached <= high)).all(axis=1)]


def drawn_system(seed):
    """Four cells, two totals of which each has its own parts, and numbers told about some."""
    drawn = np.random.default_rng(seed)
    ward, lens = np.repeat(np.eye(2), 2, axis=1), np.tile(np.eye(2), 2)
    few = drawn.choice(4, drawn.integers(1, 5), replace=False)
    sums = np.concatenate([np.eye(4)[few], ward, lens[: drawn.integers(0, 2)], np.ones((1, 4))])
    truth = drawn.integers(0, 6, 4)
    low = np.maximum(sums @ truth - drawn.integers(0, 3, len(sums)), 0)
    high = np.minimum(sums @ truth + drawn.integers(0, 3, len(sums)), 9)
    return sums, np.minimum(low, high), high


@pytest.mark.parametrize("seed", range(40))
def test_no_target_that_every_solution_counts_out_shows_to_be_known_is_passed(seed):
    sums, low, high = drawn_system(seed)
    targets = np.concatenate([np.eye(4), np.eye(4)[:2] + np.eye(4)[2:]])
    sparse_ = sparse.csr_array(sums), low, high
    (known,) = bound([Block(*sparse_, targets=sparse.csr_array(targets))], TargetNeed(4, 5))
    solutions = solutions_of(sums, low, high)
    assert known.possible == (len(solutions) > 0)
    if len(solutions):
        reached = solutions @ targets.T
        values = np.array([np.unique(one).size for one in reached.T])
        none, large = reached.max(axis=0) == 0, reached.min(axis=0) >= 5
        lost = ~none & ~large & (values < 4)
        assert bool(known.exposed.any()) == bool(lost.any())
        least, most = outer_bounds(*sparse_, sparse.csr_array(targets))
        assert (least <= reached.min(axis=0)).all()
        assert (most >= reached.max(axis=0)).all()


def test_what_no_programme_settled_in_time_counts_as_exposed(monkeypatch):
    eye = sparse.csr_array(np.eye(1))
    wide = Block(eye, np.array([1.0]), np.array([4.0]), targets=eye)
    assert not bound([wide], TargetNeed(4, 5))[0].exposed.any()
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.0)
    assert bound([wide], TargetNeed(4, 5))[0].exposed.all()


def test_a_map_is_withheld_where_the_time_is_spent_and_not_refused(monkeypatch):
    cells, first = told([3, 4, 20, 20]), total(7, cells=2)
    assert not check([cells], [first], rule=RULE).withhold[0].any()
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.0)
    found = check([cells], [first], rule=RULE)
    assert (found.withhold[0].tolist(), found.refused) == ([True, True, False, False], False)


def test_cells_that_nobody_had_time_for_are_withheld(monkeypatch):
    """A number that stands alone in its cell: spent time is not taken for a number that cannot be.

    It was once, and such cells were printed unchecked.
    """
    before, after = told([20, 23, 3]), told([60, 23, 3], last=date(2024, 7, 31))
    assert not check([after], [before], rule=RULE).withhold[0][0]
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.0)
    assert check([after], [before], rule=RULE).withhold[0].all()


def test_limits_that_cannot_hold_together_are_told_from_those_that_can():
    eye = sparse.csr_array(np.eye(1))
    both = sparse.csr_array(np.ones((2, 1)))
    good = Block(eye, np.array([1.0]), np.array([9.0]), targets=eye)
    bad = Block(both, np.array([1.0, 5.0]), np.array([4.0, 7.0]), targets=eye)
    found = bound([good, bad], TargetNeed(values=4, below=5))
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
    assert check([after], [before], rule=RULE).withhold[0].tolist() == [True, False, False, False]


def test_what_is_withheld_does_not_depend_on_what_it_is():
    before = told([6, 6, 6])
    after = told([6, 11, 30], last=date(2024, 7, 31))
    assert check([after], [before], rule=RULE).withhold[0].all()


def test_cells_out_of_reach_are_withheld_and_nothing_is_refused_for_size(monkeypatch):
    before, after = told([20, 20, 3]), told([20, 20, 3], last=date(2024, 7, 31))
    assert not check([after], [before], rule=RULE).withhold[0].any()
    monkeypatch.setattr(differencing, "MOST_SYSTEMS", 6)  # one past is tried: the one of two cells
    found = check([after], [before], rule=RULE)
    assert (found.withhold[0].tolist(), found.refused) == ([False, False, True], False)


def test_ground_with_too_many_unknowns_is_withheld_unsolved_and_other_ground_is_not(monkeypatch):
    cells, first = told([20, 20, 20, 20]), total(40, cells=2)
    assert not check([cells], [first], rule=RULE).withhold[0].any()
    assert not check_finding([first], [cells], rule=RULE).withhold[0].any()
    monkeypatch.setattr(systems, "MOST_UNKNOWNS", 1)
    monkeypatch.setattr(part_check, "bound", only_small_systems)
    found = check([cells], [first], rule=RULE)
    assert (found.withhold[0].tolist(), found.refused) == ([True, True, False, False], False)
    found = check_finding([first], [cells], rule=RULE)
    assert (found.withhold[0].tolist(), found.refused) == ([True], False)


def only_small_systems(blocks, need, *, clock=None):
    assert all(block.sums.shape[1] < 2 for block in blocks)
    return bound(blocks, need, clock=clock)


def test_totals_not_checked_in_time_are_withheld_and_nothing_is_refused_for_size(monkeypatch):
    assert not check_finding([total(17)], [told([1] * 7)], rule=RULE).withhold[0].any()
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.0)
    found = check_finding([total(17)], [told([1] * 7)], rule=RULE)
    assert (found.withhold[0].tolist(), found.refused) == ([True], False)


def test_a_quarter_for_the_public_is_checked_beside_what_partners_hold():
    """Twice 5 to 7 leaves at most 2 of the 8 to 12 of the quarter: one or two, of one to four."""
    months = [
        told([count], first=date(2024, month, 1), last=date(2024, month, 28))
        for month, count in ((1, 5), (2, 5), (3, 2))
    ]
    quarter = told([12], first=date(2024, 1, 1), last=date(2024, 3, 28))
    public = rules().audiences["public"]
    assert check([quarter], months, rule=public, reader=RULE).withhold[0].all()
    assert not check([quarter], [], rule=public, reader=RULE).withhold[0].any()


def test_days_before_and_after_are_not_looked_at():
    after = told([6], first=date(2024, 7, 1), last=date(2024, 9, 30))
    found = check([after], [told([6])], rule=RULE)
    assert (found.linked, found.systems) == ((), 0)


def test_all_minus_all_but_one_is_seen():
    everything = told([6])
    rest = told([6], selection=REST)
    assert check([rest], [everything], rule=RULE).withhold[0].all()


def test_revised_data_is_withheld():
    """An earlier 20 and a later 3 over more days cannot both be true."""
    found = check([told([3], last=date(2024, 7, 31))], [told([20])], rule=RULE)
    assert found.withhold[0].all()


def test_a_release_said_twice_counts_once():
    one = told([20])
    assert (
        len(check([told([20], last=date(2024, 7, 31))], [one, told([20])], rule=RULE).linked) == 1
    )


CRIME = Selection(include=((("crime", "is", True),),))
NO_CRIME = Selection(include=((),), exclude=((("crime", "is", True),),))


def test_two_lenses_that_only_together_hold_a_third_are_linked():
    """At most 4 crimes and at most 4 other incidents: 8 or more with domestic abuse say 4 each."""
    assert not related(FLAG, CRIME)
    assert covered(FLAG, (CRIME, NO_CRIME))
    parts = [told([4], selection=CRIME), told([4], selection=NO_CRIME)]
    flagged = told([8], selection=FLAG)
    assert linked_to([flagged], parts) == parts
    assert linked_to([flagged], parts[:1]) == []
    assert check([flagged], parts, rule=RULE).withhold[0].all()
    assert not check([flagged], parts[:1], rule=RULE).withhold[0].any()


def test_all_and_all_but_one_lens_say_what_that_one_is():
    """All demand and all but domestic abuse were shown: then domestic abuse is withheld."""
    before = [told([21]), told([19], selection=REST)]
    assert linked_to([told([3], selection=FLAG)], before) == before
    assert (
        check([told([3], selection=FLAG)], [told([6]), told([6], selection=REST)], rule=RULE)
        .withhold[0]
        .all()
    )


def total(count, cells=7, **choices):
    """One printed total over some cells."""
    one = told([0] * cells, **choices)
    low, high = interval_of(count, RULE)
    return replace(
        one, region=np.zeros(cells, dtype=int), low=np.array([low]), high=np.array([high])
    )


def test_a_total_that_barely_holds_its_hidden_cells_is_withheld():
    cells = told([1] * 7)
    assert check_finding([total(7)], [cells], rule=RULE).withhold[0].all()  # 8 at most: 1 or 2 each
    assert check_finding([total(28)], [cells], rule=RULE).withhold[0].all()  # 28: 4 each
    assert not check_finding([total(17)], [cells], rule=RULE).withhold[0].any()


def test_columns_of_one_table_are_checked_beside_one_another():
    """Five to seven with domestic abuse among five to seven: at most two without."""
    parts = [total(6), total(6, selection=FLAG)]
    assert any(flags.any() for flags in check_finding(parts, [], rule=RULE).withhold)
    parts = [total(40), total(20, selection=FLAG)]
    assert not any(flags.any() for flags in check_finding(parts, [], rule=RULE).withhold)


def test_a_map_that_an_earlier_total_gives_away_is_withheld():
    assert check([told([1] * 7)], [total(7)], rule=RULE).withhold[0].all()
    assert not check([told([1] * 7)], [total(17)], rule=RULE).withhold[0].any()


def test_a_ward_that_a_total_gives_away_is_withheld_whole_and_no_other():
    """Zeros too: of seven cells in a total of 8 at most, those not told would each have one."""
    cells = told([1, 1, 0, 1, 2, 0], cells=disc(2)[:6])
    wards = replace(
        told([0] * 6, cells=disc(2)[:6]),
        region=np.array([0, 0, 0, 1, 1, 1]),
        low=np.array([2, 1]),
        high=np.array([3, 7]),
    )
    found = check([cells], [wards], rule=ANY_SHARE)
    assert (found.withhold[0].tolist(), found.refused) == ([True] * 3 + [False] * 3, False)
    assert check([cells], [wards], rule=RULE).withhold[0].all()  # refused: no more is looked at


def shifts(parts, *, whole=True):
    low, high = (sum(ends) for ends in zip(*parts, strict=True))
    return replace(
        total(20),
        low=np.array([int(np.ceil(low))]),
        high=np.array([int(high)]),
        parts=tuple((0, *ends) for ends in parts),
        parts_whole=whole,
    )


def test_shifts_add_up_to_the_total_that_was_printed():
    """Shifts of 7.5 to 12.5 and of 0.5 to 4.5: a total of at least 17 leaves the small one 4."""
    week = shifts([(7.5, 12.5), (0.5, 4.5)])
    assert check_finding([week], [total(20)], rule=RULE).withhold[0].all()
    assert not check_finding([week], [total(12)], rule=RULE).withhold[0].any()


def test_shifts_of_overlapping_days_are_refused():
    week = shifts([(7.5, 12.5), (7.5, 12.5)])
    later = replace(week, last=date(2024, 7, 31))
    assert check_finding([later], [week], rule=RULE).refused
    assert not check_finding([week], [week], rule=RULE).refused


def far_apart():
    """Two pairs of larger cells far from one another, and all fine cells that lie in them.

    Given back too: of each pair the one fine cell that lies in both, and in no other.
    """
    pieces = overlay({9: disc(20), 8: disc(5, resolution=8)})
    split = {one: np.unique(pieces[8][pieces[9] == one]) for one in disc(8)}
    known = [one for one, cells in split.items() if cells.size == 2]
    middles = known[0], known[-1]
    larger = [split[one] for one in middles]
    fine = np.unique(pieces[9][np.isin(pieces[8], larger)])
    return fine, np.unique(larger), middles, larger


def test_beside_finer_cells_the_clusters_that_give_something_away_are_withheld():
    """Two larger cells of one or more each: a fine one of 1 to 4 in both of them has two at least.

    A total joins the two pairs. A third larger cell, of which nothing finer is told, lies in a
    cluster with the first and goes with it.
    """
    cells, larger, (small, large), pairs = far_apart()
    third = next(one for one in cluster_of(pairs[0][0]) if one not in larger)
    centre = points_to_cells(*cells_to_points(np.array([third])), resolution=9)
    cells = np.append(cells[cells != centre], centre)
    larger = np.append(larger, third)
    counts = np.where(cells == small, 2, np.where(cells == large, 30, 0)).tolist()
    fine = told(counts, cells=cells).withholding(cells == centre)
    region = np.zeros(cells.size, dtype=int)
    both = replace(fine, region=region, low=np.array([30]), high=np.array([40]))
    both = replace(both, cells=both.cells[:-1], region=region[:-1])
    coarse = told([15 if one in pairs[1] else 1 for one in larger], cells=larger)
    found = check([replace(coarse, resolution=8)], [fine, both], rule=ANY_SHARE)
    assert found.withhold[0].tolist() == (~np.isin(larger, pairs[1])).tolist()
    assert not found.refused


def cluster_of(cell):
    """The cells of resolution 8 whose middles lie in the same larger cell as another's."""
    around = disc(5, resolution=8)
    parents = points_to_cells(*cells_to_points(around), resolution=7)
    return around[parents == parents[around == cell]]


def test_what_can_make_nothing_more_be_withheld_is_left_out_and_changes_nothing(monkeypatch):
    """The same maps with and without the short ways, over drawn counts in cells of two sizes."""
    fine_cells, coarse_cells = disc(6), disc(2, resolution=8)
    kept = part_check._nothing_to_add
    left_out, withheld = 0, 0
    for seed in range(6):
        drawn = np.random.default_rng(seed)
        fine = told(drawn.poisson(1.5, fine_cells.size).tolist(), cells=fine_cells)
        coarse = replace(
            told(drawn.poisson(6, coarse_cells.size).tolist(), cells=coarse_cells), resolution=8
        )

        def counted(ground, known, cluster):
            nonlocal left_out
            done = kept(ground, known, cluster)
            left_out += done.size
            return done

        monkeypatch.setattr(part_check, "_nothing_to_add", counted)
        short = check([coarse], [fine], rule=RULE)
        monkeypatch.setattr(part_check, "_nothing_to_add", lambda *_: np.zeros(0, dtype=int))
        long = check([coarse], [fine], rule=RULE)
        np.testing.assert_array_equal(short.withhold[0], long.withhold[0])
        assert (short.refused, short.linked) == (long.refused, long.linked)
        withheld += int(short.withhold[0].sum())
    assert left_out
    assert withheld
