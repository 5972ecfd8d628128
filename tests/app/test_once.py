"""What is worked out once: a refusal stands as long as nothing else was given."""

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
