"""What a run of a page looks up once, and the next run looks up again."""

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.shell.this_run import once_a_run


def page():
    """A page that asks for the same three times."""
    import streamlit as st

    from mapper.app.shell.this_run import look_again, once_a_run

    def look_up():
        st.session_state["looks"] = st.session_state.get("looks", 0) + 1
        return st.session_state["looks"]

    told = [once_a_run("a fact", look_up) for _ in range(3)]
    if st.button("Change it"):
        look_again()
        told.append(once_a_run("a fact", look_up))
    st.text(repr(told))


def test_a_run_looks_once_and_the_next_looks_again():
    app = AppTest.from_function(page).run()
    assert app.text[0].value == "[1, 1, 1]"
    assert app.run().text[0].value == "[2, 2, 2]"
    assert AppTest.from_function(page).run().text[0].value == "[1, 1, 1]"  # another session's own


def test_who_changes_something_looks_again():
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert app.text[0].value == "[2, 2, 2, 3]"


def test_outside_of_a_page_every_look_is_a_look():
    looks = []
    for _ in range(2):
        once_a_run("a fact", lambda: looks.append(1))
    assert len(looks) == 2


def test_what_could_not_be_looked_up_is_looked_up_again():
    def refuse():
        raise KeyError("away")

    for _ in range(2):
        with pytest.raises(KeyError):
            once_a_run("a fact", refuse)
