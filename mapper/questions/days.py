"""School days, holidays and pay days: whether a place is busier on one kind than on others."""

from dataclasses import dataclass

import numpy as np

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.text import count
from mapper.context.school_days import SchoolDays, shipped_school_days
from mapper.context.week import compare_days, known_to_the_day
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.groups import find_places
from mapper.questions.question import Question
from mapper.questions.usual_choices import Rows, rows
from mapper.questions.windows import refuse_months_only

_COUNTS = ("incidents", "other_incidents")
_FACTS = ("days", "other_days")


@dataclass(frozen=True, kw_only=True)
class DaysChoices(Choices):
    """What is chosen for school days, holidays and pay days."""

    by: Rows = rows("hotspot")
    school_days: SchoolDays | None = choice(
        None,
        "School and pay days",
        help="School and pay days (TOML) other than those shipped.",
        rare=True,
    )


def ask_days(
    study: Study, choices: DaysChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Set holidays against school days, and pay days against others, at each place.

    Raises
    ------
    RequestError
        When the data knows the months of incidents only.
    """
    places = find_places(study, by=choices.by, result=result)
    dates = choices.school_days or shipped_school_days()
    table = study.incidents.table
    refuse_months_only(study)
    known = known_to_the_day(table) & study.counted
    found = compare_days(
        table["start"].to_numpy()[known],
        places.of_incident[known],
        groups=places.size,
        first=np.datetime64(study.first),
        last=np.datetime64(study.last),
        calendar=dates,
    )
    keys = places.keys.iloc[found["place"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    laid_out = keys.join(found.drop(columns="place"))
    roles: dict[str, Role] = {str(name): "derived" for name in laid_out}
    roles |= dict.fromkeys([*places.key_names, "contrast"], "key")
    roles |= {**dict.fromkeys(_COUNTS, "count"), **dict.fromkeys(_FACTS, "fact")}
    left_out = int((study.counted & ~known).sum())
    return answer(
        study,
        QUESTION,
        laid_out,
        roles,
        unit=places.unit,
        choices={
            **choices.told(),
            "calendar": dates.file,
            "calendar_version": dates.version,
        },
        notes=(
            f"School days and pay days: {dates.title}, version {dates.version}. {dates.source}",
            "Holidays lie in other seasons: the ratio against the rest of the area allows for it.",
            f"Left out: {count(left_out, 'incident')} that cannot be put on one day.",
        ),
        where=places.named.where(study.cells, laid_out),
    )


QUESTION = Question(
    id="days",
    title="School days, holidays and pay days",
    question="Is a place busier in school holidays, or around pay days?",
    definition="Incidents a day by kind of day, exact ratio; also against the rest of the area.",
    source="Przyborowski & Wilenski 1940; Cornfield 1956; mapper.",
    group="When",
    choices=DaysChoices,
    answer=ask_days,
)
