"""An attacker who knows everything that was printed, and how the rules work.

Written without the product's own check: unknowns are laid out from the printed releases, H3's own
outlines and the known nesting of the lenses, and each count is driven to its least and most one
linear programme at a time.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import h3
import numpy as np
import shapely
from scipy.optimize import linprog

# Kinds of incident that the lenses of these tests tell apart, and which lens takes which.
KINDS = ("domestic abuse", "domestic abuse with a child", "other")
TAKES = {
    "everything": (0, 1, 2),
    "domestic-abuse": (0, 1),
    "all-but": (2,),
    "with-child": (1,),
    "all-demand": (0, 1, 2),
    "domestic-abuse-children": (1,),
}


@dataclass(frozen=True)
class Told:
    """One printed number: the sum of some cells, days and kinds lies between two limits."""

    cells: tuple[str, ...]
    first: date
    last: date
    kinds: tuple[int, ...]
    low: float
    high: float


@dataclass
class Knowledge:
    """Everything one audience was told."""

    smallest: int
    round_to: int = 5
    told: list[Told] = field(default_factory=list)

    def read(self, release, lens, first, last):
        """Note every number of a release, as a reader with the rule book understands it."""
        for cell, count, shown in zip(
            release.cells["cell"], release.cells["incidents"], release.cells["shown"], strict=True
        ):
            limits = self.limits(count, shown)
            if limits:
                self.told.append(Told((cell,), first, last, TAKES[lens], *limits))

    def read_blocks(self, stored, lens):
        """Note every number that a month of a release plan told, at any level."""
        cells = np.array(stored.cells, dtype=object)
        for region, (low, high) in enumerate(zip(stored.low, stored.high, strict=True)):
            inside = tuple(cells[stored.region == region])
            limits = int(low), int(high)
            self.told.append(Told(inside, stored.first, stored.last, TAKES[lens], *limits))

    def read_total(self, cells, count, shown, lens, first, last):
        """Note one total of a table."""
        limits = self.limits(count, shown)
        if limits:
            self.told.append(Told(tuple(cells), first, last, TAKES[lens], *limits))

    def limits(self, count, shown):
        """The least and most that a printed count can be."""
        if shown == "none":
            return 0, 0
        if shown.startswith("fewer than"):
            return 1, self.smallest - 1
        if " to " in shown:  # the sum of blocks of a release plan
            low, high = shown.replace(",", "").split(" to ")
            return int(low), int(high)
        if shown == "rounded":
            half = self.round_to / 2
            return max(self.smallest, int(np.ceil(count - half))), int(np.ceil(count + half)) - 1
        return None


def breaches(knowledge, truth, *, whole=False):
    """Return the hidden positive counts that can be told too well.

    ``truth(cell, first, last, kinds)`` is asked only which counts are hidden and positive.
    ``whole`` makes the attacker use that counts are whole numbers: integer programmes.
    """
    found, seen = [], {}
    for ground in _connected(knowledge.told):
        key = _signature(ground)
        if key not in seen:
            seen[key] = _System(ground, knowledge.smallest, whole=whole)
        system = seen[key]
        cells = sorted({cell for told in ground for cell in told.cells})
        for some, target in [*system.targets(cells), *_totals(ground)]:
            count = sum(truth(cell, *target) for cell in some)
            if 0 < count < knowledge.smallest:
                places = tuple(cells.index(cell) for cell in some)
                known = system.told_too_well(places, target)
                if known is not None:
                    found.append((some, target, count, *known))
    return found


def _totals(ground):
    """Every total that was printed, hidden ones among them."""
    return [
        (told.cells, (told.first, told.last, told.kinds)) for told in ground if len(told.cells) > 1
    ]


def _connected(told):
    """Split printed numbers into sets that share no ground."""
    parent = {}

    def root(cell):
        while parent[cell] != cell:
            cell = parent[cell]
        return cell

    cells = sorted({cell for one in told for cell in one.cells})
    parent.update({cell: cell for cell in cells})
    for one in told:
        for cell in one.cells[1:]:
            parent[root(cell)] = root(one.cells[0])
    shapes = {
        cell: shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in cells
    }
    if len({h3.get_resolution(cell) for cell in cells}) > 1:
        tree = shapely.STRtree(list(shapes.values()))
        left, right = tree.query(list(shapes.values()), predicate="intersects")
        for one, other in ((cells[at], cells[to]) for at, to in zip(left, right, strict=True)):
            if h3.get_resolution(one) != h3.get_resolution(other) and _overlap(shapes, one, other):
                parent[root(one)] = root(other)
    groups = {}
    for one in told:
        groups.setdefault(root(one.cells[0]), []).append(one)
    return groups.values()


def _overlap(shapes, one, other):
    common = shapely.intersection(shapes[one], shapes[other]).area
    return common > 1e-6 * min(shapes[one].area, shapes[other].area)


def _signature(ground):
    cells = sorted({cell for told in ground for cell in told.cells})
    if len(cells) > 1:
        return tuple(ground)
    return tuple((told.first, told.last, told.kinds, told.low, told.high) for told in ground)


class _System:
    """One connected set of printed numbers as a linear or integer programme."""

    def __init__(self, ground, smallest, *, whole):
        self.whole = whole
        self.ground = ground
        self.smallest = smallest
        cells = sorted({cell for told in ground for cell in told.cells})
        self.pieces = _pieces(cells)  # each a tuple of positions in cells
        edges = {told.first.toordinal() for told in ground}
        edges |= {told.last.toordinal() + 1 for told in ground}
        edges = sorted(edges)
        self.spans = list(pairwise(edges))
        self.answers, self.seen = {}, []
        printed = {}
        for told in ground:
            row = self.row([cells.index(c) for c in told.cells], told.first, told.last, told.kinds)
            _, low, high = printed.get(row.tobytes(), (row, 0, np.inf))
            printed[row.tobytes()] = row, max(low, told.low), min(high, told.high)
        rows, low, high = (np.array(each) for each in zip(*printed.values(), strict=True))
        # Unknowns that every printed number holds together or not at all are one: their sum.
        rows, self.sum_of = np.unique(rows, axis=1, return_inverse=True)
        self.rows = np.vstack([rows, -rows[low > 0]])
        self.limits = np.concatenate([high, -low[low > 0]])

    def row(self, cells, first, last, kinds):
        held = np.zeros((len(self.pieces), len(self.spans), len(KINDS)))
        days = [
            first.toordinal() <= start and end <= last.toordinal() + 1 for start, end in self.spans
        ]
        inside = [bool(set(piece) & set(cells)) for piece in self.pieces]
        for kind in kinds:
            held[:, :, kind] = np.outer(inside, days)
        return held.ravel()

    def targets(self, cells):
        """Every run of days between two printed dates, under every lens, in every cell."""
        days = [(date.fromordinal(s), date.fromordinal(e - 1)) for s, e in self.spans]
        for cell in cells:
            for at, (first, _) in enumerate(days):
                for _, last in days[at:]:
                    for kinds in sorted(set(TAKES.values())):
                        yield (cell,), (first, last, kinds)

    def told_too_well(self, places, target):
        """Return the least and most of a count that keeps too few values, or nothing.

        Every solution is kept: two of them far enough apart show at once that a count is safe.
        """
        wanted = self.row(places, *target)
        # Of a sum the count holds all at most, and nothing at least if any unknown is not of it.
        fewest, all_of = np.ones(self.rows.shape[1]), np.zeros(self.rows.shape[1])
        np.minimum.at(fewest, self.sum_of, wanted)
        np.maximum.at(all_of, self.sum_of, wanted)
        key = fewest.tobytes(), all_of.tobytes()
        if key not in self.answers:
            self.answers[key] = self._drive(fewest, all_of)
        return self.answers[key]

    def _drive(self, fewest, all_of):
        least, most = np.inf, -np.inf
        if self.seen:
            seen = np.array(self.seen)
            least, most = (seen @ fewest).min(), (seen @ all_of).max()
        for sign, held in ((1, fewest), (-1, all_of)):
            if self._enough(least, most):
                return None
            # No count is near a million: what has no limit ends there.
            solved = linprog(
                sign * held,
                A_ub=self.rows,
                b_ub=self.limits,
                bounds=(0, 1e6),
                method="highs",
                integrality=int(self.whole),
            )
            assert solved.status == 0, "what was printed contradicts itself"
            self.seen.append(solved.x)
            least, most = min(least, solved.x @ fewest), max(most, solved.x @ all_of)
        return None if self._enough(least, most) else (least, most)

    def _enough(self, least, most):
        if least > most:
            return False
        return np.floor(most + 1e-6) - np.ceil(least - 1e-6) + 1 >= self.smallest - 1


def _pieces(cells):
    """The smallest pieces of ground, as the positions of the cells that each lies in."""
    by_level = {}
    for at, cell in enumerate(cells):
        by_level.setdefault(h3.get_resolution(cell), []).append(at)
    shapes = [shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in cells]
    levels = sorted(by_level, reverse=True)
    if len(levels) == 1:
        return [(at,) for at in by_level[levels[0]]]
    # Ground of one level that no printed cell of the other covers is a piece as well.
    pieces = []
    fine, coarse = by_level[levels[0]], by_level[levels[1]]
    all_fine = shapely.union_all([shapes[at] for at in fine])
    all_coarse = shapely.union_all([shapes[at] for at in coarse])
    for one in fine:
        for other in coarse:
            common = shapely.intersection(shapes[one], shapes[other]).area
            if common > 1e-6 * shapes[one].area:
                pieces.append((one, other))
        if shapely.difference(shapes[one], all_coarse).area > 1e-6 * shapes[one].area:
            pieces.append((one,))
    return pieces + [
        (other,)
        for other in coarse
        if shapely.difference(shapes[other], all_fine).area > 1e-6 * shapes[other].area
    ]
