"""What may be printed of a map or a table beside all that its audience was given before.

A map is a finding whose unit is the cell, so both go one way: refuse what is too fine in space or
time; hide small counts and round the others; withhold counts that would give others away beside
earlier releases; refuse where too many would have to be.

Of hot spots nothing but classes is shown in a table, and only of hot spots as a released map draws
them. Everything else is refused: cells, pairs of incidents, single hours, settings, and answers
whose numbers cannot be set beside a map's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.analysis.result import AnalysisResult
from mapper.base.types import Flags, Integers
from mapper.disclosure.differencing import DifferencingCheck, check
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.fitness import refuse_unfit
from mapper.disclosure.map_finding import MAP, map_finding
from mapper.disclosure.parted import PRINTED_TO
from mapper.disclosure.planned import by_plan
from mapper.disclosure.refusal import refusal
from mapper.disclosure.register import UNLIMITED, AudienceHoldings, Selection, StoredRelease
from mapper.disclosure.release import Release
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import (
    NONE,
    WITHHELD,
    Printed,
    print_counts,
    share_withheld,
)
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.finding import Finding, Ground, Measure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Prepared:
    """What may be printed of a finding, with what stands against it."""

    finding: Finding  # the answer, or the map as one
    printed: Mapping[str, Printed]  # each count column as it is printed, row by row
    stored: tuple[StoredRelease, ...]  # as the register keeps it, one for each count column
    refusal: str  # why it cannot be released, and what can; empty where it can
    linked: tuple[StoredRelease, ...]  # earlier releases it can be combined with
    again: bool = False  # its audience was told all of it before: a look, and no release
    planned: bool = False  # the release plan answers, for or against


def prepare(
    thing: AnalysisResult | Finding,
    *,
    rule: AudienceRule,
    held: Sequence[AudienceHoldings],
    shown: Release | None = None,
    by_district: bool = False,
) -> Prepared:
    """Return what may be printed of a map or an answer beside all that its readers hold.

    Parameters
    ----------
    held
        What each audience holds that will read it, its own first.
    shown
        The audience's map whose hot spots the rows are about, where they are about hot spots.
    by_district
        A map is to be of totals by district.

    Raises
    ------
    DisclosureError
        When it is too fine in space or time for the audience, whatever was released before.
    """
    finding = (
        map_finding(thing, rule, by_district=by_district)
        if isinstance(thing, AnalysisResult)
        else thing
    )
    ground = finding.ground
    asked = () if ground is None else _asked(thing, ground)
    planned = by_plan(finding, asked, rule=rule, held=held)
    sums = planned is not None and not planned.refusal
    refuse_unfit(thing, rule, shown, sums=sums)
    if finding.unit == "hotspot" or ground is None:
        return Prepared(finding, {}, (), "", ())
    if planned is not None:
        told = planned.printed, (), planned.refusal, ()
        return Prepared(finding, *told, again=True, planned=True)
    counts = {one.column: _printed(finding.table[one.column], rule) for one in ground.measures}
    stored = _stored(finding, ground, counts, rule)
    found = _checked(stored, held, rule, by_cell=finding.unit == "cell")
    _, region = np.unique(ground.place_of_row, return_inverse=True)
    printed = {
        name: one.withholding(flags[region])
        for (name, one), flags in zip(counts.items(), found.withhold, strict=True)
    }
    share = _share_withheld(counts.values(), printed.values())
    return Prepared(
        finding=finding,
        printed=MappingProxyType(printed),
        stored=tuple(
            part.withholding(flags) for part, flags in zip(stored, found.withhold, strict=True)
        ),
        refusal=refusal(_all_days(stored), found, share, rule),
        linked=found.linked,
        again=found.again,
    )


def _asked(thing: AnalysisResult | Finding, ground: Ground) -> tuple[Measure, ...]:
    """Return what each column counts, a map's over the days asked for and not those of its data."""
    if isinstance(thing, Finding):
        return ground.measures
    first, last = thing.request.start or thing.first, thing.request.end or thing.last
    return tuple(replace(one, first=first, last=last) for one in ground.measures)


def _printed(column: "pd.Series[Any]", rule: AudienceRule) -> Printed:
    """Return a count column as it is printed; what the data does not know says nothing."""
    values = column.astype("Float64")
    known = values.notna().to_numpy(dtype=bool)
    counts = np.rint(values.fillna(0).to_numpy(dtype=np.float64)).astype(np.int64)
    return print_counts(counts, rule).withholding(~known)


