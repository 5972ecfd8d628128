"""What a place is called, by its extent: its ward and the two or three streets that hold most.

A name carries no count, since names travel into records, plans and papers for partners; the counts
by street and by cell stand in columns of their own, which the operational audience alone sees.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mapper.base.text import shown_name
from mapper.base.types import Integers
from mapper.grid.hexagons import Cells, cells_to_strings

MOST_CELLS = 5  # busiest cells told of a place
_LEAST_CELLS = 3
_WORTH_TELLING = 0.1  # share from which a fourth and a fifth are told
_MOST_STREETS = 3
_ENOUGH = 0.5  # two streets are enough where they hold this part of all that have a street

# Snap labels of police.uk files that say what kind of place, not which: a name prefers a street.
KINDS_OF_PLACE = frozenset(
    [
        "airport/airfield",
        "bus station",
        "care home",
        "coach station",
        "railway station",
        "custody suite",
        "bus/coach station",
        "conference/exhibition centre",
        "ferry terminal",
        "further/higher educational building",
        "hospital",
        "no location",
        "nightclub",
        "other",
        "motorway service area",
        "park/open space",
        "parking area",
        "pedestrian subway",
        "petrol station",
        "police station",
        "prison",
        "race track",
        "school",
        "shopping area",
        "sports/recreation area",
        "supermarket",
        "theatre/concert hall",
        "public place",
    ]
)


def streets_of(
    place: Integers,
    codes: Integers,
    labels: Sequence[str],
    *,
    number: int,
    times: Integers | None = None,
) -> list[list[tuple[str, int]]]:
    """Return the streets or landmarks of each place that hold most incidents, with how many.

    Two, or three where two hold less than half of what has a street. A label that says what kind
    of place it is, and not which, is told only where there is no other.

    Parameters
    ----------
    place, codes
        Of each incident: number of its place, -1 for none, and code of its label.
    labels
        By code.
    times
        How many incidents each stands for; one where not given.
    """
    inside = np.flatnonzero(place >= 0)
    of, used = pd.factorize(codes[inside])
    plain = [shown_name(labels[code].removeprefix("On or near ").strip()) for code in used.tolist()]
    held = pd.DataFrame({"place": place[inside], "label": np.array(plain, dtype=object)[of]})
    held["n"] = 1 if times is None else times[inside]
    held = held[held["label"] != ""]
    table = held.groupby(["place", "label"])["n"].sum().reset_index()
    table = table.sort_values(["place", "n", "label"], ascending=[True, False, True])
    kind = table["label"].str.lower().isin(KINDS_OF_PLACE)
    table = pd.concat([table[~kind], table[kind & ~table["place"].isin(table["place"][~kind])]])
    found: list[list[tuple[str, int]]] = [[] for _ in range(number)]
    for one, label, count in zip(table["place"], table["label"], table["n"], strict=True):
        found[one].append((label, count))
    return [_main(streets) for streets in found]


def _main(streets: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the first two of some streets, or three where two hold too little."""
    held = sum(count for _, count in streets[:2])
    enough = held >= _ENOUGH * sum(count for _, count in streets)
    return streets[: 2 if enough else _MOST_STREETS]


def streets_in_words(streets: Sequence[tuple[str, int]]) -> str:
    """Return streets with their counts: Lime Street (41), Ranelagh Street (22)."""
    return ", ".join(f"{label} ({count:,})" for label, count in streets)


def names_of(table: pd.DataFrame, streets: Sequence[str]) -> list[str]:
    """Return names a person recognises, each once: ward and streets, else ward and a number.

    Parameters
    ----------
    table
        With columns ``ward`` and ``district``.
    streets
        The streets of each place, or nothing.
    """
    names: list[str] = []
    seen: dict[str, int] = {}
    for ward, district, street in zip(table["ward"], table["district"], streets, strict=True):
        place = ward or district or "Unnamed place"
        name = f"{place}: {street}" if street else place
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def region_words(places: int, area_km2: float, ward: str) -> str:
    """Say which region a place was cut from; nothing where it is the only one of it."""
    if places < 2:  # noqa: PLR2004 - one place is its region
        return ""
    around = f" round {ward}" if ward else ""
    return f" One of {places} places in a region of {area_km2:.1f} km²{around}."


def busiest_cells(cells: Cells, incidents: Integers, group: Integers) -> list[str]:
    """Return the core of each place in words: its busiest cells, with incidents and share."""
    table = core_cells(cells, incidents, group)
    table["words"] = [
        f"{cell}: {n:,} ({part:.0%})"
        for cell, n, part in zip(table["cell"], table["n"], table["share"], strict=True)
    ]
    words = table.groupby("place")["words"].agg("; ".join)
    return words.reindex(range(int(group.max(initial=-1)) + 1), fill_value="").tolist()


def core_cells(cells: Cells, incidents: Integers, group: Integers) -> pd.DataFrame:
    """Return the three to five busiest cells of each place: ``place``, ``cell``, ``n``, ``share``.

    Cells without an incident are not told, nor is a fourth or fifth that adds under a tenth.

    Parameters
    ----------
    cells, incidents, group
        Of each cell: its index, its incidents and the number of its place, -1 for none.
    """
    order = np.lexsort((cells, -incidents, group))
    order = order[(group[order] >= 0) & (incidents[order] > 0)]
    table = pd.DataFrame(
        {"place": group[order], "cell": cells_to_strings(cells[order]), "n": incidents[order]}
    )
    table["share"] = table["n"] / table.groupby("place")["n"].transform("sum")
    at = table.groupby("place").cumcount()
    told = (at < _LEAST_CELLS) | ((at < MOST_CELLS) & (table["share"] >= _WORTH_TELLING))
    return table[told].reset_index(drop=True)
