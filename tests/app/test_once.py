"""What is worked out once: a refusal stands as long as nothing else was given."""

from threading import Barrier, Event, Thread

import pytest

from mapper.app.shell.once import given_once
from mapper.base.errors import DisclosureError


def test_a_refusal_stands_until_something_else_is_given():
    asked = []

    def refuse():
        asked.append(1)
        raise DisclosureError("too much beside the other")

    for _ in range(3):
        with pytest.raises(DisclosureError, match="too much beside the other"):
            given_once(("a refusal",), refuse, stamp=lambda: (1, "first"))
    assert len(asked) == 1
    assert given_once(("a refusal",), lambda: "given", stamp=lambda: (2, "later")) == "given"
    assert given_once(("a refusal",), refuse, stamp=lambda: (3, "last")) == "given"


def _twelve_at_once(asked, make, stamp):
    """Let twelve people ask for the same at once; return what each was told."""
    ready, told = Barrier(12), []

    def ask():
        ready.wait(30)
        try:
            told.append(given_once(asked, make, stamp=stamp))
        except DisclosureError as error:
            told.append(str(error))

    people = [Thread(target=ask) for _ in range(12)]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    return told


def test_twelve_partners_who_ask_at_once_share_one_check():
    checks = []

    def make():
        checks.append(1)
        Event().wait(0.2)
        return "a release"

    told = _twelve_at_once(("twelve",), make, lambda: len(checks))
    assert told == ["a release"] * 12
    assert len(checks) == 1


def test_twelve_partners_who_wait_share_a_refusal_whatever_else_was_given_meanwhile():
    checks = []

    def refuse():
        Event().wait(0.2)
        checks.append(1)
        raise DisclosureError("too much")

    told = _twelve_at_once(("twelve refused",), refuse, object)
    assert told == ["too much"] * 12
    assert len(checks) == 1
    with pytest.raises(DisclosureError):  # who comes later is checked beside what is there now
        given_once(("twelve refused",), refuse, stamp=object)
    assert len(checks) == 2
