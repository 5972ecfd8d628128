"""One month of a release plan: the blocks that are given, each level from the one below it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.examine import positions
from mapper.areas.study_area import StudyArea
from mapper.base.errors import DisclosureError
from mapper.base.text import day_in_words, period_in_words
from mapper.base.types import Flags, Integers
from mapper.disclosure.blocks import Blocks, told_blocks, told_sums
from mapper.disclosure.lens_pieces import selection_of
from mapper.disclosure.map_finding import district_only
from mapper.disclosure.public_blocks import public_levels
from mapper.disclosure.refusal import months_around
from mapper.disclosure.register import Register, StoredRelease, held_by_readers
from mapper.disclosure.release_plan import AUDIENCE, LEVELS, PLANNED, PUBLIC, ReleasePlan
from mapper.disclosure.rules import AudienceRule, rules
from mapper.disclosure.totals import TotalsRegister
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.table import Incidents
from mapper.lenses.classify import classify
from mapper.lenses.lens import Lens


@dataclass(frozen=True, eq=False)
class Level:
    """Places of one size: cells, wards, districts or the area."""

    name: str
    place: Integers  # of each cell, shape (cells,)
    names: tuple[str, ...]


def levels_of(area: StudyArea) -> tuple[Level, ...]:
    """Return the levels of an area, finest first, each nested in the next."""
    cells = area.cells
    district = cells["district"].astype("str").fillna("")
    ward = district + " / " + cells["ward"].astype("str").fillna("")
    labels = {"cell": pd.Series(cells_to_strings(cells["cell"].to_numpy())), "ward": ward}
    labels |= {"district": district, "area": pd.Series([area.title] * len(cells))}
    found = []
    for name in reversed(LEVELS):
        place, names = pd.factorize(labels[name])
        found.append(Level(name, place.astype(np.int64), tuple(map(str, names))))
    return tuple(found)


def month_blocks(plan: ReleasePlan, incidents: Incidents, month: date) -> tuple[StoredRelease, ...]:
    """Return what is told of a month, to partners and the public: each lens at each level.

    Incidents are parted by which of the plan's lenses take them; each kind is told by itself, cell
    by cell, and added up over ground, and a lens is the sum of its kinds. Nothing is kept.

    Raises
    ------
    LensError
        When the data lacks a column that a lens of the plan needs.
    DisclosureError
        When the files do not hold the whole month, or the rules of audiences forbid it.
    """
    first, last = months_around(month, month)
    area, lenses = plan.load_area(), plan.load_lenses()
    rule = rules().audiences[AUDIENCE]
    _refuse_by_rule(plan, (last - first).days + 1)
    inside = _inside(incidents, first, last)
    where = positions(incidents, area)
    inside &= where >= 0
    table = incidents.table[inside]
    taken = np.array([classify(table, lens) > 0 for lens in lenses])
    kinds, kind = np.unique(taken, axis=1, return_inverse=True)
    counts = np.zeros((len(area.cells), kinds.shape[1]), dtype=np.int64)
    np.add.at(counts, (where[inside], kind.ravel()), 1)
    counts = counts[:, kinds.any(axis=0)]  # what no lens takes is told to nobody
    kinds = kinds[:, kinds.any(axis=0)]
    partners = list(_told(levels_of(area), counts, rule))
    shelves = [(AUDIENCE, partners, lenses, kinds)]
    if plan.public:
        public = [lens.id in plan.public for lens in lenses]
        given = tuple(lens for lens, of in zip(lenses, public, strict=True) if of)
        shelves.append((PUBLIC, _told_to_public(plan, partners), given, kinds[public]))
    days = first, last
    return tuple(
        _stored(plan, area, days, lens, audience, (level, blocks, of_lens))
        for audience, levels, of, taken in shelves
        for level, blocks in levels
        for lens, of_lens in zip(of, taken, strict=True)
    )


def _stored(
    plan: ReleasePlan,
    area: StudyArea,
    days: tuple[date, date],
    lens: Lens,
    audience: str,
    told: tuple[Level, Blocks, Flags],
) -> StoredRelease:
    """Return one lens at one level as the register keeps it: the sum of its kinds."""
    level, blocks, of_lens = told
    stored = StoredRelease(
        digest="",
        audience=audience,
        title=lens.title,
        area_title=area.title,
        first=days[0],
        last=days[1],
        resolution=plan.resolution,
        selection=selection_of(lens, police_generated=True),
        cells=tuple(map(str, cells_to_strings(area.cells["cell"].to_numpy()))),
        region=level.place,
        low=blocks.low[:, of_lens].sum(axis=1),
        high=blocks.high[:, of_lens].sum(axis=1),
        filters=MappingProxyType({PLANNED: level.name, "lens": lens.id}),
    )
    return replace(stored, digest=_digest(stored))


def public_level_names(plan: ReleasePlan) -> tuple[str, ...]:
    """Return the levels at which a plan's lenses are published, coarsest first.

    How wide a span is follows from the kinds of incident in a place. Where one of them is of a lens
    that is not published, or published by district alone, cells and wards would tell of it.
    """
    rule = rules().audiences[PUBLIC]
    alone = any(district_only(lens, rule) for lens in plan.load_lenses())
    if alone or set(plan.public) != set(plan.lenses):
        return LEVELS[:2]
    return LEVELS if plan.resolution <= rule.finest_resolution else LEVELS[:3]


def _told_to_public(
    plan: ReleasePlan, partners: Sequence[tuple[Level, Blocks]]
) -> list[tuple[Level, Blocks]]:
    """Return what the public is told at each of its levels, made of what partners are told."""
    names = public_level_names(plan)
    given = [(level, blocks) for level, blocks in partners if level.name in names]
    told = public_levels(
        [(level.place, blocks) for level, blocks in given], rules().audiences[PUBLIC]
    )
    return [(level, blocks) for (level, _), blocks in zip(given, told, strict=True)]


def _refuse_by_rule(plan: ReleasePlan, days: int) -> None:
    """Refuse what an installation's own, stricter rules of audiences do not allow."""
    known = rules().audiences
    rule = known[AUDIENCE]
    faults = [
        f"{lens.title} is shown by district alone; leave it out"
        for lens in plan.load_lenses()
        if district_only(lens, rule)
    ]
    if plan.resolution > rule.finest_resolution:
        faults.append(f"resolution {plan.resolution} is too fine; {rule.finest_resolution} is not")
    shortest = max(known[one].shortest_days for one in plan.audiences)
    if days < shortest:
        faults.append(f"a month of {days} days is too short: {shortest} are asked for")
    if faults:
        raise DisclosureError(f"Not given to the {AUDIENCE} audience: {'; '.join(faults)}.")


