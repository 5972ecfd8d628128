"""Items made one ahead on another thread."""

import threading

import pytest

from mapper.base.ahead import ahead


def test_items_come_in_order_and_one_is_made_while_another_is_used():
    asked, given = threading.Event(), threading.Event()

    def items():
        yield 1
        asked.set()  # without being asked for
        given.wait(10)
        yield 2

    made = ahead(items())
    assert next(made) == 1
    assert asked.wait(10)
    given.set()
    assert list(made) == [2]


def test_no_more_than_one_is_held():
    begun = []

    def items():
        for number in range(10):
            begun.append(number)
            yield number

    made = ahead(items())
    for number in range(3):
        assert next(made) == number
        assert len(begun) <= number + 2
    made.close()
    assert len(begun) <= 4


def test_what_fails_is_raised_where_it_is_asked_for():
    def items():
        yield 1
        raise LookupError("here")

    made = ahead(items())
    assert next(made) == 1
    with pytest.raises(LookupError, match="here"):
        next(made)


def test_nothing_is_nothing():
    assert list(ahead(iter(()))) == []
