"""A campaign on paper: two pages for the meeting, or one sheet for an agency.

The words are those of the campaign's record, for those who may read it. What its places hold comes
from a release, whose marking stands on every page. Tables are cut to fit, and what is left out is
said.
"""

from collections.abc import Sequence
from datetime import date, datetime

from mapper.areas.study_area import StudyArea
from mapper.base.text import count, day_in_words
from mapper.disclosure.release import Release, is_release
from mapper.outputs.campaign import coverage_picture
from mapper.outputs.documents.model import (
    Block,
    Document,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Table,
)
from mapper.outputs.pictures.map_picture import no_higher
from mapper.records.actions import PlannedAction, actions_of, overdue, state_of
from mapper.records.campaigns import (
    cells_of,
    coverage,
    figures,
    judged_by_reach,
    place_table,
    reach_in_words,
    untouched_in_words,
)
from mapper.records.evaluations import would_tell
from mapper.records.place_work import leads_of
from mapper.records.versions import Version

_MAP_HIGH = 0.58  # height of the map as a share of the line
_PLACES, _ACTIONS, _OF_AGENCY = 12, 16, 24  # rows of a table, so that two pages hold them all
_LONG, _SHORT, _PLACE = 300, 70, 40  # characters of a paragraph, of a cell, of a place's name


def campaign_document(
    saved: Version,
    shown: Release,
    *,
    area: StudyArea,
    today: date,
    evaluation: Version | None,
    made_by: str,
    made_at: datetime,
) -> Document:
    """Return a campaign for print: how it stands, where, what is told of it; then who does what.

    Parameters
    ----------
    shown
        The map through the campaign's lens, as the reader may see it.
    evaluation
        The latest of the campaign, if there is one.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    first = (*_standing(saved, is_release(shown), area, today), *_told(saved, evaluation))
    second = (*_places(saved), *_actions(saved, today))
    return _document(saved, shown, (*first, PageBreak(), *second), made_by, made_at)


def agency_sheet(
    saved: Version, shown: Release, agency: str, *, today: date, made_by: str, made_at: datetime
) -> Document:
    """Return what one agency has to do in a campaign, on a sheet to carry.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    mine = [one for one in actions_of(saved.content) if one.agency == agency and one.is_wanted]
    late = len(overdue(mine, today))
    done = sum(one.status == "done" for one in mine)
    leads = [place for place, lead in leads_of(saved).items() if lead == agency]
    door = f"Lead agency at {'; '.join(leads)}." if leads else "Lead agency at none of its places."
    blocks: list[Block] = [
        Paragraph(
            f"{agency[:1].upper()}{agency[1:]}: {done} of {count(len(mine), 'action')} done,"
            f" {late or 'none'} late on {day_in_words(today)}.",
            "strong",
        ),
        Paragraph(_cut(str(saved.content.get("purpose", "")), _LONG)),
        Paragraph(door),
        Heading("What to do, late first"),
        *_action_table(mine, today, most=_OF_AGENCY, agency=False),
    ]
    return _document(saved, shown, blocks, made_by, made_at)


def _document(
    saved: Version, shown: Release, blocks: Sequence[Block], made_by: str, made_at: datetime
) -> Document:
    """Return blocks under the campaign's name."""
    content = saved.content
    days = " to ".join(
        day_in_words(date.fromisoformat(content[name]))
        for name in ("first", "last")
        if content.get(name)
    )
    about = (content.get("strand", ""), days, state_of(content), f"{saved.record} v{saved.number}")
    return Document(
        title=f"Campaign: {_cut(saved.title, _SHORT)}",
        subtitle=", ".join(str(part) for part in about if part),
        release=shown,
        blocks=tuple(blocks),
        made_by=made_by,
        made_at=made_at,
        compact=True,
    )


def _standing(saved: Version, shown: Release, area: StudyArea, today: date) -> tuple[Block, ...]:
    """Return purpose, figures, what the places hold, and the map."""
    content = saved.content
    covered = coverage(content)
    picture = coverage_picture(content, area)
    names = [_cut(name, _PLACE) for name in covered.untouched[:_PLACES]]
    if (more := len(covered.untouched) - _PLACES) > 0:
        names.append(f"and {more} more")
    lead = f"Lead agency: {content['lead']}." if content.get("lead") else "No lead agency named."
    return (
        Paragraph(_cut(str(content.get("purpose", "")), _LONG), "strong"),
        Paragraph(lead),
        Figures(tuple((value, words, "") for value, words in figures(content, today))),
        Paragraph(f"{untouched_in_words(content, today, names)}."),
        *_held(saved, shown),
        *((no_higher(picture, _MAP_HIGH),) if picture is not None else ()),
    )


