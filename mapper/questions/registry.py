"""Every question by its name: the one list to which a new question is added.

A question is a module of this folder that holds a ``QUESTION``. It is imported when it is asked
for, so that a command loads the statistics of its own question alone.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapper.questions.question import Question

NAMES = (
    "signals",
    "concentration",
    "density",
    "where-next",
    "describe",
    "patterns",
    "change",
    "scan",
    "scan-table",
    "near-repeat",
    "clock",
    "shifts",
    "days",
    "accuracy",
    "robustness",
    "proactivity",
    "evaluate",
    "signature",
    "context",
    "risk-terrain",
    "phases",
    "children",
    "corridors",
)


def module_of(name: str) -> str:
    """Return the module of a question of this folder."""
    return name.replace("-", "_")


class Questions(Mapping[str, "Question"]):
    """Every question by its name, in the order in which people read them."""

    def __getitem__(self, name: str) -> "Question":
        if name not in NAMES:
            raise KeyError(name)
        found: Question = import_module(f"mapper.questions.{module_of(name)}").QUESTION
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


QUESTIONS = Questions()
