"""The briefing as HTML: headline figures, places, actions; every word of a file is encoded."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from mapper.base.palette import with_colours
from mapper.base.text import encode_text
from mapper.outputs.briefing.content import Briefing, Headline
from mapper.outputs.briefing.document import late_in_words, state_in_words
from mapper.outputs.briefing.places import Meeting, Mover
from mapper.outputs.briefing.spans import RateChange
from mapper.outputs.standard_words import question_word
from mapper.records.shared import Shared, SharedAction, SharedCampaign, SharedResult

_STYLE = with_colours(
    (Path(__file__).parent / "briefing.css").read_text(encoding="utf-8"), follows=True
)
_PRESENTING = """
:root { --b: 2; }
.b-tiles { grid-template-columns: repeat(4, minmax(0, 1fr)); margin-top: 12px !important; }
.b-head h1 { font-size: 34px; }
.b-head span, .b-head em, .b-take, .b-panel h2, .m-synthetic { font-size: 24px; }
.st-key-end-presentation { position: fixed; top: 46px; right: 28px; width: auto; z-index: 9; }
.st-key-end-presentation { padding: 0 10px; border-radius: 4px; background: var(--c-paper); }
@media (max-width: 900px) { .st-key-end-presentation { position: static; } }
.b-panel:has(> div) { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 32px; }
.b-moved ul { margin: 0; padding: 0; list-style: none; }
.b-moved li { margin: 0 0 8px; font-size: 24px; line-height: 1.2; overflow-wrap: anywhere; }
.b-moved small { display: block; font-size: 20px; color: var(--c-soft); }
.b-way { font-size: 24px; }
@media (min-width: 1700px) { :root { --b: 2.4; } }
.stAppHeader, [data-testid="stSidebarCollapsedControl"], .stSidebar { display: none !important; }
.st-key-briefing-choices { display: none; }
.stMainBlockContainer { padding-top: 2.2rem; padding-bottom: 1.8rem; }
"""
# Sign, class and words of each way: the sign and the words carry it beside the colour.
_SIGNS = {
    "clear rise": ("▲", "rise"),
    "clear fall": ("▼", "fall"),
    "no clear change": ("●", "none"),
    "too few to compare": ("○", "none"),
    "cannot be told": ("○", "none"),
}
_NO_ACTION = (
    "None yet. Actions come here once their plan is shared with partner agencies, or a meeting"
    " record carries it on."
)
_NO_RESULT = "No intervention of such a plan has been recorded yet."
_LARGE = 4  # places that moved on a slide, each with its landmark
_MOVERS, _MEETINGS, _ACTIONS, _RESULTS, _CAMPAIGNS = 5, 3, 4, 3, 2  # rows that fit on one screen


def put_on_briefing_style(*, presenting: bool) -> None:
    """Send the briefing's own style: large and without controls when it is presented."""
    more = _PRESENTING if presenting else ""
    st.html(f"<style>:root {{ --b: 1; }} {_STYLE}{more}</style>")


def show_head(content: Briefing, *, released: bool, age: str) -> None:
    """Show the title, what is compared, how old it is, and whether partners were given it."""
    state = "" if released else ' <em title="Partners have not been given this yet">Preview</em>'
    st.html(
        f'<div class="b-head"><h1>Briefing{state}</h1>'
        f"<span>{encode_text(content.subtitle)}. {encode_text(age)}.</span></div>"
    )


def show_takeaway(content: Briefing) -> None:
    """Show the one thing to remember."""
    st.html(f'<p class="b-take">{encode_text(content.takeaway)}</p>')


def show_tiles(content: Briefing, *, most: int | None = None) -> None:
    """Show the headline figures, or the first of them, each with how it changed."""
    st.html(f'<ul class="b-tiles">{"".join(_tile(one) for one in content.headlines[:most])}</ul>')


def show_demand(content: Briefing) -> None:
    """Show the demand that is not crime: by kind, and by who could meet it."""
    if content.demand_words:
        st.html(f'<p class="b-take b-demand">{encode_text(content.demand_words)}</p>')


