"""What a release would hide and why, beside the operational counts: for the person who releases.

It is made of operational detail and shown to those who see everything; nothing here is released.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.result import AnalysisResult
from mapper.base.errors import DisclosureError
from mapper.base.text import count, period_in_words
from mapper.disclosure.map_finding import COUNT
from mapper.disclosure.partner_tables import MapTables, map_tables
from mapper.disclosure.prepare import Prepared, prepare
from mapper.disclosure.register import Register, held_by_readers
from mapper.disclosure.rules import OPERATIONAL, AudienceRule, rules
from mapper.disclosure.suppression import BETWEEN, HIDDEN, ROUNDED, WITHHELD


@dataclass(frozen=True, eq=False)
class ReleasePreview:
    """What a release would print, beside what is known."""

    audience: str
    marking: str
    refusal: str  # why it cannot be released and what to choose instead; empty where it can
    cells: pd.DataFrame  # cell, district, ward, count (operational), printed, shown, why
    hotspots: pd.DataFrame  # operational hot spots: rank, hotspot_id, name, incidents, seen
    numbers: Mapping[str, int]  # cells by the way they are shown
    linked: tuple[str, ...]  # earlier releases that it was checked against, in words


def preview(result: AnalysisResult, *, audience: str, register: Register) -> ReleasePreview:
    """Return what a release to an audience would hide and why; nothing is released or kept.

    Raises
    ------
    DisclosureError
        For the operational audience, which has nothing hidden, or an unknown one.
    """
    known = rules().audiences
    if audience not in known:
        choice = " or ".join(known)
        said = "sees everything" if audience == OPERATIONAL else "is not known"
        raise DisclosureError(f"The audience “{audience}” {said}: preview {choice}.")
    rule = known[audience]
    try:
        prepared = prepare(result, rule=rule, held=held_by_readers(register, audience))
    except DisclosureError as refused:
        return _refused(result, rule, str(refused))
    if not prepared.printed:
        return _refused(result, rule, prepared.refusal)
    tables = map_tables(result, prepared, rule)
    cells = _cells(result, prepared, tables, rule)
    return ReleasePreview(
        audience=audience,
        marking=rule.marking,
        refusal=prepared.refusal,
        cells=cells,
        hotspots=_hotspots(result, tables.cells),
        numbers=MappingProxyType(dict(Counter(cells["shown"].astype(str)))),
        linked=tuple(
            f"{one.title}, {one.area_title}, {period_in_words(one.first, one.last)}, resolution"
            f" {one.resolution}"
            for one in prepared.linked
        ),
    )


def hidden_in_words(seen: ReleasePreview) -> str:
    """Say how much of a map would be hidden, before it is released."""
    counts = seen.cells[seen.cells["incidents"] > 0]
    hidden = counts[counts["printed"].isna()]
    share = len(hidden) / max(len(counts), 1)
    incidents = count(int(counts["incidents"].sum()), "incident")
    return (
        f"Hidden: {len(hidden):,} of {count(len(counts), 'cell')} with incidents ({share:.0%}),"
        f" {int(hidden['incidents'].sum()):,} of {incidents}."
    )


def _refused(result: AnalysisResult, rule: AudienceRule, refusal: str) -> ReleasePreview:
    """Return the preview of a result that is too fine for an audience: nothing is printed."""
    cells = _known(result).assign(
        printed=pd.array([pd.NA] * len(result.cells), dtype="Int64"), shown="nothing", why="refused"
    )
    hotspots = result.hotspots[["rank", "hotspot_id", "name", "incidents"]].assign(seen=False)
    return ReleasePreview(
        audience=rule.audience,
        marking=rule.marking,
        refusal=refusal,
        cells=cells,
        hotspots=hotspots,
        numbers=MappingProxyType({"nothing": len(cells)}),
        linked=(),
    )


def _known(result: AnalysisResult) -> pd.DataFrame:
    """Return cells with their operational counts of incidents."""
    return result.cells[["cell", "district", "ward", "incidents"]].copy()


def _cells(
    result: AnalysisResult, prepared: Prepared, tables: MapTables, rule: AudienceRule
) -> pd.DataFrame:
    """Return what is printed of each cell beside what is known, and why it is not the same."""
    printed, shown = prepared.printed[COUNT], tables.cells
    if prepared.finding.unit == "cell":
        said = {
            HIDDEN: f"{rule.hidden_words}: such counts are hidden",
            ROUNDED: f"rounded to the nearest {rule.round_to}",
            WITHHELD: "with an earlier release it could give a smaller count away, or the lot"
            " fell on it, by which a few are withheld so that no gap tells: it is drawn anew when"
            " this is released",
            BETWEEN: "told between two numbers: the sum of blocks of the release plan",
        }
        why = [said.get(int(kind), "") for kind in printed.kind]
    else:
        why = ["measures of children are shown by district only"] * len(shown)
    return _known(result).assign(
        printed=shown["incidents"].to_numpy(),
        shown=shown["shown"].astype("str").to_numpy(),
        why=why,
    )


def _hotspots(result: AnalysisResult, printed: pd.DataFrame) -> pd.DataFrame:
    """Return the operational hot spots, and whether the audience sees one there."""
    inside = result.cells["hotspot_id"].where(printed["hot"].to_numpy(), "")
    seen = set(inside) - {""}
    listed = result.hotspots[["rank", "hotspot_id", "name", "incidents"]]
    return listed.assign(seen=np.isin(listed["hotspot_id"].to_numpy(dtype=str), sorted(seen)))
