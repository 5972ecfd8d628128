"""How long a release of Merseyside at resolution 9 takes beside fifty earlier ones.

Run: python benchmarks/differencing.py

Incidents are made up: 120,000 over two years, most cells with few. The fifty earlier releases are
what a partnership would be given: each of 24 months under two lenses, and two whole years.
"""

from datetime import date, timedelta
from itertools import pairwise
from time import perf_counter

import numpy as np

from mapper.areas.load import load_study_area
from mapper.disclosure.differencing import check
from mapper.disclosure.lens_pieces import selection_of
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import print_counts
from mapper.grid.hexagons import cells_to_strings
from mapper.lenses.load import load_lens

INCIDENTS, FIRST, DAYS = 120_000, date(2024, 1, 1), 731
DOMESTIC = 0.15  # share of incidents


def main() -> None:
    """Time new releases that overlap none, some and all of fifty earlier ones."""
    drawn = np.random.default_rng(1)
    cells = load_study_area("merseyside").cells["cell"].to_numpy()
    chances = drawn.gamma(0.3, 1.0, cells.size)
    place = drawn.choice(cells.size, INCIDENTS, p=chances / chances.sum())
    day, domestic = drawn.integers(0, DAYS, INCIDENTS), drawn.random(INCIDENTS) < DOMESTIC
    names = tuple(map(str, cells_to_strings(cells)))
    rule = rules().audiences["partnership"]

    def told(lens: str, first: date, last: date) -> StoredRelease:
        inside = (day >= (first - FIRST).days) & (day <= (last - FIRST).days)
        inside &= domestic if lens == "domestic-abuse" else True
        counts = np.bincount(place[inside], minlength=cells.size)
        printed = print_counts(counts, rule)
        return StoredRelease(
            digest=f"{lens} {first} {last}",
            audience="partnership",
            title=lens,
            area_title="Merseyside",
            first=first,
            last=last,
            resolution=9,
            selection=selection_of(load_lens(lens), police_generated=True),
            cells=names,
            region=np.arange(cells.size),
            low=printed.low,
            high=printed.high,
        )

    months = [date(2024 + at // 12, at % 12 + 1, 1) for at in range(24)] + [date(2026, 1, 1)]
    earlier = [
        told(lens, first, after - timedelta(1))
        for lens in ("drugs", "organised-crime")
        for first, after in pairwise(months)
    ]
    years = [(date(2024, 1, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))]
    earlier += [told("domestic-abuse", *year) for year in years]
    print(f"{cells.size:,} cells, {len(earlier)} earlier releases")
    asked = {
        "a lens that nests with none": ("missing-children", date(2025, 1, 1), date(2025, 12, 31)),
        "a month like one before": ("drugs", date(2025, 3, 1), date(2025, 3, 31)),
        "half a year over six months": ("drugs", date(2025, 1, 1), date(2025, 6, 30)),
        "all demand over a quarter": ("all-demand", date(2025, 1, 1), date(2025, 3, 31)),
        "all demand over a whole year": ("all-demand", date(2025, 1, 1), date(2025, 12, 31)),
    }
    for words, choice in asked.items():
        new = told(*choice)
        start = perf_counter()
        found = check([new], earlier, rule=rule)
        print(
            f"{words}: {perf_counter() - start:.1f} s; {len(found.linked)} linked,"
            f" {found.systems:,} systems, {int(found.withhold[0].sum()):,} withheld"
            f"{', refused' if found.refused else ''}",
            flush=True,
        )


if __name__ == "__main__":
    main()
