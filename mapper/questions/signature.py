"""The signature of hot spots, or of one cell: which indicators drive it."""

from dataclasses import dataclass

import numpy as np

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.context.indicators import IndicatorSet, indicate, indicators_for
from mapper.context.signature import place_signatures
from mapper.lenses.lens import Lens
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.groups import places_chosen
from mapper.questions.question import Question
from mapper.questions.usual_choices import cell, hotspot

_NOTE = (
    "A hot spot was chosen for its numbers, so its ratios are somewhat high; intervals hold"
    " together for all indicators of one place."
)


@dataclass(frozen=True, kw_only=True)
class SignatureChoices(Choices):
    """What is chosen for a place signature."""

    hotspot: str | None = hotspot()
    cell: str | None = cell()


def ask_signature(
    study: Study,
    choices: SignatureChoices,
    *,
    result: AnalysisResult | None = None,
    indicators: IndicatorSet | None = None,
) -> Finding:
    """Describe places by the indicators that drive them.

    Parameters
    ----------
    choices
        One hot spot, one cell in place of hot spots, or every hot spot.
    result
        Hot spots of the same study area.
    indicators
        Other indicators than those of the study's lens.

    Raises
    ------
    RequestError
        When the hot spot or cell is not there.
    LensError
        When the data lacks the columns.
    """
    places = places_chosen(study, hotspot=choices.hotspot, cell=choices.cell, result=result)
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
        QUESTION,
        laid_out,
        roles,
        unit=places.unit,
        choices={
            **choices.told(),
            "indicators": which.id,
            "shares_of": which.base,
            **_needs(study.lens),
        },
        notes=(_NOTE, *left_out),
        where=places.named.where(study.cells, laid_out),
    )


def _needs(lens: Lens) -> dict[str, object]:
    """Return the needs that the lens looks for together, and how many of them must meet."""
    if not lens.needs:
        return {}
    return {"needs": [one.name for one in lens.needs], "needs_together": lens.needs_together}


QUESTION = Question(
    id="signature",
    title="Place signature",
    question="Which indicators drive a place, how many, over how long, and how sure is it?",
    definition="Share of each indicator here over its share in the rest of the area, exact.",
    source="mapper; Przyborowski & Wilenski 1940; Bonferroni 1936.",
    group="Around a place",
    choices=SignatureChoices,
    answer=ask_signature,
)
