"""The choices beside the map, as one request: lens, area, days, size of cell, method."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.address import follow, say
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.lens_offer import lenses_for
from mapper.areas.base_table import read_base_table
from mapper.areas.resolution import CELL_SIZES, USUAL, fitting_resolution
from mapper.base.choices import Choice
from mapper.base.errors import InputError
from mapper.base.of_table import of_table
from mapper.disclosure.people import brings_files, scope_of
from mapper.lenses.lens import Lens
from mapper.methods.load import glossary
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.questions.windows import Window
from mapper.statistics.clusters import Null
from mapper.statistics.scores import Score

SCORES: dict[Score, str] = {
    "capped": "Counts, the largest capped",
    "count": "Counts as they are",
}
NULLS: dict[Null, str] = {
    "total": "All counts rearranged over all cells",
    "conditional": "This cell stays, all others are rearranged",
}
_SCORE, _NULL = next(iter(SCORES)), next(iter(NULLS))
_SHARES, _SHARE = (0.01, 0.05, 0.1), 0.05


def ask_lens(dataset: Dataset, usual: BriefingChoices | None = None) -> Lens:
    """Ask for the lens; one that does not fit can be chosen, and is then refused with a reason.

    Parameters
    ----------
    usual
        What is chosen before the person chooses, where it is not the first lens of all.

    Raises
    ------
    LensError
        When a lens file is wrong.
    """
    offer = lenses_for(dataset.digest, _dataset=dataset)
    lenses = {lens.id: lens for lens in offer.lenses}
    misfits = {lens.id for lens in offer.lenses[offer.fitting :]}

    def title(name: str) -> str:
        return lenses[name].title + (" (needs other data)" if name in misfits else "")

    first = usual.lens if usual and usual.lens in lenses else next(iter(lenses))
    key = f"lens {dataset.digest[:12]}"
    follow("lens", key, {name: name for name in lenses}.get, first)
    chosen = st.selectbox(
        "Harm",
        list(lenses),
        index=list(lenses).index(first),
        format_func=title,
        key=key,
        persist_state="session",
        help=glossary()["lens"],
    )
    say({"lens": chosen})
    return lenses[chosen]


def ask_rest(dataset: Dataset, lens: Lens, usual: BriefingChoices | None = None) -> AnalysisRequest:
    """Draw the controls below the lens and return everything chosen, the lens included.

    Parameters
    ----------
    usual
        Whose days and size of cell are chosen before the person chooses: those of the Briefing for
        partners, so that the two pages show one release.

    Raises
    ------
    MapperError
        When the choices do not fit together.
    """
    area = _ask_area()
    start, end = ask_days(dataset, usual.after if usual else None)
    resolution = _ask_size(usual.resolution if usual else _fitting_size(area))
    asked = _ask_question(lens)
    with st.expander("Method"):
        score, null, alpha, generated = _ask_method()
    return AnalysisRequest(
        lens=lens.id,
        area=area,
        resolution=resolution,
        start=start,
        end=end,
        **asked,
        score=score,
        null=null,
        alpha=alpha,
        police_generated=generated,
    )


def _fitting_size(area: str) -> int:
    """Return the size of cells at which the map of the chosen area, or a part of it, fits."""
    whole = area_here()
    if area == whole.name:
        return whole.resolution
    mine = whole.cells["district"] == area
    return fitting_resolution(float(whole.cells.loc[mine, "area_km2"].sum()))


def _ask_size(size: int) -> int:
    """Ask for the size of cells: at first the one that fits, whenever another one does."""
    key = "resolution" if size == USUAL else f"resolution {size}"
    follow("cells", key, {str(one): one for one in CELL_SIZES}.get, size)
    resolution = st.selectbox(
        "Size of cells",
        list(CELL_SIZES),
        index=list(CELL_SIZES).index(size),
        format_func=CELL_SIZES.__getitem__,
        key=key,
        persist_state="session",
    )
    say({"cells": resolution})
    return resolution


def _ask_question(lens: Lens) -> dict[str, Any]:
    """Ask which places are listed, and what the unusual ones have more than."""
    known = AnalysisRequest.known()
    question = _ask_one(known["question"], "question", part="listed")
    if question == "concentrated":
        st.caption("Against an even spread over the area, fields included.")
        return {"question": question}
    if scope_of(current_viewer()) == "partnership":  # rounded counts know of no demand
        st.caption("Against the residents of each place, as everybody may know them.")
        return {"question": question}
    brings = brings_files(current_viewer())
    expected = _ask_one(
        known["expected"],
        "expected",
        part="expected",
        leave=[one for one in known["expected"].of if "table" in one and not brings],
        told=lens.expected_reason,
        titles={"lens": f"{known['expected'].of[lens.expected]} (usual)"},
    )
    asked = {"question": question, "expected": expected}
    return {**asked, **_ask_table(known)} if "table" in expected else asked


def _ask_one(
    one: Choice,
    key: str,
    *,
    part: str,
    told: str = "",
    titles: Mapping[str, str] = MappingProxyType({}),
    leave: Collection[str] = (),
) -> str:
    """Ask for one of some, a part of the address; those to be left out are not offered."""
    names = {id_: name for id_, name in {**one.of, **titles}.items() if id_ not in leave}
    follow(part, key, {name: name for name in names}.get, next(iter(names)))
    chosen = st.selectbox(
        one.label,
        list(names),
        format_func=names.__getitem__,
        key=key,
        help=told or None,
        persist_state="session",
    )
    say({part: chosen})
    return chosen


def _ask_table(known: Mapping[str, Choice]) -> dict[str, Any]:
    """Ask for a table of workers or visitors, and for its column where it has several.

    Raises
    ------
    MapperError
        When it cannot be read, or is not given yet.
    """
    one = known["expected_table"]
    given = st.file_uploader(one.label, type="csv", key="expected table", help=one.help)
    if given is None:
        raise InputError("Give the table of workers or visitors at the side, or choose residents.")
    table = read_base_table(Path(given.name), given.getvalue().decode("utf-8-sig", "replace"))
    columns = table.columns
    column = st.selectbox(known["expected_column"].label, columns, key="expected column")
    return {"expected_table": table, "expected_column": column or ""}


def _ask_area() -> str:
    """Ask for the whole area or one of its districts."""
    whole = area_here()
    districts = sorted(str(name) for name in whole.cells["district"].cat.categories if str(name))
    names = {whole.name: whole.title, **{name: name for name in districts}}
    if st.session_state.get("area") not in names:  # of another area of work
        st.session_state.pop("area", None)
    follow("district", "area", {name: name for name in districts}.get, whole.name)
    chosen = st.selectbox(
        "Area", list(names), format_func=names.__getitem__, key="area", persist_state="session"
    )
    say({"district": chosen if chosen != whole.name else ""})
    return chosen


def ask_days(dataset: Dataset, usual: Window | None) -> tuple[date | None, date | None]:
    """Ask for the first and last day; the usual or the data's own where nothing is changed."""
    first, last = days_of(dataset.incidents.table)
    window = usual or Window(first, last)
    start = _ask_day("From", window.first, (first, last), f"from {dataset.digest[:12]}")
    end = _ask_day("To", window.last, (first, last), f"to {dataset.digest[:12]}")
    say({"from": start.isoformat(), "to": end.isoformat()})
    return (start if start != first else None), (end if end != last else None)


