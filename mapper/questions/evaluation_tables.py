"""The tables of an evaluation: measures with intervals, and what part each cell played."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.types import Flags, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.statistics.action_outcome import (
    CANNOT_BE_TOLD,
    Evaluation,
    describe_ring,
)
from mapper.statistics.evaluation import BeforeAfter
from mapper.statistics.expectation import Outcome
from mapper.statistics.synthetic_control import SyntheticControl

_NAN = float("nan")
_NOTHING = ("", "")
Row = tuple[str, float, float, float, str, str]  # figure, value, low, high, code, words


@dataclass(frozen=True, eq=False)
class EvaluationCells:
    """Which cells play which part; each of shape (cells,)."""

    treated: Flags
    buffer: Flags
    control: Flags
    buffer_control: Flags

    @property
    def parts(self) -> dict[str, Flags]:
        """The parts by name, those without any cell left out."""
        named = {
            "treated": self.treated,
            "buffer": self.buffer,
            "control": self.control,
            "buffer control": self.buffer_control,
        }
        return {name: flags for name, flags in named.items() if flags.any()}


def sums_of(counts: tuple[Integers, Integers], part: Flags) -> BeforeAfter:
    """Return the incidents of a part before and after."""
    before, after = (int(each[part].sum()) for each in counts)
    return BeforeAfter(before, after)


def figure_table(
    counts: tuple[Integers, Integers],
    ground: EvaluationCells,
    found: Evaluation,
    synthetic: SyntheticControl | None = None,
) -> pd.DataFrame:
    """Return one row for each measure."""
    rows: list[Row] = []
    for name, flags in ground.parts.items():
        each = sums_of(counts, flags)
        rows.append((f"{name} cells", float(flags.sum()), _NAN, _NAN, *_NOTHING))
        rows.append((f"{name} before", float(each.before), _NAN, _NAN, *_NOTHING))
        rows.append((f"{name} after", float(each.after), _NAN, _NAN, *_NOTHING))
    rows.extend(_outcome_rows("treated", found.treated, found.effect, found.headline))
    if found.buffer:
        words = describe_ring(found.ring, found.buffer)
        rows.extend(_outcome_rows("buffer", found.buffer, found.ring, words))
    rows.append(("dispersion of periods", found.dispersion, _NAN, _NAN, *_NOTHING))
    change = found.change
    rows.append(("rate ratio of treated", change.ratio, change.low, change.high, *_NOTHING))
    if found.quotient:
        told = found.quotient
        value = _NAN if np.isnan(told.low) else told.value
        rows.append(("WDQ", value, told.low, told.high, "", told.words))
    if found.difference:
        apart = found.difference
        rows.append(("WDD", apart.value, apart.low, apart.high, *_NOTHING))
    if synthetic:
        rows.extend(_synthetic_rows(synthetic, told=found.effect not in CANNOT_BE_TOLD))
    return pd.DataFrame(rows, columns=["figure", "value", "low", "high", "code", "words"])


def _outcome_rows(name: str, outcome: Outcome, code: str, words: str) -> list[Row]:
    """Return the rows of one outcome; what cannot be told has no ratio, interval or p."""
    told = code not in {*CANNOT_BE_TOLD, "not asked"}
    ratio, low, high, p = (
        (outcome.ratio, outcome.low, outcome.high, outcome.p) if told else (_NAN,) * 4
    )
    return [
        (f"{name} expected after", outcome.expected, _NAN, _NAN, *_NOTHING),
        (f"{name} against expected", ratio, low, high, code, words),
        (f"{name}: p among placebo places", p, _NAN, _NAN, *_NOTHING),
        (f"{name}: comparable placebo places", float(outcome.alike), _NAN, _NAN, *_NOTHING),
        (f"{name}: rise before the action", outcome.rise, _NAN, _NAN, *_NOTHING),
        (f"{name}: p of the rise before", outcome.rise_p, _NAN, _NAN, *_NOTHING),
    ]


def _synthetic_rows(found: SyntheticControl, *, told: bool) -> list[Row]:
    """Return the rows of a synthetic control; its ratio and p only where the headline tells any."""
    ratio, p = (found.ratio, found.p) if told else (_NAN, _NAN)
    return [
        ("synthetic control: expected after", found.expected, _NAN, _NAN, *_NOTHING),
        ("synthetic control: places in the mixture", float(found.used), _NAN, _NAN, *_NOTHING),
        ("synthetic control: ratio", ratio, _NAN, _NAN, *_NOTHING),
        ("synthetic control: p among placebo places", p, _NAN, _NAN, *_NOTHING),
        ("synthetic control: placebo places", float(found.placebos), _NAN, _NAN, *_NOTHING),
    ]


def cell_table(
    study: Study, counts: tuple[Integers, Integers], ground: EvaluationCells
) -> pd.DataFrame:
    """Return one row for each cell that plays a part."""
    known = study.area.cells
    parts = []
    for name, flags in ground.parts.items():
        parts.append(
            pd.DataFrame(
                {
                    "cell": pd.array(cells_to_strings(study.cells[flags]), dtype="str"),
                    "district": known["district"][flags].astype("str").to_numpy(),
                    "ward": known["ward"][flags].astype("str").to_numpy(),
                    "part": name,
                    "before": counts[0][flags],
                    "after": counts[1][flags],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