def _share_withheld(counts: Collection[Printed], printed: Collection[Printed]) -> float:
    """Return the share of counts that the check withholds, of those that the data knows."""
    known = [one.kind != WITHHELD for one in counts]
    kinds = np.concatenate([one.kind[flags] for one, flags in zip(printed, known, strict=True)])
    return share_withheld(kinds == NONE, kinds == WITHHELD)


def _checked(
    new: Sequence[StoredRelease],
    held: Sequence[AudienceHoldings],
    rule: AudienceRule,
    *,
    by_cell: bool,
) -> DifferencingCheck:
    """Check a finding; give what of each part is withheld, now or when it was shown before.

    Each reader is one check, of what the checks for the others leave: whatever one withholds only
    lets the others know less.

    What was shown before, all of it, says nothing new however much was shown since.
    """
    before = [_withheld_before(part, held[0].releases) for part in new]
    again = tuple(
        np.zeros(part.low.size, dtype=bool) if flags is None else flags
        for part, flags in zip(new, before, strict=True)
    )
    if all(flags is not None for flags in before):
        return DifferencingCheck(again, refused=False, linked=(), again=True)
    checks, withhold = [], again
    for one in held:
        left = [part.withholding(flags) for part, flags in zip(new, withhold, strict=True)]
        ask = check if by_cell else check_finding
        checks.append(ask(left, one.releases, rule=rule, reader=one.reader))
        withhold = tuple(a | b for a, b in zip(withhold, checks[-1].withhold, strict=True))
    linked = {id(release): release for found in checks for release in found.linked}
    return DifferencingCheck(
        withhold,
        refused=any(found.refused for found in checks),
        linked=tuple(linked.values()),
        too_many=any(found.too_many for found in checks),
        systems=sum(found.systems for found in checks),
    )


def _withheld_before(new: StoredRelease, earlier: Sequence[StoredRelease]) -> Flags | None:
    """Return what an earlier release of the very same numbers withheld; nothing without one."""
    for one in earlier:
        if (
            one.told_of == new.told_of
            and np.array_equal(one.region, new.region)
            and set(one.parts) <= set(new.parts)
        ):
            withheld = np.asarray((one.high >= UNLIMITED) & (one.low == 0))
            if bool((((one.low == new.low) & (one.high == new.high)) | withheld).all()):
                return withheld
    return None


def _all_days(stored: Sequence[StoredRelease]) -> StoredRelease:
    """Return a finding's first part with the days of all of them, for words about it."""
    first, last = min(one.first for one in stored), max(one.last for one in stored)
    return replace(stored[0], first=first, last=last)


def _stored(
    finding: Finding, ground: Ground, printed: Mapping[str, Printed], rule: AudienceRule
) -> tuple[StoredRelease, ...]:
    """Return what an audience is told by each count column; digests come later."""
    is_map = finding.id == MAP
    places, region_of_row = np.unique(ground.place_of_row, return_inverse=True)
    inside = np.isin(ground.place, places)
    region = np.searchsorted(places, ground.place[inside]).astype(np.int64)
    cells = tuple(map(str, cells_to_strings(ground.cells[inside])))
    return tuple(
        StoredRelease(
            digest="",
            audience=rule.audience,
            title=finding.title if is_map else f"{finding.title} ({finding.lens_title})",
            area_title=finding.area_title,
            first=one.first,
            last=one.last,
            resolution=finding.resolution,
            selection=Selection(one.include, one.exclude),
            cells=cells,
            region=region,
            filters=finding.choices
            if is_map
            else MappingProxyType({"question": finding.id, "column": one.column}),
            **_limits(ground, printed[one.column], region_of_row.astype(np.int64)),
        )
        for one in ground.measures
    )


def _limits(ground: Ground, printed: Printed, region: Integers) -> dict[str, Any]:
    """Return the limits of each place's count, and of its parts where it has several rows."""
    places = int(region.max(initial=-1)) + 1
    if places == region.size:
        order = np.argsort(region)
        return {"low": printed.low[order], "high": printed.high[order]}
    least = np.maximum(printed.low - PRINTED_TO, 0.0)
    most = np.where(printed.high >= UNLIMITED, UNLIMITED, printed.high + PRINTED_TO)
    low = np.ceil(np.bincount(region, weights=least, minlength=places)).astype(np.int64)
    high = np.floor(np.bincount(region, weights=most, minlength=places)).astype(np.int64)
    open_ = high >= UNLIMITED
    return {
        "low": low,
        "high": np.where(open_ | (not ground.whole), UNLIMITED, high),
        "parts": tuple(zip(region.tolist(), least.tolist(), most.tolist(), strict=True)),
        "parts_whole": ground.whole,
    }
