"""The printed briefing: the same words and figures as on the screen, on two pages."""

from dataclasses import replace
from datetime import datetime

from mapper.base.text import count, day_in_words
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
from mapper.outputs.pictures.map_picture import map_picture
from mapper.outputs.pictures.shift_clock import shift_clock
from mapper.outputs.standard_words import question_word
from mapper.records.shared import Shared, SharedCampaign

TITLE = "Briefing"
_IN_A_ROW = 3  # figures that stand side by side
_MOST_PLACES = 8  # told of each list, so that the second page holds everything else
_MOST_CAMPAIGNS = 4
_WEEK_WIDTH = 0.7
_MAP_WIDTH = 0.62  # of the line, so that figures and map share a page
HOW_CHANGE_IS_TOLD = (
    "Clear rise or clear fall: an exact test of the two counts says that chance alone would hardly"
    " make such a difference. It allows for the days in each window, for the number of figures"
    " tested (at most 5 % false finds among them) and for all that rounding and hiding leave open."
    " The percentages are the ends of an exact 95 % interval. “No clear change” means that the"
    " counts cannot tell, not that nothing changed."
)


def briefing_document(briefing: Briefing, *, made_by: str, made_at: datetime) -> Document:
    """Return a briefing as a document, to be written as PDF, Word or a web page."""
    return Document(
        title=TITLE,
        subtitle=briefing.subtitle,
        release=briefing.map,
        blocks=(*_first_page(briefing), PageBreak(), *_second_page(briefing)),
        made_by=made_by,
        made_at=made_at,
    )


def _first_page(briefing: Briefing) -> tuple[Block, ...]:
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
        replace(map_picture(briefing.map, title=title), width=_MAP_WIDTH),
    )


def _figure(one: Headline) -> tuple[str, str, str]:
    """Return one headline figure for print."""
    return one.value, one.name, ", ".join(part for part in (one.change, one.before) if part)


def _second_page(briefing: Briefing) -> tuple[Block, ...]:
    """Return places, the week, actions, effects and what to be careful about."""
    return (
        Heading("Places that moved"),
        *_movers(briefing),
        *_week(briefing.shifts, briefing.map.title, briefing.map.hidden_words),
        Heading("Where harms meet"),
        *_meetings(briefing),
        *_work(briefing.shared),
        Heading("Read this with care"),
        *(Paragraph(words, "small") for words in (HOW_CHANGE_IS_TOLD, *briefing.notes)),
        Paragraph(f"{briefing.map.question} {briefing.map.licence}", "small"),
    )


def _movers(briefing: Briefing) -> tuple[Block, ...]:
    """Return the places that stand out in either window."""
    if not briefing.movers_known:
        return (Paragraph("The days before may not be shown, so places cannot be compared."),)
    if not briefing.movers:
        return (Paragraph(f"No place is {question_word(briefing.map)} in either window."),)
    rows = tuple(_mover_row(one) for one in briefing.movers[:_MOST_PLACES])
    caption = (
        f"{briefing.map.title}: places {question_word(briefing.map)} now or before, clear"
        " changes first."
        " Numbers are those on the map; counts are rounded."
    )
    header = ("No.", "Place", "Before", "Now", "Change")
    table = Table(caption, header, rows, numbers=(2, 3), widths=(0.6, 3.5, 1.1, 1.1, 2.7))
    more = len(briefing.movers) - _MOST_PLACES
    return (
        (table, Paragraph(f"And {count(more, 'more place')}.", "small")) if more > 0 else (table,)
    )


def _mover_row(one: Mover) -> tuple[str, ...]:
    """Return one place that moved."""
    news = f" ({one.news})" if one.news else ""
    place = f"{one.place.name}, {one.place.district}{news}"
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


def _meetings(briefing: Briefing) -> tuple[Block, ...]:
    """Return the places where lenses meet."""
    against = ", ".join(briefing.met)
    if not briefing.meetings:
        return (
            Paragraph(
                f"No place is {question_word(briefing.map)} under two of these at once: {against}."
            ),
        )
    rows = tuple(_meeting_row(one) for one in briefing.meetings[:_MOST_PLACES])
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
    )


def _meeting_row(one: Meeting) -> tuple[str, ...]:
    """Return one place where lenses meet."""
    return one.place.number, f"{one.place.name}, {one.place.district}", ", ".join(one.lenses)


def _work(shared: Shared) -> tuple[Block, ...]:
    """Return actions and what came of them; where there is neither, in one line."""
    campaigns = _campaigns(shared)
    if not shared.actions and not shared.results:
        words = "No plan that a meeting carries on has an action or an intervention on record."
        return *campaigns, Heading("Actions, and what worked"), Paragraph(words)
    actions, results = _actions(shared), _results(shared)
    return *campaigns, Heading("Actions"), *actions, Heading("What worked"), *results


def _campaigns(shared: Shared) -> tuple[Block, ...]:
    """Return the campaigns that a meeting carries on: covered, late, what could be told."""
    if not shared.campaigns:
        return ()
    rows = tuple(
        (one.name, one.covered, late_in_words(one), one.told)
        for one in shared.campaigns[:_MOST_CAMPAIGNS]
    )
    header = ("Campaign", "Covered", "Actions", "What could be told")
    table = Table("Those with late actions first.", header, rows, widths=(3.0, 2.0, 2.2, 2.0))
    more = len(shared.campaigns) - _MOST_CAMPAIGNS
    rest = (Paragraph(f"And {count(more, 'more campaign')}.", "small"),) if more > 0 else ()
    return (Heading("Campaigns"), table, *rest)


def _actions(shared: Shared) -> tuple[Block, ...]:
    """Return the actions of the plans that a meeting carries on."""
    if not shared.actions:
        return (Paragraph("No action of a plan that a meeting carries on is on record."),)
    rows = tuple(
        (one.action, one.agency, day_in_words(one.due), state_in_words(one.state, one.days_late))
        for one in shared.actions
    )
    header = ("Action", "Agency", "Due", "State")
    return (Table("Late ones first.", header, rows, widths=(4.0, 1.6, 1.4, 1.4)),)


def _results(shared: Shared) -> tuple[Block, ...]:
    """Return what came of what was done."""
    if not shared.results:
        return (Paragraph("No intervention of such a plan is on record."),)
    rows = tuple(
        (one.name, f"{one.first} to {one.last or 'now'}", one.verdict, one.judgement)
        for one in shared.results
    )
    header = ("What was done", "When", "What the counts say", "What partners say")
    return (Table("Latest first.", header, rows, widths=(3.0, 2.0, 1.7, 1.7)),)


def late_in_words(one: SharedCampaign) -> str:
    """Return how far a campaign's actions are, and how many of them are late."""
    return f"{one.actions}, {one.late or 'none'} late"


def state_in_words(state: str, late: int) -> str:
    """Return the state of an action."""
    return f"{late:,} {'day' if late == 1 else 'days'} late" if state == "late" else state
