"""Items of an iterator made one ahead: the next on a thread of its own while one is worked on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield items in their order; at most one that is not asked for yet is held.

    What making one raises is raised where it is asked for. Whoever stops early waits for the one
    that is being made.
    """
    none = object()
    with ThreadPoolExecutor(1) as thread:
        made = thread.submit(next, items, none)
        while (item := made.result()) is not none:
            made = thread.submit(next, items, none)
            yield item  # type: ignore[misc] # all but the mark of the end