def _ask_day(label: str, default: date, bounds: tuple[date, date], key: str) -> date:
    """Ask for one day."""
    follow(label.lower(), key, partial(day_within, bounds), default)
    chosen = st.date_input(
        label,
        default,
        min_value=bounds[0],
        max_value=bounds[1],
        format="DD/MM/YYYY",
        key=key,
        persist_state="session",
    )
    return chosen if isinstance(chosen, date) else default


def day_within(bounds: tuple[date, date], text: str) -> date | None:
    """Return a day that an address names, if it is one of the data's."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if bounds[0] <= day <= bounds[1] else None


@of_table
def days_of(table: pd.DataFrame) -> tuple[date, date]:
    """Return the first and last day of incidents; whole months where only those are known."""
    if table.empty:
        return date(2000, 1, 1), date(2000, 1, 1)
    first, last = table["start"].min(), table["start"].max()
    if table["precision"].iloc[int(table["start"].to_numpy().argmax())] == "month":
        last = last + pd.offsets.MonthEnd(0)
    return first.date(), last.date()


def _ask_method() -> tuple[Score, Null, float, bool]:
    """Ask how hot spots are found; the defaults are the measured best."""
    follow("score", "score", {str(name): name for name in SCORES}.get, _SCORE)
    score = st.selectbox(
        "What is compared",
        list(SCORES),
        format_func=SCORES.__getitem__,
        key="score",
        persist_state="session",
        help="Of concentrated places. Capped: counts above the 99th percentile of all cells are set"
        " to it, because one giant place would otherwise hide all others.",
    )
    follow("chance", "null", {str(name): name for name in NULLS}.get, _NULL)
    null = st.selectbox(
        "Chance, of concentrated places",
        list(NULLS),
        format_func=NULLS.__getitem__,
        key="null",
        persist_state="session",
    )
    follow("accepted", "alpha", {str(share): share for share in _SHARES}.get, _SHARE)
    alpha = st.selectbox(
        "False finds accepted",
        _SHARES,
        index=_SHARES.index(_SHARE),
        format_func=lambda share: f"{share:.0%} of hot spots",
        key="alpha",
        persist_state="session",
    )
    follow("generated", "police generated", {"yes": True, "no": False}.get, True)
    generated = st.toggle(
        "Count police-generated incidents",
        value=True,
        key="police generated",
        persist_state="session",
        help="Stop and search, proactive possession: they show where police were sent.",
    )
    say(
        {
            "score": score if score != _SCORE else "",
            "chance": null if null != _NULL else "",
            "accepted": alpha if alpha != _SHARE else "",
            "generated": "" if generated else "no",
        }
    )
    return score, null, alpha, generated
