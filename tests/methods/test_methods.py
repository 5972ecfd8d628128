"""Every question of the program has its method in words, and the documentation is up to date."""

from pathlib import Path

import pytest

from mapper.methods.document import glossary_page, methods_page
from mapper.methods.load import glossary, methods
from mapper.outputs.pictures.methods import method_picture

DOCS = Path(__file__).parents[2] / "docs"


def test_every_method_is_complete_and_named_once():
    names = [method.id for method in methods()]
    assert len(set(names)) == len(names)
    for method in methods():
        for words in (method.asks, method.words, method.cannot, method.not_when, method.source):
            assert words.strip().endswith((".", "?"))
        assert method.asks.endswith("?")


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.id)
def test_every_method_has_a_picture_with_words(method):
    picture = method_picture(method.picture)
    assert picture.svg.startswith("<svg")
    assert len(picture.alt) > 15


def test_the_documentation_is_made_from_the_same_words():
    assert (DOCS / "methods.md").read_text() == methods_page()
    assert (DOCS / "glossary.md").read_text() == glossary_page()


def test_the_glossary_holds_the_words_of_the_screens():
    assert {"cell", "hot spot", "lens", "release", "q", "geocode sink"} <= set(glossary())
