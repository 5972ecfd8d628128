"""What was saved before, on screen: a clash, a record's history."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from mapper.app.shell.words import notice, plain
from mapper.app.work.record_desk import Desk
from mapper.base.text import encode_text
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.records.compare import Clash, Side, clashes, compare, merge
from mapper.records.form import Content, load_form
from mapper.records.open import database
from mapper.records.versions import SetAside, Version, history, set_aside


def _show_beside(texts: Iterable[tuple[str, str]]) -> None:
    """Show texts side by side, each under its title."""
    shown = list(texts)
    for column, (title, text) in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            st.caption(plain(title))
            st.html(f'<p class="m-text">{encode_text(text) or "(empty)"}</p>')


def show_synthetic_mark(kept: Content) -> None:
    """Say that what a record keeps comes from invented data, where it does."""
    if kept.get("synthetic"):
        st.html(f'<p class="m-synthetic" role="note">{encode_text(SYNTHETIC_NOTICE)}</p>')


def ask_clash(desk: Desk, theirs: Version) -> Content | None:
    """Show what two people wrote and ask which text stays; nothing until it is decided.

    Raises
    ------
    RecordsError
        When a field that both changed has no choice.
    """
    form = load_form(desk.kind)
    parts = {"base": desk.base, "theirs": theirs.content, "mine": desk.content}
    found = clashes(form, **parts)
    notice(
        f"{theirs.author} saved version {theirs.number} at {when(theirs)} while you were working"
        f" (“{theirs.reason}”). Both texts are kept. Choose, field by field, which one stays; you"
        " can still change it before saving."
    )
    choices = {one.field.id: _ask_side(one, theirs.author, desk.key) for one in found}
    if not found:
        st.text("Both texts say the same.")
    if st.button("Go on with these texts", type="primary", key=f"{desk.key} go on"):
        return merge(form, **parts, choices={name: side for name, side in choices.items() if side})
    return None


def _ask_side(clash: Clash, author: str, key: str) -> Side | None:
    """Show one field in both forms and ask which stays."""
    with st.container(border=True):
        st.markdown(f"**{plain(clash.field.label)}**")
        _show_beside([(f"Saved by {author}", clash.theirs), ("Yours", clash.mine)])
        sides: tuple[Side, ...] = ("theirs", "mine")
        words = {"theirs": f"Keep {author}'s", "mine": "Keep mine"}
        alone = None if clash.changed_by == "both" else sides.index(clash.changed_by)
        return st.radio(
            "Which text stays?",
            sides,
            index=alone,
            format_func=lambda side: plain(words[side]),
            horizontal=True,
            key=f"{key} side {clash.field.id}",
            help="Only one of you changed this field, so that text is proposed."
            if alone is not None
            else None,
        )


def show_history(desk: Desk) -> None:
    """Show every version, what changed between two of them, and texts set aside."""
    versions = history(database(), desk.record)
    aside = set_aside(database(), desk.record)
    if not versions:
        return
    with st.expander(f"History: {len(versions)} saved, {len(aside)} set aside"):
        st.dataframe(history_table(versions), hide_index=True, key=f"{desk.key} history")
        if len(versions) > 1:
            numbers = [one.number for one in versions]
            left, right = st.columns(2)
            first = left.selectbox(
                "Compare version", numbers[:-1], index=len(numbers) - 2, key=f"{desk.key} from"
            )
            last = right.selectbox(
                "with version", numbers[1:], index=len(numbers) - 2, key=f"{desk.key} to"
            )
            _show_difference(versions[first - 1], versions[last - 1])
        for one in aside:
            _show_aside(one)


def history_table(versions: Iterable[Version]) -> pd.DataFrame:
    """Return the versions of a record for reading, newest first."""
    ordered = sorted(versions, key=lambda one: -one.number)
    return pd.DataFrame(
        {
            "Version": [one.number for one in ordered],
            "Saved": [when(one) for one in ordered],
            "By": [one.author for one in ordered],
            "Why": [one.reason for one in ordered],
        }
    )


def when(one: Version | SetAside) -> str:
    """Return when something was saved, in this machine's time."""
    local = one.saved.astimezone()
    return f"{local:%H:%M} on {local.day} {local:%B %Y}"


def _show_difference(before: Version, after: Version) -> None:
    """Show what changed between two versions."""
    differences = compare(load_form(before.kind), before.content, after.content)
    if not differences:
        st.text("These two say the same.")
    titles = [f"Version {one.number}" for one in (before, after)]
    for one in differences:
        st.markdown(f"**{plain(one.field.label)}**")
        _show_beside(zip(titles, (one.before, one.after), strict=True))


def _show_aside(one: SetAside) -> None:
    """Show a text that came too late, against the version that was first."""
    st.markdown(f"**{plain(f'Set aside: {one.author} at {when(one)}, {one.reason}')}**")
    form = load_form(one.kind)
    base = next((v.content for v in history(database(), one.record) if v.number == one.behind), {})
    for difference in compare(form, base, one.content):
        st.markdown(f"**{plain(difference.field.label)}**")
        _show_beside([("Kept", difference.before), ("Set aside", difference.after)])
