"""The tables of an evaluation: measures with intervals, and what part each cell played."""

from dataclasses import dataclass

import pandas as pd

from mapper.analysis.study import Study
from mapper.base.types import Flags, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.statistics.evaluation import Evaluation
from mapper.statistics.regression_to_mean import RegressionToMean


@dataclass(frozen=True, eq=False)
class EvaluationCells:
    """Which cells play which part; each of shape (cells,)."""

    treated: Flags
    buffer: Flags
    control: Flags
    buffer_control: Flags
    words: str  # how the controls were found

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


def figure_table(
    counts: tuple[Integers, Integers],
    ground: EvaluationCells,
    found: Evaluation,
    mean: RegressionToMean,
) -> pd.DataFrame:
    """Return one row for each measure."""
    rows: list[tuple[str, float, float, float, str]] = []
    nan = float("nan")
    for name, flags in ground.parts.items():
        rows.append((f"{name} cells", float(flags.sum()), nan, nan, ""))
        for when, each in zip(("before", "after"), counts, strict=True):
            rows.append((f"{name} {when}", float(each[flags].sum()), nan, nan, ""))
    change, effect, difference = found.change, found.effect, found.difference
    rows.append(("rate ratio of treated", change.ratio, change.low, change.high, ""))
    rows.append(("ratio of ratios", effect.ratio, effect.low, effect.high, found.words[0]))
    rows.append(("p of ratio of ratios", effect.p, nan, nan, ""))
    if found.spillover and found.quotient:
        around, quotient = found.spillover, found.quotient
        rows.append(
            ("ratio of ratios of buffer", around.ratio, around.low, around.high, found.words[1])
        )
        rows.append(("WDQ", quotient.value, nan, nan, quotient.words))
    rows.append(("WDD", difference.value, difference.low, difference.high, ""))
    rows.append(("expected fall without action", mean.before - mean.expected, nan, nan, mean.words))
    return pd.DataFrame(rows, columns=["figure", "value", "low", "high", "words"])


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
