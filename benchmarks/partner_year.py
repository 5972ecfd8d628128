"""What partners get over a year of the demonstration: how much of it, how much hidden, how quickly.

    python benchmarks/partner_year.py [--resolution 8] [--briefings]

Each month of the demonstration (Merseyside, seed 1) four lenses are released to partners as a map,
with children in domestic abuse and all demand by ward. With ``--briefings`` a briefing of each
month against the one before is made instead. All of it goes into one register, as an installation
keeps it.
"""

import argparse
import tempfile
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

from demonstration.writing import write_demonstration
from mapper.analysis.analyse import analyse
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.read import read_incidents
from mapper.incidents.table import Incidents
from mapper.lenses.load import load_lens
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.gather import gather
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.children import ChildrenChoices, ask_children
from mapper.questions.windows import Window

LENSES = ("county-lines", "domestic-abuse", "domestic-abuse-children", "all-demand")
Times = list[float]


def main() -> None:
    """Release a year, month by month, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=8)
    parser.add_argument("--briefings", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write_demonstration(Path(folder))
        incidents = read_incidents([files.incidents])
    start = incidents.table["start"].min().date().replace(day=1)
    months = [_month(start, at) for at in range(12)]
    if chosen.briefings:
        _briefings(incidents, months, chosen.resolution)
    else:
        _by_month(incidents, months, chosen.resolution)


def _month(start: date, after: int) -> Window:
    """Return the month that comes so many after another."""
    number = start.year * 12 + start.month - 1 + after
    year, month = number // 12, number % 12 + 1
    return Window(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _timed(times: Times, what: str, make: Callable[[], str]) -> bool:
    """Make one thing, print what became of it, and tell whether it was released."""
    began = perf_counter()
    try:
        said, made = make(), True
    except MapperError as error:
        said, made = f"REFUSED {error}"[:150], False
    times.append(perf_counter() - began)
    print(f"{what}: {times[-1]:.1f} s {said}", flush=True)
    return made


def _briefings(incidents: Incidents, months: list[Window], resolution: int) -> None:
    """Make a briefing of every month but the first against the one before."""
    register, times, made = MemoryRegister(), [], 0
    for before, after in pairwise(months):
        choices = BriefingChoices("county-lines", before, after, resolution=resolution)

        def brief(choices: BriefingChoices = choices) -> str:
            found = gather(incidents, choices, register=register)
            return f"{len(found.notes)} notes"

        made += _timed(times, f"briefing {after}", brief)
    print(f"{made} of {len(times)} released; median {median(times):.1f} s, most {max(times):.1f} s")


def _by_month(incidents: Incidents, months: list[Window], resolution: int) -> None:
    """Release four maps and two tables by ward of each month."""
    register, times, made, hidden, numbers = MemoryRegister(), [], 0, 0, 0
    area = load_study_area("merseyside", resolution=resolution)

    def map_of(name: str, month: Window) -> str:
        nonlocal hidden, numbers
        asked = {"start": month.first, "end": month.last}
        result = analyse(incidents, lens=load_lens(name), area=area, **asked)
        began = perf_counter()
        shown = release(result, audience="partnership", register=register).cells["shown"]
        numbers += int((shown != "none").sum())
        hidden += int((~shown.isin(["none", "rounded"])).sum())
        return f"(check {perf_counter() - began:.1f} s) {shown.value_counts().to_dict()}"

    def table_of(name: str, month: Window) -> str:
        nonlocal hidden, numbers
        lens = load_lens("domestic-abuse" if name == "children" else "all-demand")
        if name == "children":
            study = prepare(incidents, lens=lens, area=area, start=month.first, end=month.last)
            finding = ask_children(study, ChildrenChoices(by="ward"))
        else:
            last = months[months.index(month) - 1] if month != months[0] else months[1]
            first, second = sorted((last, month), key=lambda one: one.first)
            study = prepare(incidents, lens=lens, area=area, start=first.first, end=second.last)
            finding = ask_change(study, ChangeChoices(before=first, after=second, by="ward"))
        began = perf_counter()
        table = release(finding, audience="partnership", register=register).table
        told = table[[name for name in table if str(name).endswith("_shown")]].to_numpy().ravel()
        numbers += int((told != "none").sum())
        hidden += sum(one not in ("none", "rounded") for one in told)
        return f"(check {perf_counter() - began:.1f} s) {sum(told == 'withheld')} withheld"

    for month in months:
        for name in LENSES:
            made += _timed(times, f"{month} {name}", lambda n=name, m=month: map_of(n, m))
        for name in ("children", "wards"):
            made += _timed(times, f"{month} {name}", lambda n=name, m=month: table_of(n, m))
    print(
        f"{made} of {len(times)} released; {hidden / max(numbers, 1):.0%} of counts other than 0"
        f" hidden; median {median(times):.1f} s, most {max(times):.1f} s"
    )


if __name__ == "__main__":
    main()
