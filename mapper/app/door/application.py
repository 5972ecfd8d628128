"""What stands around the pages: the route of the maps, the gate, and a warm start."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit.runtime.pages_manager import PagesManager

from mapper.app.door.gate import SignedInOnly
from mapper.app.door.made_files import MadeFiles
from mapper.app.door.metered import Metered
from mapper.app.door.provider import check_alone, is_signed_in_to, provider, sign_in_secrets
from mapper.app.door.security import Closed, OwnDoorsOnly, OwnHostsOnly, ThisMachineOnly
from mapper.app.door.started import is_by_serve
from mapper.app.shell import basemap
from mapper.app.shell.datasets import demonstration, demonstration_is_at_hand
from mapper.app.shell.frame import put_on_style
from mapper.app.shell.kept_data import everybodys, follow_deletions
from mapper.app.shell.map_pages import ROUTE
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.words import notice
from mapper.base.errors import MapperError, PeopleError, fault_words
from mapper.base.logs import keep_words_out
from mapper.base.settings import LOOPBACK_HOSTS, settings
from mapper.records.workspace import prepare_workspace

_LOG = logging.getLogger(__name__)


def routes() -> list[BaseRoute]:
    """Return the app's own addresses, beside Streamlit's."""
    return [ROUTE, *basemap.ROUTES]


def middleware() -> list[Middleware]:
    """Return what every request passes first: the app's own hosts, then who may ask at all."""
    keep_words_out()
    try:
        return _signed_in() if is_signed_in_to() else _alone()
    except MapperError as error:
        _LOG.error("The app answers nobody: %s", error)
        return [Middleware(Closed, words=str(error))]


def _alone() -> list[Middleware]:
    """Return what guards an app for one person."""
    check_alone(settings())
    return [
        Middleware(OwnHostsOnly, hosts=LOOPBACK_HOSTS),
        Middleware(OwnDoorsOnly),
        Middleware(ThisMachineOnly),
        Middleware(Metered, signs_in=False),
        Middleware(MadeFiles),
    ]


def _signed_in() -> list[Middleware]:
    """Return what guards an app that people sign in to."""
    told = provider()
    if not is_by_serve():  # Streamlit itself would listen to whomever its own settings say
        raise PeopleError("Sign-in is set up: start the app with mapper serve.")
    # In memory, so that no file holds them; and now, for Streamlit takes the key of its own session
    # before it looks at what st.App is told of secrets.
    st.secrets.merge_programmatic_secrets(sign_in_secrets(told))
    hosts = (*settings().hosts, told.host)
    return [
        Middleware(OwnHostsOnly, hosts=hosts, secure=told.is_secure),
        Middleware(OwnDoorsOnly),
        Middleware(Metered, signs_in=True),
        Middleware(SignedInOnly),
        Middleware(MadeFiles),
    ]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm up before the server answers, so that the first visitor waits no longer than others."""
    # Else the very first visitor is served the files of pages/ past the router, as Streamlit did
    # of old, and is told "page not found" over any page but the first.
    PagesManager.uses_pages_directory = False
    _prepare_workspace()
    await asyncio.to_thread(_warm_up)
    # Streamlit leaves it off, but what sets up its loggers later can turn it on again: addresses
    # hold wards and places, and are no business of a terminal.
    logging.getLogger("uvicorn.access").disabled = True
    yield {}


def _prepare_workspace() -> None:
    """Make the workspace, for one user of the machine only, before anything is put into it."""
    try:
        prepare_workspace(settings().workspace)
    except MapperError as error:
        _LOG.error("The workspace cannot be used: %s", error)


def _warm_up() -> None:
    """Import what the first map needs and open what everybody sees where it is at hand."""
    try:
        follow_deletions()  # the database's tables are brought up to date before anybody waits
        if everybodys() is None and demonstration_is_at_hand():
            landmarks_near(demonstration())
    except MapperError as error:
        _LOG.warning("The start could not be warmed up: %s", error)
    # Streamlit collects all garbage after each run of a page. What was made until here stays for
    # good: set aside, it costs each visitor nothing.
    gc.collect()
    gc.freeze()


def say_fault(error: BaseException) -> bool:
    """Show a fault in this program in plain words; the log has the rest."""
    _LOG.error("A page stopped", exc_info=error)
    put_on_style()  # the page may have stopped before it did
    notice(
        f"{fault_words(error)} Load the page again; if it comes back, tell whoever looks after this"
        " installation, who finds the cause in the app's log.",
        kind="stop",
    )
    return True
