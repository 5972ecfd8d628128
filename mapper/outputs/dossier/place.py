"""The place itself: where, when in the week, what drives it, what is near, pattern and phase."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from mapper.base.text import count
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.near import side_by_side
from mapper.context.needs import needs_in_words
from mapper.context.places import Places
from mapper.disclosure.place_findings import PlaceFindings
from mapper.disclosure.release import FindingRelease
from mapper.outputs.documents.model import Block, Bullets, Figures, Heading, Paragraph, Table
from mapper.outputs.maps.landmarks import directions
from mapper.outputs.pictures.map_picture import map_picture, no_higher
from mapper.outputs.tables import is_operational
from mapper.questions.context import QUESTION as CONTEXT
from mapper.questions.days import QUESTION as DAYS
from mapper.questions.phases import QUESTION as PHASES
from mapper.questions.shifts import QUESTION as SHIFT
from mapper.questions.signature import QUESTION as SIGNATURE
from mapper.records.phase_decisions import agrees
from mapper.records.versions import Version

_MAP_HIGH = 0.8  # height of the map as a share of the line, so that it stands on the first page
NOT_SHOWN = "Not shown here; the last page says why."


def place_blocks(
    found: PlaceFindings, *, places: Places | None = None, ground: Path | None = None
) -> Iterator[Block]:
    """Return where the place is and what makes it a hot spot."""
    row, release = found.row, found.release
    yield Heading("The place")
    yield Paragraph(str(row["reason"]), "strong")
    if where := directions(release, places).get(found.hotspot_id):
        yield Paragraph(f"Its middle lies {where}.")
    if is_operational(release):
        yield Figures(
            (
                (f"{row['incidents']:,}", "incidents", ""),
                (
                    f"{row['ratio']:,.1f} times",
                    f"what {release.record['standard']['more_than']}",
                    "",
                ),
                (f"{row['area_km2']:,.2f} km²", _cells(int(row["cells"])), ""),
            )
        )
    else:
        known = row["incidents"]
        count = "too few to print" if pd.isna(known) else f"about {known:,}"
        yield Figures(
            (
                (count, "incidents, rounded", ""),
                (str(row["evidence"]), "evidence that it is no chance find", ""),
                (f"{row['area_km2']:,.2f} km²", _cells(int(row["cells"])), ""),
            )
        )
    drawn = map_picture(
        release, focus=found.hotspot_id, title=str(row["name"]), ground=ground, places=places
    )
    yield no_higher(drawn, _MAP_HIGH)
    yield Paragraph(f"Hot spot {found.hotspot_id}. {release.question}", "small")


def when_blocks(found: PlaceFindings) -> Iterator[Block]:
    """Return the week by shifts, and what school days and pay days do."""
    yield Heading("When")
    week = found.findings.get(SHIFT.id)
    if week is None or week.table.empty:
        yield Paragraph(NOT_SHOWN)
    else:
        peaks = peaks_in_words(week)
        yield Paragraph(peaks, "strong")
        if week.audience == "operational":
            yield _week_table(week.table)
    days = found.findings.get(DAYS.id)
    if days is not None and days.audience == "operational":
        yield Bullets(tuple(days_in_words(days)))


def peaks_in_words(week: FindingRelease) -> str:
    """Name the shifts that are busier than all others, or say that none is and the busiest."""
    peaks = week.table[week.table["peak"] == "peak"]
    named = [f"{row['day']} {row['shift']} ({row['hours']})" for row in _rows(peaks)]
    if named:
        return f"Busiest, above all other shifts: {', '.join(named)}."
    counted = _rows(week.table) if week.audience == "operational" else []
    if not counted:
        return "No shift of the week stands out."
    top = max(counted, key=lambda row: float(row["weight"]))
    return f"No shift stands out; busiest: {top['day']} {top['shift']} ({top['hours']})."


def _week_table(table: pd.DataFrame) -> Table:
    """Return incidents by day and shift, peaks said in words."""
    cells = {
        (row["day"], row["shift"]): f"{row['weight']:,.0f}{', peak' if row['peak'] else ''}"
        for row in _rows(table)
    }
    hours = {row["shift"]: row["hours"] for row in _rows(table)}
    rows = [(day, *(cells[day, shift] for shift in SHIFTS)) for day in WEEKDAYS]
    header = ("Day", *(f"{shift.capitalize()}, {hours[shift]}" for shift in SHIFTS))
    caption = "Incidents by shift; one that may lie in several shifts is shared between them"
    return Table(caption, header, tuple(rows), numbers=(1, 2, 3))


def days_in_words(days: FindingRelease) -> Iterator[str]:
    """Say what each contrast of days shows, allowing for the season."""
    for row in _rows(days.table):
        name = str(row["contrast"]).capitalize()
        counted = (
            f"{count(row['incidents'], 'incident')} on {count(row['days'], 'day')} against"
            f" {row['other_incidents']:,} on {row['other_days']}"
        )
        if pd.isna(row["against_area"]):
            yield f"{name}: too little to compare ({counted})."
            continue
        clear = row["against_low"] > 1 or row["against_high"] < 1
        yield (
            f"{name}: {row['against_area']:.2f} times the rest of the area's own change"
            f" ({row['against_low']:.2f} to {row['against_high']:.2f}),"
            f" {'more than chance' if clear else 'may be chance'}; {counted}."
        )


def signature_blocks(found: PlaceFindings) -> Iterator[Block]:
    """Return which indicators drive the place."""
    yield Heading("What drives it")
    signature = found.findings.get(SIGNATURE.id)
    if signature is None or signature.table.empty:
        yield Paragraph(NOT_SHOWN)
        return
    table = signature.table
    drivers = table[table["sure"] == "clear"]
    if met := needs_met_words(signature):
        yield Paragraph(met)
    yield Paragraph(drivers_in_words(table), "strong")
    if len(drivers):
        yield Bullets(tuple(drivers["words"]))
    others = table[table["sure"] != "clear"]
    if len(others):
        yield Paragraph("What does not stand out:")
        yield Bullets(tuple(others["words"]))


def needs_met_words(signature: FindingRelease) -> str:
    """Say which of the needs that a lens looks for meet at one place; else nothing."""
    recorded = dict(zip(signature.table["indicator"], signature.table["incidents"], strict=True))
    names = [name for name in signature.choices.get("needs", ()) if name in recorded]
    numbers = {name: int(recorded[name]) for name in names}
    return needs_in_words(numbers, int(signature.choices.get("needs_together", 0)))


def drivers_in_words(table: pd.DataFrame) -> str:
    """Name the indicators that are clearly commoner at a place, strongest first."""
    drivers = table.loc[table["sure"] == "clear", "indicator"].tolist()
    if not drivers:
        return "No indicator is clearly commoner here: the usual mix, only more of it."
    return f"Clearly commoner here than in the rest of the area: {', '.join(drivers)}."


def surroundings_blocks(found: PlaceFindings) -> Iterator[Block]:
    """Return risks and protective assets side by side."""
    yield Heading("What is near")
    near = found.findings.get(CONTEXT.id)
    if near is None or near.table.empty:
        yield Paragraph(found.unanswered.get(CONTEXT.id, "No place near is known."))
        return
    beside = side_by_side(near.table)
    rows = tuple((str(row["risk"]), str(row["protective"])) for row in _rows(beside))
    rings = sum(1 for name in near.table if str(name).startswith("ring_")) - 1
    yield Table(
        f"Within the place and {rings} rings of cells around it; what is both stands in both",
        ("May make harm possible", "May protect"),
        rows,
    )


def phase_blocks(found: PlaceFindings, decisions: Iterable[Version]) -> Iterator[Block]:
    """Return pattern, suggested phase with its rule, and what people decided beside it."""
    yield Heading("Pattern over time and prevention phase")
    phases = found.findings.get(PHASES.id)
    if phases is None or phases.table.empty:
        yield Paragraph(NOT_SHOWN)
    else:
        yield Bullets(tuple(suggestion_in_words(phases.table)))
    decided = [line for one in decisions for line in decision_in_words(one)]
    yield Bullets(tuple(decided or ["Nobody has recorded a decision on the phase yet."]))


def suggestion_in_words(table: pd.DataFrame) -> list[str]:
    """Return pattern, phase and rule of one place as sentences."""
    row = _rows(table)[0]
    rule = f" Rule “{row['rule']}”: {row['reason']}" if row.get("rule") else ""
    lines = [
        f"Pattern: {row['pattern']}.",
        f"Suggested: {row['phase'] or 'no phase'}.{rule or ' ' + row.get('reason', '')}".strip(),
    ]
    if row.get("service"):
        lines.append(f"For everybody here, through: {row['service']}.")
    if row.get("not_known"):
        lines.append(f"Not known to the rule: {row['not_known']}.")
    return lines


def decision_in_words(one: Version) -> list[str]:
    """Return what a person decided beside the suggestion."""
    content = one.content
    word = "as suggested" if agrees(content) else f"not as suggested ({content['suggested']})"
    return [f"Decided, {word}: {content['decided']}, by {content['who']}. {content['why']}"]


def _cells(number: int) -> str:
    return f"in {count(number, 'cell')}"


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
