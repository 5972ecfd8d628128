"""The head of the map: which question it answers, over which data and days, and with what care."""

import re

import streamlit as st

from mapper.app.shell.words import bullets, notice
from mapper.base.text import count, encode_text
from mapper.disclosure.release import Release, is_release
from mapper.lenses.lens import Lens
from mapper.lenses.load import shipped_lenses
from mapper.outputs.standard_words import care_words


def show_headline(shown: Release, *, data: str, age: str) -> None:
    """Show title, question, data and days, how old they are, and the first of the caveats.

    What the map is given instead of stands above it.
    """
    if shown.audience != "operational":
        data = "Recorded incidents"  # names of files stay inside
    over = f"{data}, {shown.period}: {_counted(is_release(shown))}. {age}."
    care = next((one for one in shown.caveats if one != shown.instead), "")
    st.html(
        f'<div class="m-headline"><h1>{encode_text(shown.title)}'
        f" <span>{encode_text(shown.area_title)}</span></h1>"
        f'<p class="m-question">{encode_text(shown.question)}</p>'
        f'<p class="m-over">{encode_text(over)} <span>{encode_text(care)}</span></p></div>'
    )


def _counted(shown: Release) -> str:
    """Say how many incidents stand behind the map; outside operational, as far as printed."""
    numbers = shown.record["numbers"]
    assert isinstance(numbers, dict)  # noqa: S101 - narrows the record's type
    if "incidents_counted" in numbers:
        return f"{count(numbers['incidents_counted'], 'incident')} counted"
    return (
        f"{count(numbers['incidents_shown'], 'incident')} in rounded counts;"
        f" {count(numbers['cells_not_shown'], 'cell')} without a count"
    )


_SCREEN_WORDS = {"lens": "harm", "lenses": "harms", "Lens": "Harm", "Lenses": "Harms"}


def show_refusal(lens: Lens, words: str) -> None:
    """Show the question that could not be answered, and why."""
    st.html(
        f'<div class="m-headline"><h1>{encode_text(lens.title)}</h1>'
        f'<p class="m-question">{encode_text(lens.question)}</p></div>'
    )
    notice(with_titles(words), kind="stop")


def with_titles(words: str) -> str:
    """Return a message with lenses called harms and under their titles, as pages show them."""
    titles = {lens.id: f"“{lens.title}”" for lens in shipped_lenses()}
    ids = "|".join(sorted(map(re.escape, titles), key=len, reverse=True))
    named = re.sub(rf"(?<![\w-])({ids})(?![\w-])", lambda found: titles[found[1]], words)
    for lens, harm in _SCREEN_WORDS.items():
        named = re.sub(rf"\b{lens}\b", harm, named)
    return named


def show_cautions(shown: Release) -> None:
    """Show everything a reader should know before trusting the map."""
    with st.expander("What this map cannot show"):
        bullets(
            (
                *shown.caveats,
                care_words(shown),
                shown.licence,
            )
        )
