"""The signature of hot spots, or of one cell: which indicators drive it."""

import numpy as np

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.context.indicators import IndicatorSet, indicate, indicators_for
from mapper.context.signature import place_signatures
from mapper.questions.answer import answer
from mapper.questions.finding import Finding, Role
from mapper.questions.groups import find_places
from mapper.questions.place_definitions import SIGNATURE

_NOTE = (
    "A hot spot was chosen for its numbers, so its ratios are somewhat high; intervals hold"
    " together for all indicators of one place."
)


def signature_finding(
    study: Study,
    *,
    result: AnalysisResult | None = None,
    hotspot: str | None = None,
    cell: str | None = None,
    indicators: IndicatorSet | None = None,
) -> Finding:
    """Describe places by the indicators that drive them.

    Parameters
    ----------
    result
        Hot spots of the same study area; every one is described unless ``hotspot`` names one.
    hotspot
        Id of one hot spot.
    cell
        H3 index of one cell, described in place of hot spots.
    indicators
        Other indicators than those of the study's lens.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    LensError
        When the data lacks the columns.
    """
    places = find_places(
        study, by="cell" if cell else "hotspot", result=result, only=cell or hotspot
    )
    which = indicators or indicators_for(study.lens)
    table = study.incidents.table
    found = indicate(table, which)
    signatures = place_signatures(
        found,
        table["start"].to_numpy(),
        group=places.of_incident,
        area=study.within & (study.counts.position >= 0),
        places=places.size,
        base=which.base,
    )
    keys = places.keys.iloc[signatures["place"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    laid_out = keys.join(signatures.drop(columns="place"))
    roles: dict[str, Role] = {str(name): "derived" for name in laid_out}
    roles |= dict.fromkeys([*places.key_names, "indicator"], "key")
    roles |= {"incidents": "count", "of": "count", "sure": "class"}
    left_out = tuple(
        f"The data has no column for: {', '.join(found.left_out)}." for _ in found.left_out[:1]
    )
    return answer(
        study,
        SIGNATURE,
        laid_out,
        roles,
        unit=places.unit,
        choices={"indicators": which.id, "shares_of": which.base},
        notes=(_NOTE, *left_out),
    )
