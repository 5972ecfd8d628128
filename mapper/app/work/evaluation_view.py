"""The evaluation of one intervention on screen: ask for windows, work it out, show, rerun."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from mapper.analysis.study import Study, prepare
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.choices import days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import bullets, notice, plain
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_views import show_synthetic_mark
from mapper.base.errors import MapperError, RequestError
from mapper.base.text import count
from mapper.disclosure.people import Viewer, may, require
from mapper.grid.hexagons import cell_resolution, strings_to_cells
from mapper.lenses.lens import Lens
from mapper.methods.load import glossary
from mapper.questions.evaluation_dates import ENOUGH_HISTORY, year_before
from mapper.questions.windows import Window, knows_months_only, windows_of_work
from mapper.records.campaigns import as_intervention
from mapper.records.evaluations import (
    evaluate_again,
    evaluate_intervention,
    is_of_today,
    is_unchanged,
    would_tell,
)
from mapper.records.every_harm import every_harm
from mapper.records.form import Content
from mapper.records.open import database
from mapper.records.saving import NEW, Work, save
from mapper.records.versions import Version, new_record, newest
from mapper.records.visits import dosage, visits_between

_PARTS = ("treated", "control", "buffer", "buffer control")
_KINDS = {"worked": "note", "did not work": "look", "could not be told": "note"}


def show_effect(viewer: Viewer, desk: Desk) -> None:
    """Show what an intervention or a whole campaign did, and work it out when asked."""
    st.subheader("What it did", anchor=False)
    if not desk.based_on:
        st.caption(f"Save the {desk.kind} first: only what is saved can be evaluated.")
        return
    found = [
        one
        for one in seen_records(viewer, "evaluation")
        if one.content["intervention"] == desk.record
    ]
    if found:
        show_evaluation(viewer, found[0])
    if found and may(viewer, "see everything"):
        _offer_every_harm(desk, found[0])
    if may(viewer, "see everything"):
        with st.expander("Evaluate" if not found else "Evaluate anew", expanded=not found):
            ask_evaluation(viewer, desk, found[0] if found else None)
    elif not found:
        st.caption("Not evaluated yet. An analyst can do it here.")


def show_evaluation(viewer: Viewer, evaluation: Version) -> None:
    """Show what came out, from what, and whether it still comes out the same."""
    inputs, result = evaluation.content["inputs"], evaluation.content["result"]
    show_synthetic_mark(inputs)
    notice(f"{result['verdict'].capitalize()}, as far as counts can tell.", kind=_kind(result))
    if not is_of_today(evaluation.content):
        notice(
            "This was worked out by an earlier method, which claimed too much. Work it out anew.",
            kind="look",
        )
    bullets(result["words"])
    if words := would_tell(evaluation.content):
        st.text(words)
    st.dataframe(part_table(inputs), hide_index=True, key=f"{evaluation.record} parts")
    _show_dosage(inputs)
    if figures := figure_words(result):
        st.caption(figures)
    what_are({"evaluation": "What is this effect?"})
    with st.expander("What to know before trusting it"):
        bullets(inputs["notes"])
        st.text(
            f"Worked out by {evaluation.author} for the harm {inputs['lens']['id']}"
            f" (version {inputs['lens']['version']}), record {evaluation.record}."
        )
    if st.button("Work it out again from what is kept", key=f"{evaluation.record} again"):
        require(viewer, "plan")
        if not is_of_today(evaluation.content):
            notice("An earlier method made it: work it out anew from the incidents.", kind="look")
        elif is_unchanged(evaluation.content):
            notice("The same result, to the last figure.", kind="sound")
        else:
            notice("The kept counts no longer give the kept result: do not use it.", kind="stop")


def _offer_every_harm(desk: Desk, evaluation: Version) -> None:
    """Show, when asked, every harm at the same places over the same days, beside the verdict."""
    if not st.toggle("Every harm at these places", key=f"{desk.key} every harm"):
        return
    saved = newest(database(), desk.record)
    if saved is None:
        return
    windows = [
        Window(*map(date.fromisoformat, evaluation.content["inputs"][name]))
        for name in ("before", "after")
    ]
    try:
        dataset = opened_dataset()
        offer = lenses_for(dataset.digest, _dataset=dataset)
        action = as_intervention(saved)
        studies = []
        for lens in offer.lenses[: offer.fitting]:
            with suppress(MapperError):  # too few incidents, or not what the lens needs
                studies.append(_study(dataset, lens, action))
        lines = every_harm(studies, action, before=windows[0], after=windows[1])
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    table = pd.DataFrame(
        {
            "Harm": [one.harm for one in lines],
            "Before": [one.before for one in lines],
            "After": [one.after for one in lines],
            "Expected after": [_number(one.expected, 0) for one in lines],
            "What can be told": [one.told for one in lines],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", key=f"{desk.key} harms")
    st.caption(
        plain(
            f"{count(len(lines), 'harm')} over {windows[0]} and {windows[1]}. The verdict above is"
            " of the one harm chosen before; of the others, what is told holds among all of them."
            " One incident can count under more than one. Harms of too few incidents are left out."
        )
    )


def _show_dosage(inputs: Content) -> None:
    """Show how much was done at the treated places in both windows, beside what came of it."""
    cells = frozenset(inputs["cells"]["treated"])
    for name in ("before", "after"):
        first, last = map(date.fromisoformat, inputs[name])
        told = dosage(cells, visits_between(database(), first, last), first=first, last=last)
        if told.visits:
            st.text(f"Visits {name}: {told.words}")


def figure_words(result: Content) -> str:
    """Return the figures behind a verdict in words; empty where none can be told."""
    effect, difference = result["effect"], result["difference"]
    if effect is None or result.get("expected") is None:
        return ""
    told = [
        (
            f"Against the {_number(result['expected'], 0)} incidents expected:"
            f" {_number(effect['ratio'])} ({_number(effect['low'])} to {_number(effect['high'])}),"
            f" that is {_number(difference['value'], 0)} incidents"
            f" ({_number(difference['low'], 0)} to {_number(difference['high'], 0)});"
            f" p among {result['alike']} comparable places {result['p']:.3f}."
        )
    ]
    if quotient := result["quotient"]:
        told.append(
            f"Displacement quotient {quotient['value']:.2f} ({quotient['low']:.2f} to"
            f" {quotient['high']:.2f}). {quotient['words']}"
        )
    return " ".join(told)


def part_table(inputs: Content) -> pd.DataFrame:
    """Return the counts of an evaluation for reading."""
    counts = {name: inputs["counts"][name] for name in _PARTS if name in inputs["counts"]}
    return pd.DataFrame(
        {
            "Part": [name.capitalize() for name in counts],
            "Cells": [len(inputs["cells"][name]) for name in counts],
            f"Before ({' to '.join(inputs['before'])})": [pair[0] for pair in counts.values()],
            f"After ({' to '.join(inputs['after'])})": [pair[1] for pair in counts.values()],
        }
    )


def ask_evaluation(viewer: Viewer, desk: Desk, before: Version | None) -> None:
    """Ask for lens and windows, and keep what comes out as an evaluation."""
    require(viewer, "see everything")
    found = newest(database(), desk.record)
    intervention = as_intervention(found) if found else None
    if intervention is None or not intervention.content.get("cells"):
        st.caption("Choose the ground first: without it there is nothing to compare.")
        return
    try:
        dataset = opened_dataset()
        lens = _ask_lens(dataset, intervention.content, desk.key)
        windows = _ask_windows(dataset, intervention, desk.key)
        if st.button("Work it out", type="primary", key=f"{desk.key} evaluate"):
            study = _study(dataset, lens, intervention)
            content = evaluate_intervention(
                study, intervention, before=windows[0], after=windows[1]
            )
            _keep(viewer, content, before)
        if before and st.button("Same ground and windows, with this data", key=f"{desk.key} redo"):
            _keep(viewer, evaluate_again(_study(dataset, lens, intervention), before), before)
    except MapperError as error:
        notice(str(error), kind="stop")


def _ask_lens(dataset: Dataset, content: Content, key: str) -> Lens:
    """Ask which harm is counted: at first the one that the places were chosen by, if by one."""
    offer = lenses_for(dataset.digest, _dataset=dataset)
    lenses = {lens.id: lens for lens in offer.lenses}
    misfits = {lens.id for lens in offer.lenses[offer.fitting :]}
    asked = str(content.get("lens", ""))
    first = asked if asked in lenses else next(iter(lenses))
    chosen = st.selectbox(
        "Harm",
        list(lenses),
        index=list(lenses).index(first),
        format_func=lambda id_: (
            lenses[id_].title + (" (needs other data)" if id_ in misfits else "")
        ),
        key=f"{key} harm counted",
        help=glossary()["lens"],
    )
    return lenses[chosen]


def _keep(viewer: Viewer, content: Content, before: Version | None) -> None:
    """Keep an evaluation: the first, or the next version of the one there is."""
    record, number = (before.record, before.number) if before else (new_record("evaluation"), NEW)
    work = Work(record, "evaluation", content, number)
    save(database(), work, viewer=viewer, reason="worked out" if not before else "worked out anew")
    st.rerun()


def _study(dataset: Dataset, lens: Lens, intervention: Version) -> Study:
    """Return the incidents through the lens, over the whole area at the cells' own resolution."""
    cells = strings_to_cells(intervention.content["cells"])
    sizes = {cell_resolution(int(cell)) for cell in cells}
    if len(sizes) > 1:
        raise RequestError("The cells are of several sizes. Give cells of one size.")
    area = area_here().at(sizes.pop())
    with shown_progress("Counting before and after") as progress:
        return prepare(dataset.incidents, lens=lens, area=area, progress=progress)


