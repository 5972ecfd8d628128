"""Who looks at the page that runs now."""

from getpass import getuser

import streamlit as st

from mapper.app.door.people_file import session_of
from mapper.app.door.provider import is_signed_in_to
from mapper.app.door.sign_ins import sign_ins
from mapper.base.errors import RefusedError
from mapper.disclosure.people import Viewer, one_person


def viewer_now() -> Viewer | None:
    """Return who looks: the signed-in person, the one person of this machine, or nobody."""
    if not is_signed_in_to():
        return one_person(name_of_user())
    claims = dict(st.user.to_dict())
    if claims.get("is_logged_in") is not True:
        return None
    return sign_ins.viewer(session_of(claims))


def current_viewer() -> Viewer:
    """Return who looks.

    Raises
    ------
    RefusedError
        When nobody is signed in any longer.
    """
    viewer = viewer_now()
    if viewer is None:
        raise RefusedError("You are signed out. Load the page again and sign in.")
    return viewer


def is_live(viewer: Viewer) -> bool:
    """Tell whether somebody is still signed in; also away from the page's own thread."""
    return not is_signed_in_to() or sign_ins.viewer(viewer.session) is not None


def who_in_words(viewer: Viewer) -> str:
    """Return who looks, for the marking of each page: A. Analyst, analyst."""
    if not is_signed_in_to():
        return "one person, on this machine only"
    return f"{viewer.name}, {' and '.join(sorted(viewer.roles))}"


def ends_in_words(viewer: Viewer) -> str:
    """Return when this sign-in ends at the latest, nothing where nobody signs in."""
    ends = sign_ins.ends_at(viewer.session)
    return f"{ends.astimezone():%H:%M}" if ends else ""


def name_of_user() -> str:
    """Return the name of the one person, as this machine knows them."""
    try:
        return f"{getuser()} on this machine"
    except (OSError, KeyError, ImportError):
        return "the person on this machine"
