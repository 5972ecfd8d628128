"""Where the streets of an area lie, by the labels that incidents of any kind and date carry.

A street has a name in each cell that holds it, at the middle of its incidents there: a long street
is named along its length, and what is said of some cells is said without the others. The names are
those of the ground and not of a lens, so they tell nothing of what is counted.

Left out are labels that say what kind of place it is, labels with a number of a house (roads such
as the A59 and names such as 42nd Street stay), labels too long for a name, and streets with fewer
than three incidents in the cell: on those a name would stand on one address.
"""

import re

import numpy as np
import pandas as pd

from mapper.analysis.place_names import KINDS_OF_PLACE
from mapper.base.tables import STREET_COLUMNS
from mapper.base.types import Integers
from mapper.base.weights import sums
from mapper.grid.hexagons import Cells, cells_to_strings

FEWEST = 3  # incidents of any kind and date from which a street is named in a cell
_LONGEST = 40  # characters
_MICRO = 1_000_000
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(r"[ABM]\d{1,4}(\(M\))?|\d+(st|nd|rd|th)", re.IGNORECASE)


def street_names(
    table: pd.DataFrame, position: Integers, cells: Cells, times: Integers | None = None
) -> pd.DataFrame:
    """Return the streets of each cell of an area, those with most incidents first.

    Parameters
    ----------
    table
        Incidents; without the column ``location`` there are no streets.
    position
        Of each incident: its cell's place in ``cells``, -1 outside the area.
    times
        How many incidents each row stands for; one where not given.
    """
    if "location" not in table:
        return pd.DataFrame(columns=list(STREET_COLUMNS)).astype(dict(STREET_COLUMNS))
    location = table["location"].cat
    plain = [_plain(label) for label in location.categories.to_numpy(dtype=object)]
    code, names = pd.factorize(np.array(plain, dtype=object), sort=True)
    of_label = np.append(np.where(names[code] == "", -1, code), -1)  # a missing label is code -1
    street = of_label[location.codes.to_numpy()]
    kept = (street >= 0) & (position >= 0)
    # By hash: several times faster than sorting all rows.
    at, key = pd.factorize(position[kept] * len(names) + street[kept], sort=True)
    number = np.ones(int(kept.sum()), dtype=np.int64) if times is None else times[kept]
    held = sums(at, number, size=key.size)
    # Whole millionths of a degree (10 cm): their sum is the same in any order of the rows.
    parts = (np.rint(table[name].to_numpy()[kept] * _MICRO) for name in ("lon", "lat"))
    lon, lat = (np.bincount(at, part * number, key.size) / held / _MICRO for part in parts)
    order = np.lexsort((key, -held))
    order = order[held[order] >= FEWEST]
    cell, name = np.divmod(key[order], max(len(names), 1))
    found = {
        "street": names[name],
        "cell": cells_to_strings(cells[cell]),
        "lon": lon[order],
        "lat": lat[order],
    }
    return pd.DataFrame(found).astype(dict(STREET_COLUMNS))


def _plain(label: str) -> str:
    """Return a label as the name of a street; nothing where it is none."""
    name = str(label).strip().removeprefix("On or near ").strip()
    if len(name) > _LONGEST or name.lower() in KINDS_OF_PLACE:
        return ""
    if not _DIGIT.search(name):
        return name
    numbers = filter(_DIGIT.search, re.split(r"[\s,/-]+", name))
    return name if all(map(_NUMBERED.fullmatch, numbers)) else ""
