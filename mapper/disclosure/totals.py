"""Whether the total of a whole area may be printed beside the map of its cells.

A rounded total and the printed cells under it limit each other. Where an area's incidents lie
scattered, one here and one there, a total that barely fits the least that its cells can hold tells
that each of them holds no more than that. So a total is printed only where it leaves every hidden
cell all the values that "fewer than 5" leaves open, whatever maps of the same incidents the
audience has seen or will see. Withheld cells only leave more room.

Totals also limit one another: of two quarters and the half year, of a lens and one inside it. They
are kept in a register of their own, apart from maps, and each is checked by linear programming
beside all that the audience was given before; a few numbers for a whole area make small systems.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.register import Register, StoredRelease
from mapper.disclosure.release_plan import PLANNED
from mapper.disclosure.rules import AudienceRule, readers_of, rules
from mapper.disclosure.suppression import interval_of, print_counts


def total_is_safe(maps: Iterable[Integers], rule: AudienceRule) -> bool:
    """Tell whether the printed total of some counts leaves each hidden one all its values.

    Parameters
    ----------
    maps
        The counts of the same incidents by cell, at each resolution that the audience may see.
    """
    readers = [rules().audiences[name] for name in readers_of(rule.audience)]
    return all(
        _leaves_room(np.asarray(counts, dtype=np.int64), rule, reader)
        for counts in maps
        for reader in readers
    )


def _leaves_room(counts: Integers, rule: AudienceRule, reader: AudienceRule) -> bool:
    """Tell whether a total leaves room enough above the least and below the most of its cells.

    The cells are those of a reader's maps. Partners' cells are narrower than the public's, so
    beside a total for partners the public's cells leave at least the room that theirs do.
    """
    printed = print_counts(counts, reader)
    least, most = interval_of(int(counts.sum()), rule)
    room = min(most - int(printed.low.sum()), int(printed.high.sum()) - least)
    nothing_hidden = not bool(((counts > 0) & (counts < reader.smallest_count)).any())
    return nothing_hidden or room >= reader.values_kept - 1


class TotalsRegister:
    """The totals that audiences were given, kept beside the maps of the same register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def earlier(self, audience: str) -> Sequence[StoredRelease]:
        """Return the totals of an audience, oldest first, and what a release plan gave it."""
        given = [one for one in self._register.earlier(audience) if PLANNED in one.filters]
        return (*self._register.earlier(_shelf(audience)), *given)

    def add(self, stored: StoredRelease) -> None:
        """Keep a total; the same digest twice is kept once."""
        self._register.add(replace(stored, audience=_shelf(stored.audience)))

    def stamp(self) -> object:
        """Return what changes whenever a release of any kind is kept or forgotten."""
        return self._register.stamp()

    def turn(self) -> AbstractContextManager[object]:
        """Wait until no other check of this program is under way."""
        return self._register.turn()

    def hold(self) -> AbstractContextManager[None]:
        """Keep others from adding between the check of a total and its :meth:`add`."""
        return self._register.hold()


def _shelf(audience: str) -> str:
    """Return the name under which an audience's totals are kept."""
    return f"{audience} totals"
