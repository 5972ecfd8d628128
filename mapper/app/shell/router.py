"""The router: the menu of what a role opens, and the page that the visitor asked for."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.util import calc_hash

from mapper.app.door.provider import is_signed_in_to
from mapper.app.door.who import viewer_now
from mapper.app.shell.address import close_address, open_address
from mapper.app.shell.area_in_use import ask_area_of_work
from mapper.app.shell.data_in_use import follow_data
from mapper.app.shell.frame import put_on_style, tab_title
from mapper.app.shell.guard import routed
from mapper.app.shell.metrics import PAGE_SECONDS
from mapper.app.shell.this_run import run_now
from mapper.app.shell.traces import trace
from mapper.app.shell.words import notice
from mapper.base.top_level import top_level
from mapper.disclosure.people import Act, Viewer, may, one_person

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

PAGES = top_level("pages")
_REFUSED = "mapper_refused"  # addresses of pages whose refusal is written down
_LOST = "mapper_lost"  # the address that led to no page


@dataclass(frozen=True)
class AppPage:
    """One page of the app; a page that is not among :data:`ENTRIES` never runs."""

    file: str  # under pages/
    title: str  # no two alike; the address is made from it
    act: Act | None  # what a viewer must be allowed to do; none: to be signed in
    section: str = ""  # of the menu; without one the page stands in the menu itself

    @property
    def url(self) -> str:
        """Return the page's address: hot-spots."""
        return self.title.lower().replace(" ", "-")


BRIEFING = "Briefing"
PATCH = "My patch"
AREA = "Your area"
YOU = "Your sign-in"
PLACES, OVERSIGHT, HELP = "Work on places", "Sharing and oversight", "Help"
ENTRIES = (
    AppPage("hotspots/overview.py", "Hot spots", "see hot spots"),
    AppPage("patch/my_patch.py", PATCH, "see own wards"),
    AppPage("meeting/briefing.py", BRIEFING, "see partnership releases"),
    AppPage("analysis/workbench.py", "Workbench", "see everything"),
    AppPage("data/load.py", "Data", "load data"),
    AppPage("partners/our_actions.py", "Our actions", "act for an agency"),
    AppPage("places/assessment.py", "Assessments", "plan", PLACES),
    AppPage("places/plan.py", "Plans", "plan", PLACES),
    AppPage("places/campaigns.py", "Campaigns", "plan", PLACES),
    AppPage("places/interventions.py", "Interventions", "plan", PLACES),
    AppPage("places/visits.py", "Visits", "plan", PLACES),
    AppPage("places/late_and_due.py", "Late and due", "plan", PLACES),
    AppPage("places/meetings.py", "Meetings", "plan", PLACES),
    AppPage("places/children.py", "Children", "see hot spots", PLACES),
    AppPage("meeting/release.py", "Release to partners", "release", OVERSIGHT),
    AppPage("admin/audit.py", "Audit", "read the audit log", OVERSIGHT),
    AppPage("admin/settings.py", "Settings", "change settings", OVERSIGHT),
    AppPage("admin/area.py", AREA, "change settings", OVERSIGHT),
    AppPage("help/tour.py", "Tour", "see hot spots", HELP),
    AppPage("help/methods.py", "Methods", None, HELP),
    AppPage("people/you.py", YOU, None, HELP),
)


def run_app() -> None:
    """Run the page that was asked for; only from here can a page run."""
    st.set_page_config(
        page_title=tab_title("mapper"),
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"About": "mapper: hot spots of harm at places, found exactly, shared safely."},
    )
    viewer = viewer_now()
    if viewer is None:
        notice("You are signed out. Load the page again and sign in.", kind="stop")
        st.stop()
        raise PermissionError("Nobody is signed in.")
    entries = entries_for(viewer)
    page = st.navigation(_menu(entries, signs_in=viewer != one_person(viewer.name)), position="top")
    _note_refused(viewer, entries)
    entry = next((entry for entry in entries if entry.title == page.title), None)
    if entry is None:
        page.run()
        return
    st.set_page_config(page_title=tab_title(entry.title))
    with PAGE_SECONDS.labels(entry.url).time(), routed(viewer, entry.act):
        open_address(entry.url)
        if follow_data(viewer):
            ask_area_of_work(viewer)
            page.run()
            close_address()


