"""What the places of a map have more than, in the same words on every page, list and document.

A map answers one of two questions: which places are *unusual* (more than a named expectation
explains) or *concentrated* (more than an even spread over the area puts there). No page says
"busier than chance": that leaves out what chance would do.
"""

from collections.abc import Mapping

from mapper.disclosure.release import Release, is_release


def _standard(release: Release) -> Mapping[str, str]:
    """Return the question asked and what completes "more than"."""
    standard = is_release(release).record["standard"]
    assert isinstance(standard, Mapping)  # noqa: S101 - narrows the record's type
    return standard


def question_word(release: Release) -> str:
    """Return the one word for what the places are: unusual or concentrated."""
    return _standard(release)["asks"]


def more_than(release: Release) -> str:
    """Return what places have more than: more incidents than residents would explain."""
    return f"more incidents than {_standard(release)['more_than']}"


def places_words(release: Release) -> str:
    """Say what the list holds: Unusual places: more incidents than residents would explain."""
    return f"{question_word(release).capitalize()} places: {more_than(release)}"


def nothing_words(release: Release) -> str:
    """Say what an empty list means."""
    return (
        f"No place stands out as {question_word(release)}: nowhere are there clearly"
        f" {more_than(release)}"
    )


def care_words(release: Release) -> str:
    """Say what a place on the list does not say."""
    return (
        f"A hot spot says that a place had {more_than(release)}; not why, and nothing about any"
        " person."
    )
