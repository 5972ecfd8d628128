"""Risk terrain: which kinds of place nearby go with more incidents than cells alike have."""

from dataclasses import MISSING, dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Flags
from mapper.context.near import metres_to_kind
from mapper.context.places import Places
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.context import places_words
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.places import places_by
from mapper.questions.question import Question
from mapper.questions.usual_choices import confidence, places
from mapper.statistics.risk_terrain import FEWEST_CELLS, Terrain, fit_terrain

Table = Literal["kinds", "cells"]
_KINDS: dict[str, Role] = {
    "kind": "key",
    "cells_near": "fact",
    "incidents_near": "count",
    "ratio": "derived",
    "ratio_low": "derived",
    "ratio_high": "derived",
    "p": "derived",
    "q": "derived",
    "clear": "class",
    "words": "derived",
}
_CELLS: dict[str, Role] = {"incidents": "count", "expected": "derived", "residual": "derived"}
_CLEAR_GAIN = 1.96  # standard errors


@dataclass(frozen=True, kw_only=True)
class RiskTerrainChoices(Choices):
    """What is chosen for risk terrain."""

    places: Places = places(MISSING)
    metres: int = choice(
        500,
        "Metres that are near",
        help="A cell is near a place up to this far from its middle.",
        least=100,
        most=5_000,
    )
    table: Table = choice(
        "kinds",
        "Show",
        help="Kinds of place, or what is left over in each cell.",
        of={"kinds": "Kinds of place", "cells": "What is left over in each cell"},
    )
    confidence: float = confidence()


def ask_risk_terrain(
    study: Study, choices: RiskTerrainChoices, *, progress: Progress = no_progress
) -> Finding:
    """Say which kinds of place nearby go with more or fewer incidents.

    Parameters
    ----------
    choices
        Files of places, what is near, and which table: a row for each kind, or the residual of
        each cell.

    Raises
    ------
    RequestError
        When no kind has enough cells near it and away from it.
    """
    covered = study.covered
    away = metres_to_kind(choices.places.table, covered.cells)
    near = (away <= choices.metres).to_numpy()
    told = near.sum(axis=0)
    kept = (told >= FEWEST_CELLS) & (covered.near.size - told >= FEWEST_CELLS)
    if not kept.any():
        raise RequestError(
            f"No kind of place has {FEWEST_CELLS} cells within {choices.metres} m of it and as many"
            " beyond. Choose another distance, or a file with more places ({places})."
        )
    progress("Comparing cells near and far", 0.2)
    found = fit_terrain(
        covered.counts.incidents,
        covered.area.cells["residents"].to_numpy(),
        near[:, kept],
        cells=covered.cells,
        confidence=choices.confidence,
    )
    kinds = away.columns[kept].tolist()
    left = away.columns[~kept].tolist()
    if choices.table == "kinds":
        table, roles = _kind_table(covered, found, kinds, near[:, kept], choices.metres), _KINDS
        unit: Unit = "setting"
    else:
        cells = places_by(study, "cell")
        columns = {
            "incidents": study.counts.incidents,
            "expected": study.in_all_cells(found.expected, np.nan),
            "residual": study.in_all_cells(found.residual, np.nan),
        }
        residual = pd.DataFrame(columns)
        table, roles = pd.concat([cells.table, residual], axis=1), {**cells.roles, **_CELLS}
        unit = "cell"
    return answer(
        study,
        QUESTION,
        table,
        roles,
        unit=unit,
        choices={**choices.told(), "places": len(choices.places.table)},
        notes=(*_notes(found, left), *places_words(choices.places)),
    )


def _kind_table(
    study: Study, found: Terrain, kinds: list[str], near: Flags, metres: int
) -> pd.DataFrame:
    """Return a row for each kind, the largest ratio first."""
    clear = found.q <= study.request.alpha
    table = pd.DataFrame(
        {
            "kind": pd.array(kinds, dtype="str"),
            "cells_near": near.sum(axis=0),
            "incidents_near": study.counts.incidents @ near,
            "ratio": found.ratio,
            "ratio_low": found.low,
            "ratio_high": found.high,
            "p": found.p,
            "q": found.q,
            "clear": clear,
        }
    )
    table["words"] = [_words(row, metres) for row in table.to_dict("records")]
    return table.sort_values("ratio", ascending=False, kind="stable")


def _words(row: dict[object, object], metres: int) -> str:
    """Say what goes with one kind; never that it makes it."""
    span = f"{row['ratio_low']:.2f} to {row['ratio_high']:.2f}"
    if not row["clear"]:
        return f"No clear association: {row['ratio']:.2f} times ({span})."
    return (
        f"Cells within {metres} m go with {row['ratio']:.2f} times the incidents of cells otherwise"
        f" alike ({span})."
    )


def _notes(found: Terrain, left: list[str]) -> tuple[str, ...]:
    """Say what the figures are, whether they hold on ground not seen, and what was left out."""
    low, high = (found.gain + side * _CLEAR_GAIN * found.gain_error for side in (-1, 1))
    if low > 0:
        held = "so kinds of place tell something of ground that the model has not seen"
    elif high < 0:
        held = "so kinds of place tell less than nothing of ground that the model has not seen"
    else:
        held = "so it cannot be told whether kinds of place say anything of ground not seen"
    told = [
        "An association, never a cause: places stand where people are, and so do incidents.",
        (
            "On blocks of cells held out, kinds of place change the logarithmic score by"
            f" {found.gain:+.3f} per incident ({low:+.3f} to {high:+.3f}): {held}."
        ),
        (
            "Cells alike in residents and in what part of the area they lie; intervals over"
            f" {found.blocks} blocks of cells."
        ),
    ]
    if left:
        few = f"fewer than {FEWEST_CELLS} cells near or beyond"
        told.append(f"Left out, for they have {few}: {', '.join(left)}.")
    return tuple(told)


QUESTION = Question(
    id="risk-terrain",
    title="Risk terrain",
    question="Which kinds of place nearby go with more incidents than cells alike have?",
    definition="Negative binomial regression, smooth in space; sandwich over blocks; held out.",
    source="Caplan, Kennedy & Miller 2011; Liang & Zeger 1986; Cameron & Trivedi 2013.",
    group="Around a place",
    choices=RiskTerrainChoices,
    answer=ask_risk_terrain,
    long=True,
    counts_are_enough=True,
)
