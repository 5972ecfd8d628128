"""A question: its words, its choices, and what answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Literal

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError, TooFewEventsError
from mapper.base.files import Progress, no_progress
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding

Group = Literal["Where", "When", "How sure", "What worked", "Around a place"]


@dataclass(frozen=True)
class Definition:
    """A question in words: what it asks, how its numbers are made and who first said so.

    Every text fits on one line of a terminal.
    """

    id: str  # the command's name
    title: str  # what people call it
    question: str
    definition: str  # how the numbers are made
    source: str  # author and year, or this project

    @property
    def help(self) -> str:
        """Return three lines for a terminal; the first character keeps them as they are."""
        return f"\b\n{self.question}\n{self.definition}\nSource: {self.source}"


@dataclass(frozen=True)
class Question(Definition):
    """A question that every door can ask: its words, its choices and what answers it."""

    group: Group  # what people look under
    choices: type[Choices]
    answer: Callable[..., Finding]  # study, choices, and by name what it uses of ``ask``
    long: bool = False  # may take more than a few seconds
    counts_are_enough: bool = False  # asks for no single incident: a tallied study answers it too

    def ask(
        self,
        study: Study,
        choices: Choices | None = None,
        *,
        result: AnalysisResult | None = None,
        progress: Progress = no_progress,
    ) -> Finding:
        """Answer the question.

        Parameters
        ----------
        study
            The incidents under one request.
        choices
            Of this question; all defaults when not given.
        result
            The hot spots of the study, found anew when not given.
        progress
            Called on the way; what it raises stops the work.

        Raises
        ------
        MapperError
            When the question cannot be asked of this study in this way.
        WholeNeeded
            When a tallied study cannot tell what must be told: one of all rows is to be asked.
        """
        known = {"result": result, "progress": progress}
        uses = signature(self.answer).parameters
        beside = {name: value for name, value in known.items() if name in uses}
        try:
            return self.answer(study, choices or self.choices.given({}), **beside)
        except (RequestError, TooFewEventsError) as error:
            if not study.cause:
                raise
            raise error.because(study.cause) from error
