"""The register: each action with what the counts tell, and alike actions together."""

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.app.shell.words import notice
from mapper.app.work.record_desk import seen_records
from mapper.disclosure.people import Viewer
from mapper.records.evaluations import VERDICT_RULE, EvaluationLine, register
from mapper.records.pooled_register import StrandLine, pooled_register, researchers_file
from mapper.statistics.pooled import NEEDS

_LINES = 84  # pixels of a row: four lines of words
_FILE = "register-by-strand.csv"


def show_register() -> None:
    """Show what worked, what did not, and what could not be told; then strand by strand."""
    viewer = current_viewer()
    done = (*seen_records(viewer, "intervention"), *seen_records(viewer, "campaign"))
    evaluations = seen_records(viewer, "evaluation")
    lines = register(done, evaluations)
    if not lines:
        return
    st.subheader("Register: what worked, what did not, what could not be told", anchor=False)
    _show_lines(lines)
    st.caption(VERDICT_RULE)
    try:
        strands = pooled_register(done, evaluations, seen_records(viewer, "plan"))
    except ModuleNotFoundError:
        notice(NEEDS)
        return
    st.markdown("**By strand and kind of action**")
    _show_strands(strands)
    offer_file(
        "For researchers (CSV)",
        lambda: _taken(viewer, strands),
        file_name=_FILE,
        mime="text/csv",
        key="register file",
        help="Without places, days or counts of incidents; lines of under three are left out.",
    )


def _show_lines(lines: tuple[EvaluationLine, ...]) -> None:
    """Show each action."""
    table = pd.DataFrame(
        {
            "Intervention": [one.name for one in lines],
            "From": [one.first for one in lines],
            "To": [one.last or "still going" for one in lines],
            "As far as counts tell": [one.verdict for one in lines],
            "Partners' judgement": [one.judgement for one in lines],
            "In words": [one.words for one in lines],
            "Record": [one.intervention for one in lines],
        }
    )
    _show(table, words="In words", key="register")


def _show_strands(strands: tuple[StrandLine, ...]) -> None:
    """Show each strand with its actions together."""
    table = pd.DataFrame(
        {
            "Strand": [one.strand for one in strands],
            "Kind of action": [one.kind or "all kinds" for one in strands],
            "Tried": [one.tried for one in strands],
            "Worked": [one.worked for one in strands],
            "Did not work": [one.did_not_work for one in strands],
            "Could not be told": [one.could_not_be_told for one in strands],
            "Not evaluated": [one.not_evaluated for one in strands],
            "All together": [one.words for one in strands],
        }
    )
    _show(table, words="All together", key="register by strand")
    st.caption(
        "All together: the mean of every evaluation with an interval, clear or not, taken to differ"
        " from each other (random effects). Actions of one line may be unlike."
    )


def _show(table: pd.DataFrame, *, words: str, key: str) -> None:
    """Show a table of which one column holds sentences, each whole on a few lines."""
    wide = {words: st.column_config.TextColumn(width="large")}
    st.dataframe(table, hide_index=True, row_height=_LINES, column_config=wide, key=key)


def _taken(viewer: Viewer, strands: tuple[StrandLine, ...]) -> bytes:
    """Return the file, once it is written down that somebody takes it."""
    require_live(viewer)
    return handed_out(viewer, researchers_file(strands), subject=_FILE, detail={})