def _note_refused(viewer: Viewer, entries: tuple[AppPage, ...]) -> None:
    """Write down, once a session, that a page was asked for which a role does not open."""
    noted: set[str] = st.session_state.setdefault(_REFUSED, set())
    for entry in set(ENTRIES) - set(entries):
        if entry.url not in noted and _is_asked_for(entry):
            trace(viewer, "refused", subject=f"Page {entry.title}")
            noted.add(entry.url)


def _is_asked_for(entry: AppPage) -> bool:
    """Tell whether a page is asked for under its own address."""
    context = run_now()
    if context is None:
        return False
    pages = context.pages_manager
    asked = {pages.intended_page_name, pages.intended_page_script_hash}
    return bool(asked & {entry.url, calc_hash(entry.url)})


def _menu(entries: tuple[AppPage, ...], *, signs_in: bool) -> dict[str, list["Page"]]:
    """Return the menu: what is used daily, then the rest by section.

    A section of one page is no section: the page stands in the menu itself. Where nobody signs in
    the page about it opens by its address alone.
    """
    first = entries[0]
    own = _is_asked_for(first)  # the menu marks the one of its two addresses that is open
    hidden = {*(() if own else (first.title,)), *(() if signs_in else (YOU,))}
    sizes = Counter(entry.section for entry in entries)
    menu: dict[str, list[Page]] = {"": [_start(first, hidden=own)]}
    for entry in entries:
        page = st.Page(
            PAGES / entry.file,
            title=entry.title,
            url_path=entry.url,
            visibility="hidden" if entry.title in hidden else "visible",
        )
        menu.setdefault(entry.section if sizes[entry.section] > 1 else "", []).append(page)
    if lost := _lost_address(entries):
        menu[""].append(
            st.Page(_show_lost, title="No such page", url_path=lost, visibility="hidden")
        )
    return menu


def _lost_address(entries: tuple[AppPage, ...]) -> str:
    """Return the address that was asked for and leads to none of the pages, empty if none was."""
    context = run_now()
    asked = (context.pages_manager.intended_page_name or "") if context else ""
    known = {"", "start", *(entry.url for entry in entries)}
    if asked not in known and "/" not in asked:
        st.session_state[_LOST] = asked
    lost = str(st.session_state.get(_LOST, ""))
    return "" if lost in known else lost


def _show_lost() -> None:
    """Say of a dead link what it asked for and where to go on."""
    put_on_style()
    st.set_page_config(page_title=tab_title("No such page"))
    lost = str(st.session_state.get(_LOST, ""))
    known = next((entry.title for entry in ENTRIES if entry.url == lost), "")
    if known and is_signed_in_to():
        words = (
            f"The page “{known}” is not open to your role. Ask an administrator if you need it; the"
            " pages that are open to you stand in the menu above."
        )
    elif known:
        words = (
            f"The page “{known}” is for people of another role, who sign in. Nobody signs in here:"
            " one person uses mapper, on this machine, by the pages in the menu above."
        )
    else:
        words = (
            f"There is no page “/{lost}” here: the link is old, or was not copied whole. Choose a"
            " page in the menu above, or ask whoever sent you the link for a new one."
        )
    notice(words, kind="stop")


def _start(entry: AppPage, *, hidden: bool) -> "Page":
    """Return the first page as what the app opens on.

    Streamlit answers its default page at the app's bare address and at no other, so the page is
    in the list a second time under its own, /audit, and in the menu once.
    """
    return st.Page(
        PAGES / entry.file,
        title=entry.title,
        url_path="start",
        default=True,
        visibility="hidden" if hidden else "visible",
    )


def entries_for(viewer: Viewer) -> tuple[AppPage, ...]:
    """Return the pages that a viewer may open, in the order of the menu; the first opens first."""
    open_to = tuple(entry for entry in ENTRIES if entry.act is None or may(viewer, entry.act))
    if may(viewer, "see everything"):
        return open_to
    if may(viewer, "see own wards"):
        return tuple(sorted(open_to, key=lambda entry: entry.title != PATCH))
    return tuple(sorted(open_to, key=lambda entry: entry.title != BRIEFING))  # a partner's start
