"""What is worked out once for all users: results before disclosure control, and finished maps.

Streamlit's caches are shared by every user, so a result is kept under the digest of the data and
the whole request, a map under the digest of the release that it shows, what partners are given
under the rules and the workspace as well, and what somebody is shown of own wards under roles and
wards: who made it is written into each person's own. Tables go in unhashed: Streamlit would hash
only a sample of a large one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, TypeVar, cast

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.map_pages import compress, map_pages
from mapper.areas.study_area import StudyArea
from mapper.base.errors import DisclosureError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.disclosure.rules import rules
from mapper.lenses.lens import Lens

Result = TypeVar("Result")
_REFUSED: dict[tuple[str, ...], "_Refusal"] = {}  # by what was asked
_REFUSED_KEPT = 256
_SESSION = "mapper_session"  # stands for a window in the addresses of its maps


@dataclass(frozen=True)
class _Refusal:
    """Why something was not given."""

    words: str
    beside: object  # what it was checked beside
    at: float  # when that was known


def result_once(
    kind: str,
    dataset: Dataset,
    request: AnalysisRequest,
    lens: Lens,
    area: StudyArea,
    make: Callable[[], Result],
) -> Result:
    """Return a result of some kind before disclosure control, made by the first who asks.

    Parameters
    ----------
    make
        Makes it of nothing but the kind, the data, the request, the lens and the area.
    """
    key = (kind, dataset.digest, repr(request), lens.sha256, area.sha256)
    return cast("Result", _result(key, _make=make))


def given_once(
    asked: tuple[str, ...], make: Callable[[], Result], *, stamp: Callable[[], object]
) -> Result:
    """Return what partners are given, released by the first who asks while the others wait.

    What was given stays given, whatever was given since. A refusal is also the answer of those who
    waited for it.

    Parameters
    ----------
    asked
        Stands for all that it is made of.
    make
        Releases it, or refuses.
    stamp
        Tells what else it is checked beside: a refusal stands as long as that is the same.

    Raises
    ------
    DisclosureError
        When it may not be given.
    """
    key = (*asked, rules().sha256, str(settings().workspace.resolve()))
    came = time.monotonic()

    def made() -> Result:
        beside = stamp()
        known = _REFUSED.get(key)
        if known and (known.beside == beside or known.at >= came):
            raise DisclosureError(known.words)
        try:
            return make()
        except DisclosureError as error:
            _REFUSED[key] = _Refusal(str(error), beside, time.monotonic())
            for oldest in list(_REFUSED)[:-_REFUSED_KEPT]:
                _REFUSED.pop(oldest, None)
            raise

    return cast("Result", _given(key, _make=made))


def own_once(viewer: Viewer, asked: tuple[str, ...], make: Callable[[], Result]) -> Result:
    """Return what people of the same roles and wards are shown, made by the first who asks.

    Parameters
    ----------
    asked
        Stands for all that it is made of beside the viewer's roles and wards.
    make
        Makes it, whatever the viewer's name; a refusal is kept for nobody.
    """
    who = (*sorted(viewer.roles), *sorted(viewer.wards), viewer.agency)
    here = (rules().sha256, str(settings().workspace.resolve()))
    return cast("Result", _own((repr(who), *asked, *here), _make=make))


def map_address_once(key: str, make: Callable[[], str]) -> str:
    """Return where this session finds a finished map; no other sign-in is served it.

    Parameters
    ----------
    key
        Stands for all that the map shows.
    make
        Makes its page.
    """
    return map_pages.put(
        _map_page(key, _make=make),
        session=st.session_state.setdefault(_SESSION, token_urlsafe(16)),
        digest=key,
        owner=current_viewer().session,
    )


@st.cache_resource(max_entries=72, show_spinner=False)
def _result(key: tuple[str, ...], *, _make: Callable[[], Any]) -> Any:
    """Return what is made under a key."""
    del key
    return _make()


@st.cache_resource(max_entries=48, show_spinner=False)
def _given(key: tuple[str, ...], *, _make: Callable[[], Any]) -> Any:
    """Return what was released under a key."""
    del key
    return _make()


@st.cache_resource(max_entries=72, show_spinner=False)
def _own(key: tuple[str, ...], *, _make: Callable[[], Any]) -> Any:
    """Return what is made under a key."""
    del key
    return _make()


@st.cache_resource(max_entries=96, show_spinner=False)
def _map_page(key: str, *, _make: Callable[[], str]) -> bytes:
    """Return a page, compressed."""
    del key
    return compress(_make())
