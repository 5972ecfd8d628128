"""The chosen hot spot: what makes it one, in plain words, and the statistics one click deeper."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mapper.app.shell.cell_names import cell_names
from mapper.app.shell.choices import NULLS, SCORES
from mapper.app.shell.hints import HINTS
from mapper.app.shell.listed import rows_of
from mapper.base.text import chance_in_words, encode_text
from mapper.disclosure.release import Release, is_release
from mapper.outputs.standard_words import question_word
from mapper.outputs.tables import busiest_words

# What the figures of cells are, by the question that the map answers.
_HOW_FOUND = {
    "unusual": (
        "z is the excess of the cell with those around it, in standard deviations. p is the exact"
        " chance of so many by what is expected, as bunched as incidents are here, of the cell"
        " alone or with those around it: twice the smaller. q is p adjusted for testing every cell;"
        " the place has its own."
    ),
    "concentrated": (
        "z is Gi* of the cell with those around it. p is exact, counted over all rearrangements and"
        " not drawn: the chance of so high a sum. q is p adjusted for testing every cell. The place"
        " has its own q; one cell that is busy by itself is tested by itself."
    ),
}


def show_details(shown: Release, chosen: str) -> None:
    """Show the chosen hot spot, or how to choose one."""
    rows = rows_of(is_release(shown))
    row = next((row for row in rows if row["hotspot_id"] == chosen), None)
    if row is None:
        if len(shown.hotspots):
            st.caption("Choose a hot spot on the map or in the list to see its details here.")
        return
    st.html(
        f'<div class="m-place"><h2><span class="m-rank">{row.get("rank", row.get("number"))}.'
        "</span>"
        f" {encode_text(row['name'])}</h2>"
        f"<p>{encode_text(row['ward'])}, {encode_text(row['district'])}</p>"
        f"<p>{encode_text(row['reason'])}</p>"
        f'<p class="m-guidance">{encode_text(busiest_words(row))}</p></div>'
    )
    if "evidence" in row:
        _facts(_guarded_facts(row))
        return
    _facts(
        {
            "Incidents": f"{row['incidents']:,}",
            "Expected": _number(row["expected"], 1),
            "Above expected": _number(row["excess"], 1),
            "Times expected": _number(row["ratio"], 1),
            "Area": f"{_number(row['area_km2'], 2)} km²",
            "Cells": f"{row['cells']:,}",
        }
    )
    with st.expander("Statistics of this hot spot"):
        show_statistics(shown, chosen)


def _guarded_facts(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what a release outside the operational audience says of a hot spot."""
    known = row["incidents"]
    return {
        "Incidents, rounded": "too few to print" if known is None else f"{known:,}",
        "Evidence": str(row["evidence"]),
        "Area": f"{_number(row['area_km2'], 2)} km²",
        "Cells": f"{row['cells']:,}",
        "Cells without a count": f"{row['cells_hidden']:,}",
    }


def show_statistics(shown: Release, chosen: str) -> None:
    """Show z, p and q of each cell of a hot spot, and how they were found."""
    cells = shown.cells[shown.cells["hotspot_id"] == chosen]
    request = _part(shown.record, "request")
    facts = _part(shown.record, "facts")
    asks = question_word(shown)
    method = {
        **_compared(asks, request, facts),
        "False finds accepted": f"{float(request['alpha']):.0%}",
        "Correction": {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"}[
            str(request["correction"])
        ],
        "Mean in a cell": f"{facts['mean_per_cell']:.2f}",
        "Variance over mean": f"{facts['variance_to_mean']:.1f}",
    }
    if "cap" in facts:
        method["Capped at"] = f"{facts['cap']:.0f}"
    _facts(method, small=True)
    st.caption(_HOW_FOUND[asks])
    numbers = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        cell_table(shown, cells),
        hide_index=True,
        column_config={
            **dict.fromkeys(("Incidents", "With cells around it", "Score", "Residents"), numbers),
            **{name: st.column_config.Column(name, help=words) for name, words in HINTS.items()},
        },
        key=f"cells {chosen}",
    )


def _compared(asks: str, request: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what the cells were set against."""
    if asks == "unusual":  # a viewer of some wards is not told what rests on all of them
        known = facts.get("bunching_ratio")
        return {} if known is None else {"Variance over mean that p allows for": f"{known:.1f}"}
    return {"Compared": SCORES[request["score"]], "Chance": NULLS[request["null"]]}


def cell_table(shown: Release, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a hot spot for reading, strongest first."""
    table = cells.sort_values("z", ascending=False)
    return pd.DataFrame(
        {
            "Cell": cell_names(table["cell"], shown),
            "Incidents": table["incidents"],
            "With cells around it": table["disc_incidents"],
            "Score": table["score"],
            "Residents": table["residents"].round(),
            "z": table["z"].round(2),
            "p": [chance_in_words(p) for p in table["p"]],
            "q": [chance_in_words(q) for q in table["q"]],
        }
    )


def _facts(facts: Mapping[str, str], *, small: bool = False) -> None:
    """Show names and values side by side."""
    items = "".join(
        f"<div><dt>{encode_text(name)}</dt><dd>{encode_text(value)}</dd></div>"
        for name, value in facts.items()
    )
    st.html(f'<dl class="m-facts{" m-small" if small else ""}">{items}</dl>')


def _number(value: float | None, decimals: int) -> str:
    """Return a number for reading."""
    return "not known" if value is None else f"{value:,.{decimals}f}"


def _part(record: Mapping[str, object], name: str) -> Mapping[str, Any]:
    """Return one mapping of a release's record."""
    part = record[name]
    assert isinstance(part, Mapping)  # noqa: S101 - narrows the record's type
    return part