def show_places(content: Briefing) -> None:
    """Show the places that moved, and those where lenses meet."""
    unequal = f"<h2>Inequality</h2><p>{encode_text(content.inequality)}</p>"
    told = unequal if content.inequality else ""
    st.html(f'<div class="b-panel">{_movers(content)}{_meetings(content)}{told}</div>')


def show_movers_large(content: Briefing) -> None:
    """Show the places that moved, large, with landmarks; none leaves the words that say so."""
    if not (content.movers_known and content.movers):
        st.html(f'<div class="b-panel">{_movers(content)}</div>')
        return
    lines = "".join(
        f"<li><b>{encode_text(one.place.number)}</b> {encode_text(one.place.name)}"
        f"<small>{encode_text(one.place.where)}</small>{way_in_words(one.moved)}:"
        f" {encode_text(one.before.figure)} to {encode_text(one.now.figure)}</li>"
        for one in content.movers[:_LARGE]
    )
    st.html(f'<div class="b-panel b-moved"><h2>Places that moved</h2><ul>{lines}</ul></div>')


def show_work(shared: Shared, *, presenting: bool = False) -> None:
    """Show actions due and done, and what worked; on a slide, an empty part vanishes."""
    actions = _actions(shared) if shared.actions or not presenting else ""
    results = _results(shared) if shared.results or not presenting else ""
    campaigns = _campaigns(shared) if shared.campaigns else ""
    none = f"<h2>Actions, and what worked</h2><p>{_NO_ACTION}</p><p>{_NO_RESULT}</p>"
    parts = [one for one in (campaigns, actions, results) if one]
    shown = "".join(f"<div>{one}</div>" if presenting else one for one in parts)
    st.html(f'<div class="b-panel">{shown or none}</div>')


def _tile(one: Headline) -> str:
    """Return one headline figure."""
    before = f" <small>{encode_text(one.before)}</small>" if one.before else ""
    note = f' title="{encode_text(one.note)}"' if one.note else ""
    return (
        f"<li{note}><b>{encode_text(one.value)}{before}</b>"
        f"<strong>{encode_text(one.name)}</strong>"
        f"{way_in_words(one.moved)}<br>{encode_text(one.moved.words)}</li>"
    )


def way_in_words(moved: RateChange) -> str:
    """Return which way something moved: a sign and words."""
    sign, kind = _SIGNS[moved.way]
    return f'<span class="b-way {kind}"><span aria-hidden="true">{sign}</span> {moved.way}</span>'


def _movers(content: Briefing) -> str:
    """Return the places that stand out in either window."""
    head = "<h2>Places that moved</h2>"
    if not content.movers_known:
        return f"{head}<p>The days before may not be shown, so places cannot be compared.</p>"
    if not content.movers:
        return f"{head}<p>No place is {question_word(content.map)} in either window.</p>"
    columns = (
        '<thead><tr><th scope="col"><abbr title="Number on the map">No.</abbr></th>'
        '<th scope="col">Place</th><th scope="col" class="n">Before</th>'
        '<th scope="col" class="n">Now</th><th scope="col">Change</th></tr></thead>'
    )
    return head + _rows(columns, [_mover(one) for one in content.movers], _MOVERS)


def _mover(one: Mover) -> str:
    """Return one place that moved."""
    told = ", ".join(part for part in (one.place.district, one.place.where, one.news) if part)
    return (
        f'<tr><td class="num">{encode_text(one.place.number)}</td>'
        f"<td>{encode_text(one.place.name)}"
        f"<small>{encode_text(told)}</small></td>"
        f'<td class="n">{encode_text(one.before.figure)}</td>'
        f'<td class="n">{encode_text(one.now.figure)}</td>'
        f"<td>{way_in_words(one.moved)}<small>{encode_text(one.moved.words)}</small></td></tr>"
    )


