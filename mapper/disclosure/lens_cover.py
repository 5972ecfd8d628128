"""Whether lenses together take all that another takes: looked for until an incident tells.

Each clause of a lens is a box: of every column it tests, the values it lets pass. An incident that
the one lens takes and none of the others is looked for box by box; what a box holds wholly or not
at all is settled there, and only what cuts it is parted further. So it is exact over any number of
combinations of values, where trying them all would take seconds for a few dozen lenses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mapper.disclosure.lens_pieces import holds, values_told_apart
from mapper.disclosure.register import Selection
from mapper.lenses.lens import Clauses, Condition

MOST_BOXES = 100_000  # looked at; beyond, the lenses count as taking all, the stricter answer

Box = dict[str, int]  # column: bits of the values that are left; one that is not there has all


_WHOLE: tuple[Box, ...] = ({},)


@dataclass(frozen=True)
class _Taken:
    """What one lens takes: what lies in one of some boxes and in none of some others."""

    include: tuple[Box, ...]
    exclude: tuple[Box, ...]


@lru_cache(maxsize=4096)
def covered(one: Selection, others: tuple[Selection, ...]) -> bool:
    """Tell whether some lenses between them take all that another takes.

    Returns
    -------
    bool
        Exact, but that an incident which three or more parts of a word tell apart is not looked
        for, nor one beyond a hundred thousand boxes: then the answer is yes, which makes the
        check stricter, never weaker.
    """
    if one in others:
        return True
    grid = values_told_apart((one, *others))
    every = {column: (1 << len(values)) - 1 for column, values in grid.items()}
    bits: dict[Condition, int] = {}

    def box_of(clause: Sequence[Condition]) -> Box:
        box: Box = {}
        for condition in clause:
            if condition not in bits:
                met = holds(condition, grid[condition[0]])
                bits[condition] = sum(1 << at for at, met_here in enumerate(met) if met_here)
            column = condition[0]
            box[column] = box.get(column, every[column]) & bits[condition]
        return box

    def boxes(clauses: Clauses) -> tuple[Box, ...]:
        found = (box_of(clause) for clause in clauses)
        return tuple(box for box in found if all(box.values()))

    taken = [_Taken(boxes(other.include), boxes(other.exclude)) for other in others]
    taken.append(_Taken(boxes(one.exclude), ()))
    return not _Search(every).finds(boxes(one.include), taken)


class _Search:
    """The search for an incident that no lens takes."""

    def __init__(self, every: Box) -> None:
        self._every = every
        self._looked_at = 0

    def finds(self, boxes: Sequence[Box], lenses: Sequence[_Taken]) -> bool:
        """Tell whether some box holds an incident that none of the lenses takes."""
        open_ = [({**self._every, **box}, lenses) for box in boxes]
        while open_ and self._looked_at < MOST_BOXES:
            self._looked_at += 1
            box, those = open_.pop()
            left = _cutting(box, those)
            if left is None:
                continue
            if not left:
                return True
            inside, outside = _parted(box, left)
            open_ += [(inside, left), (outside, left)]  # outside is looked at first
        return False


def _cutting(box: Box, lenses: Sequence[_Taken]) -> list[_Taken] | None:
    """Return the lenses that take some of a box, as far as they do; nothing if one takes all."""
    left = []
    for lens in lenses:
        include = [one for one in lens.include if _meet(box, one)]
        exclude = [one for one in lens.exclude if _meet(box, one)]
        if not include or any(_within(box, one) for one in exclude):
            continue
        whole = any(_within(box, one) for one in include)
        if whole and not exclude:
            return None
        left.append(_Taken(_WHOLE if whole else tuple(include), tuple(exclude)))
    return left


def _parted(box: Box, lenses: Sequence[_Taken]) -> tuple[Box, Box]:
    """Return the two parts of a box by one column of a clause that cuts it.

    The lens with the fewest clauses left is the nearest to be settled.
    """
    lens = min(lenses, key=lambda one: len(one.include) + len(one.exclude))
    cuts = next(one for one in (*lens.exclude, *lens.include) if not _within(box, one))
    column = next(name for name, bits in cuts.items() if box[name] & ~bits)
    inside, outside = box[column] & cuts[column], box[column] & ~cuts[column]
    return {**box, column: inside}, {**box, column: outside}


def _meet(box: Box, other: Box) -> bool:
    """Tell whether two boxes have a combination of values in common."""
    return all(box[name] & bits for name, bits in other.items())


def _within(box: Box, other: Box) -> bool:
    """Tell whether all of a box lies in another."""
    return not any(box[name] & ~bits for name, bits in other.items())
