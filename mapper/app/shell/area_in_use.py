"""Which study area the pages look at: the installation's own, or another that was chosen here.

Offered are the installation's area and those kept in the workspace, with the countries, regions
and forces that they are made of; the shipped ones too while the
demonstration is in use, which is set in one of them. Who sees their own wards alone is offered the
areas that hold one of those.
"""

from contextlib import suppress

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import follow, say
from mapper.app.shell.data_in_use import own_dataset
from mapper.app.shell.kept_data import everybodys_digest
from mapper.app.shell.this_run import once_a_run
from mapper.areas.load import groups_known, load_study_area, usual_resolution
from mapper.areas.stored import area_tables, area_titles, kept_areas
from mapper.areas.study_area import StudyArea
from mapper.base.errors import AreaError, MapperError
from mapper.disclosure.people import Viewer, in_wards, may

_CHOSEN = "area of work"  # key of the control


def area_here(viewer: Viewer | None = None) -> StudyArea:
    """Return the area in use in this session, in cells of which a map fits: resolution 9 at most.

    Parameters
    ----------
    viewer
        Who looks; whoever is signed in when not given.

    Raises
    ------
    AreaError
        When the installation has none.
    """
    name = area_name_here(viewer)
    return once_a_run(
        ("area", name), lambda: load_study_area(name, resolution=usual_resolution(name))
    )


def area_name_here(viewer: Viewer | None = None) -> str:
    """Return the short name of the area in use in this session."""
    chosen = st.session_state.get(_CHOSEN)
    offered = offered_areas(viewer or current_viewer())
    return chosen if chosen in offered else next(iter(offered))


def offered_areas(viewer: Viewer) -> dict[str, str]:
    """Return what people call the areas that somebody may look at, by name, the usual one first."""
    return once_a_run(("areas", viewer), lambda: _offered(viewer))


def _offered(viewer: Viewer) -> dict[str, str]:
    """Look them up."""
    own = load_study_area(resolution=usual_resolution())
    demonstrated = False
    with suppress(MapperError):  # the pages say what is wrong with data that cannot be opened
        demonstrated = own_dataset() is None and not everybodys_digest()
    names = list(area_tables()) if demonstrated else kept_areas()
    offered = {
        own.name: own.title,
        **{n: t for n, t in area_titles(names).items() if n != own.name},
    }
    if may(viewer, "see everything") or not may(viewer, "see own wards"):
        return offered | {n: t for n, t in groups_known().items() if n not in offered}
    theirs = {n: t for n, t in offered.items() if _holds_wards(n, viewer.wards)}
    return theirs or {own.name: own.title}


def ask_area_of_work(viewer: Viewer) -> None:
    """Ask which area the pages look at, where there is more than one to choose from."""
    offered: dict[str, str] = {}
    with suppress(AreaError):  # the pages say what is wrong with it
        offered = offered_areas(viewer)
    if offered:
        follow("area", _CHOSEN, {name: name for name in offered}.get, next(iter(offered)))
        say({"area": area_name_here(viewer)})
    if len(offered) > 1:
        st.sidebar.selectbox(
            "Area of work",
            list(offered),
            format_func=offered.__getitem__,
            key=_CHOSEN,
            persist_state="session",
        )


def _holds_wards(name: str, wards: frozenset[str]) -> bool:
    """Tell whether an area holds one of the wards."""
    area = load_study_area(name)
    return _holds(area.sha256, area.name, tuple(sorted(wards)), _area=area)


@st.cache_resource(max_entries=512, show_spinner=False)  # asked whenever a page is drawn
def _holds(sha256: str, name: str, wards: tuple[str, ...], *, _area: StudyArea) -> bool:
    """Tell it once for each state of an area."""
    del sha256, name
    known = _area.cells[["ward", "district"]].drop_duplicates()
    return bool(in_wards(known, wards).any())
