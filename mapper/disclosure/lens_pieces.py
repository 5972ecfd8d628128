"""How the lenses of several releases overlap: the kinds of incident that they tell apart.

"All demand" minus "all but domestic abuse" is domestic abuse. So that such differences are seen,
each combination of lenses that some incident can meet is one piece: an incident belongs to exactly
one. Which combinations are possible follows from the rules of the lenses alone, by trying every
value that any of them tells apart.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mapper.disclosure.register import Clauses, Selection
from mapper.lenses.lens import Condition, Lens, Rule

Pieces = npt.NDArray[np.bool_]

MOST_TRIED = 4_000_000
_OTHER = "\x00other"  # a word that no lens names
Grid = dict[str, list[object]]
Codes = dict[str, npt.NDArray[np.int16]]  # which value of its column each combination has


def selection_of(lens: Lens, *, police_generated: bool) -> Selection:
    """Return which incidents a lens takes, with or without police-generated ones."""
    out = [*lens.exclusions]
    if not police_generated:
        out += [rule for rule in lens.rules if rule.police_generated]
    return Selection(_clauses(lens.rules), _clauses(out))


@lru_cache(maxsize=256)
def lens_pieces(selections: tuple[Selection, ...]) -> Pieces:
    """Return the combinations of lenses that an incident can meet.

    Returns
    -------
    numpy.ndarray
        Shape (pieces, lenses): which lenses take the incidents of each piece; the piece that no
        lens takes is left out. Beyond four million combinations of values, only that many are
        tried: pieces may then be missing, which makes the check stricter, never weaker.
    """
    grid = _grid(selections)
    codes = _combinations(grid)
    met = np.zeros(next(iter(codes.values())).size, dtype=np.int64)  # one bit for each lens
    for at, one in enumerate(selections):
        met |= _takes(one, grid, codes).astype(np.int64) << at
    kinds = np.unique(met)
    return (kinds[kinds > 0, None] >> np.arange(len(selections)) & 1).astype(bool)


def related(first: Selection, second: Selection) -> bool:
    """Tell whether one lens takes all that another takes, so that their difference means something.

    Where neither holds the other, whatever one is told to be says nothing about the other.
    """
    if first == second:
        return True
    pieces = lens_pieces((first, second))
    alone = [(pieces == only).all(axis=1).any() for only in ((True, False), (False, True))]
    return not all(alone)


def _clauses(rules: Iterable[Rule]) -> Clauses:
    """Return the conditions of rules."""
    return tuple(rule.conditions for rule in rules)


def _grid(selections: Sequence[Selection]) -> Grid:
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
    return {column: sorted(values, key=str) for column, values in sorted(grid.items())}


def _combinations(grid: Grid) -> Codes:
    """Return every combination of values, as codes into each column's list."""
    sizes = [len(values) for values in grid.values()]
    total = int(np.prod(sizes, dtype=np.float64)) if sizes else 1
    if total <= MOST_TRIED:
        codes = np.unravel_index(np.arange(total), sizes or [1])
    else:
        drawn = np.random.default_rng(0)
        codes = tuple(drawn.integers(0, size, MOST_TRIED) for size in sizes)
    names = [*grid] or [""]
    return {name: code.astype(np.int16) for name, code in zip(names, codes, strict=True)}


def _takes(selection: Selection, grid: Grid, codes: Codes) -> Pieces:
    """Tell which combinations a lens takes."""
    return _meets(selection.include, grid, codes) & ~_meets(selection.exclude, grid, codes)


def _meets(clauses: Clauses, grid: Grid, codes: Codes) -> Pieces:
    """Tell which combinations meet one of some clauses."""
    size = next(iter(codes.values())).size
    met = np.zeros(size, dtype=bool)
    for clause in clauses:
        holds = np.ones(size, dtype=bool)
        for condition in clause:
            column = condition[0]
            holds &= _holds(condition, grid[column])[codes[column]]
        met |= holds
    return met


def _holds(condition: Condition, values: Sequence[object]) -> Pieces:
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
