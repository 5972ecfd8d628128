"""The quality report to send back to the keeper of a record system: each doubt with example rows.

It names files, row numbers, days and counts, by district and month, and no free text: no location,
no reference and no row as read. These are the user's own rows going back to where they came from,
so no disclosure control applies; it is marked as the data is.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mapper.analysis.examine import positions
from mapper.areas.study_area import StudyArea
from mapper.base.text import count, day_in_words
from mapper.disclosure.release import MARKINGS
from mapper.incidents.doubt import Doubt
from mapper.incidents.table import Incidents
from mapper.outputs.documents.model import Block, Heading, Paragraph, Table
from mapper.outputs.documents.page import framed_html
from mapper.outputs.tables import csv_bytes

EXAMPLES = 10  # rows of each doubt
COLUMNS = (
    *("code", "effect", "column", "part", "since", "until", "incidents", "share"),
    *("words", "remedy", "by_district", "by_month", "example_rows"),
)
EFFECTS = {
    "veto": "No verdict over time stands on it.",
    "left out": "What it concerns is left out, and that is said.",
    "caveat": "It stands beside every figure that rests on it.",
}


def doubts_csv(incidents: Incidents, area: StudyArea, doubts: Sequence[Doubt]) -> bytes:
    """Return one row for each doubt."""
    return csv_bytes(COLUMNS, (_row(incidents, area, one) for one in doubts))


def doubts_html(incidents: Incidents, area: StudyArea, doubts: Sequence[Doubt]) -> bytes:
    """Return the doubts as one web page without any script."""
    rows = f"{count(len(incidents.table), 'incident')} of {count(len(incidents.files), 'file')}"
    blocks: list[Block] = [Paragraph(f"{rows}, seen over {area.title}.")]
    if not doubts:
        blocks.append(Paragraph("Nothing in the data as a whole speaks against an answer."))
    for one in doubts:
        blocks += [Heading(f"{one.code}: {one.part or one.kind}"), Paragraph(one.words, "strong")]
        blocks.append(Paragraph(f"{EFFECTS[one.effect]} {one.mending}"))
        for caption, counts in _divided(incidents, area, one).items():
            if counts:
                pairs = tuple((name, f"{number:,}") for name, number in counts.items())
                blocks.append(Table(caption, (caption[3:].capitalize(), "Incidents"), pairs, (1,)))
        if one.rows.size:
            blocks.append(_example_table(incidents, one))
    return framed_html("Data that may mislead", MARKINGS["operational"], blocks)


def _row(incidents: Incidents, area: StudyArea, doubt: Doubt) -> tuple[object, ...]:
    divided = _divided(incidents, area, doubt)
    told = [
        "; ".join(f"{name} {number}" for name, number in each.items()) for each in divided.values()
    ]
    table = _examples(incidents, doubt)
    rows = "; ".join(
        f"{file} row {row}" for file, row in zip(table["source"], table["row"], strict=True)
    )
    return (
        *(doubt.code, doubt.effect, doubt.kind, doubt.part),
        *(doubt.since or "", doubt.until or "", doubt.rows.size, round(doubt.share, 4)),
        *(doubt.words, doubt.remedy, *told, rows),
    )


def _divided(incidents: Incidents, area: StudyArea, doubt: Doubt) -> dict[str, dict[str, int]]:
    """Return the rows of a doubt by district and by month."""
    table = incidents.table.iloc[doubt.rows]
    at = positions(incidents, area)[doubt.rows]
    names = area.cells["district"].astype("str").to_numpy(dtype=object)
    district = np.where(at >= 0, names[at], f"outside {area.title}")
    month = table["start"].dt.strftime("%Y-%m").to_numpy(dtype=object)
    return {
        "By district": _tally(district),
        "By month": _tally(month),
    }


def _tally(values: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> dict[str, int]:
    names, number = np.unique(values.astype(str), return_counts=True)
    return dict(zip(names.tolist(), number.tolist(), strict=True))


def _examples(incidents: Incidents, doubt: Doubt) -> pd.DataFrame:
    """Return the first and last rows of a doubt, without free text."""
    rows = doubt.rows
    if rows.size > EXAMPLES:
        rows = np.concatenate([rows[: EXAMPLES // 2], rows[-EXAMPLES // 2 :]])
    return incidents.table.iloc[rows][["source", "row", "start", "precision"]]


def _example_table(incidents: Incidents, doubt: Doubt) -> Table:
    table = _examples(incidents, doubt)
    rows = tuple(
        (str(source), f"{row}", f"{day_in_words(start)} {start:%H:%M}")
        for source, row, start in zip(
            table["source"], table["row"], table["start"].dt.to_pydatetime(), strict=True
        )
    )
    return Table("Example rows", ("File", "Row", "Start as read"), rows, (1,))
