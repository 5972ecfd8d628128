"""Places of a record chosen by name: their cells are filled in, and none that was kept is lost."""

from hypothesis import given
from hypothesis import strategies as st

from mapper.app.work.place_field import named, split
from mapper.records.place_work import WorkGround

grounds = st.dictionaries(
    st.sampled_from(["Elm Road", "Oak Road", "Ash Road"]),
    st.frozensets(st.sampled_from("abcdefgh"), min_size=1),
)


@given(st.frozensets(st.sampled_from("abcdefghxyz")), grounds)
def test_no_cell_of_a_record_is_lost_or_added(cells, known):
    chosen, rest = split(cells, known)
    assert frozenset().union(rest, *(known[name] for name in chosen)) == cells


def test_the_place_itself_is_chosen_and_not_its_parts():
    known = {"part": frozenset("a"), "whole": frozenset("abc"), "other": frozenset("ad")}
    assert split(frozenset("abcz"), known) == (["whole"], frozenset("z"))


def test_two_places_of_one_name_are_numbered_and_one_place_is_told_once():
    told = [
        WorkGround("Elm", "HS-1", frozenset("ab")),
        WorkGround("Elm again", "", frozenset("ab")),
        WorkGround("Elm", "", frozenset("c")),
        WorkGround("No ground", "", frozenset()),
    ]
    assert named(told) == {"Elm": frozenset("ab"), "Elm (2)": frozenset("c")}
