"""What partners and the public may see of a finding, by its columns' roles and its rows' unit.

Counts of wards, districts, the area, periods and shifts are hidden and rounded like any other;
of hot spots only classes are shown, and no name that could hold a street. Whatever is computed
from counts is left out, and a class is shown only where all counts of its row are. Findings about
cells, pairs of incidents, single hours and settings are refused: a map release answers for cells.
Corridors are pairs of large places: to partners they are shown, without any whose count is hidden,
because that there is such a corridor already tells of the few who took it.
"""

import numpy as np
import pandas as pd

from mapper.disclosure.rules import Rule
from mapper.disclosure.suppression import HIDDEN, print_counts
from mapper.errors import DisclosureError
from mapper.finding import Finding, Role, Unit

# Children's measures are public by district alone, and a finding does not say whose it is.
_UNITS: dict[str, tuple[Unit, ...]] = {
    "partnership": ("hotspot", "ward", "district", "area", "shift", "period"),
    "public": ("district", "area", "period"),
}
_CLASSES_ONLY = ("hotspot",)
_CORRIDORS = "corridors"  # pairs of places, by finding id; other pairs are of incidents
_SINGLE_PLACE = ("single-place", "place_id", "uprn")
_FREE_TEXT = ("name", "reason", "location")  # can hold a street, or counts in words


def partner_table(finding: Finding, rule: Rule) -> tuple[pd.DataFrame, dict[str, Role]]:
    """Return what an audience may see of a finding's table, and the roles of what is left.

    Raises
    ------
    DisclosureError
        When the audience may see nothing of it: the message says what to ask for instead.
    """
    _refuse_unfit(finding, rule)
    counts = [name for name, role in finding.roles.items() if role == "count"]
    hidden = np.zeros(len(finding.table), dtype=bool)
    columns: dict[str, pd.Series | pd.arrays.IntegerArray] = {}
    for name in counts:
        values = np.rint(finding.table[name].fillna(0).to_numpy(dtype=np.float64))
        printed = print_counts(values.astype(np.int64), rule)
        hidden |= printed.kind == HIDDEN
        columns[name] = pd.arrays.IntegerArray(printed.value, printed.kind == HIDDEN)
    shown: dict[str, pd.Series | pd.arrays.IntegerArray] = {}
    for name, role in finding.roles.items():
        if role == "count" and finding.unit not in _CLASSES_ONLY:
            shown[name] = columns[name]
        elif role == "class":
            words = finding.table[name].astype("str").fillna("")
            shown[name] = words.mask(hidden, rule.hidden_words)
        elif role in {"key", "fact"} and name not in _FREE_TEXT:
            shown[name] = finding.table[name]
    table = pd.DataFrame(shown, index=finding.table.index)
    if finding.id == _CORRIDORS:
        table = table[table["reports"].notna()].reset_index(drop=True)
    return table, {name: finding.roles[name] for name in shown}


def _refuse_unfit(finding: Finding, rule: Rule) -> None:
    """Refuse what is about something too small, or for too short a time."""
    faults = []
    if not rule.single_place and (
        finding.id in _SINGLE_PLACE or any(name in _SINGLE_PLACE for name in finding.roles)
    ):
        faults.append("it is about single places; ask for the map of hot spots")
    clock = finding.unit == "hour" or (finding.unit == "shift" and rule.week_clock != "shift")
    if clock:
        whole = "whole shifts" if rule.week_clock == "shift" else "a table by district or month"
        faults.append(f"hours of the week are too fine; ask for {whole}")
    elif finding.unit not in _UNITS[rule.audience] and not _is_for_partners(finding, rule):
        faults.append(
            f"rows that stand for a {finding.unit} are too fine; ask for"
            f" {', '.join(_UNITS[rule.audience])}, or for a map"
        )
    days = (finding.last - finding.first).days + 1
    if days < rule.shortest_days:
        faults.append(f"{days} days are too few; choose {rule.shortest_days} or more")
    has_class = any(role == "class" for role in finding.roles.values())
    if not any(role == "count" for role in finding.roles.values()) and has_class:
        faults.append("its classes come without the counts that say whether they may be shown")
    if faults:
        raise DisclosureError(f"Not released to the {rule.audience} audience: {'; '.join(faults)}.")


def _is_for_partners(finding: Finding, rule: Rule) -> bool:
    """Tell whether a finding is of corridors whose ends are as large as the partners' cells."""
    large = finding.resolution <= rule.finest_resolution
    return finding.id == _CORRIDORS and rule.audience == "partnership" and large
