"""What stands beside the four signals: local Moran, rates, days of harm, and a second lens."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Floats, Integers
from mapper.questions.finding import Role
from mapper.statistics.bracket import bracket_clusters
from mapper.statistics.co_location import find_meeting_places, measure_co_location
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.moran import QUADRANTS, LocalMoran, local_moran, local_moran_between
from mapper.statistics.rates import find_per_resident
from mapper.statistics.scores import score_counts

Scores = Integers


class Columns(NamedTuple):
    """Some columns of a table of cells, each with its role."""

    table: pd.DataFrame
    roles: dict[str, Role]


def moran_columns(study: Study) -> Columns:
    """Return local Moran's I, its quadrant, exact two-sided p and q of every cell."""
    return _of_moran(study, local_moran(_scores(study), study.near), prefix="moran")


def rate_columns(study: Study) -> Columns:
    """Return the empirical Bayes rate of every disc, per 1,000 residents."""
    residents = study.area.cells["residents"].to_numpy()
    found = find_per_resident(study.counts.incidents, residents, study.near)
    return _columns({"bayes_rate_per_1000": found.bayes_rate})


def harm_columns(study: Study) -> Columns:
    """Return the days of harm of every cell and the bounds of the exact p of its disc sum."""
    days = study.harm_days()
    found = bracket_clusters(days, study.near, null=study.request.null)
    q = adjust(found.p, correction=study.request.correction)
    busy = study.counts.incidents + study.near.ring_sums(study.counts.incidents) >= FEWEST_IN_DISC
    columns = _columns(
        {
            "harm_days": days,
            "harm_p_low": found.low,
            "harm_p": found.p,
            "harm_p_width": found.width,
            "harm_q": q,
        }
    )
    columns.table["harm_found"] = (q <= study.request.alpha) & busy
    return Columns(columns.table, {**columns.roles, "harm_found": "class"})


def second_lens(study: Study, other: Study) -> tuple[Columns, str]:
    """Return how a second lens lies around and in every cell, and a sentence about the whole.

    Raises
    ------
    RequestError
        When the second lens is the first one.
    """
    if other.lens.id == study.lens.id:
        raise RequestError(
            "{with_lens}: the second lens is the first one. Choose another.", names=("with_lens",)
        )
    first, second = study.counts.incidents, other.counts.incidents
    around = _of_moran(
        study, local_moran_between(_scores(study), _scores(other), study.near), prefix="between"
    )
    meeting = find_meeting_places(first, second, study.demand)
    q = adjust(meeting.p, correction=study.request.correction)
    columns = _columns(
        {
            "both_p": meeting.p,
            "both_q": q,
            "both_expected_here": meeting.expected_first,
            "both_expected_other": meeting.expected_second,
        }
    )
    own = pd.DataFrame({"other_incidents": second})
    table = pd.concat([own, around.table, columns.table], axis=1)
    table["both_found"] = (q <= study.request.alpha) & (np.minimum(first, second) > 0)
    roles: dict[str, Role] = {"other_incidents": "count", **around.roles, **columns.roles}
    words = measure_co_location(first, second, demand=study.demand).sentence()
    return Columns(table, {**roles, "both_found": "class"}), f"{other.lens.title}: {words}"


def _of_moran(study: Study, found: LocalMoran, *, prefix: str) -> Columns:
    """Return the columns of one local Moran, its quadrant named where q is small."""
    p = found.p_two_sided
    q = adjust(p, correction=study.request.correction)
    quadrant = np.array(QUADRANTS, dtype=object)[found.quadrant]
    table = pd.DataFrame({f"{prefix}_i": found.value, f"{prefix}_p": p, f"{prefix}_q": q})
    table[f"{prefix}_quadrant"] = quadrant
    table[f"{prefix}_found"] = q <= study.request.alpha
    roles: dict[str, Role] = {
        f"{prefix}_{part}": "class" if part in {"quadrant", "found"} else "derived"
        for part in ("i", "p", "q", "quadrant", "found")
    }
    return Columns(table, roles)


def _columns(values: dict[str, Floats]) -> Columns:
    """Return real-valued columns that are worked out from counts."""
    return Columns(pd.DataFrame(values), dict.fromkeys(values, "derived"))


def _scores(study: Study) -> Scores:
    return score_counts(study.counts.weighted, score=study.request.score)
