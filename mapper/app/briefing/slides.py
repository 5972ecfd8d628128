"""The slides of a presented briefing: three, turned over by arrow keys, left by Escape."""

from typing import Any

import streamlit as st

SLIDES = (1, 2, 3)
_JS = """export default function ({ data, parentElement, setTriggerValue }) {
  const page = parentElement.ownerDocument ?? document;
  let slide = data.slide;
  const turn = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  const press = (event) => {
    const left = event.key === "Escape";
    if (!left && !(event.key in turn)) { return; }
    const wanted = left ? 0 : Math.min(Math.max(slide + turn[event.key], 1), data.last);
    if (wanted === slide) { return; }
    event.preventDefault();
    slide = wanted;
    setTriggerValue("turned", wanted);
  };
  // One ear at a time: a slide drawn elsewhere on the page would else turn it over once more.
  if (page.mapperSlides) { page.removeEventListener("keydown", page.mapperSlides); }
  page.mapperSlides = press;
  page.addEventListener("keydown", press);
  return () => page.removeEventListener("keydown", press);
}"""


def turned_to(slide: int) -> int:
    """Return the slide that the person turned to, the one shown where they did not; 0 to leave."""
    found = _component()(
        key="slides",
        data={"slide": slide, "last": SLIDES[-1]},
        on_turned_change=lambda: None,
    )
    wanted = found.get("turned")
    return wanted if isinstance(wanted, int) and 0 <= wanted <= SLIDES[-1] else slide


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    return st.components.v2.component("mapper_slides", html="<span hidden></span>", js=_JS)
