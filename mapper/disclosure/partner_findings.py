"""What partners and the public may see of a finding, and what the register keeps of it.

Counts of wards, districts, the area and the shifts of the week are hidden and rounded like those of
a map, and checked beside every map and table that the audience was given before (:mod:`mapper.
disclosure.finding_check`). Whatever is computed from counts is left out, classes too: a class made
of exact counts would sharpen the rounded ones beside it.

Of hot spots nothing but classes is shown, and only of hot spots as a released map draws them; no
name or reason that could hold a street or a count. Everything else is refused: cells, pairs of
incidents, single hours, settings, and answers whose numbers cannot be set beside a map's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mapper.base.types import Flags, Integers
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.week import peak_shifts
from mapper.disclosure.differencing import withholding
from mapper.disclosure.finding_check import FindingCheck, check_finding
from mapper.disclosure.finding_fitness import refuse_unfit
from mapper.disclosure.partner_tables import kind_words
from mapper.disclosure.refusal import Against, refusal
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.release import Release
from mapper.disclosure.rules import Rule
from mapper.disclosure.stored_findings import stored_measures, withheld_before
from mapper.disclosure.suppression import HIDDEN, NONE, WITHHELD, Printed, print_counts
from mapper.questions.finding import Finding, Ground, Role

_FREE_TEXT = ("name", "reason", "location")  # can hold a street, or counts in words
_HOTSPOT_CLASSES = ("pattern", "trend", "phase")  # say nothing of one count
_SHIFTS_A_WEEK = len(WEEKDAYS) * len(SHIFTS)


@dataclass(frozen=True, eq=False)
class PreparedFinding:
    """What may be printed of a finding, with what stands against it."""

    table: pd.DataFrame
    roles: dict[str, Role]
    stored: tuple[StoredRelease, ...]  # as the register keeps it, one for each count column
    refusal: str  # why it cannot be released, and what can; empty where it can


def prepare_finding(
    finding: Finding, *, rule: Rule, earlier: Sequence[StoredRelease], shown: Release | None
) -> PreparedFinding:
    """Return what may be printed of a finding beside the earlier releases of an audience.

    Parameters
    ----------
    shown
        The audience's map whose hot spots the rows are about.

    Raises
    ------
    DisclosureError
        When the audience may see nothing of it, whatever was released before.
    """
    refuse_unfit(finding, rule, shown)
    if finding.unit == "hotspot" or finding.ground is None:
        return PreparedFinding(*_classes(finding, shown), (), "")
    printed = {one.column: _printed(finding, one.column, rule) for one in finding.ground.measures}
    stored = stored_measures(finding, printed, rule)
    found, withheld = _checked(stored, earlier, rule)
    for measure, flags in zip(finding.ground.measures, withheld, strict=True):
        rows = flags[_region_of_row(finding.ground)]
        printed[measure.column] = printed[measure.column].withholding(rows)
    numbers = max(sum(one.numbers for one in printed.values()), 1)
    share = sum(int((one.kind == WITHHELD).sum()) for one in printed.values()) / numbers
    against = Against(share, found.refused, found.too_many, found.linked)
    return PreparedFinding(
        *_counts(finding, printed, rule),
        tuple(withholding(*one) for one in zip(stored, withheld, strict=True)),
        refusal(_all_days(stored), against, rule),
    )


def _checked(
    stored: Sequence[StoredRelease], earlier: Sequence[StoredRelease], rule: Rule
) -> tuple[FindingCheck, list[Flags]]:
    """Check a finding; give what of each part is withheld, now or when it was shown before.

    What was shown before, all of it, says nothing new however much was shown since.
    """
    before = withheld_before(stored, earlier)
    again = [
        np.zeros(part.low.size, dtype=bool) if flags is None else flags
        for part, flags in zip(stored, before, strict=True)
    ]
    if all(flags is not None for flags in before):
        return FindingCheck(tuple(again), refused=False, linked=()), again
    left = [withholding(*one) for one in zip(stored, again, strict=True)]
    found = check_finding(left, earlier, rule=rule)
    return found, [one | other for one, other in zip(again, found.withhold, strict=True)]


def _all_days(stored: Sequence[StoredRelease]) -> StoredRelease:
    """Return a finding's first part with the days of all of them, for words about it."""
    first, last = min(one.first for one in stored), max(one.last for one in stored)
    return replace(stored[0], first=first, last=last)


def _printed(finding: Finding, column: str, rule: Rule) -> Printed:
    """Return a count column as it is printed; what the data does not know says nothing."""
    values = finding.table[column].astype("Float64")
    known = values.notna().to_numpy(dtype=bool)
    counts = np.rint(values.fillna(0).to_numpy(dtype=np.float64)).astype(np.int64)
    return print_counts(counts, rule).withholding(~known)


def _region_of_row(ground: Ground) -> Integers:
    """Return the number of each row's place among the places that have rows."""
    return np.unique(ground.place_of_row, return_inverse=True)[1].astype(np.int64)


def _counts(
    finding: Finding, printed: dict[str, Printed], rule: Rule
) -> tuple[pd.DataFrame, dict[str, Role]]:
    """Return the table of counts, each with how it is shown in words, and its roles."""
    words = kind_words(rule)
    shown: dict[str, object] = {}
    roles: dict[str, Role] = {}
    for name, role in finding.roles.items():
        if role == "count":
            one = printed[name]
            unsaid = (one.kind == HIDDEN) | (one.kind == WITHHELD)
            shown[name] = pd.arrays.IntegerArray(one.value.astype(np.int64), unsaid)
            roles[name] = "count"
            shown[f"{name}_shown"] = pd.array([words[int(k)] for k in one.kind], dtype="str")
            roles[f"{name}_shown"] = "class"
        elif role in {"key", "fact"} and name not in _FREE_TEXT:
            shown[name], roles[name] = finding.table[name], role
        elif name == "peak" and finding.unit == "shift":
            shown[name], roles[name] = _peaks(finding, printed, rule), role
    return pd.DataFrame(shown, index=finding.table.index), roles


def _peaks(finding: Finding, printed: dict[str, Printed], rule: Rule) -> "pd.Series[str]":
    """Return which shifts are peaks by what is printed: a hidden count stands as one number."""
    (one,) = printed.values()
    hidden = np.where(one.kind == HIDDEN, rule.smallest_count // 2, one.value)
    sums = np.where(one.kind == NONE, 0, hidden).reshape(-1, _SHIFTS_A_WEEK).astype(np.float64)
    words = np.where(peak_shifts(sums).ravel(), "peak", "")
    return pd.Series(words, index=finding.table.index, dtype="str")


def _classes(finding: Finding, shown: Release | None) -> tuple[pd.DataFrame, dict[str, Role]]:
    """Return what is no count: classes only of hot spots that the map prints a count for."""
    table: dict[str, object] = {}
    for name, role in finding.roles.items():
        if role in {"key", "fact"} and name not in _FREE_TEXT:
            table[name] = finding.table[name]
        elif role == "class" and name in _HOTSPOT_CLASSES and shown is not None:
            known = shown.hotspots.loc[shown.hotspots["incidents"].notna(), "hotspot_id"]
            counted = finding.table["hotspot_id"].isin(set(known))
            table[name] = finding.table[name].astype("str").where(counted, "not shown")
    return pd.DataFrame(table, index=finding.table.index), {n: finding.roles[n] for n in table}