def _ask_windows(dataset: Dataset, intervention: Version, key: str) -> tuple[Window, Window]:
    """Ask for the two windows; proposed are the time of the intervention and as long before."""
    table = dataset.incidents.table
    bounds, by_month = days_of(table), knows_months_only(table)
    proposed = windows_of_work(_days_of_work(intervention, bounds), bounds, by_month=by_month)
    labels = ("Before, from", "Before, to", "After, from", "After, to")
    days = [day for window in proposed for day in (window.first, window.last)]
    chosen: list[date] = []
    for place, label, day in zip(st.columns(4), labels, days, strict=True):
        told: Any = place.date_input(label, day, format="DD/MM/YYYY", key=f"{key} {label}")
        chosen.append(told if isinstance(told, date) else day)
    before, after = Window(chosen[0], chosen[1]), Window(chosen[2], chosen[3])
    st.caption(plain(reach_words(before, after, bounds[0], by_month=by_month)))
    return before, after


def _days_of_work(intervention: Version, bounds: tuple[date, date]) -> Window:
    """Return the days of an intervention: to the end of the data where it has no last day."""
    first, last = (intervention.content.get(name) for name in ("first", "last"))
    if not first:
        raise RequestError("It has no first day yet. Give that day above, and save.")
    begun = date.fromisoformat(first)
    return Window(begun, max(begun, date.fromisoformat(last) if last else bounds[1]))


def reach_words(before: Window, after: Window, earliest: date, *, by_month: bool) -> str:
    """Say what else the two windows are judged by: all the history there is, and the year before.

    Parameters
    ----------
    earliest
        The first day of the data.
    by_month
        Whether the data knows only its months.
    """
    if (before.first - earliest).days < ENOUGH_HISTORY * before.days:
        return (
            "There are few or no days before these: the first half of the time before stands for"
            " what is usual. Earlier data, if you have it, makes the answer firmer."
        )
    history = Window(earliest, before.first - timedelta(days=1))
    same = year_before(after, history, by_month=by_month)
    season = (
        f", and by the same weeks a year before: {same}"
        if same
        else "; the same weeks a year before are not in it"
    )
    return f"Judged too by what was usual there in all the data before, {history}{season}."


def _kind(result: Content) -> str:
    """Return how a verdict is shown."""
    return _KINDS[str(result["verdict"])]


def _number(value: float | None, decimals: int = 2) -> str:
    """Return a number for reading; none stands for one without a limit."""
    return "no limit" if value is None else f"{value:,.{decimals}f}"
