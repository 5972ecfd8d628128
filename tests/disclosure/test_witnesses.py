"""Solutions that are written down are solutions, and what they show a programme shows as well."""

import numpy as np
import pytest
from scipy import optimize, sparse

from mapper.disclosure import systems
from mapper.disclosure.bounds import bound
from mapper.disclosure.far_apart import far_apart, touched_by
from mapper.disclosure.limits import Block, TargetNeed
from mapper.disclosure.margins import Crossed
from mapper.disclosure.witnesses import _place, without_shown

NEED = TargetNeed(values=4, below=5)


def drawn_place(seed: int) -> Block:
    """All demand and five lenses at one place: one inside another, one of whoever meets two."""
    drawn = np.random.default_rng(seed)
    every = (np.arange(32)[:, None] >> np.arange(5) & 1).astype(bool)
    every = every[~every[:, 1] | every[:, 0]]  # the second lens is inside the first
    every = every[every[:, 4] == (every[:, 2] & every[:, 3])]  # the last takes what two others do
    held = np.concatenate([np.ones((1, len(every)), dtype=bool), every.T])
    truth = drawn.poisson(drawn.uniform(0.02, 1.5), len(every))
    low, high = [], []
    for number in held @ truth:
        kept = (1, 4) if number < 5 else (5 * round(number / 5) - 2, 5 * round(number / 5) + 2)
        low.append(0 if number == 0 else max(kept[0], 1))
        high.append(0 if number == 0 else kept[1])
    block = systems._small_block(held, np.array(low), np.array(high), NEED)
    return block if block is not None else drawn_place(seed + 1000)


def most_of(block: Block, target: np.ndarray) -> float:
    """Return the most that a sum can be, by a programme of SciPy's."""
    rows = optimize.LinearConstraint(block.sums, block.low, block.high)
    return -optimize.milp(-target, constraints=rows, bounds=optimize.Bounds(0, 1e6)).fun


@pytest.mark.parametrize("seed", range(60))
def test_what_written_solutions_show_can_be(seed, monkeypatch):
    monkeypatch.setattr(systems, "MANY_KINDS", 1_000)
    block = drawn_place(seed)
    shown = without_shown(block, NEED)
    if shown.witnesses is None:
        return
    assert shown.witnesses.possible
    left = {row.tobytes() for row in shown.targets.toarray()}
    for target in block.targets.toarray():
        if target.tobytes() not in left:
            reach = most_of(block, target) + most_of(block, -target)
            assert np.floor(reach + 1e-6) >= NEED.values - 1
    for target, low, high in zip(
        shown.targets.toarray(), shown.witnesses.low, shown.witnesses.high, strict=True
    ):
        assert -most_of(block, -target) <= low + 1e-6
        assert high <= most_of(block, target) + 1e-6


@pytest.mark.parametrize("seed", range(60))
def test_a_place_is_judged_as_by_programmes_alone(seed, monkeypatch):
    monkeypatch.setattr(systems, "MANY_KINDS", 1_000)
    block = drawn_place(seed)
    (plain,) = bound([block], NEED)
    (short,) = bound([without_shown(block, NEED)], NEED)
    assert (plain.possible, plain.exposed.any()) == (short.possible, short.exposed.any())


def test_most_of_what_is_asked_needs_no_programme(monkeypatch):
    monkeypatch.setattr(systems, "MANY_KINDS", 1_000)
    blocks = [drawn_place(seed) for seed in range(60)]
    left = [without_shown(block, NEED).targets.shape[0] for block in blocks]
    assert sum(left) < 0.3 * sum(block.targets.shape[0] for block in blocks)


def test_numbers_that_cannot_stand_together_are_told_without_a_programme():
    held = np.array([[True, True], [True, False]])
    block = Block(
        sparse.csr_array(held.astype(float)),
        np.array([1.0, 8.0]),
        np.array([4.0, 12.0]),
        sparse.csr_array(np.eye(2)),
    )
    assert without_shown(block, NEED).witnesses.possible is False
    assert not bound([without_shown(block, NEED)], NEED)[0].possible


def test_each_form_is_a_solution():
    """Nine of all demand, of which six and two: in steps six are of both lenses or of one."""
    held = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1]], dtype=bool)
    place = _place(held.tobytes(), held.shape)
    least, most = np.array([9, 6, 2]), np.array([9, 6, 2])
    assert place.in_steps(least[None], least, most).tolist() == [[3, 4, 0, 2]]
    assert place.apart(least[None], most).tolist() == [[1, 6, 2, 0]]
    assert place.apart(np.array([[7, 6, 2]]), np.array([7, 6, 2])).size == 0  # eight are too many


def test_targets_that_share_a_narrow_sum_do_not_go_together():
    cells = sparse.csr_array(np.eye(4))
    pairs = sparse.csr_array(np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]))
    touched = touched_by(cells, Crossed.none(), pairs)
    assert far_apart(np.array([1, 0, 2, 3]), touched).tolist() == [1, 2]
    wide = sparse.csr_array(np.ones((1, 100)))
    touched = touched_by(sparse.csr_array(np.eye(100)), Crossed.none(), wide)
    assert far_apart(np.arange(100), touched).size == 100
