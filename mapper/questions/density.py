"""Density: the smooth map of incidents, or how much of it all demand or residents would make."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mapper.analysis.expectation import Expectation, expectation, residents_of
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.lenses.lens import EXPECTED_WORDS
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.places import places_by
from mapper.questions.question import Question
from mapper.statistics.kernel_density import FEWEST_EXPECTED, gaussian_kernel

Over = Literal["land", "demand", "residents", "expected"]


@dataclass(frozen=True, kw_only=True)
class DensityChoices(Choices):
    """What is chosen for a density."""

    over: Over = choice(
        "land",
        "Set against",
        help="Land, or a second kernel; expected is what unusual places are set against.",
        of={
            "land": "Land: per km²",
            "demand": "All demand here",
            "residents": "Residents",
            "expected": "What unusual places are set against, also your own table",
        },
    )
    metres: int = choice(
        400,
        "Bandwidth in metres",
        help="Standard deviation of the kernel.",
        least=100,
        most=10_000,
    )


def ask_density(study: Study, choices: DensityChoices) -> Finding:
    """Smooth the counts of cells with a gaussian kernel.

    Parameters
    ----------
    choices
        Per square kilometre, or as a ratio to the same kernel over all demand or over residents,
        which is 1 where there is as much as those would make; and the bandwidth.
    """
    covered = study.covered
    kernel = gaussian_kernel(covered.cells, bandwidth_m=choices.metres)
    counts = covered.counts.incidents
    places = places_by(study, "cell")
    table = places.table.assign(incidents=study.counts.incidents)
    roles: dict[str, Role] = {**places.roles, "incidents": "count"}
    if choices.over == "land":
        table["density"] = study.in_all_cells(kernel.density(counts), np.nan)
        roles["density"] = "derived"
        told = "Incidents per square kilometre, each spread around the middle of its cell."
    else:
        against = _base(study, choices.over)
        base = np.nan_to_num(against.base[~study.uncovered], nan=0.0)
        table["ratio"] = study.in_all_cells(kernel.ratio(counts, base), np.nan)
        roles["ratio"] = "derived"
        told = _ratio_words(int(table["ratio"].isna().sum()), against.words)
    return answer(
        study,
        QUESTION,
        table,
        roles,
        unit="cell",
        choices=choices.told(),
        notes=(told, "A smooth picture without a test: which places stand out is told by signals."),
    )


def _base(study: Study, over: Over) -> Expectation:
    """Return what a density is set against, by cell, and what it is called."""
    if over == "demand":
        return Expectation(study.demand.astype(np.float64), EXPECTED_WORDS["demand"])
    return residents_of(study.area) if over == "residents" else expectation(study)


def _ratio_words(lacking: int, base: str) -> str:
    """Say what a ratio is, and where none is given."""
    return (
        f"1 where there is as much as {base} would make. Not given in {lacking:,}"
        f" cells around which fewer than {FEWEST_EXPECTED:g} would be expected."
    )


QUESTION = Question(
    id="density",
    title="Density",
    question="What does the smooth map of incidents look like, alone or against a base?",
    definition="Gaussian kernel per square km, or the ratio of two kernels of one bandwidth.",
    source="Silverman 1986; Bithell 1990.",
    group="Where",
    choices=DensityChoices,
    answer=ask_density,
    counts_are_enough=True,
)
