"""Concentration: how few cells hold how much, and whether they stay the same."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.text import count
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.periods import counts_by_period, left_out, split_periods
from mapper.questions.question import Question
from mapper.questions.usual_choices import every
from mapper.statistics.concentration import Concentration, measure_concentration, top_stability

Table = Literal["figures", "lorenz", "stability"]
_ROLES: dict[Table, dict[str, Role]] = {
    "figures": {"figure": "key", "value": "derived"},
    "lorenz": {"cells": "key", "share_of_cells": "fact", "share_of_incidents": "derived"},
    "stability": {
        "top_share": "key",
        "from_period": "key",
        "to_period": "key",
        "cells": "derived",
        "kept": "derived",
        "jaccard": "derived",
    },
}
_UNITS: dict[Table, Unit] = {"figures": "area", "lorenz": "area", "stability": "period"}


@dataclass(frozen=True, kw_only=True)
class ConcentrationChoices(Choices):
    """What is chosen for concentration."""

    table: Table = choice(
        "figures",
        "Show",
        help="Which table.",
        of={
            "figures": "Figures",
            "lorenz": "Lorenz curve",
            "stability": "Do the top cells stay?",
        },
    )
    every: str = every(when=("table", "stability"))


def ask_concentration(study: Study, choices: ConcentrationChoices) -> Finding:
    """Return the figures of concentration, the Lorenz curve, or the stability of the top cells.

    Parameters
    ----------
    choices
        Which table. ``figures``: Gini, its sparse form and the cells that hold a quarter and a
        half; ``lorenz``: the curve, the quietest cells first; ``stability``: how far the top 1 %
        and 5 % of cells of each period are those of the period before.
    """
    found = measure_concentration(study.counts.incidents)
    held = ", ".join(
        f"{each.incident_share:.0%} lie in {each.cells:,}".replace("%", " %")
        for each in found.holding
    )
    notes = [
        (
            f"Of {count(found.incidents, 'incident')} in {count(found.cells, 'cell')}, {held}. Gini"
            f" {found.gini:.3f}, for sparse counts {found.gini_sparse:.3f}."
        )
    ]
    rows = found.table() if choices.table == "figures" else _lorenz(found)
    if choices.table == "stability":
        periods = split_periods(study, every=choices.every)
        counts = counts_by_period(study, periods)[:, periods.held]
        names = [name for name, held in zip(periods.names, periods.held, strict=True) if held]
        rows = top_stability(counts, periods=names)
        notes += left_out(study, periods)
    return answer(
        study,
        QUESTION,
        rows,
        _ROLES[choices.table],
        unit=_UNITS[choices.table],
        choices=choices.told(),
        notes=tuple(notes),
    )


def _lorenz(found: Concentration) -> pd.DataFrame:
    """Return the curve with a row for each number of cells."""
    return pd.DataFrame(
        {
            "cells": np.arange(found.cells + 1),
            "share_of_cells": found.lorenz.cells,
            "share_of_incidents": found.lorenz.incidents,
        }
    )


QUESTION = Question(
    id="concentration",
    title="Concentration",
    question="How few places hold how much, and do they stay the same?",
    definition="Lorenz curve, Gini and its sparse form, top cells kept between periods.",
    source="Lorenz 1905; Bernasco & Steenbeek 2017; Weisburd 2015.",
    group="Where",
    choices=ConcentrationChoices,
    answer=ask_concentration,
    counts_are_enough=True,
)
