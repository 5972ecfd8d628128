"""The words for what a map finds are the same everywhere and name the question asked."""

import re
from pathlib import Path
from types import MappingProxyType

import pytest

from mapper.outputs.standard_words import (
    care_words,
    more_than,
    nothing_words,
    places_words,
    question_word,
)

MAPPER = Path(__file__).parents[2] / "mapper"


@pytest.mark.parametrize(
    ("asks", "standard"),
    [
        ("unusual", "residents would explain"),
        ("unusual", "all demand recorded there would explain"),
        ("concentrated", "an even spread over Merseyside would put there"),
    ],
)
def test_each_word_names_question_and_expectation(make_release, asks, standard):
    record = MappingProxyType(
        {**make_release().record, "standard": {"asks": asks, "more_than": standard}}
    )
    shown = make_release(record=record)
    assert question_word(shown) == asks
    assert more_than(shown) == f"more incidents than {standard}"
    assert places_words(shown) == f"{asks.capitalize()} places: more incidents than {standard}"
    assert nothing_words(shown).startswith(f"No place stands out as {asks}: ")
    for words in (places_words, nothing_words, care_words):
        assert standard in words(shown)


def test_no_page_says_busier_than_chance():
    """The old words left out what chance would do."""
    old = re.compile(r"busier than chance(?!\":)|chance explains|if spread evenly", re.IGNORECASE)
    said = {
        str(path.relative_to(MAPPER)): old.findall(path.read_text(encoding="utf-8"))
        for kind in ("py", "js", "html", "toml")
        for path in MAPPER.rglob(f"*.{kind}")
    }
    assert {name: words for name, words in said.items() if words} == {}
