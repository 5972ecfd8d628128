"""Where a record acts, asked by name: places of the maps and records that somebody has seen.

A person chooses places; their cells are filled in. Cells of a record that no known place holds stay
with it as ground of their own, so that nothing kept is lost. Whoever sees everything may also write
cells by their ids.
"""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.area_in_use import area_here
from mapper.app.work.record_start import shown_releases
from mapper.base.text import count
from mapper.disclosure.people import Viewer, may
from mapper.records.access import own_wards, readable
from mapper.records.form import Field, FieldColumn, RecordKind
from mapper.records.open import database
from mapper.records.place_work import WorkGround, every_ground
from mapper.records.versions import records

Places = Mapping[str, frozenset[str]]  # cells by name
_KINDS: tuple[RecordKind, ...] = ("assessment", "plan", "intervention", "campaign")


def ask_places(field: Field | FieldColumn, value: Sequence[str] | None, key: str) -> list[str]:
    """Ask for places and return their cells, each once.

    Raises
    ------
    RecordsError
        When the records cannot be read.
    """
    viewer = current_viewer()
    known: dict[str, frozenset[str]] = st.session_state.setdefault(f"{key} known", {})
    start: frozenset[str] = st.session_state.setdefault(f"{key} start", frozenset(value or ()))
    if not known:
        known.update(named(places_seen(viewer)))
    chosen, rest = split(start, known)
    writes = may(viewer, "see everything")
    if rest and not writes:
        own = f"As recorded: {count(len(rest), 'cell')} of no place on the list"
        known[own], chosen = rest, [*chosen, own]
    names = st.multiselect(
        field.label,
        list(known),
        chosen,
        key=key,
        placeholder="Choose places" if known else "None seen yet: open My patch or Hot spots first",
        select_all=False,
    )
    cells = frozenset[str]().union(*(known[name] for name in names))
    typed = _own_cells(rest, f"{key} own") if writes else frozenset()
    return sorted(cells | typed)


def _own_cells(start: Iterable[str], key: str) -> frozenset[str]:
    """Ask for cells by their ids, out of the way."""
    with st.expander("More: cells of your own"):
        text = st.text_area("H3 ids, parted by spaces or lines", "\n".join(sorted(start)), key=key)
    return frozenset((text or "").split())


def places_seen(viewer: Viewer) -> list[WorkGround]:
    """Return the hot spots that this session was shown, then the places of records.

    Raises
    ------
    RecordsError
        When the records cannot be read.
    """
    found = []
    for shown in reversed(shown_releases()):
        cells = shown.cells.groupby("hotspot_id", observed=True)["cell"].agg(frozenset)
        spots = zip(shown.hotspots["hotspot_id"], shown.hotspots["name"], strict=True)
        found += [WorkGround(str(name), str(spot), cells[spot]) for spot, name in spots]
    every = (one for kind in _KINDS for one in records(database(), kind))
    own = own_wards(viewer, area_here().cells)
    return [*found, *every_ground(readable(viewer, tuple(every), own=own))]


def named(grounds: Iterable[WorkGround]) -> dict[str, frozenset[str]]:
    """Return the cells of each place by its name; two places of one name are numbered."""
    found: dict[str, frozenset[str]] = {}
    for one in grounds:
        if not one.cells or one.cells in found.values():
            continue
        name, number = one.name, 2
        while name in found:
            name, number = f"{one.name} ({number})", number + 1
        found[name] = one.cells
    return found


def split(cells: frozenset[str], known: Places) -> tuple[list[str], frozenset[str]]:
    """Return the places that lie whole in some cells, the largest first, and what is left."""
    chosen, rest = [], cells
    for name in sorted(known, key=lambda one: -len(known[one])):
        if known[name] <= cells and known[name] & rest:
            chosen.append(name)
            rest -= known[name]
    return chosen, rest
