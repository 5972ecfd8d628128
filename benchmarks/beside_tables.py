"""How long a release is checked where ward tables stand beside cell maps: a year of 10,000 cells.

    python benchmarks/beside_tables.py [--cells 10000]

Incidents are made up, most cells with few. Each month partners are released, of two lenses of which
one holds the other, a map and a table by ward, and at the end of a quarter the same of it; each is
checked beside all before. Then the public asks for each month in cells one size larger.
"""

import argparse
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from time import process_time

import h3
import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.differencing import DifferencingCheck, check
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.lens_pieces import selection_of
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import print_counts, share_withheld
from mapper.lenses.load import load_lens

MIDDLE, FIRST, DAYS = (53.4, -2.95), date(2024, 1, 1), 366
DOMESTIC = 0.2  # share of incidents
PARTNERS = "partnership"
Days = tuple[date, date]
LENSES = ("all-demand", "domestic-abuse")
EACH = 12  # incidents in a cell and year, on average


@dataclass(frozen=True, eq=False)
class Force:
    """A made-up force: cells around a point, and a year of incidents in them."""

    cells: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The cells of resolution 9, from the middle outwards."""
        rings = int(np.ceil((self.cells / 3) ** 0.5))
        return tuple(h3.grid_disk(h3.latlng_to_cell(*MIDDLE, 9), rings))[: self.cells]

    @cached_property
    def incidents(self) -> tuple[Integers, Integers, Integers]:
        """Cell, day and kind (1: domestic abuse) of each incident."""
        drawn = np.random.default_rng(1)
        chances = drawn.gamma(0.5, 1.0, self.cells)
        size = EACH * self.cells
        place = drawn.choice(self.cells, size, p=chances / chances.sum())
        return place, drawn.integers(0, DAYS, size), drawn.random(size) < DOMESTIC

    def told(
        self, lens: str, days: Days, *, size: int = 9, places: int = 9, audience: str = PARTNERS
    ) -> StoredRelease:
        """Return a map in cells of a size, or a table of larger places made of such cells."""
        place, day, domestic = self.incidents
        first, last = days
        inside = (day >= (first - FIRST).days) & (day <= (last - FIRST).days)
        inside &= domestic if lens == "domestic-abuse" else True
        cells, of = np.unique(_parents(self.names, size), return_inverse=True)
        names, region = np.unique(_parents(cells.tolist(), places), return_inverse=True)
        counts = np.bincount(region[of[place[inside]]], minlength=names.size)
        printed = print_counts(counts, rules().audiences[audience])
        return StoredRelease(
            digest=f"{lens} {days} {size} {places} {audience}",
            audience=audience,
            title=lens,
            area_title="made up",
            first=first,
            last=last,
            resolution=size,
            selection=selection_of(load_lens(lens), police_generated=True),
            cells=tuple(cells.tolist()),
            region=region,
            low=printed.low,
            high=printed.high,
        )


def main() -> None:
    """Release a year, month by month, and print how long the checks took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    chosen = parser.parse_args()
    force, held, taken = Force(chosen.cells), Held([], []), Taken(defaultdict(list), Counter())
    for month in range(1, chosen.months + 1):
        days = _days(month, month)
        _give(force, held, taken, days)
        if month % 3 == 0:
            _give(force, held, taken, _days(month - 2, month))
    for month in range(1, chosen.months + 1):
        _publish(force, held, taken, _days(month, month))
    for kind, times in taken.times.items():
        print(
            f"{kind}: {len(times)} checked, {taken.refused[kind]} refused; median"
            f" {median(times):.1f} s, longest {max(times):.1f} s"
        )


@dataclass(frozen=True)
class Held:
    """What partners and the public hold."""

    partners: list[StoredRelease]
    public: list[StoredRelease]


@dataclass(frozen=True)
class Taken:
    """Seconds of processor time of each check, and the releases refused, by kind of release."""

    times: defaultdict[str, list[float]]
    refused: Counter[str]


def _give(force: Force, held: Held, taken: Taken, days: Days) -> None:
    """Release maps and ward tables of some days to partners."""
    for places in (9, 7):
        for lens in LENSES:
            kind = "map beside tables" if places == 9 else "ward table beside maps"  # noqa: PLR2004
            new = force.told(lens, days, places=places)
            ask = check if places == 9 else check_finding  # noqa: PLR2004
            _ask(kind, ask, new, held.partners, taken)


def _publish(force: Force, held: Held, taken: Taken, days: Days) -> None:
    """Release a map of larger cells to the public beside all that partners hold."""
    new = force.told("all-demand", days, size=8, places=8, audience="public")
    _ask("public map of larger cells", check, new, held.partners, taken)


def _ask(
    kind: str,
    ask: Callable[..., DifferencingCheck],
    new: StoredRelease,
    held: list[StoredRelease],
    taken: Taken,
) -> None:
    """Check one release, note how long it took, and keep what may be told of it."""
    known = rules().audiences
    began = process_time()
    found = ask([new], held, rule=known[new.audience], reader=known[PARTNERS])
    taken.times[kind].append(process_time() - began)
    share = share_withheld(new.high == 0, found.withhold[0])
    most = share > known[new.audience].most_withheld
    taken.refused[kind] += found.refused or most
    print(
        f"{new.digest}: {taken.times[kind][-1]:.1f} s, {len(found.linked)} linked,"
        f" {int(found.withhold[0].sum())} withheld{', refused' if found.refused else ''}"
        f"{', refused, for it is most of them' if most else ''}"
        f"{', too many' if found.too_many else ''}",
        flush=True,
    )
    if not (found.refused or most):
        held.append(new.withholding(*found.withhold))


def _parents(cells: Sequence[str], size: int) -> list[str]:
    """Return the cell of a size that each of some cells lies in."""
    return [h3.cell_to_parent(cell, size) for cell in cells]


def _days(first: int, last: int) -> Days:
    """Return the days of some months."""
    return date(FIRST.year, first, 1), date(FIRST.year, last, monthrange(FIRST.year, last)[1])


if __name__ == "__main__":
    main()