def holds_month(incidents: Incidents, month: date) -> bool:
    """Tell whether files hold a month whole: they begin by its first day and reach its last."""
    first, last = months_around(month, month)
    start = incidents.table["start"]
    by_month = bool((incidents.table["precision"] == "month").any())
    until = first if by_month else last
    return bool(len(start)) and start.min().date() <= first and start.max().date() >= until


def _inside(incidents: Incidents, first: date, last: date) -> Flags:
    """Tell which incidents are of a month that the files hold whole."""
    if not holds_month(incidents, first):
        raise DisclosureError(
            f"{period_in_words(first, last)} is not given: the files do not hold all of it. Give it"
            " when its last day is in them."
        )
    start = incidents.table["start"].to_numpy().astype("datetime64[D]")
    return np.asarray((start >= np.datetime64(first)) & (start <= np.datetime64(last)))


def _told(
    levels: Sequence[Level], counts: Integers, rule: AudienceRule
) -> Iterator[tuple[Level, Blocks]]:
    """Yield what is told at each level, kind by kind."""
    blocks = told_blocks(counts, rule)
    part = levels[0].place
    for level in levels:
        if level is not levels[0]:
            above = np.zeros(len(blocks.counts), dtype=np.int64)
            above[part] = level.place
            size = len(level.names)
            blocks = told_sums(blocks, above, places=size, step=rule.round_to)
        part = level.place
        yield level, blocks


def _digest(stored: StoredRelease) -> str:
    """Return the key of what a plan gives."""
    audience = () if stored.audience == AUDIENCE else (stored.audience,)
    told = (stored.title, stored.first, stored.resolution, dict(stored.filters), *audience)
    digest = hashlib.sha256(repr(told).encode())
    for numbers in (stored.low, stored.high):
        digest.update(numbers.tobytes())
    return digest.hexdigest()


def given_months(plan: ReleasePlan, releases: Sequence[StoredRelease]) -> tuple[date, ...]:
    """Return the months of a plan that its audience was given."""
    known = {one.first for one in releases if PLANNED in one.filters and one.audience == AUDIENCE}
    return tuple(month for month in plan.months if month in known)


def next_month(plan: ReleasePlan, register: Register) -> date:
    """Return the first month of a plan that was not given.

    Raises
    ------
    DisclosureError
        When all were.
    """
    given = given_months(plan, register.earlier(AUDIENCE))
    left = [month for month in plan.months if month not in given]
    if not left:
        raise DisclosureError(
            f"All {len(given)} months of the release plan were given. Fix a plan for more."
        )
    return left[0]


def give_month(
    plan: ReleasePlan, incidents: Incidents, month: date, *, register: Register
) -> tuple[StoredRelease, ...]:
    """Give a month of a plan: check it, and keep its blocks in the register, as one act.

    Raises
    ------
    DisclosureError
        When it is no month of the plan, was given before, is not whole, or when its days were
        partly released before: what was told then is no sum of blocks.
    """
    if month not in plan.months:
        raise DisclosureError(
            f"{month:%B %Y} is no month of the release plan, which runs"
            f" {period_in_words(plan.first, plan.last)}."
        )
    refuse_released_before(month, register)
    blocks = month_blocks(plan, incidents, month)  # long: others may write meanwhile
    with register.hold():
        refuse_released_before(month, register)
        for one in blocks:
            register.add(one)
    return blocks


def check_plan(plan: ReleasePlan, register: Register) -> None:
    """Check a plan as a whole: each of its months was given, or can be.

    Raises
    ------
    DisclosureError
        As :func:`refuse_released_before`.
    """
    given = given_months(plan, register.earlier(AUDIENCE))
    for month in plan.months:
        if month not in given:
            refuse_released_before(month, register)


def refuse_released_before(month: date, register: Register) -> None:
    """Refuse a month of which its readers were told anything before.

    Raises
    ------
    DisclosureError
        Naming what they were told.
    """
    first, last = months_around(month, month)
    shelves = [held_by_readers(one, AUDIENCE) for one in (register, TotalsRegister(register))]
    before = [
        one
        for held in shelves
        for reader in held
        for one in reader.releases
        if one.first <= last and first <= one.last
    ]
    if any(PLANNED in one.filters for one in before):
        raise DisclosureError(f"{month:%B %Y} was given already, and each month is given once.")
    if before:
        one = before[0]
        ends = max(one.last for one in before)
        raise DisclosureError(
            f"{month:%B %Y} cannot be given by the plan: “{one.title}” of"
            f" {period_in_words(one.first, one.last)} was released before, which is no sum of its"
            f" blocks. Begin the plan with the first month after {day_in_words(ends)}."
        )
