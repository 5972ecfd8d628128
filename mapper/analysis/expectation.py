"""What incidents are expected to follow: the base of unusual places, with the words that name it.

The request chooses, or leaves it to the lens. Where the data cannot carry the choice the nearest
base that it can is taken, and a note says so: a base is never swapped in silence.
"""

from dataclasses import dataclass, replace

import numpy as np

from mapper.analysis.request import AnalysisRequest, Base
from mapper.analysis.study import Study
from mapper.areas.base_table import BaseTable
from mapper.areas.study_area import StudyArea
from mapper.base.note import Note
from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.lenses.lens import EXPECTED_WORDS

MOST_OF_DEMAND = 0.5  # of all incidents: a lens of more than this would be compared with itself
YOUNG_WORDS = "residents aged 10 to 17"
EVEN_WORDS = "an even spread over the cells"


@dataclass(frozen=True, eq=False)
class Expectation:
    """A base by cell, and what it is."""

    base: Floats  # 0 or more, missing where unknown; shape (cells,)
    words: str  # completes "more than ... would explain"
    notes: tuple[Note, ...] = ()  # what was taken instead of what, and why


def expectation(study: Study) -> Expectation:
    """Return what the incidents of a study are expected to follow.

    Nothing is known of cells that the data does not reach.

    Raises
    ------
    AreaError
        When the table or the column asked for cannot be used.
    """
    chosen = _chosen(study)
    return replace(chosen, base=np.where(study.uncovered, np.nan, chosen.base))


def rests_on_residents(study: Study) -> bool:
    """Tell whether places are judged against their residents."""
    known = float(np.nansum(study.area.cells["residents"].to_numpy(dtype=np.float64))) > 0
    return known and _chosen(study).words == EXPECTED_WORDS["residents"]


def requested_base(study: Study) -> Base:
    """Return the base that was asked for, by name: the lens's own where it was left to the lens."""
    asked = study.request.expected
    return study.lens.expected if asked == "lens" else asked


def _chosen(study: Study) -> Expectation:
    """Return the base that was asked for, or the nearest that the data can carry."""
    total = study.counts.total
    return base_of(
        requested_base(study), study=study, area=study.area, total=total, demand=study.demand
    )


def base_of(
    name: Base, *, study: Study, area: StudyArea, total: int, demand: Integers
) -> Expectation:
    """Return a base by name over an area, or the nearest that the data can carry.

    Parameters
    ----------
    study
        Whose request holds the table and its column, where one was asked for.
    area
        The study's, in cells of any resolution.
    total, demand
        Incidents that count, and all demand by cell of that area.

    Raises
    ------
    AreaError
        When the table or the column asked for cannot be used.
    """
    table = study.request.expected_table
    if name in {"table", "residents-and-table"} and table is not None:
        return _of_table(study.request, area, table)
    if name == "residents":
        return residents_of(area)
    if name == "young-residents":
        return _young_of(area)
    everything = int(demand.sum())
    if total <= MOST_OF_DEMAND * everything:
        return Expectation(demand.astype(np.float64), EXPECTED_WORDS["demand"])
    share = f"{total:,} of {everything:,} incidents in the data"
    return residents_of(
        area,
        note=f"“{study.lens.title}” holds {share}, too many to be compared with all demand: ",
    )


def _of_table(request: AnalysisRequest, area: StudyArea, table: BaseTable) -> Expectation:
    """Return a column of a table as the base, alone or added to residents."""
    column = table.column(request.expected_column)
    base, lost = table.by_cell(area, column)
    words = f"{column} ({table.name})"
    if request.expected == "residents-and-table":
        people = area.cells["residents"].to_numpy(dtype=np.float64)
        base, words = base + people, f"residents and {column} ({table.name})"
    told = []
    if lost:
        told.append(f"Left out: {count(lost, 'row')} of {table.name} in no cell of {area.title}.")
    if unknown := int(np.isnan(base).sum()):
        told.append(
            f"{table.name} names no place of {unknown:,} of {base.size:,} cells: nothing is known"
            " of them, and no place is listed there. Give it a row for each."
        )
    return Expectation(base, words, tuple(Note("expectation", one) for one in told))


def _young_of(area: StudyArea) -> Expectation:
    """Return residents aged 10 to 17 as the base, or all residents where these are not known."""
    young = area.cells["residents_10_17"].to_numpy(dtype=np.float64)
    if np.nansum(young) > 0:
        notes = _of_unknown(young, YOUNG_WORDS.capitalize(), area)
        return Expectation(young, YOUNG_WORDS, notes)
    return residents_of(area, note=f"no residents aged 10 to 17 are known for {area.title}: ")


def residents_of(area: StudyArea, *, note: str = "") -> Expectation:
    """Return residents as the base, or an even spread where none are known.

    Parameters
    ----------
    note
        Why they are taken and not what was asked for: opens the note of the answer.
    """
    people = area.cells["residents"].to_numpy(dtype=np.float64)
    if np.nansum(people) > 0:
        told = f"{note}unusual means more than residents explain."
        instead = (Note("expectation", told),) if note else ()
        unknown = _of_unknown(people, "Residents", area)
        return Expectation(people, EXPECTED_WORDS["residents"], (*instead, *unknown))
    told = (
        f"{note}no residents are known for {area.title}, so unusual means more than"
        " an even spread over the cells would put there. Give the area its residents to see more."
    )
    notes = (Note("expectation", told[:1].upper() + told[1:]),)
    return Expectation(np.ones(people.size), EVEN_WORDS, notes)


def _of_unknown(people: Floats, who: str, area: StudyArea) -> tuple[Note, ...]:
    """Say of how much ground it is not known who lives there."""
    unknown = int(np.isnan(people).sum())
    words = (
        f"{who} are not known in {unknown:,} of {people.size:,} cells of {area.title}: whether"
        " there is more than they explain cannot be told there, and no place is listed. Give the"
        " area a table that holds them."
    )
    return (Note("residents unknown", words),) if unknown else ()
