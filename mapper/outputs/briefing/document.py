"""The printed briefing: the same words and figures as on the screen, on two pages."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mapper.base.text import count, day_in_words, shown_name
from mapper.disclosure.release import FindingRelease
from mapper.outputs.briefing.content import Briefing, Headline
from mapper.outputs.briefing.places import Meeting, Mover
from mapper.outputs.documents.model import (
    Block,
    Document,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)
from mapper.outputs.documents.pdf import document_pdf, pages_of
from mapper.outputs.pictures.map_picture import map_picture
from mapper.outputs.pictures.shift_clock import shift_clock
from mapper.outputs.standard_words import question_word
from mapper.records.shared import Shared, SharedCampaign

TITLE = "Briefing"
_IN_A_ROW = 3  # figures that stand side by side
_MOST_CAMPAIGNS = 4
_WEEK_WIDTH = 0.7
_PAGES = 2
_NOTES = 2  # cautions beyond the rows of a list
_LONGEST = 110  # characters of an action or of what was done
# Rows of each list, width of the map as a share of the line, whether lists begin on the map's page
# where there is room, and small type: the first that fit are taken.
_FITS = (
    (8, 0.62, False, False),
    (6, 0.5, True, False),
    (8, 0.5, True, True),
    (5, 0.45, True, True),
    (3, 0.36, True, True),
)
HOW_CHANGE_IS_TOLD = (
    "Clear rise or clear fall: an exact test of the two counts says that chance alone would hardly"
    " make such a difference. It allows for the days in each window, for the number of figures"
    " tested (at most 5 % false finds among them) and for all that rounding and hiding leave open."
    " The percentages are the ends of an exact 95 % interval. “No clear change” means that the"
    " counts cannot tell, not that nothing changed."
)


def briefing_document(
    briefing: Briefing, *, made_by: str, made_at: datetime, ground: Path | None = None
) -> Document:
    """Return a briefing as a document, to be written as PDF, Word or a web page.

    Parameters
    ----------
    ground
        Vector tiles to draw from what the audience may see of the ground.
    """
    drawn = map_picture(
        briefing.map, title=briefing.map.title, ground=ground, places=briefing.places
    )
    made = []
    for most, width, flows, compact in _FITS:
        first = _first_page(briefing, replace(drawn, width=width))
        document = Document(
            title=TITLE,
            subtitle=briefing.subtitle,
            release=briefing.map,
            blocks=(*first, *([] if flows else [PageBreak()]), *_second_page(briefing, most)),
            made_by=made_by,
            made_at=made_at,
            compact=compact,
        )
        made.append(document)
        if pages_of(document_pdf(document)) <= _PAGES:
            break
    return made[-1]


def _first_page(briefing: Briefing, drawn: Picture) -> tuple[Block, ...]:
    """Return figures and map: what a meeting looks at first."""
    heads = briefing.headlines
    rows = [heads[at : at + _IN_A_ROW] for at in range(0, len(heads), _IN_A_ROW)]
    title = briefing.map.title
    return (
        Paragraph(briefing.takeaway, "strong"),
        *((Paragraph(briefing.may_mislead),) if briefing.may_mislead else ()),
        Heading("Headline figures"),
        *(Figures(tuple(_figure(one) for one in row)) for row in rows),
        *(Paragraph(one.note, "small") for one in heads if one.note and not briefing.demand_words),
        *(
            Paragraph(words, "small")
            for words in (briefing.demand_words, briefing.inequality)
            if words
        ),
        Heading(f"Where: {title.lower()}"),
        drawn,
    )


def _figure(one: Headline) -> tuple[str, str, str]:
    """Return one headline figure for print."""
    return one.value, one.name, ", ".join(part for part in (one.change, one.before) if part)


def _second_page(briefing: Briefing, most: int) -> tuple[Block, ...]:
    """Return places, the week, actions, effects and what to be careful about.

    Parameters
    ----------
    most
        Rows of each list; how many more there are is said under it, and where.
    """
    notes = most + _NOTES
    return (
        Heading("Places that moved"),
        *_movers(briefing, most),
        *_week(briefing.shifts, briefing.map.title, briefing.map.hidden_words),
        Heading("Where harms meet"),
        *_meetings(briefing, most),
        *_work(briefing.shared, most),
        Heading("Read this with care"),
        *(Paragraph(words, "small") for words in (HOW_CHANGE_IS_TOLD, *briefing.notes[:notes])),
        *_rest(len(briefing.notes) - notes, "caution", "the Briefing on screen"),
        Paragraph(f"{briefing.map.question} {briefing.map.licence}", "small"),
    )


def _movers(briefing: Briefing, most: int) -> tuple[Block, ...]:
    """Return the places that stand out in either window."""
    if not briefing.movers_known:
        return (Paragraph("The days before may not be shown, so places cannot be compared."),)
    if not briefing.movers:
        return (Paragraph(f"No place is {question_word(briefing.map)} in either window."),)
    rows = tuple(_mover_row(one) for one in briefing.movers[:most])
    caption = (
        f"{briefing.map.title}: places {question_word(briefing.map)} now or before, clear"
        " changes first."
        " Numbers are those on the map; counts are rounded."
    )
    header = ("No.", "Place", "Before", "Now", "Change")
    table = Table(caption, header, rows, numbers=(2, 3), widths=(0.6, 3.5, 1.1, 1.1, 2.7))
    return table, *_rest(len(briefing.movers) - most, "place", "the Briefing on screen")


def _rest(more: int, one: str, where: str) -> tuple[Paragraph, ...]:
    """Say how much of a list is left out, and where all of it stands."""
    return (Paragraph(f"And {count(more, f'more {one}')}: see {where}.", "small"),) * (more > 0)


def _mover_row(one: Mover) -> tuple[str, ...]:
    """Return one place that moved."""
    news = f" ({one.news})" if one.news else ""
    place = f"{one.place.whole}{news}"
    change = ": ".join(part for part in (one.moved.way, one.moved.words) if part)
    return one.place.number, place, str(one.before), str(one.now), change


def _week(shifts: FindingRelease | None, title: str, hidden: str) -> tuple[Block, ...]:
    """Return the week in whole shifts."""
    picture = shifts_picture(shifts, title, hidden)
    if picture is None:
        return ()
    return Heading("When in the week"), replace(picture, width=_WEEK_WIDTH)


def shifts_picture(shifts: FindingRelease | None, title: str, hidden: str) -> Picture | None:
    """Return the week in whole shifts as a picture, where times are known."""
    if shifts is None or not len(shifts.table):
        return None
    rows = shifts.table
    days, names, hours = (rows[name].astype("str") for name in ("day", "shift", "hours"))
    counts = {
        (day, name): None if weight is None else int(weight)
        for day, name, weight in zip(
            days, names, rows["weight"].astype(object).where(rows["weight"].notna(), None),
            strict=True,
        )
    }  # fmt: skip
    told = f"{title}: incidents by day and shift, rounded; a night belongs to the day it starts"
    return shift_clock(
        tuple(dict.fromkeys(days)),
        dict(zip(names, hours, strict=True)),
        counts,
        title=told,
        hidden=hidden,
    )


def _meetings(briefing: Briefing, most: int) -> tuple[Block, ...]:
    """Return the places where lenses meet."""
    against = ", ".join(briefing.met)
    if not briefing.meetings:
        return (
            Paragraph(
                f"No place is {question_word(briefing.map)} under two of these at once: {against}."
            ),
        )
    rows = tuple(_meeting_row(one) for one in briefing.meetings[:most])
    caption = (
        f"Places {question_word(briefing.map)} under two or more of: {against}."
        " One incident can count under more than one."
    )
    return (
        Table(
            caption,
            ("No.", "Place", f"{question_word(briefing.map).capitalize()} for"),
            rows,
            widths=(0.5, 2.5, 4.0),
        ),
        *_rest(len(briefing.meetings) - most, "place", "the Briefing on screen"),
    )


def _meeting_row(one: Meeting) -> tuple[str, ...]:
    """Return one place where lenses meet."""
    return one.place.number, one.place.whole, ", ".join(one.lenses)


def _work(shared: Shared, most: int) -> tuple[Block, ...]:
    """Return actions and what came of them; where there is neither, in one line."""
    campaigns = _campaigns(shared, most)
    if not shared.actions and not shared.results:
        words = "No plan shared with partner agencies has an action or an intervention on record."
        return *campaigns, Heading("Actions, and what worked"), Paragraph(words)
    actions, results = _actions(shared, most), _results(shared, most)
    return *campaigns, Heading("Actions"), *actions, Heading("What worked"), *results


def _campaigns(shared: Shared, most: int) -> tuple[Block, ...]:
    """Return the campaigns shared with partners: covered, late, what could be told."""
    if not shared.campaigns:
        return ()
    shown = min(most, _MOST_CAMPAIGNS)
    rows = tuple(
        (one.name, one.covered, late_in_words(one), one.told) for one in shared.campaigns[:shown]
    )
    header = ("Campaign", "Covered", "Actions", "What could be told")
    table = Table("Those with late actions first.", header, rows, widths=(3.0, 2.0, 2.2, 2.0))
    more = len(shared.campaigns) - shown
    rest = (Paragraph(f"And {count(more, 'more campaign')}.", "small"),) if more > 0 else ()
    return (Heading("Campaigns"), table, *rest)


def _actions(shared: Shared, most: int) -> tuple[Block, ...]:
    """Return the actions of the plans shared with partners."""
    if not shared.actions:
        return (Paragraph("No action of a plan shared with partner agencies is on record."),)
    rows = tuple(
        (
            shown_name(one.words, _LONGEST),
            one.agency,
            day_in_words(one.due),
            state_in_words(one.state, one.days_late),
        )
        for one in shared.actions[:most]
    )
    header = ("Action", "Agency", "Due", "State")
    table = Table("Late ones first.", header, rows, widths=(4.0, 1.6, 1.4, 1.4))
    return table, *_rest(len(shared.actions) - most, "action", "Late and due")


def _results(shared: Shared, most: int) -> tuple[Block, ...]:
    """Return what came of what was done."""
    if not shared.results:
        return (Paragraph("No intervention of such a plan is on record."),)
    rows = tuple(
        (
            shown_name(one.name, _LONGEST),
            f"{one.first} to {one.last or 'now'}",
            one.verdict,
            one.judgement,
        )
        for one in shared.results[:most]
    )
    header = ("What was done", "When", "What the counts say", "What partners say")
    table = Table("Latest first.", header, rows, widths=(3.0, 2.0, 1.7, 1.7))
    return table, *_rest(len(shared.results) - most, "intervention", "the Briefing on screen")


def late_in_words(one: SharedCampaign) -> str:
    """Return how far a campaign's actions are, and how many of them are late."""
    return f"{one.actions}, {one.late or 'none'} late"


def state_in_words(state: str, late: int) -> str:
    """Return the state of an action."""
    return f"{late:,} {'day' if late == 1 else 'days'} late" if state == "late" else state
