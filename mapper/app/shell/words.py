"""Text on screen: what strangers wrote is shown as it is, never read as Markdown or HTML.

Streamlit's Markdown loads pictures from other machines (a beacon), so text from files reaches the
screen through these functions, ``st.text`` or a table.
"""

import re
from collections.abc import Callable, Iterable

import streamlit as st

from mapper.base.errors import MapperError
from mapper.base.text import encode_text

# What Markdown, or Streamlit's own signs in it, read as more than a sign; at the start of a line
# also those of headings and lists. A sign that needs no guard gets none: names are read aloud.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~$|:&#@{}!]|^[+\-=]|(?<=www)\.)")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, for labels that are always read as Markdown."""
    told = _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
    return _NUMBERED.sub(r"\1\\\2", told)


def notice(text: str, *, kind: str = "note") -> None:
    """Show a message in plain words.

    Parameters
    ----------
    text
        Without any, its place is kept: what stands below would else move, and a map that moves is
        drawn twice for a moment.
    kind
        ``note``, ``good`` of what was done, ``sound`` of what was found to be well, ``look`` or
        ``stop``; a sign and a word carry it beside the colour.
    """
    if not text:
        st.empty()
        return
    signs = {"note": "Note", "good": "Done", "sound": "Good", "look": "Look", "stop": "Stopped"}
    sign = signs[kind]
    role = "alert" if kind == "stop" else "status"
    lines = "<br>".join(encode_text(line) for line in text.splitlines())
    st.html(f'<div class="m-notice m-{kind}" role="{role}"><b>{sign}</b><span>{lines}</span></div>')


def show_title(title: str, words: str = "", *, beside: str = "") -> None:
    """Show what a page is, as its first heading, and in a line what it is for.

    Parameters
    ----------
    beside
        What stands beside the title, in a quieter colour.
    """
    more = f" <span>{encode_text(beside)}</span>" if beside else ""
    line = f"<p>{encode_text(words)}</p>" if words else ""
    st.html(f'<div class="m-headline"><h1>{encode_text(title)}{more}</h1>{line}</div>')


def bullets(lines: Iterable[str]) -> None:
    """Show a list of sentences."""
    st.html(f'<ul class="m-list">{"".join(f"<li>{encode_text(line)}</li>" for line in lines)}</ul>')


def attempt(act: Callable[[], object]) -> None:
    """Do something and run the page anew, or say why it was not done."""
    try:
        act()
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    st.rerun()