def _meetings(content: Briefing) -> str:
    """Return the places where lenses meet."""
    head = "<h2>Where harms meet</h2>"
    against, word = encode_text(", ".join(content.met)), question_word(content.map)
    if not content.meetings:
        return f"{head}<p>No place is {word} under two of these at once: {against}.</p>"
    columns = (
        '<thead><tr><th scope="col"><abbr title="Number on the map">No.</abbr></th>'
        f'<th scope="col">Place</th><th scope="col">{word.capitalize()} for</th></tr></thead>'
    )
    return head + _rows(columns, [_meeting(one) for one in content.meetings], _MEETINGS)


def _meeting(one: Meeting) -> str:
    """Return one place where lenses meet."""
    return (
        f'<tr><td class="num">{encode_text(one.place.number)}</td>'
        f"<td>{encode_text(one.place.whole)}</td>"
        f"<td>{encode_text(', '.join(one.lenses))}</td></tr>"
    )


def _rows(head: str, rows: Sequence[str], shown: int, *, caption: str = "") -> str:
    """Return a table of the first rows, and the others one press deeper."""
    first = f"<table>{caption}{head}<tbody>{''.join(rows[:shown])}</tbody></table>"
    if len(rows) <= shown:
        return first
    rest = f"<table>{head}<tbody>{''.join(rows[shown:])}</tbody></table>"
    return f"{first}<details><summary>And {len(rows) - shown} more</summary>{rest}</details>"


def _actions(shared: Shared) -> str:
    """Return the actions of plans shared with partners, late ones first."""
    head = "<h2>Actions</h2>"
    if not shared.actions:
        return f"{head}<p>{_NO_ACTION}</p>"
    counts = {
        state: sum(one.times for one in shared.actions if one.state == state) for state in _STATES
    }
    told = ", ".join(f"{number} {state}" for state, number in counts.items())
    columns = '<thead><tr><th scope="col">Action</th><th scope="col">Due</th></tr></thead>'
    rows = [_action(one) for one in shared.actions]
    return head + _rows(columns, rows, _ACTIONS, caption=f"<caption>{told}</caption>")


_STATES = ("late", "open", "done")


def _action(one: SharedAction) -> str:
    """Return one action."""
    state = encode_text(state_in_words(one.state, one.days_late))
    return (
        f"<tr><td>{encode_text(one.words)}<small>{encode_text(one.agency)}</small></td>"
        f'<td class="day">{encode_text(_short(one.due))}<small class="{one.state}">{state}</small>'
        "</td></tr>"
    )


def _short(day: date | None) -> str:
    """Return a day in a narrow column."""
    return f"{day.day} {day:%b %Y}" if day else "no day"


def _days(first: str, last: str) -> str:
    """Return from when to when something was done."""
    begin, end = (_short(date.fromisoformat(day)) if day else "now" for day in (first, last))
    return f"{begin} to {end}"


def _campaigns(shared: Shared) -> str:
    """Return the campaigns shared with partners: covered, late, what could be told."""
    columns = (
        '<thead><tr><th scope="col">Campaign</th><th scope="col">Could be told</th></tr></thead>'
    )
    rows = [_campaign(one) for one in shared.campaigns]
    return "<h2>Campaigns</h2>" + _rows(columns, rows, _CAMPAIGNS)


def _campaign(one: SharedCampaign) -> str:
    """Return one line of the campaigns."""
    told = encode_text(f"{one.covered}; {late_in_words(one)}")
    return (
        f"<tr><td>{encode_text(one.name)}<small>{told}</small></td>"
        f"<td>{encode_text(one.told)}</td></tr>"
    )


def _results(shared: Shared) -> str:
    """Return what came of what was done."""
    head = "<h2>What worked</h2>"
    if not shared.results:
        return f"{head}<p>{_NO_RESULT}</p>"
    columns = (
        '<thead><tr><th scope="col">What was done</th>'
        '<th scope="col">The counts say</th></tr></thead>'
    )
    return head + _rows(columns, [_result(one) for one in shared.results], _RESULTS)


def _result(one: SharedResult) -> str:
    """Return one line of what worked."""
    return (
        f"<tr><td>{encode_text(one.name)}"
        f"<small>{encode_text(_days(one.first, one.last))}</small></td>"
        f"<td>{encode_text(one.verdict)}<small>partners: {encode_text(one.judgement)}</small>"
        "</td></tr>"
    )
