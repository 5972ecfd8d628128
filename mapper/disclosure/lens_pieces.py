"""How the lenses of several releases overlap: the kinds of incident that they tell apart.

"All demand" minus "all but domestic abuse" is domestic abuse. So that such differences are seen,
each combination of lenses that some incident can meet is one piece: an incident belongs to exactly
one. Which combinations are possible follows from the rules of the lenses alone, by trying every
value that any of them tells apart.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags
from mapper.disclosure.register import Selection
from mapper.lenses.lens import Clauses, Condition, Lens, taken_by

Pieces = Flags

MOST_TRIED = 4_000_000
MOST_LENSES = 60  # told apart at once, by the bits of one number
_FEW_LENSES = 14  # so few that each set of them is counted in a table
_OTHER = "\x00other"  # a word that no lens names
Grid = dict[str, list[object]]
Codes = dict[str, npt.NDArray[np.int16]]  # which value of its column each combination has


def selection_of(lens: Lens, *, police_generated: bool) -> Selection:
    """Return which incidents a lens takes, with or without police-generated ones."""
    return Selection(*taken_by(lens, police_generated=police_generated))


@lru_cache(maxsize=256)
def lens_pieces(selections: tuple[Selection, ...]) -> Pieces:
    """Return the combinations of lenses that an incident can meet.

    Returns
    -------
    numpy.ndarray
        Shape (pieces, lenses): which lenses take the incidents of each piece; the piece that no
        lens takes is left out. Beyond four million combinations of values, only that many are
        tried: pieces may then be missing, which makes the check stricter, never weaker.

    Raises
    ------
    ValueError
        For more lenses than can be told apart.
    """
    if len(selections) > MOST_LENSES:
        raise ValueError(f"{len(selections)} lenses are more than can be told apart")
    grid = values_told_apart(selections)
    codes = _combinations(grid)
    few = len(selections) <= _FEW_LENSES
    bits = np.dtype(np.int16 if few else np.int64)  # one for each lens
    met = np.zeros(np.broadcast_shapes(*(code.shape for code in codes.values())), dtype=bits)
    for at, one in enumerate(selections):
        met |= np.left_shift(_takes(one, grid, codes).astype(bits), at, dtype=bits)
    kinds = np.flatnonzero(np.bincount(met.ravel())) if few else np.unique(met)
    return (kinds[kinds > 0, None] >> np.arange(len(selections)) & 1).astype(bool)


@lru_cache(maxsize=4096)
def related(first: Selection, second: Selection) -> bool:
    """Tell whether one lens takes all that another takes, so that their difference means something.

    Where neither holds the other, whatever one is told to be says nothing about the other.
    """
    if first == second:
        return True
    pieces = lens_pieces((first, second))
    alone = [(pieces == only).all(axis=1).any() for only in ((True, False), (False, True))]
    return not all(alone)


@lru_cache(maxsize=4096)
def overlapping(first: Selection, second: Selection) -> bool:
    """Tell whether an incident can meet two lenses; yes where not all could be tried."""
    pair = (first, second)
    if first == second or _number_of(values_told_apart(pair)) > MOST_TRIED:
        return True
    return bool(lens_pieces(pair).all(axis=1).any())


def values_told_apart(selections: Sequence[Selection]) -> Grid:
    """Return, for each column that a lens tests, the values that some condition tells apart."""
    grid: dict[str, set[object]] = {}
    parts: dict[str, set[str]] = {}
    for one in selections:
        for clause in (*one.include, *one.exclude):
            for column, test, value in clause:
                known = grid.setdefault(column, set())
                if isinstance(value, bool):
                    known |= {True, False} if test == "is" else {"", _OTHER}
                elif test == "contains":
                    parts.setdefault(column, set()).add(_plain(value))
                else:
                    listed = value if isinstance(value, tuple) else (value,)
                    known |= {_OTHER, *(_plain(word) for word in listed)}
    for column, found in parts.items():
        pairs = {f"{one} {other}" for one, other in combinations(sorted(found), 2)}
        grid[column] |= {_OTHER, *found, *pairs}
    return {
        column: _told_apart(sorted(values, key=str), column, selections)
        for column, values in sorted(grid.items())
    }


def _told_apart(values: list[object], column: str, selections: Sequence[Selection]) -> list[object]:
    """Return values of which no two mean the same to every lens, whatever other columns hold.

    Clauses that differ in this column alone say "one of these or those"; that is one test of it.
    """
    tests: dict[object, Pieces] = {}
    for at, one in enumerate(selections):
        for side in (one.include, one.exclude):
            for clause in side:
                mine = [condition for condition in clause if condition[0] == column]
                if not mine:
                    continue
                rest = tuple(condition for condition in clause if condition[0] != column)
                met = np.logical_and.reduce([holds(condition, values) for condition in mine])
                key = (at, side is one.include, rest)
                tests[key] = tests.get(key, False) | met
    _, first = np.unique(np.array(list(tests.values())), axis=1, return_index=True)
    return [values[at] for at in sorted(first.tolist())]


def _number_of(grid: Grid) -> int:
    """Return how many combinations of values there are."""
    return int(np.prod([len(values) for values in grid.values()], dtype=np.float64))


def _combinations(grid: Grid) -> Codes:
    """Return every combination of values, as codes into each column's list.

    All of them as an open grid, each column along an axis of its own: what a lens asks of two
    columns is then worked out for those two alone.
    """
    sizes = [len(values) for values in grid.values()]
    names = [*grid] or [""]
    codes: Sequence[npt.NDArray[np.integer]]
    if _number_of(grid) <= MOST_TRIED:
        codes = np.ix_(*(np.arange(size) for size in sizes or [1]))
    else:
        drawn = np.random.default_rng(0)
        codes = [drawn.integers(0, size, MOST_TRIED) for size in sizes]
    return {name: code.astype(np.int16) for name, code in zip(names, codes, strict=True)}


def _takes(selection: Selection, grid: Grid, codes: Codes) -> Pieces:
    """Tell which combinations a lens takes."""
    return _meets(selection.include, grid, codes) & ~_meets(selection.exclude, grid, codes)


def _meets(clauses: Clauses, grid: Grid, codes: Codes) -> Pieces:
    """Tell which combinations meet one of some clauses."""
    one = (1,) * next(iter(codes.values())).ndim
    met = np.zeros(one, dtype=bool)
    for clause in clauses:
        every = np.ones(one, dtype=bool)
        for condition in clause:
            column = condition[0]
            every = every & holds(condition, grid[column])[codes[column]]
        met = met | every
    return met


def holds(condition: Condition, values: Sequence[object]) -> Pieces:
    """Tell which values of a column meet one condition, as the classifier reads it."""
    _, test, value = condition
    words = [str(word) for word in values]
    if test == "present":
        met = [bool(word) is value for word in words]
    elif isinstance(value, bool):
        met = [word == str(value) for word in words]
    elif test == "contains":
        met = [_plain(value) in word for word in words]
    else:
        wanted = {_plain(one) for one in (value if isinstance(value, tuple) else (value,))}
        met = [word in wanted for word in words]
    return np.array(met, dtype=bool)


def _plain(word: object) -> str:
    """Return a word as lenses compare it: without regard to case and to spaces around it."""
    return " ".join(str(word).split()).casefold()
