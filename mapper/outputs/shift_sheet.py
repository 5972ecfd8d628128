"""The shift sheet: one A4 page to carry, with the top places of a patch, when, and what to do.

Names, numbers and map come from the release; what is told of hours and actions is given beside it
by hot spot id. Everything is cut to fit one page, and what is left out is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mapper.base.text import count
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.outputs.documents.model import Block, Document, Heading, Paragraph, Table
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.pictures.map_picture import map_picture, no_higher
from mapper.outputs.standard_words import care_words, nothing_words, question_word
from mapper.outputs.tables import hotspot_rows

MOST_PLACES = 6
_MOST_ACTIONS = 2
_MAP_HIGH = 0.52  # height of the map as a share of the line: about 97 mm
_LONG, _SHORT, _ACTION = 110, 64, 60  # characters of a cell of the table, so that six rows fit


@dataclass(frozen=True)
class SheetNote:
    """What a sheet tells of one place beside its numbers."""

    when: str
    pattern: str = ""
    phase: str = ""
    actions: Sequence[str] = ()
    where: str = ""  # seen from the nearest landmark


def shift_sheet(
    release: Release,
    notes: Mapping[str, SheetNote],
    *,
    wards: str,
    made_by: str,
    made_at: datetime,
    ground: Path | None = None,
    places: Places | None = None,
) -> Document:
    """Return the shift sheet of a release.

    Parameters
    ----------
    notes
        By hot spot id.
    wards
        Whose patch it is, in words.
    ground
        Vector tiles to draw streets from.
    places
        Of which landmarks are marked.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    rows = hotspot_rows(is_release(release), on_screen=True)
    blocks: list[Block] = [
        no_higher(map_picture(release, ground=ground, places=places), _MAP_HIGH),
        Heading("Where, when, what"),
    ]
    if rows:
        blocks.append(_table(rows[:MOST_PLACES], notes, question_word(release)))
    else:
        blocks.append(
            Paragraph(
                f"{nothing_words(release)} in these days: patrol by your own"
                " knowledge, and look again with more days or another lens.",
                style="strong",
            )
        )
    left = len(rows) - MOST_PLACES
    more = f" {count(left, 'more place is', 'more places are')} in the app." if left > 0 else ""
    blocks.append(
        Paragraph(
            f"{care_words(release)}{more}",
            style="small",
        )
    )
    return Document(
        title=f"Shift sheet: {_cut(wards, _SHORT)}",
        subtitle=f"{release.title}, {release.period}",
        release=release,
        blocks=tuple(blocks),
        made_by=made_by,
        made_at=made_at,
        compact=True,
    )


def shift_sheet_pdf(
    release: Release,
    notes: Mapping[str, SheetNote],
    *,
    wards: str,
    made_by: str,
    made_at: datetime,
    ground: Path | None = None,
    places: Places | None = None,
) -> bytes:
    """Return the shift sheet as PDF/UA-1."""
    sheet = shift_sheet(
        release, notes, wards=wards, made_by=made_by, made_at=made_at, ground=ground, places=places
    )
    return document_pdf(sheet)


def _table(
    rows: Sequence[Mapping[str, object]], notes: Mapping[str, SheetNote], word: str
) -> Table:
    """Return the places as a table."""
    none = SheetNote(when="not known")
    cells = []
    for row in rows:
        note = notes.get(str(row["hotspot_id"]), none)
        doing = "; ".join(_cut(one, _ACTION) for one in note.actions[:_MOST_ACTIONS])
        if len(note.actions) > _MOST_ACTIONS:
            doing += f"; and {len(note.actions) - _MOST_ACTIONS} more"
        like = ", ".join(part for part in (note.pattern, note.phase) if part)
        cells.append(
            (
                str(row["rank"]),
                _cut(str(row["name"]), _SHORT)
                + (f", {_cut(note.where, _SHORT)}" if note.where else ""),
                f"{row['incidents']:,}",
                _cut(note.when, _LONG),
                _cut(like or "not told", _SHORT),
                doing or "no action open",
            )
        )
    return Table(
        caption=f"The first {word} places of this patch, largest excess first",
        header=("", "Place", "Incidents", "Peak hours", "Pattern, phase", "Open actions"),
        rows=tuple(cells),
        numbers=(0, 2),
        widths=(0.25, 1.5, 0.8, 1.6, 1.3, 2.4),
    )


def _cut(text: str, most: int) -> str:
    """Return text of at most so many characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
