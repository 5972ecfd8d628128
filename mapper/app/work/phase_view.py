"""The prevention phase of an assessed place: the suggestion, and a person's decision beside it."""

from collections.abc import Mapping
from typing import Any, cast, get_args

import streamlit as st

from mapper.app.shell.place_asked import findings_about, map_showing
from mapper.app.shell.words import bullets, notice
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_views import when
from mapper.base.errors import MapperError
from mapper.context.phases import PATTERNS, Phase, Suggestion, pattern_word, suggest_phase
from mapper.disclosure.people import Viewer
from mapper.questions.phases import QUESTION as PHASES
from mapper.records.open import database
from mapper.records.phase_decisions import agreement, agrees, decision
from mapper.records.saving import NEW, Work, save
from mapper.records.versions import Version, new_record

_PHASES: tuple[Phase, ...] = get_args(Phase)


def show_phase(viewer: Viewer, desk: Desk) -> None:
    """Show what was decided for the place of an assessment, and ask for a decision."""
    place = desk.content.get("hotspot_id")
    if not place:
        return
    known = seen_records(viewer, "phase")
    kept = next((one for one in known if one.hotspot_id == place), None)
    with st.expander("Prevention phase: what the rules suggest, and what you decide"):
        if kept:
            bullets(decided_in_words(kept))
        st.caption(agreement(known).words)
        try:
            _ask(viewer, desk, kept)
        except MapperError as error:
            notice(str(error), kind="stop")


def decided_in_words(kept: Version) -> list[str]:
    """Return suggestion and decision as two sentences."""
    content = kept.content
    word = "agreeing" if agrees(content) else "not agreeing"
    return [
        f"Suggested: {content['suggested']}. {content['rule']}",
        (
            f"Decided, {word}: {content['decided']}, by {content['who']} at {when(kept)}."
            f" {content['why']}"
        ),
    ]


def _ask(viewer: Viewer, desk: Desk, kept: Version | None) -> None:
    """Ask for the pattern, show what the rules make of it, and take the decision."""
    row = _row_on_the_map(viewer, str(desk.content["hotspot_id"]))
    seen = "" if row is None else _pattern(row)
    pattern = st.selectbox(
        "Pattern of the hot spot over time",
        PATTERNS,
        index=PATTERNS.index(seen) if seen in PATTERNS else None,
        help="Filled in from the map of hot spots that you looked at last, where it shows this"
        " place.",
        key=f"{desk.key} pattern",
    )
    if pattern is None:
        return
    if row is not None and pattern == seen and "rule" in row:
        suggestion = suggestion_of(row)
    else:
        suggestion = suggest_phase(pattern)
    st.text(suggested_in_words(suggestion))
    left, right = st.columns([1, 2])
    decided = left.selectbox("Your decision", _PHASES, index=None, key=f"{desk.key} decided")
    who = right.text_input("Decided by (role and agency)", key=f"{desk.key} who")
    why = st.text_input("Why", key=f"{desk.key} why")
    if st.button("Record the decision", key=f"{desk.key} decide", disabled=decided is None):
        content = decision(
            desk.content, suggestion, decided=decided or "primary", why=why or "", who=who or ""
        )
        record, number = (kept.record, kept.number) if kept else (new_record("phase"), NEW)
        work = Work(record, "phase", content, number)
        save(database(), work, viewer=viewer, reason=f"decided {decided}")
        st.rerun()


def _row_on_the_map(viewer: Viewer, hotspot_id: str) -> Mapping[str, Any] | None:
    """Return what this session's map finds of a hot spot's pattern and phase, where it shows it."""
    asked = map_showing(hotspot_id)
    if asked is None:
        return None
    try:
        found = findings_about(viewer, asked, hotspot_id, only={PHASES.id}).findings.get(PHASES.id)
    except MapperError:
        return None
    if found is None or found.table.empty or "pattern" not in found.table:
        return None
    return {str(name): value for name, value in found.table.iloc[0].items()}


def _pattern(row: Mapping[str, Any]) -> str:
    """Return the pattern of a finding as the rules write it, empty where they know none such."""
    try:
        return pattern_word(str(row["pattern"]))
    except ValueError:  # nothing can be told
        return ""


def suggestion_of(row: Mapping[str, Any]) -> Suggestion:
    """Return a row of the suggestions as what the rules say."""
    phase = cast("Phase", row["phase"]) if row["phase"] in _PHASES else None
    unknown = tuple(part for part in str(row["not_known"]).split("; ") if part)
    return Suggestion(phase, str(row["rule"]), str(row["reason"]), unknown)


def suggested_in_words(suggestion: Suggestion) -> str:
    """Return a suggestion as a sentence, with what was not known."""
    if suggestion.phase is None:
        return f"Nothing is suggested. {suggestion.reason}"
    unknown = f" Not known here: {', '.join(suggestion.unknown)}." if suggestion.unknown else ""
    return f"Suggested: {suggestion.phase}. {suggestion.rule}: {suggestion.reason}{unknown}"
