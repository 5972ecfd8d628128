"""Whether an audience may see anything of a map or a table at all, whatever it was given before."""

from datetime import date, timedelta

import numpy as np

from mapper.analysis.result import AnalysisResult
from mapper.base.errors import DisclosureError
from mapper.base.text import count, period_in_words
from mapper.disclosure.refusal import months_around
from mapper.disclosure.release import Release
from mapper.disclosure.rules import AudienceRule
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.finding import Finding, Unit

_UNITS: dict[str, tuple[Unit, ...]] = {
    "partnership": ("hotspot", "ward", "district", "area", "shift", "corridor"),
    "public": ("district", "area"),
}
_SINGLE_PLACE = ("single-place", "place_id", "uprn")
_PARTS = ("shift", "corridor")  # rows that part the incidents of one place
_FACTS_ONLY = frozenset({"key", "fact"})


def refuse_unfit(
    thing: AnalysisResult | Finding,
    rule: AudienceRule,
    shown: Release | None,
    *,
    sums: bool = False,
) -> None:
    """Refuse what is about something too small, too short, or cannot be set beside a map.

    Parameters
    ----------
    shown
        The audience's map whose hot spots the rows are about.
    sums
        Its counts are sums of whole months of a release plan, whatever days have incidents.

    Raises
    ------
    DisclosureError
        Naming every fault at once, with what to ask for instead.
    """
    if isinstance(thing, AnalysisResult):
        faults = _of_map(thing, rule, sums=sums)
    else:
        faults = _of_table(thing, rule, shown)
    if faults:
        raise DisclosureError(f"Not released to the {rule.audience} audience: {'; '.join(faults)}.")


def _of_map(result: AnalysisResult, rule: AudienceRule, *, sums: bool) -> list[str]:
    """Return what is wrong with a map for an audience."""
    faults = []
    finest, asked = rule.finest_resolution, result.request
    if result.area.resolution > finest:
        faults.append(
            f"resolution {result.area.resolution} is too fine: run it again at {finest} or"
            " coarser (cells are never merged, for they do not nest)"
        )
    days = (result.last - result.first).days + 1
    if days < rule.shortest_days and not sums:
        faults.append(
            f"{count(days, 'day is', 'days are')} too few: choose {rule.shortest_days} or more"
        )
    if rule.whole_months and cuts_a_month(asked.start, asked.end):
        first, last = months_around(result.first, result.last)
        faults.append(f"only whole months are shown: choose {period_in_words(first, last)}")
    if asked.location_day:
        faults.append("counts of one a day and place cannot be checked: count every incident")
    if asked.shifts or asked.weekdays:  # taken from a map of all hours, they give the rest away
        faults.append(
            "chosen shifts or days of the week are for operational use only: choose every day and"
            " every hour"
        )
    return faults


def units_of(rule: AudienceRule) -> tuple[Unit, ...]:
    """Return what the rows of a table may stand for."""
    return _UNITS[rule.audience]


def cuts_a_month(first: date | None, last: date | None) -> bool:
    """Tell whether a period, open where none is given, begins or ends within a month."""
    return bool((first and first.day != 1) or (last and (last + timedelta(1)).day != 1))


def _of_table(finding: Finding, rule: AudienceRule, shown: Release | None) -> list[str]:
    """Return what is wrong with the answer to a question for an audience."""
    faults = [*_about(finding, rule), *_days(finding, rule)]
    if finding.resolution > rule.finest_resolution:
        faults.append(
            f"resolution {finding.resolution} is too fine; ask again at {rule.finest_resolution}"
            " or coarser"
        )
    if "hotspot_id" in finding.roles and not _as_shown(finding, rule, shown):
        faults.append(
            "its hot spots are not those of a map that this audience was given; release the map"
            " and ask about the hot spots on it"
        )
    facts_alone = set(finding.roles.values()) <= _FACTS_ONLY
    if finding.unit != "hotspot" and not facts_alone and not _measured(finding):
        faults.append(
            "its numbers cannot be checked beside the maps; ask for change, children or shifts, of"
            " every hour and every incident"
        )
    return faults


def _about(finding: Finding, rule: AudienceRule) -> list[str]:
    """Return what is wrong with what the rows stand for."""
    faults = []
    single = finding.id in _SINGLE_PLACE or any(one in _SINGLE_PLACE for one in finding.roles)
    if single and not rule.single_place:
        faults.append("it is about single places; ask for the map of hot spots")
    if finding.unit == "hour" or (finding.unit == "shift" and rule.week_clock != "shift"):
        whole = "whole shifts" if rule.week_clock == "shift" else "a table by district"
        faults.append(f"hours of the week are too fine; ask for {whole}")
    elif finding.unit not in units_of(rule):
        faults.append(
            f"rows that stand for a {finding.unit} are too fine; ask for"
            f" {', '.join(units_of(rule))}, or for a map"
        )
    known = {"pattern", "trend", "phase"} & set(finding.roles)
    if finding.unit == "hotspot" and not (known or set(finding.roles.values()) <= _FACTS_ONLY):
        faults.append(
            "it is all counts of hot spots, each of few incidents; ask for what surrounds them, for"
            " their patterns, or for the map of another lens"
        )
    return faults


def _days(finding: Finding, rule: AudienceRule) -> list[str]:
    """Return what is wrong with the days that its counts are of."""
    measures = finding.ground.measures if finding.ground else ()
    spans = sorted({(one.first, one.last) for one in measures})
    faults = []
    for first, last in spans or [(finding.first, finding.last)]:
        days = (last - first).days + 1
        if days < rule.shortest_days:
            faults.append(
                f"{count(days, 'day is', 'days are')} too few; choose {rule.shortest_days} or more"
            )
        if rule.whole_months and cuts_a_month(first, last):
            faults.append(f"{first} to {last} cuts a month; choose whole months")
    return faults


def _measured(finding: Finding) -> bool:
    """Tell whether it is known what every count is a count of."""
    ground = finding.ground
    if ground is None or ground.place_of_row.size != len(finding.table):
        return False
    counts = {name for name, role in finding.roles.items() if role == "count"}
    once = np.unique(ground.place_of_row).size == len(finding.table)
    return counts == {one.column for one in ground.measures} and (
        once or (finding.unit in _PARTS and len(ground.measures) == 1)
    )


def _as_shown(finding: Finding, rule: AudienceRule, shown: Release | None) -> bool:
    """Tell whether the rows are about hot spots exactly as the audience's map draws them."""
    if shown is None or shown.audience != rule.audience:
        return False
    drawn = shown.cells.groupby("hotspot_id", observed=True)["cell"].agg(set)
    named = finding.table["hotspot_id"]
    if not set(named) <= set(drawn.index) - {""}:
        return False
    ground = finding.ground
    if ground is None or finding.unit == "hotspot":
        return True
    cells = np.asarray(cells_to_strings(ground.cells), dtype=object)
    pairs = set(zip(named, ground.place_of_row.tolist(), strict=True))
    return all(set(cells[ground.place == place]) == drawn[name] for name, place in pairs)
