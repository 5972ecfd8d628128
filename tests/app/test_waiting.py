"""How far long work is: drawn beside it, never for quick work, and kept by no cache."""

from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.shell import waiting

SOON = 30  # seconds: nothing here takes them, unless it hangs


class Slot:
    """A place on a page that notes what is drawn there."""

    def __init__(self):
        self.drawn, self.heard, self.emptied = [], Event(), False

    def progress(self, share, text):
        self.drawn.append((share, text))
        self.heard.set()

    def empty(self):
        self.emptied = True


@pytest.fixture
def slot(monkeypatch):
    made = Slot()
    monkeypatch.setattr(waiting.st, "empty", lambda: made)
    return made


def test_long_work_says_what_it_told_last_until_it_is_over(slot, monkeypatch):
    monkeypatch.setattr(waiting, "_AFTER", 0)
    monkeypatch.setattr(waiting, "_EVERY", 0.01)
    with waiting.shown_progress("Counting") as progress:
        assert slot.heard.wait(SOON)
        progress("Testing every cell", 1.5)
        while slot.drawn[-1] != (1.0, "Testing every cell"):
            slot.heard.clear()
            assert slot.heard.wait(SOON)
    assert slot.drawn[0] == (0.0, "Counting")
    assert slot.emptied
    drawn = len(slot.drawn)
    progress("Too late", 0.5)
    assert len(slot.drawn) == drawn


def test_work_that_goes_on_says_for_how_long(slot, monkeypatch):
    monkeypatch.setattr(waiting, "_AFTER", 0)
    monkeypatch.setattr(waiting, "_LONG", 0)
    with waiting.shown_progress("Counting"):
        assert slot.heard.wait(SOON)
    assert slot.drawn[0][1] == "Counting (0 seconds so far)"


def test_quick_work_shows_no_bar_and_a_fault_takes_it_away(slot):
    with pytest.raises(KeyError), waiting.shown_progress("Counting"):
        raise KeyError
    assert slot.drawn == []
    assert slot.emptied


def test_quick_work_starts_no_thread(slot):
    with waiting.shown_progress("Counting"):
        pass
    known = {one.ident for one in enumerate_threads()}
    for _ in range(50):
        with waiting.shown_progress("Counting"):
            assert {one.ident for one in enumerate_threads()} <= known
    assert slot.drawn == []


def page():
    """A page that tells how far it is from inside what is worked out once."""
    import streamlit as st

    from mapper.app.shell.waiting import shown_progress

    with shown_progress("Counting") as progress:

        @st.cache_resource
        def result():
            progress("Testing", 0.5)
            st.session_state["made"] = st.session_state.get("made", 0) + 1
            return 3

        result()
    st.text("done")


def test_what_is_at_hand_is_shown_without_the_bar_of_who_made_it():
    app = AppTest.from_function(page).run().run()
    assert not app.exception
    assert app.session_state["made"] == 1
    assert [one.value for one in app.text] == ["done"]
    assert not app.get("progress")
