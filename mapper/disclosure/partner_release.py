"""What an audience other than the operational one may see of a result, or why it may not.

In this order: refuse what is too fine in space or time; hide small counts; withhold counts that
would give others away beside earlier releases; round; work everything else out from what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from mapper.analysis.request import AnalysisResult
from mapper.base.errors import DisclosureError
from mapper.base.text import period_in_words
from mapper.base.types import Flags, Integers
from mapper.disclosure.differencing import Check, check
from mapper.disclosure.lens_pieces import selection_of
from mapper.disclosure.partner_tables import PartnerTables, tables_by_cell, tables_by_district
from mapper.disclosure.refusal import Against, months_around, refusal
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.rules import Rule
from mapper.disclosure.suppression import Printed, print_counts
from mapper.lenses.lens import Lens


@dataclass(frozen=True, eq=False)
class Prepared:
    """What may be printed of a result, with what stands against it."""

    tables: PartnerTables
    printed: Printed  # of each cell, or of each district where nothing smaller is printed
    stored: StoredRelease  # as the register keeps it
    withheld: Flags  # by cell or district
    refusal: str  # why it cannot be released, and what can; empty where it can
    linked: tuple[StoredRelease, ...]  # earlier releases it can be combined with


def prepare_release(
    result: AnalysisResult, *, rule: Rule, earlier: Sequence[StoredRelease]
) -> Prepared:
    """Return what may be printed of a result beside the earlier releases of an audience.

    Raises
    ------
    DisclosureError
        When it is too fine in space or time for the audience, whatever was released before.
    """
    refuse_unfit(result, rule)
    region, names = _regions(result, rule)
    counts = np.bincount(region, weights=_incidents(result), minlength=len(names))
    printed = print_counts(np.rint(counts).astype(np.int64), rule)
    plain = _stored(result, region, printed, rule)
    again = _repeated(plain, earlier)
    found = Check(again, refused=False, linked=(), systems=0) if again is not None else None
    found = found or check(plain, earlier, rule=rule)
    printed = printed.withholding(found.withhold)
    if names:
        tables = tables_by_district(result, names, printed, rule)
    else:
        tables = tables_by_cell(result, printed, rule)
    return Prepared(
        tables=tables,
        printed=printed,
        stored=replace(plain, low=printed.low, high=printed.high),
        withheld=found.withhold,
        refusal=refusal(
            plain,
            Against(
                share=int(found.withhold.sum()) / max(printed.numbers, 1),
                refused=found.refused,
                too_many=found.too_many,
                linked=found.linked,
            ),
            rule,
        ),
        linked=found.linked,
    )


def refuse_unfit(result: AnalysisResult, rule: Rule) -> None:
    """Refuse what is too fine for an audience, naming what to choose instead.

    Raises
    ------
    DisclosureError
        Naming every fault at once.
    """
    faults = []
    finest, audience = rule.finest_resolution, rule.audience
    if result.area.resolution > finest:
        faults.append(
            f"resolution {result.area.resolution} is too fine: run it again at {finest} or"
            " coarser (cells are never merged, for they do not nest)"
        )
    days = (result.last - result.first).days + 1
    if days < rule.shortest_days:
        faults.append(f"{days} days are too few: choose {rule.shortest_days} or more")
    if rule.whole_months and not _whole_months(result):
        first, last = months_around(result.first, result.last)
        faults.append(f"only whole months are shown: choose {period_in_words(first, last)}")
    if result.request.location_day:
        faults.append("counts of one a day and place cannot be checked: count every incident")
    if result.incidents is None and any(one.weight != 1 for one in result.lens.rules):
        faults.append("incident counts are missing beside the weighted ones: run it again")
    if faults:
        raise DisclosureError(f"Not released to the {audience} audience: {'; '.join(faults)}.")


def _whole_months(result: AnalysisResult) -> bool:
    """Tell whether the dates asked for do not cut a month."""
    start, end = result.request.start, result.request.end
    return (start is None or start.day == 1) and (end is None or (end + timedelta(1)).day == 1)


def _incidents(result: AnalysisResult) -> Integers:
    """Return incidents by cell, never weighted: a weight says what an incident was."""
    if result.incidents is not None:
        return result.incidents
    return result.cells["count"].to_numpy()


def district_only(lens: Lens, rule: Rule) -> bool:
    """Tell whether an audience sees a lens by district alone: it counts by a guarded column."""
    guarded = set(rule.district_only)
    return any(
        column in guarded and value is not False
        for one in lens.rules
        for column, _, value in one.conditions
    )


def _regions(result: AnalysisResult, rule: Rule) -> tuple[Integers, list[str]]:
    """Return the region of each cell: itself, or its district and the districts' names."""
    if not district_only(result.lens, rule):
        return np.arange(len(result.cells), dtype=np.int64), []
    codes, names = pd.factorize(result.cells["district"].astype("str").fillna("Elsewhere"))
    return codes.astype(np.int64), [str(name) for name in names]


def _stored(
    result: AnalysisResult, region: Integers, printed: Printed, rule: Rule
) -> StoredRelease:
    """Return what the audience is told, as the register keeps it; its digest comes later."""
    first, last = result.first, result.last
    if rule.whole_months:
        first, last = months_around(first, last)
    with_police = result.request.police_generated
    return StoredRelease(
        digest="",
        audience=rule.audience,
        title=result.lens.title,
        area_title=result.area.title,
        first=first,
        last=last,
        resolution=result.area.resolution,
        selection=selection_of(result.lens, police_generated=with_police),
        cells=tuple(map(str, result.cells["cell"])),
        region=region,
        low=printed.low,
        high=printed.high,
        filters={"police_generated": "counted" if with_police else "left out"},
    )


def _repeated(new: StoredRelease, earlier: Sequence[StoredRelease]) -> Flags | None:
    """Return what an earlier release of the very same numbers withheld; nothing without one."""
    for one in earlier:
        same = (one.first, one.last, one.resolution, one.selection, one.cells) == (
            new.first,
            new.last,
            new.resolution,
            new.selection,
            new.cells,
        )
        if same and np.array_equal(one.region, new.region):
            withheld = np.asarray(one.high >= UNLIMITED)
            told = (one.low == new.low) & (one.high == new.high)
            if bool((told | withheld).all()):
                return withheld
    return None
