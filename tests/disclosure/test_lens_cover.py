"""Whether lenses together take all that another takes, by the search and by trying everything."""

import random

import pytest

from mapper.disclosure import lens_cover
from mapper.disclosure.lens_cover import covered
from mapper.disclosure.lens_pieces import lens_pieces
from mapper.disclosure.register import Selection

COLUMNS = {"a": "pqrs", "b": "tuvw", "c": "xyz"}


def _condition(drawn):
    kind = drawn.random()
    if kind < 0.15:
        return ("flag", "is", drawn.random() < 0.5)
    if kind < 0.25:
        return ("c", "present", drawn.random() < 0.5)
    if kind < 0.4:
        return ("word", "contains", drawn.choice(["knife", "drug", "child"]))
    column = drawn.choice("abc")
    values = drawn.sample(COLUMNS[column], drawn.randint(1, 3))
    return (column, "in", tuple(values)) if len(values) > 1 else (column, "is", values[0])


def _clauses(drawn, number):
    return tuple(
        tuple(_condition(drawn) for _ in range(drawn.randint(1, 2))) for _ in range(number)
    )


def _lens(drawn):
    return Selection(
        _clauses(drawn, drawn.randint(0, 3)), _clauses(drawn, drawn.choice([0, 0, 1, 2]))
    )


def test_the_search_says_what_trying_every_combination_says():
    drawn = random.Random(3)
    said = {True: 0, False: 0}
    for _ in range(400):
        one = _lens(drawn)
        others = tuple(dict.fromkeys(_lens(drawn) for _ in range(drawn.randint(1, 7))))
        pieces = lens_pieces((one, *others))
        tried = one in others or bool(pieces[pieces[:, 0], 1:].any(axis=1).all())
        assert covered(one, others) == tried, (one, others)
        said[tried] += 1
    assert min(said.values()) > 100


def _rare(columns):
    """Return all incidents, and lenses that take all of them but of one in 2**columns."""
    names = [f"flag{number}" for number in range(columns)]
    everything = Selection(((),))
    lenses = tuple(Selection((((name, "is", True),),)) for name in names)
    return everything, lenses, names


def test_an_incident_that_is_one_of_a_thousand_million_is_found():
    everything, lenses, names = _rare(30)
    assert not covered(everything, lenses)
    nowhere = Selection((tuple((name, "is", False) for name in names),))
    assert covered(everything, (*lenses, nowhere))


def test_what_is_not_found_in_time_counts_as_covered(monkeypatch):
    everything, lenses, _ = _rare(12)
    monkeypatch.setattr(lens_cover, "MOST_BOXES", 3)
    covered.cache_clear()
    try:
        assert covered(everything, lenses)
    finally:
        covered.cache_clear()


@pytest.mark.parametrize("exclude", [(), ((),)])
def test_a_lens_that_takes_nothing_is_covered_by_any(exclude):
    nothing = Selection((), ()) if not exclude else Selection(((),), exclude)
    assert covered(nothing, (Selection(((("a", "is", "p"),),)),))
