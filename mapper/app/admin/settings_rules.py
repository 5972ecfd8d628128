"""The Settings page's part on audiences: the rules as they stand, and making one stricter."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mapper.app.shell.words import attempt, plain
from mapper.base.settings import settings
from mapper.disclosure.own_rules import TIGHTENED
from mapper.disclosure.people import Viewer
from mapper.disclosure.rules import (
    FLOOR,
    SHIPPED,
    WEEK_CLOCKS,
    AudienceRule,
    Rules,
    read_rules,
    rules,
)
from mapper.records.open import database
from mapper.records.rules_change import change_rules

_COARSEST = 5
_STEPS = 4  # multiples of the shipped rounding that are offered
_RULES = ("Now", "As shipped", "Loosest possible")
_CLOCKS = {"shift": "whole shifts", "none": "not at all"}


def show_rules(viewer: Viewer) -> None:
    """Show each audience's rules beside what they can never be looser than; offer stricter ones."""
    st.subheader("What audiences may see", anchor=False)
    now = rules()
    st.caption(plain(f"Version {now.version}, from {now.source} ({now.sha256[:12]})."))
    for audience, rule in now.audiences.items():
        st.text(f"{audience.capitalize()} ({rule.who})")
        st.dataframe(rule_table(rule), hide_index=True, key=f"rules {audience}")
    if settings().disclosure_rules is not None:
        st.caption("MAPPER_DISCLOSURE_RULES names the file of these rules: change them there.")
        return
    with st.expander("Make a rule stricter"):
        _ask_stricter(now, viewer)


def rule_table(rule: AudienceRule) -> pd.DataFrame:
    """Return one audience's rules for reading: as they are, as shipped, and the floor in code."""
    shipped, floor = read_rules(SHIPPED).audiences[rule.audience], FLOOR[rule.audience]
    return pd.DataFrame(
        {
            "Rule": list(TIGHTENED.values()),
            **{
                title: [_in_words(name, getattr(one, name)) for name in TIGHTENED]
                for title, one in zip(_RULES, (rule, shipped, floor), strict=True)
            },
        }
    )


def _in_words(name: str, value: Any) -> str:
    """Return a rule's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "most_withheld":
        return f"{value:.0%}"
    return _CLOCKS.get(value, str(value)) if isinstance(value, str) else str(value)


def _ask_stricter(now: Rules, viewer: Viewer) -> None:
    """Ask for stricter rules of one audience; nothing looser than the shipped ones is offered."""
    audience = st.radio("For", list(now.audiences), key="rules for", horizontal=True)
    with st.form("rules", border=False):
        changes = _ask_values(now.audiences[audience], read_rules(SHIPPED).audiences[audience])
        st.caption(
            "It holds for all that is released from now on. What was released stays as it is."
        )
        if st.form_submit_button("Save these rules", type="primary"):
            attempt(
                lambda: change_rules(
                    database(),
                    settings().workspace,
                    now=now,
                    audience=audience,
                    changes=changes,
                    viewer=viewer,
                )
            )


def _ask_values(rule: AudienceRule, shipped: AudienceRule) -> Mapping[str, Any]:
    """Ask for each rule that can be made stricter."""
    key = rule.audience
    left, right = st.columns(2)
    clocks = WEEK_CLOCKS[: WEEK_CLOCKS.index(shipped.week_clock) + 1]
    roundings = [shipped.round_to * step for step in range(1, _STEPS + 1)]
    finest = list(range(shipped.finest_resolution, _COARSEST - 1, -1))
    return {
        "smallest_count": left.number_input(
            TIGHTENED["smallest_count"],
            min_value=shipped.smallest_count,
            max_value=1_000,
            value=rule.smallest_count,
            key=f"{key} smallest",
        ),
        "round_to": right.selectbox(
            TIGHTENED["round_to"],
            sorted({*roundings, rule.round_to}),
            index=sorted({*roundings, rule.round_to}).index(rule.round_to),
            key=f"{key} round",
        ),
        "finest_resolution": left.selectbox(
            TIGHTENED["finest_resolution"],
            finest,
            index=finest.index(rule.finest_resolution) if rule.finest_resolution in finest else 0,
            key=f"{key} finest",
        ),
        "shortest_days": right.number_input(
            TIGHTENED["shortest_days"],
            min_value=shipped.shortest_days,
            max_value=3_660,
            value=max(rule.shortest_days, shipped.shortest_days),
            key=f"{key} days",
        ),
        "week_clock": left.selectbox(
            TIGHTENED["week_clock"],
            clocks,
            index=clocks.index(rule.week_clock),
            format_func=_CLOCKS.__getitem__,
            key=f"{key} clock",
        ),
        "whole_months": right.checkbox(
            TIGHTENED["whole_months"],
            value=rule.whole_months,
            disabled=shipped.whole_months,
            key=f"{key} months",
        ),
        "most_withheld": left.slider(
            "Refuse when more of the counts than this are withheld (%)",
            min_value=5,
            max_value=int(shipped.most_withheld * 100),
            value=min(int(rule.most_withheld * 100), int(shipped.most_withheld * 100)),
            step=5,
            key=f"{key} withheld",
        )
        / 100,
    }
