"""The choices of a patch in one row: wards and harm; what few need stands behind “More”.

A choice comes from the address on arrival, else from what this person chose last, and goes back
into the address after every change.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, cast, get_args

import streamlit as st

from mapper.app.patch.choice import (
    BEFORE,
    SPANS,
    Allowed,
    PatchChoice,
    Span,
    from_address,
    to_address,
)
from mapper.app.patch.memory import recall, remember
from mapper.app.shell.address import asked_parts, is_followed, leave_out, link_here, say
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.choices import days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.lens_offer import lenses_for
from mapper.areas.study_area import StudyArea
from mapper.base.errors import InputError
from mapper.base.week import Shift, Weekday
from mapper.disclosure.patch import allowed_wards
from mapper.disclosure.people import Viewer
from mapper.lenses.lens import Lens
from mapper.lenses.part import LARGEST_PLACE

_NAMES = ("ward", "lens", "period", "from", "to", "shift", "day", "beside", "spot")
_STAYS: Final = "session"


def allowed_for(viewer: Viewer, dataset: Dataset) -> Allowed:
    """Return what a viewer may choose from.

    Raises
    ------
    RefusedError
        When the viewer sees no patch at all.
    """
    area = area_here()
    first, last = days_of(dataset.incidents.table)
    who = (tuple(sorted(viewer.roles)), tuple(sorted(viewer.wards)))
    return Allowed(
        wards=_wards(area.sha256, who, _viewer=viewer, _area=area),
        lenses=tuple(lenses_offered(dataset)),
        first=first,
        last=last,
    )


@st.cache_resource(max_entries=512, show_spinner=False)
def _wards(
    sha256: str, who: tuple[tuple[str, ...], ...], *, _viewer: Viewer, _area: StudyArea
) -> tuple[str, ...]:
    """Return the wards that people of some roles and wards may choose, once for each area."""
    del sha256, who
    return tuple(allowed_wards(_viewer, _area.cells))


def lenses_offered(dataset: Dataset) -> dict[str, Lens]:
    """Return the lenses that this data can be seen through, the usual ones first."""
    offer = lenses_for(dataset.digest, _dataset=dataset)
    fitting = {lens.id: lens for lens in offer.lenses[: offer.fitting]}
    return dict(sorted(fitting.items(), key=lambda item: item[1].patch_order or LARGEST_PLACE))


def ask_choice(viewer: Viewer, dataset: Dataset, allowed: Allowed) -> tuple[PatchChoice, str]:
    """Draw the choices and return them, and what is searched for."""
    _seed(viewer, allowed)
    lenses = lenses_offered(dataset)
    if not lenses:
        raise InputError(
            "No kind of harm can be told in this data, so there is nothing to show. Load a force"
            " extract with its incident types, or ask an analyst which kinds fit."
        )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = _ask_wards(viewer, allowed)
        lens = _ask_lens(lenses)
        more = st.popover("More", icon=":material/tune:")
    with more:
        span, start, end = _ask_days(allowed)
        shifts, weekdays = _ask_hours()
        sought = st.text_input(
            "Find a ward, street, postcode or grid reference",
            placeholder="SJ 357 903",
            key="patch find",
        )
        beside = _ask_beside(lenses, lens)
    spot = str(st.session_state.get("patch spot", ""))
    choice = PatchChoice(
        wards=chosen, lens=lens, span=span, start=start, end=end,
        shifts=shifts, weekdays=weekdays, beside=beside, spot=spot,
    )  # fmt: skip
    _keep(viewer, choice)
    with more:
        _show_link()
    return choice, sought or ""


def _keep(viewer: Viewer, choice: PatchChoice) -> None:
    """Write a choice into the address, and remember what does not depend on the day."""
    told = to_address(choice)
    say({name: told.get(name, []) for name in _NAMES})
    remember(viewer, {name: told.get(name, []) for name in ("ward", "lens")})


def _show_link() -> None:
    """Show the address of the same view, to hand on."""
    st.caption("This link shows the same to anybody who may see these wards. It holds no figure.")
    st.code(link_here(), language=None, wrap_lines=True)


def _seed(viewer: Viewer, allowed: Allowed) -> None:
    """Fill the controls from the address where it leads, and on the first visit of a session."""
    if "patch span" in st.session_state and not is_followed():
        return
    asked = {name: list(values) for name, values in asked_parts().items() if name in _NAMES}
    choice, faults = from_address(asked or recall(viewer), allowed=allowed)
    for name in faults if asked else ():
        leave_out(name)
    own = tuple(ward for ward in allowed.wards if _is_own(ward, viewer))
    usual = own if 0 < len(own) < len(allowed.wards) else ()
    seeds = {
        "patch wards": list(choice.wards or ("ward" not in asked and usual) or ()),
        "patch span": choice.span,
        "patch from": choice.start or allowed.first,
        "patch to": choice.end or allowed.last,
        "patch shifts": list(choice.shifts),
        "patch weekdays": list(choice.weekdays),
        "patch lens": choice.lens or next(iter(allowed.lenses), None),
        "patch beside": choice.beside,
        "patch spot": choice.spot,
    }
    for key, value in seeds.items():
        st.session_state[key] = value


def _is_own(ward: str, viewer: Viewer) -> bool:
    """Tell whether a ward is written among a viewer's own."""
    return ward in viewer.wards or ward.split(",", maxsplit=1)[0] in viewer.wards


