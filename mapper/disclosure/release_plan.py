"""The release plan: what a partnership is given, month by month, fixed before the first of it.

A plan is a small file in the workspace: lenses, size of cells, first and last month. Each month is
given once, as blocks (:mod:`mapper.disclosure.blocks`): every lens by cell, ward, district and for
the area. Whatever is a sum of blocks, a quarter, a year, a part of the area, is answered from what
was given and never refused. Months share no incident, so what one of them tells says nothing of
another, and a plan can be changed for the months that are still to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.errors import DisclosureError
from mapper.base.files import digest_of
from mapper.base.settings import settings
from mapper.base.toml_file import TomlKind
from mapper.disclosure.refusal import months_around
from mapper.disclosure.rules import rules
from mapper.lenses.lens import Lens
from mapper.lenses.load import load_lens

PLAN_FILE = "release-plan.toml"  # in the workspace
AUDIENCE = "partnership"  # what a plan is made for
PUBLIC = "public"  # told a part of it, each span wider
LEVELS = ("area", "district", "ward", "cell")  # coarsest first
CAVEAT = (
    "Two numbers, such as “2 to 8”, say that a count lies between them: it is a sum of monthly"
    " counts that were each hidden or rounded. Where it can be a hidden one, no number is printed."
)
PLANNED = "plan"  # the filter by which the register knows what a plan gave: its value the level
_KEYS = {"area": str, "resolution": int, "lenses": list, "first_month": str, "last_month": str}
_OPTIONAL = {"public_lenses": list}
_KIND = TomlKind(what="a release plan", remedy="See docs/release-plan.md.", refused=DisclosureError)


@dataclass(frozen=True)
class ReleasePlan:
    """What a partnership is given, month by month."""

    area: str  # as load_study_area takes it
    resolution: int
    lenses: tuple[str, ...]  # ids
    first: date  # first day of the first month
    last: date  # last day of the last
    public: tuple[str, ...] = ()  # ids of the lenses that are published as well

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(months_between(self.first, self.last))

    @property
    def audiences(self) -> tuple[str, ...]:
        """Who is given something of it."""
        return (AUDIENCE, PUBLIC) if self.public else (AUDIENCE,)

    @property
    def words(self) -> str:
        """What it gives, in a sentence."""
        lenses = ", ".join(lens.title for lens in self.load_lenses())
        given = (
            f"Partners are given {lenses} by cells of resolution {self.resolution}, wards,"
            f" districts and the area, each month from {self.first:%B %Y} to {self.last:%B %Y}."
        )
        if not self.public:
            return given
        published = ", ".join(lens.title for lens in self.lenses_of(PUBLIC))
        return f"{given} Published at the same time: {published}."

    def load_area(self) -> StudyArea:
        """Return the study area in the plan's size of cells."""
        return load_study_area(self.area, resolution=self.resolution)

    def load_lenses(self) -> tuple[Lens, ...]:
        """Return the lenses, in the plan's order."""
        return tuple(map(load_lens, self.lenses))

    def lenses_of(self, audience: str) -> tuple[Lens, ...]:
        """Return the lenses that an audience is given."""
        return self.load_lenses() if audience == AUDIENCE else tuple(map(load_lens, self.public))


def months_between(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month that some days touch."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def release_plan() -> ReleasePlan | None:
    """Return this installation's plan, if there is one.

    Raises
    ------
    DisclosureError
        As :func:`read_plan`.
    """
    path = settings().workspace / PLAN_FILE
    return read_plan(path, digest_of(path)) if path.is_file() else None


@cache
def read_plan(path: Path, digest: str = "") -> ReleasePlan:
    """Return the plan in a file.

    Parameters
    ----------
    digest
        Of its content: each state of a file is read once.

    Raises
    ------
    DisclosureError
        Naming every fault: a key that is missing, unknown or of the wrong kind, a lens or an area
        that there is not, cells too fine for partners, months that are none.
    """
    del digest
    told = _KIND.parse(path, _KIND.read(path)[1])
    faults = [
        f"{name}: no such key; remove it" for name in told if name not in {**_KEYS, **_OPTIONAL}
    ]
    faults += [
        f"{name}: write {kind.__name__} (docs/release-plan.md)"
        for name, kind in _KEYS.items()
        if not isinstance(told.get(name), kind)
    ]
    faults += [
        f"{name}: write {kind.__name__} (docs/release-plan.md)"
        for name, kind in _OPTIONAL.items()
        if not isinstance(told.get(name, kind()), kind)
    ]
    if faults:
        raise DisclosureError(f"{path.name}: {'; '.join(faults)}.")
    plan = ReleasePlan(
        area=told["area"],
        resolution=told["resolution"],
        lenses=tuple(map(str, told["lenses"])),
        first=_month(path, told, "first_month"),
        last=months_around(*[_month(path, told, "last_month")] * 2)[1],
        public=tuple(map(str, told.get("public_lenses", ()))),
    )
    finest = rules().audiences[AUDIENCE].finest_resolution
    if plan.resolution > finest:
        faults.append(f"resolution: {plan.resolution} is too fine; write {finest} or coarser")
    if plan.first > plan.last:
        faults.append("last_month: before first_month; write a later one")
    if not plan.lenses or len(set(plan.lenses)) != len(plan.lenses):
        faults.append("lenses: write one or more, each once")
    if not set(plan.public) <= set(plan.lenses) or len(set(plan.public)) != len(plan.public):
        faults.append("public_lenses: write some of the lenses above, each once")
    if faults:
        raise DisclosureError(f"{path.name}: {'; '.join(faults)}.")
    plan.load_lenses()
    plan.load_area()
    return plan


def _month(path: Path, told: dict[str, Any], name: str) -> date:
    """Return the first day of a month written as 2025-04."""
    try:
        return date.fromisoformat(f"{told[name]}-01")
    except ValueError:
        raise DisclosureError(
            f"{path.name}: {name}: {told[name]!r} is no month; write it as 2025-04."
        ) from None
