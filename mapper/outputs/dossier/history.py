"""The history of a place: meetings that saw it, and every version of the records about it."""

from collections.abc import Iterator

from mapper.outputs.documents.model import Block, Heading, Paragraph, Table
from mapper.records.place_work import Listing, PlaceWork


def history_blocks(work: PlaceWork, *, in_full: bool) -> Iterator[Block]:
    """Return who was shown the place when, and who saved what and why.

    Parameters
    ----------
    in_full
        With the versions of the records, which name who saved them.
    """
    yield Heading("History")
    if work.meetings:
        rows = tuple(_meeting(one) for one in work.meetings)
        header = ("Held", "Meeting", "List shown", "Place", "Incidents then")
        widths = (1, 2, 2.6, 0.7, 1)
        yield Table("Meetings that saw it on their list", header, rows, (3, 4), widths)
    else:
        yield Paragraph("No meeting on record was shown this place.")
    if not in_full:
        return
    rows = tuple(
        (f"{one.saved:%d %b %Y}", f"{one.record} version {one.number}", one.author, one.reason)
        for one in work.versions
    )
    if rows:
        caption = "Every version of the records above, oldest first"
        yield Table(caption, ("Saved", "Record", "By", "Why"), rows, widths=(1, 1.6, 1, 2))


def _meeting(one: Listing) -> tuple[str, ...]:
    """Return one meeting as a row."""
    count = "hidden" if one.incidents is None else f"{one.incidents:,}"
    return (one.held, one.name, f"{one.title}, {one.period}", str(one.rank), count)
