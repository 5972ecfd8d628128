"""The run of a page, and what it asks for many times over and looks up once."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from streamlit.runtime.scriptrunner import get_script_run_ctx

Fact = TypeVar("Fact")
_KNOWN: "WeakKeyDictionary[object, dict[object, Any]]" = WeakKeyDictionary()


def run_now() -> Any:
    """Return what Streamlit knows of the run of a page that is under way here; nothing if none."""
    return get_script_run_ctx(suppress_warning=True)


def once_a_run(key: object, look_up: Callable[[], Fact]) -> Fact:
    """Return what was looked up first in this run of the page; the next run looks again.

    Parameters
    ----------
    key
        Stands for what is looked up.
    look_up
        Looks it up; a refusal is kept for nobody.
    """
    # Streamlit makes one of these at the start of every run, of a whole page or of a part of it.
    run = getattr(run_now(), "parallel_coordinator", None)
    if run is None:
        return look_up()
    known = _KNOWN.setdefault(run, {})
    if key not in known:
        known[key] = look_up()
    return cast("Fact", known[key])


def look_again() -> None:
    """Let go of what every run looked up, for something was changed on the way."""
    _KNOWN.clear()
