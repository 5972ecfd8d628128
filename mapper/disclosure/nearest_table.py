"""The nearest safe shape of a table that may not be shown as it was asked for.

It is given by larger places (hot spot, ward, district, the area) or over other days: as the
audience's rule allows, as the months of the release plan, over the days of a table that was given
before. Each shape is tried in the order of :mod:`mapper.disclosure.table_shapes` by the ordinary
check, so it tells its readers no more than if they had asked for one after the other. Pages,
command line, job files and notebooks all give tables through :func:`release_table_nearest`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import DisclosureError, MapperError
from mapper.disclosure.make import release
from mapper.disclosure.nearest import counted_again
from mapper.disclosure.register import Register, held_by_readers
from mapper.disclosure.release import FindingRelease
from mapper.disclosure.rules import rules
from mapper.disclosure.shapes import Shape, shape_words
from mapper.disclosure.table_shapes import PLACES, other_table_shapes
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding
from mapper.questions.places import By
from mapper.questions.question import Question

Ask = Callable[[Shape], Finding]


@dataclass(frozen=True, eq=False)
class TableAsked:
    """A question asked of a study, and what asks it of the same incidents in another shape."""

    study: Study
    ask: Ask
    # What its rows are, and what they may be instead, the smallest first; none where they are no
    # places that lie in one another: then there are other days alone, as the rules allow.
    places: tuple[By, ...] = ()

    @property
    def shape(self) -> Shape:
        """The shape that was asked for."""
        return Shape(self.study.request, by=self.places[0] if self.places else None)

    @cached_property
    def finding(self) -> Finding:
        """The answer as it was asked for, before disclosure control."""
        return self.ask(self.shape)


def table_asked(
    study: Study,
    question: Question,
    choices: Choices,
    *,
    result: AnalysisResult | None = None,
    area: str | None = None,
) -> TableAsked:
    """Return a question asked of a study.

    Parameters
    ----------
    result
        The hot spots of the study, found anew when not given.
    area
        By which the study area was loaded; without one its own name.
    """

    def ask(shape: Shape) -> Finding:
        again = counted_again(study, shape.request, area)
        places = {} if shape.by is None else {"by": shape.by}
        chosen = replace(choices, **places)
        return question.ask(again, chosen, result=result if again is study else None)

    return TableAsked(study, ask, places_from(question, choices))


def places_from(question: Question, choices: Choices) -> tuple[By, ...]:
    """Return what the rows of a question are and may be instead, the smallest first.

    Nothing where they are no places that lie in one another.
    """
    by = getattr(choices, "by", None)
    if by not in PLACES:
        return ()
    allowed = question.choices.known()["by"].of
    return tuple(one for one in PLACES[PLACES.index(by) :] if one in allowed)


def release_table_nearest(
    asked: TableAsked, *, audience: str, register: Register | None, made_by: str = ""
) -> FindingRelease:
    """Return what an audience may see of a table, or of the nearest that it may be shown.

    What was given instead of what stands in :attr:`FindingRelease.instead` and first of its notes.

    Parameters
    ----------
    register
        Where earlier releases are kept and this one is added; needed outside operational.

    Raises
    ------
    DisclosureError
        When no shape may be shown: why the one asked for may not.
    MapperError
        When the question cannot be asked as it is.
    """

    def give(one: Finding, instead: str = "") -> FindingRelease:
        return release(one, audience=audience, register=register, made_by=made_by, instead=instead)

    try:
        return give(asked.finding)
    except DisclosureError as error:
        if audience not in rules().audiences or register is None:
            raise
        refused = error
    held = held_by_readers(register, audience)
    shapes = other_table_shapes(
        asked.study,
        asked.finding,
        asked.places,
        rules().audiences[audience],
        [each for one in held for each in one.releases],
    )
    for shape in shapes:
        try:
            return give(asked.ask(shape), shape_words(asked.study, shape, asked.shape))
        except MapperError:  # of this shape; the next may do
            continue
    raise refused
