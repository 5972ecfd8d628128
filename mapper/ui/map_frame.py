"""The map of a release alone, in its sandboxed frame: for pages without the list beside it."""

from typing import Any

import streamlit as st

from mapper.disclosure.release import Release, is_release
from mapper.ui.results import map_address

_HTML = '<iframe sandbox="allow-scripts" referrerpolicy="no-referrer"></iframe>'
_CSS = (
    "iframe { display: block; width: 100%; border: 1px solid #c9d1d6; border-radius: 6px;"
    " background: #e4e9ec; box-sizing: border-box; }"
)
_JS = """export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector("iframe");
  frame.title = data.title;
  frame.style.height = `${data.height}px`;
  if (frame.dataset.src !== data.src) { frame.dataset.src = data.src; frame.src = data.src; }
}"""


def show_map(shown: Release, *, title: str, height: int) -> None:
    """Draw the map of a release, so many pixels high."""
    address = map_address(is_release(shown))
    _component()(key=f"map frame {height}", data={"src": address, "title": title, "height": height})


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    return st.components.v2.component("mapper_map_frame", html=_HTML, css=_CSS, js=_JS)
