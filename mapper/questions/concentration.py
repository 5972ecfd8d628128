"""Concentration: how few cells hold how much, and whether they stay the same."""

from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.questions.answer import answer
from mapper.questions.definitions import CONCENTRATION
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.periods import counts_by_period, left_out, split_periods
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


def ask_concentration(study: Study, *, table: Table = "figures", every: str = "month") -> Finding:
    """Return the figures of concentration, the Lorenz curve, or the stability of the top cells.

    Parameters
    ----------
    table
        ``figures``: Gini, its sparse form and the cells that hold a quarter and a half;
        ``lorenz``: the curve, the quietest cells first; ``stability``: how far the top 1 % and 5 %
        of cells of each period are those of the period before.
    every
        Periods of the stability: ``month``, ``week`` or a number of days.
    """
    found = measure_concentration(study.counts.incidents)
    held = ", ".join(
        f"{each.incident_share:.0%} lie in {each.cells:,}".replace("%", " %")
        for each in found.holding
    )
    notes = [
        (
            f"Of {found.incidents:,} incidents in {found.cells:,} cells, {held}. Gini"
            f" {found.gini:.3f}, for sparse counts {found.gini_sparse:.3f}."
        )
    ]
    rows = found.table() if table == "figures" else _lorenz(found)
    if table == "stability":
        periods = split_periods(study, every=every)
        counts = counts_by_period(study, periods)[:, periods.held]
        names = [name for name, held in zip(periods.names, periods.held, strict=True) if held]
        rows = top_stability(counts, periods=names)
        notes += left_out(study, periods)
    return answer(
        study,
        CONCENTRATION,
        rows,
        _ROLES[table],
        unit=_UNITS[table],
        choices={"table": table, "every": every},
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
