"""No page speaks in the words of those who make mapper.

Looked at: texts, notices, captions, labels, options and hints of every page of the menu. Ids of
cells and hot spots are held off the same way.
"""

import html
import re

import pytest

from mapper.app.shell.router import ENTRIES, PAGES
from mapper.methods.load import methods
from tests.pages.conftest import said

INSIDE = re.compile(
    r"\b(lens(es)?|sinks?|manifests?|H3 cells?|cell ids?|HS-[0-9A-F]{4,}|8[0-9a-f]{14}"
    r"|signals?|rings?|releases|(a|an|the|this|every|no|other|earlier|later) release|q)\b",
    re.IGNORECASE,
)
# Pages that explain the words, or show what the program wrote down under them.
EXPLAIN = {"help/methods.py", "admin/audit.py"}
ELSEWHERE = {"partners/our_actions.py"}  # for partner agencies alone
KINDS = ("button", "selectbox", "multiselect", "text_input", "text_area", "toggle", "checkbox",
         "radio", "number_input", "date_input", "button_group", "expander", "tabs", "caption",
         "markdown", "text")  # fmt: skip
TYPED = {"text_input", "text_area", "caption", "markdown", "text"}
PAGES_READ = [one.file for one in ENTRIES if one.file not in EXPLAIN | ELSEWHERE]
SHOWN = ("label", "placeholder")


def words_of(app):
    """Everything that a page says, its controls among it."""
    text = re.sub(r"<style>.*?</style>", "", said(app), flags=re.DOTALL)
    parts = re.split(r"<[^>]+>|\n", text)
    for kind in KINDS:
        for one in getattr(app, kind, ()):
            told = [getattr(one, name, "") for name in SHOWN]
            told += [one.value] if kind in TYPED else []  # of a menu its options are shown
            told += getattr(one, "options", None) or []
            parts += [str(each) for each in told if isinstance(each, str)]
    return parts


@pytest.mark.parametrize("page", PAGES_READ)
def test_a_page_speaks_plainly(page, app):
    app.switch_page(str(PAGES / page)).run()
    assert not app.exception
    told = {words for one in methods() for words in (one.words, one.cannot, one.title)}
    found = [
        part
        for part in words_of(app)
        if INSIDE.search(part)
        and not any(words in html.unescape(part) or html.unescape(part) in words for words in told)
        and not part.startswith("More on the Methods page")
    ]
    assert found == []


def test_methods_are_explained_in_the_words_of_the_screen():
    words = re.compile(r"\b(lens(es)?|sinks?|manifests?|signals?|rings?)\b", re.IGNORECASE)
    told = [
        text
        for one in methods()
        for text in (one.title, one.asks, one.words, one.formula, one.cannot, one.not_when)
    ]
    assert [text for text in told if words.search(text)] == []


def test_the_words_looked_for_are_found():
    for words in (
        "Choose a lens",
        "Geocode sinks",
        "the manifest",
        "HS-71951B99",
        "Signals",
        "its ring",
        "a release",
        "q is",
    ):
        assert INSIDE.search(words)
