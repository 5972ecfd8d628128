"""Every harm at the places of an action, beside the one that it is judged by.

One harm is chosen before anything is counted, and the verdict is of that one. The others stand
beside it: who looks at nine harms finds one that moved by chance. So an effect is told of a harm
here only where it holds among all that were looked at (Benjamini and Hochberg, 5 % false ones).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from mapper.analysis.study import Study
from mapper.base.errors import MapperError
from mapper.questions.windows import Window
from mapper.records.evaluations import evaluate_intervention
from mapper.records.versions import Version
from mapper.statistics.false_discovery import benjamini_hochberg

_SURE = 0.05
_MAY_BE_CHANCE = "could not be told: among so many harms it may be chance"


@dataclass(frozen=True)
class HarmLine:
    """One harm at the places, before and after."""

    harm: str
    before: int
    after: int
    expected: float | None
    told: str


def every_harm(
    studies: Iterable[Study], action: Version, *, before: Window, after: Window
) -> tuple[HarmLine, ...]:
    """Return what became of each harm at the places of an action, in the order of the studies.

    A harm with too few incidents in the whole area to evaluate anything by is left out.
    """
    titles, found = [], []
    for study in studies:
        with suppress(MapperError):
            found.append(evaluate_intervention(study, action, before=before, after=after))
            titles.append(study.lens.title)
    results = [one["result"] for one in found]
    p = np.array([one["p"] if one["p"] is not None else np.nan for one in results])
    q = benjamini_hochberg(p)
    return tuple(
        HarmLine(
            harm=title,
            before=one["inputs"]["counts"]["treated"][0],
            after=one["inputs"]["counts"]["treated"][1],
            expected=one["result"]["expected"],
            told=_told(one["result"], float(each)),
        )
        for title, one, each in zip(titles, found, q, strict=True)
    )


def _told(result: Mapping[str, Any], q: float) -> str:
    """Return what can be told of one harm among those that were looked at."""
    if result["code"] in {"fewer", "more"}:
        if not q <= _SURE:
            return _MAY_BE_CHANCE
        return f"clearly {result['code']} than expected"
    return "no clear change" if result["code"] == "no clear effect" else "could not be told"
