"""A partner's year by a release plan: what is refused, how much is hidden, how long it takes.

    python benchmarks/release_plan.py [--resolution 8] [--attack 100]

Each month of the demonstration (Merseyside, seed 1) is given by a plan of four lenses; then
partners are released each lens as a map, and children in domestic abuse by ward, of every month and
quarter and of the year, and each lens by ward of every month beside the one before. With
``--attack`` so many hidden counts, drawn at random, are driven to their least and most by integer
programmes over all that was told of their month.
"""

import argparse
import os
import tempfile
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from demonstration.writing import write_demonstration
from mapper.analysis.analyse import analyse
from mapper.analysis.study import prepare
from mapper.base.errors import DisclosureError
from mapper.disclosure.lens_pieces import lens_pieces
from mapper.disclosure.make import release
from mapper.disclosure.plan_month import give_month
from mapper.disclosure.plan_preview import preview_plan, shares_in_words
from mapper.disclosure.register import MemoryRegister, StoredRelease
from mapper.disclosure.release_plan import PLAN_FILE, ReleasePlan, release_plan
from mapper.incidents.read import read_incidents
from mapper.incidents.table import Incidents
from mapper.lenses.load import load_lens
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.children import ChildrenChoices, ask_children
from mapper.questions.windows import Window

PLAN = """area = "merseyside"
resolution = {resolution}
lenses = ["county-lines", "domestic-abuse", "domestic-abuse-children", "all-demand"]
first_month = "2021-09"
last_month = "2022-08"
"""
PARTNERS = {"audience": "partnership"}


def main() -> None:
    """Give a year by plan, release all that a partnership asks for, and attack it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=8)
    parser.add_argument("--attack", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MAPPER_WORKSPACE"] = folder
        (Path(folder) / PLAN_FILE).write_text(PLAN.format(resolution=chosen.resolution))
        incidents = read_incidents([write_demonstration(Path(folder)).incidents])
        plan, register, times = release_plan(), MemoryRegister(), []
        for month in plan.months:
            began = perf_counter()
            give_month(plan, incidents, month, register=register)
            times.append(perf_counter() - began)
        print(f"12 months given: median {median(times):.1f} s, most {max(times):.1f} s")
        print("\n".join(shares_in_words(plan, preview_plan(plan, incidents))))
        _year(plan, incidents, register)
        _attack(plan, incidents, register, chosen.attack)


def _year(plan: ReleasePlan, incidents: Incidents, register: MemoryRegister) -> None:
    """Release maps and tables of every month, quarter and the year."""
    times, refused = [], 0
    for first, last in _periods(plan):
        for finding in _asked(plan, incidents, first, last):
            began = perf_counter()
            try:
                release(finding, **PARTNERS, register=register)
            except DisclosureError as error:
                refused += 1
                print(f"REFUSED {error}")
            times.append(perf_counter() - began)
    print(
        f"{len(times)} maps and tables: {refused} refused; check and tables median"
        f" {median(times):.1f} s, most {max(times):.1f} s"
    )


def _periods(plan: ReleasePlan) -> Iterator[tuple[date, date]]:
    """Yield each month, each quarter and the year."""
    for months in (1, 3, 12):
        for at in range(0, 12, months):
            end = plan.months[at + months - 1]
            yield plan.months[at], end.replace(day=monthrange(end.year, end.month)[1])


def _asked(plan: ReleasePlan, incidents: Incidents, first: date, last: date) -> Iterator[object]:
    """Yield a map of each lens, children by ward, and each lens by ward beside the month before."""
    days, area = {"start": first, "end": last}, plan.load_area()
    for lens in plan.load_lenses():
        yield analyse(incidents, lens=lens, area=area, **days)
    study = prepare(incidents, lens=load_lens("domestic-abuse"), area=area, **days)
    yield ask_children(study, ChildrenChoices(by="ward"))
    at = plan.months.index(first)
    if at and first.month == last.month:
        start = plan.months[at - 1]
        before = Window(start, start.replace(day=monthrange(start.year, start.month)[1]))
        choices = ChangeChoices(before=before, after=Window(first, last), by="ward")
        for lens in plan.load_lenses():
            study = prepare(incidents, start=start, end=last, lens=lens, area=area)
            yield ask_change(study, choices)


def _attack(plan: ReleasePlan, incidents: Incidents, register: MemoryRegister, tries: int) -> None:
    """Drive hidden counts to their ends by integer programmes, and print how few values one has."""
    drawn, fewest, broken = np.random.default_rng(1), 1_000, 0
    area = plan.load_area()
    for _ in range(tries):
        month = plan.months[drawn.integers(12)]
        told = [one for one in register.earlier("partnership") if one.first == month]
        lens = plan.lenses[drawn.integers(len(plan.lenses))]
        days = {"start": month, "end": told[0].last}
        counts = prepare(incidents, lens=load_lens(lens), area=area, **days).counts.incidents
        cell = int(drawn.choice(np.flatnonzero((counts > 0) & (counts < 5))))  # noqa: PLR2004
        low, high = _ends(told, lens, cell)
        fewest = min(fewest, high - low + 1)
        broken += not low <= counts[cell] <= high or high - low + 1 < 4  # noqa: PLR2004
    if tries:
        print(f"{tries} hidden counts attacked: {broken} known too well, fewest values {fewest}")


def _ends(told: Sequence[StoredRelease], lens: str, cell: int) -> tuple[int, int]:
    """Return the least and most that a count can be by all that was told of its month."""
    of_lens = {one.filters["lens"]: one.selection for one in told}
    kinds = lens_pieces(tuple(of_lens.values()))
    cells = len(told[0].cells)
    rows, low, high = [], [], []
    for one in told:
        taken = kinds[:, list(of_lens).index(one.filters["lens"])].astype(float)
        places = sparse.csr_array((np.ones(cells), (one.region, np.arange(cells))))
        rows.append(sparse.kron(places, taken[None, :]))
        low.append(one.low)
        high.append(one.high)
    limits = LinearConstraint(
        sparse.vstack(rows, format="csr"), np.concatenate(low), np.concatenate(high)
    )
    wanted = np.zeros((cells, len(kinds)))
    wanted[cell] = kinds[:, list(of_lens).index(lens)]
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * wanted.ravel(),
            constraints=limits,
            bounds=Bounds(0, np.inf),
            integrality=np.ones(wanted.size),
        )
        ends.append(sign * round(solved.fun))
    return ends[0], ends[1]


if __name__ == "__main__":
    main()
