"""The form in which a person says what the columns of a table of unknown form mean."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from mapper.app.data.intake import UnknownForm
from mapper.app.data.mapping_preview import show_preview
from mapper.app.shell.words import notice, plain
from mapper.base.errors import MappingError
from mapper.incidents.duplicates import References
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.headers import WITHIN
from mapper.incidents.mapping import ColumnMapping, mapping_text
from mapper.incidents.suggest import suggest_mapping
from mapper.incidents.times import Order

_NONE = "(none)"
_USUAL = (
    "reference", "from_at", "to_at", "reported_at", "easting", "northing", "longitude",
    "latitude", "incident_type", "location", "outcome", "home_office_code",
)  # fmt: skip
_ORDERS: dict[Order, str] = {
    "": "As the values show",
    "day-first": "Day first",
    "month-first": "Month first",
    "part-swapped": "Swapped in part by a spreadsheet: turn those back",
}
_CLOCKS = {"from_at": "earliest time", "to_at": "latest time", "reported_at": "time of report"}
_SHARED: dict[References, str] = {
    "all": "Keep every row",
    "one per reference": "One incident each: earliest time, most serious type, any yes",
}


def ask_mapping(form: UnknownForm, *, header_row: int = 0) -> ColumnMapping | None:
    """Offer a suggested mapping to adjust; return it once the person has confirmed it.

    Parameters
    ----------
    header_row
        Row that the person said names the columns; 0 where it was found.
    """
    suggested = suggest_mapping(form.header, form.sample)
    chosen = dict(suggested.columns) if suggested else {}
    st.subheader("What the columns mean")
    st.text(
        f"{form.name} is neither a police.uk file nor an extract. Say which of its columns fill"
        " which field; what could be guessed from names and values is filled in."
    )
    st.dataframe(_sample(form), hide_index=True, height=150)
    if row := _ask_header_row(header_row):
        return ColumnMapping(header_row=row)
    with st.container(border=True):
        picked = _ask_columns(form, chosen)
        left, middle, right = st.columns(3)
        order = left.selectbox(
            "Order of day and month", list(_ORDERS), format_func=_ORDERS.__getitem__
        )
        shared = middle.selectbox(
            "Rows that share a reference", list(_SHARED), format_func=_SHARED.__getitem__
        )
        crs = right.text_input(
            "Reference system of x and y",
            value=suggested.crs if suggested else "",
            placeholder="EPSG:27700",
            help="Only with x and y.",
        )
        mapping = _mapping(picked, order, shared, crs)
        if mapping is not None:
            show_preview(form, mapping)
        confirmed = st.button("Read with these columns", type="primary", disabled=mapping is None)
    if mapping is None or not confirmed:
        return None
    return replace(mapping, header_row=header_row)


def _ask_header_row(said: int) -> int | None:
    """Ask which row names the columns where another was taken; return it once it is chosen."""
    with st.popover("The names of the columns are in another row"):
        row = st.number_input(
            "Row that names the columns", min_value=1, max_value=WITHIN, value=said or 1, step=1
        )
        return int(row) if st.button("Look again", key="header row") else None


def offer_saved(mapping: ColumnMapping) -> None:
    """Offer a mapping as a file, to be used again."""
    st.download_button(
        "Save this mapping (TOML)",
        mapping_text(mapping),
        file_name="mapping.toml",
        mime="application/toml",
        on_click="ignore",
    )


def _ask_columns(
    form: UnknownForm, chosen: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Ask for the columns of each field; the rarer fields are one click deeper."""
    fields = [(column.name, column.meaning) for column in EXTRACT_COLUMNS]
    fields += [("x", "easting in another reference system"), ("y", "its northing")]
    usual = [field for field in fields if field[0] in _USUAL]
    others = [field for field in fields if field[0] not in _USUAL]
    first = {name: columns[0] for name, columns in chosen.items()}
    picked = _ask_group(form, usual, first)
    clocks = {name: columns[1] for name, columns in chosen.items() if len(columns) > 1}
    clock = _ask_clocks(form, clocks)
    with st.expander("Flags and other columns"):
        picked |= _ask_group(form, others, first)
    return {
        name: _joined(chosen.get(name, ()), column)
        if name not in clock
        else tuple(c for c in (column, clock[name]) if c != _NONE)
        for name, column in picked.items()
        if column != _NONE
    }


def _joined(proposed: tuple[str, ...], column: str) -> tuple[str, ...]:
    """Return a column with those that were proposed to be read with it: letters of a square."""
    if proposed[:1] != (column,) or len(proposed) == 1:
        return (column,)
    st.caption(plain(f"Read together: {', '.join(proposed)}"))
    return proposed


def _ask_clocks(form: UnknownForm, chosen: Mapping[str, str]) -> dict[str, str]:
    """Ask for the columns of times of day that stand beside columns of dates."""
    options = [_NONE, *dict.fromkeys(name for name in form.header if name)]
    places = st.columns(3)
    return {
        name: place.selectbox(
            f"Clock of the {words}, where in a column of its own",
            options,
            index=options.index(chosen[name]) if chosen.get(name) in options else 0,
            key=f"clock {form.name} {name}",
            persist_state="session",
        )
        for place, (name, words) in zip(places, _CLOCKS.items(), strict=True)
    }


def _ask_group(
    form: UnknownForm, fields: list[tuple[str, str]], chosen: dict[str, str]
) -> dict[str, str]:
    """Ask for the columns of some fields, three beside each other."""
    options = [_NONE, *dict.fromkeys(name for name in form.header if name)]
    places = st.columns(3)
    return {
        name: places[number % 3].selectbox(
            plain(meaning[:1].upper() + meaning[1:]),
            options,
            index=options.index(chosen[name]) if chosen.get(name) in options else 0,
            help=plain(f"{name} in the mapping file"),
            key=f"column {form.name} {name}",
            persist_state="session",
        )
        for number, (name, meaning) in enumerate(fields)
    }


def _mapping(
    picked: dict[str, tuple[str, ...]], order: Order, shared: References, crs: str
) -> ColumnMapping | None:
    """Return the mapping, or say what it lacks."""
    try:
        return ColumnMapping(
            picked,
            date_order=order,
            references=shared,
            crs=crs.strip() if {"x", "y"} & set(picked) else "",
        )
    except MappingError as error:
        notice(str(error), kind="look")
        return None


def _sample(form: UnknownForm) -> dict[str, list[str]]:
    """Return the first records by column, for a table; columns of one name are numbered."""
    names: dict[str, list[str]] = {}
    for at, name in enumerate(form.header):
        label = name if name and name not in names else f"{name} ({at + 1})"
        names[label] = [record[at] if at < len(record) else "" for record in form.sample[:20]]
    return names
