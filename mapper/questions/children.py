"""Domestic abuse with children, by area, district, ward or hot spot."""

from dataclasses import dataclass, replace

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.context.children import HIGH, count_children
from mapper.context.shares import months_covered
from mapper.lenses.lens import Condition
from mapper.lenses.load import load_lens
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Measure, Role
from mapper.questions.grounds import flagged, ground_of
from mapper.questions.groups import find_places
from mapper.questions.question import Question
from mapper.questions.usual_choices import Rows, rows

_COUNTS = ("incidents", "with_child", "with_baby", "repeat", "high_risk")
_ABUSE: Condition = ("domestic_abuse", "is", True)
_CHILD: Condition = ("child_at_address", "is", True)
_BABY: Condition = ("baby_at_address", "is", True)
_NOTES = (
    "Counted are incidents flagged as domestic abuse; a home with many calls counts each time.",
    "A baby is a child under one: where the ICON message on coping with crying is needed most.",
    "High risk is a share of the incidents that were graded.",
)


@dataclass(frozen=True, kw_only=True)
class ChildrenChoices(Choices):
    """What is chosen for domestic abuse with children."""

    by: Rows = rows("district")


def ask_children(
    study: Study, choices: ChildrenChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Count domestic abuse with children at each place of a study.

    Parameters
    ----------
    choices
        What the rows are.
    result
        Hot spots of the same study area, for ``hotspot``.

    Raises
    ------
    RequestError
        When the study's lens is about something else: its hot spots would be, too.
    LensError
        When the data has no column for domestic abuse or children.
    """
    if "domestic_abuse" not in study.lens.requires:
        raise RequestError(
            f"Children in domestic abuse cannot be counted under “{study.lens.title}”."
            f" Choose {load_lens('domestic-abuse').named} or one of its kind.",
        )
    places = find_places(study, by=choices.by, result=result)
    months = months_covered(study.first, study.last)
    counted = count_children(
        study.incidents.table, places.of_incident, size=places.size, months=months
    )
    roles: dict[str, Role] = dict.fromkeys(places.key_names, "key")
    roles |= {str(name): "count" if name in _COUNTS else "derived" for name in counted}
    table = places.keys.join(counted)
    finding = answer(
        study,
        QUESTION,
        table,
        roles,
        unit=places.unit,
        choices={**choices.told(), "months": months},
        notes=_NOTES,
        ground=ground_of(study, places.of_cell, _measures(study)),
        where=places.named.where(study.cells, table),
    )
    return replace(finding, lens_title="Domestic abuse")


def _measures(study: Study) -> tuple[Measure, ...]:
    """Return what each count counts, as :func:`mapper.context.children.count_children` does."""
    return (
        flagged(study, "incidents", ((_ABUSE,),)),
        flagged(study, "with_child", ((_ABUSE, _CHILD), (_ABUSE, _BABY))),
        flagged(study, "with_baby", ((_ABUSE, _BABY),)),
        flagged(study, "repeat", ((_ABUSE, ("repeat_victim", "is", True)),)),
        flagged(study, "high_risk", ((_ABUSE, ("risk_grade", "in", HIGH)),)),
    )


QUESTION = Question(
    id="children",
    title="Domestic abuse with children",
    question="In how many homes with domestic abuse is there a child, or a baby under one?",
    definition="Incidents flagged domestic abuse; shares with child, baby, repeat, high risk.",
    source="mapper; exact intervals of Clopper & Pearson 1934.",
    group="Around a place",
    choices=ChildrenChoices,
    answer=ask_children,
)
