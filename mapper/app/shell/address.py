"""The address of a page: which data, area, lens, days, place, question and layer it shows.

The parts are named here and read here, on every page. An address holds choices, never a figure. It
is followed on arrival and when the person goes back or forward, else the controls lead and the
address follows them: one deliberate step, one entry in the browser's history. What arrives is
checked by the page against what whoever opens it may see; what does not fit is left out and said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st

from mapper.app.shell.this_run import run_now
from mapper.app.shell.words import notice

Value = TypeVar("Value")

# Every part of an address, and what it is called where it cannot be met.
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "data": "data that are not here for you",
        "area": "an area that is not here",
        "ward": "a ward that is not among yours, or that there is not",
        "district": "a district that there is not",
        "lens": "a kind of harm that this data does not have",
        "period": "a period that there is not",
        "from": "a day that is none, or outside the data",
        "to": "a day that is none, or outside the data",
        "shift": "a shift that there is not",
        "day": "a day of the week that there is not",
        "cells": "a size of cells that there is not",
        "listed": "a list of places that there is not",
        "question": "a question that there is not",
        "expected": "an expectation that there is not",
        "score": "a way of comparing that there is not",
        "chance": "a way of telling chance that there is not",
        "accepted": "a share of false finds that there is not",
        "generated": "an answer about police-generated incidents that there is not",
        "layer": "a background that this installation does not have",
        "beside": "a comparison that there is not",
        "spot": "a place that is not shown here",
        "about": "a section that there is not",
        "view": "a view that there is not",
        "record": "a record that there is not",
        "present": "",
    }
)
_STATE = "mapper_address"
_LONGEST, _MOST = 100, 80  # characters of one part; parts of one name
_HERE = Path(__file__).parent

Asked = Mapping[str, Sequence[str]]


@dataclass
class _Address:
    """The address in one session, from the moment its page opens."""

    page: str
    asked: dict[str, list[str]] = field(default_factory=dict)  # what this run follows
    whole: bool = False  # parts that are not said stand for what is usual
    entered: bool = True  # the page has not been drawn whole since it was entered
    closed: bool = True
    seen: str = ""  # the address as it arrived
    told: dict[str, list[str]] = field(default_factory=dict)
    written: str = ""
    known: set[str] = field(default_factory=set)  # written or followed already, on this page
    faults: list[str] = field(default_factory=list)
    runs: int = 0


def open_address(page: str) -> None:
    """Read the address of a page that runs now: by the router, before the page itself."""
    before = _now()
    given = {name: st.query_params.get_all(name)[:_MOST] for name in st.query_params}
    seen = urlencode(given, doseq=True)
    entered = before.page != page
    back = _is_back_or_forward()
    follows = back or (bool(given) and (entered or seen not in before.known))
    cut = {name: [one[:_LONGEST] for one in values] for name, values in given.items()}
    st.session_state[_STATE] = _Address(
        page=page,
        asked=cut if follows else {},
        whole=back or (follows and not before.page),
        entered=entered or (before.entered and not before.closed),
        closed=False,
        seen=seen,
        written=seen if back else before.written,
        known={seen} if entered else before.known | {seen},
        runs=before.runs + 1,
    )


def close_address() -> None:
    """Write what the page showed into its address, and say what of a link could not be met."""
    now = _now()
    now.closed, now.asked = True, {}
    if now.faults:
        told = "; ".join(dict.fromkeys(now.faults))
        notice(f"The link asked for {told}. That is left out here.", kind="look")
    if now.entered or _is_back_or_forward():
        now.written = _text(now.told)  # the browser takes it without a step of its own
        now.known.add(now.written)
    else:
        _write(now)
    _component()(
        key="address",
        data={
            "query": now.written,
            "seen": now.seen,
            "entered": now.entered,
            "back": _is_back_or_forward(),
            "run": now.runs,
        },
    )
    now.entered = False


def is_followed() -> bool:
    """Tell whether the address leads in this run: on arrival, and after Back or Forward."""
    now = _now()
    return now.whole or bool(now.asked)


def asked_parts() -> Asked:
    """Return what the address asks for where it leads; nothing where the controls lead."""
    return _now().asked


def asked_part(name: str) -> str:
    """Return one part that the address asks for where it leads, else nothing."""
    return "".join(_now().asked.get(name, ())[:1])


def follow(name: str, key: str, read: Callable[[str], Value | None], usual: Value) -> None:
    """Put what the address asks for into the control that is drawn next.

    Parameters
    ----------
    key
        Of the control.
    read
        Returns the control's value, or nothing for what it does not offer.
    usual
        What the control shows where nothing is asked.
    """
    now, asked = _now(), asked_part(name)
    found = read(asked) if asked else None
    if asked and found is None:
        leave_out(name)
    if found is not None or now.whole:
        st.session_state[key] = usual if found is None else found


def ask_again() -> None:
    """Follow this address again at the next run: what it asks for has been refused."""
    _now().known.discard(_now().seen)


def leave_out(name: str) -> None:
    """Note that a part cannot be met; the page says so once it is drawn."""
    _now().faults.append(PARTS[name])


def say(told: Mapping[str, object]) -> None:
    """Say what a page shows, by part; what is empty is left out.

    In a part of the page that runs alone it is written at once: that is a step of its own.
    """
    now = _now()
    for name, value in told.items():
        assert name in PARTS  # noqa: S101 - a part without a name here is a fault in this program
        given = value if isinstance(value, list | tuple) else [value]
        now.told[name] = [str(one) for one in given if one not in ("", None)]
    if now.closed and now.page:
        _write(now)


def said_parts() -> dict[str, list[str]]:
    """Return what has been said of this page so far."""
    return dict(_now().told)


def link_here() -> str:
    """Return the address that shows the same again, for somebody who may see it."""
    return f"{str(st.context.url or '').split('?')[0]}?{_text(_now().told)}"


def _write(now: _Address) -> None:
    """Make a step of what has changed; the same again is none."""
    text = _text(now.told)
    if text == now.written:
        return
    now.written = text
    now.known.add(text)
    st.query_params.from_dict({name: values for name, values in now.told.items() if values})


def _text(told: Mapping[str, Sequence[str]]) -> str:
    """Return parts as the text of an address, in the order in which pages say them."""
    return urlencode({name: list(values) for name, values in told.items() if values}, doseq=True)


def _now() -> _Address:
    """Return the address of this session; outside a page, one that asks for nothing."""
    found = st.session_state.get(_STATE)
    return found if isinstance(found, _Address) else _Address(page="")


def _is_back_or_forward() -> bool:
    """Tell whether this run came of the browser's Back or Forward."""
    context = run_now()
    return context is not None and context.is_history_navigation


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    return st.components.v2.component("mapper_address", html="<span hidden></span>", js=_script())


@cache
def _script() -> str:
    """Return the component's script."""
    return (_HERE / "address.js").read_text(encoding="utf-8")