def _held(saved: Version, shown: Release) -> tuple[Block, ...]:
    """Return how many incidents its places hold, and the visited ones of them."""
    covered = coverage(saved.content)
    sums = []
    for names in (covered.planned, covered.visited):
        inside = shown.cells["cell"].isin(cells_of(saved.content, names))
        sums.append(int(shown.cells.loc[inside, "incidents"].sum()))
    if not cells_of(saved.content, covered.planned):
        return ()
    return (
        Paragraph(
            f"Under {shown.title}, {shown.period}, its places hold {count(sums[0], 'incident')};"
            f" the visited ones {sums[1]:,}."
        ),
    )


def _places(saved: Version) -> tuple[Block, ...]:
    """Return the places with what was counted at each."""
    table = place_table(saved.content)
    rows = tuple(
        (
            _cut(row["place"], _PLACE), row["lead"] or "none named", row["state"],
            f"{row['done']} of {row['actions']}", str(row["sessions"]), str(row["contacts"]),
        )
        for row in table.head(_PLACES).to_dict("records")
    )  # fmt: skip
    header = ("Place", "Lead agency", "State", "Actions done", "Sessions", "People reached")
    told = Table(
        "Untouched places first.", header, rows, numbers=(4, 5), widths=(3.2, 1.7, 1, 1.2, 1, 1.2)
    )
    return (Heading("Place by place"), told, *_more(len(table) - _PLACES, "place"))


def _actions(saved: Version, today: date) -> tuple[Block, ...]:
    """Return the actions of all agencies, late ones first."""
    wanted = [one for one in actions_of(saved.content) if one.is_wanted]
    return (
        Heading("Who does what, late first"),
        *_action_table(wanted, today, most=_ACTIONS, agency=True),
    )


def _action_table(
    actions: Sequence[PlannedAction], today: date, *, most: int, agency: bool
) -> tuple[Block, ...]:
    """Return actions as a table: late ones first, then open ones by their day, then done ones."""
    if not actions:
        return (Paragraph("No action yet."),)
    order = sorted(
        actions, key=lambda one: (-one.days_late(today), not one.is_open, one.due or date.max)
    )
    rows = []
    for one in order[:most]:
        late = one.days_late(today)
        state = f"{count(late, 'day')} late" if late else one.status
        due = f"{one.due.day} {one.due:%b %Y}" if one.due else "no day"
        who = (one.agency or "nobody",) if agency else ()
        note = () if agency else (_cut(one.note, _SHORT),)
        rows.append((_cut(one.place, _PLACE), _cut(one.action, _SHORT), *who, due, state, *note))
    header = ("Place", "Action", *(("Agency",) if agency else ()), "Due", "State")
    header = (*header, *(() if agency else ("What came of it",)))
    widths = (2.2, 3.6, 1.4, 1.2, 1.1) if agency else (2.2, 3.6, 1.2, 1.1, 1.8)
    told = Table(f"{count(len(actions), 'action')}.", header, tuple(rows), widths=widths)
    return (told, *_more(len(order) - most, "action"))


def _told(saved: Version, evaluation: Version | None) -> tuple[Block, ...]:
    """Return what can be told of it, by reach or by counts, and what people conclude."""
    content = saved.content
    blocks: list[Block] = [Heading("What can be told of it")]
    if judged_by_reach(content):
        blocks.append(Paragraph(reach_in_words(content)))
    elif evaluation is None:
        blocks.append(Paragraph("Not evaluated yet."))
    else:
        result = evaluation.content["result"]
        words = (f"{result['verdict'].capitalize()}, as far as counts can tell.", *result["words"])
        blocks.append(Paragraph(" ".join(words)))
        if more := would_tell(evaluation.content):
            blocks.append(Paragraph(more, "small"))
    judged = content.get("judgement", "not yet judged")
    blocks.append(Paragraph(f"In the partners' own judgement: {judged}."))
    return tuple(blocks)


def _more(number: int, noun: str) -> tuple[Block, ...]:
    """Say how many rows are left out, if any are."""
    return (Paragraph(f"And {count(number, f'more {noun}')}.", "small"),) if number > 0 else ()


def _cut(text: str, most: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