def _ask_wards(viewer: Viewer, allowed: Allowed) -> tuple[str, ...]:
    """Ask for wards; none stands for all that may be seen."""
    usual = "All wards" if len(allowed.wards) > len(viewer.wards) else "All your wards"
    chosen = st.multiselect(
        "Wards",
        allowed.wards,
        placeholder=usual,
        filter_mode="contains",
        label_visibility="collapsed",
        select_all=False,  # else Enter after a name takes every ward whose name holds its letters
        key="patch wards",
        persist_state=_STAYS,
        width=300,
    )
    return tuple(chosen)


def _ask_days(allowed: Allowed) -> tuple[Span, date | None, date | None]:
    """Ask for the days, counted back from the last day of the data."""
    span = st.segmented_control(
        "Days, back from the last day of the data",
        list(SPANS),
        format_func=SPANS.__getitem__,
        required=True,
        key="patch span",
        persist_state=_STAYS,
    )
    if span != "custom":
        return cast("Span", span or "quarter"), None, None
    start = _ask_day("From", "patch from", allowed)
    end = _ask_day("To", "patch to", allowed)
    return "custom", start, end


def _ask_day(label: str, key: str, allowed: Allowed) -> date | None:
    """Ask for one day of the data."""
    day = st.date_input(
        label,
        min_value=allowed.first,
        max_value=allowed.last,
        format="DD/MM/YYYY",
        key=key,
        persist_state=_STAYS,
    )
    return day if isinstance(day, date) else None


def _ask_hours() -> tuple[tuple[Shift, ...], tuple[Weekday, ...]]:
    """Ask for shifts and days of the week; none stands for all."""
    weekdays = st.pills(
        "Days of the week; none chosen means all",
        get_args(Weekday),
        selection_mode="multi",
        format_func=lambda day: day[:3],
        key="patch weekdays",
        persist_state=_STAYS,
    )
    shifts = st.pills(
        "Shifts; none chosen means all. A night belongs to the day on which it starts",
        get_args(Shift),
        selection_mode="multi",
        format_func={
            "early": "Early, 07 to 15", "late": "Late, 15 to 23", "night": "Night, 23 to 07",
        }.__getitem__,
        key="patch shifts",
        persist_state=_STAYS,
    )  # fmt: skip
    return (
        tuple(one for one in get_args(Shift) if one in shifts),
        tuple(one for one in get_args(Weekday) if one in weekdays),
    )


def _ask_lens(lenses: Mapping[str, Lens]) -> str:
    """Ask for the kind of harm."""
    if st.session_state.get("patch lens") not in lenses:
        st.session_state["patch lens"] = next(iter(lenses))
    return st.selectbox(
        "Harm",
        list(lenses),
        format_func=lambda name: lenses[name].short_title or lenses[name].title,
        label_visibility="collapsed",
        key="patch lens",
        persist_state=_STAYS,
        width=260,
    )


def _ask_beside(lenses: Mapping[str, Lens], lens: str) -> str:
    """Ask for what a second map shows; nothing is usual."""
    choices = ["", BEFORE, *(name for name in lenses if name != lens)]
    if st.session_state.get("patch beside") not in choices:
        st.session_state["patch beside"] = ""
    names = {"": "One map", BEFORE: "Beside: days before"}
    return st.selectbox(
        "Second map beside the first",
        choices,
        format_func=lambda one: (
            names.get(one) or f"Beside: {lenses[one].short_title or lenses[one].title}"
        ),
        key="patch beside",
        persist_state=_STAYS,
    )
