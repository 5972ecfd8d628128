"""Corridors between districts: what other audiences may see of where missing people travel.

A corridor between two cells is a handful of reports and stays inside. Between districts they add
up to numbers that can be hidden and rounded like any others: those of one district part its
missing reports, all but those that do not say where the person was found.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.context.corridors import NEEDED, refuse_lacking
from mapper.grid.counts import locate
from mapper.lenses.lens import Condition
from mapper.questions.answer import answer
from mapper.questions.finding import Finding, Role
from mapper.questions.grounds import flagged, ground_of
from mapper.questions.places import places_by
from mapper.questions.question import Definition

CORRIDOR_TOTALS = Definition(
    id="corridors-by-district",
    title="Missing-from to found, by district",
    question="From which district to which do people who go missing travel?",
    definition="Missing people by district gone from and district found; some are found outside.",
    source="mapper.",
)
OUTSIDE = "outside the study area"
_MISSING: Condition = ("missing", "is", True)
_ROLES: dict[str, Role] = {"from_district": "key", "to_district": "key", "reports": "count"}


def ask_corridor_totals(study: Study) -> Finding:
    """Count missing reports by the districts gone from and found in, whatever the study's lens.

    Every pair of districts has a row, and every district one for places outside; reports made
    outside the study area have none.

    Raises
    ------
    LensError
        When the data does not say who was missing and where they were found.
    """
    refuse_lacking(study.incidents.table)
    places = places_by(study, "district")
    names = [*places.table["district"].astype("str"), OUTSIDE]
    counts = np.zeros((len(names) - 1, len(names)), dtype=np.int64)
    np.add.at(counts, _ends(study, places.group), 1)
    missing = int((study.within & study.incidents.table["missing"].to_numpy(dtype=bool)).sum())
    counted = (
        f"{int(counts.sum()):,} of {missing:,} reports were made in the study area and say where"
        " the person was found."
    )
    out, into = np.indices(counts.shape)
    table = pd.DataFrame(
        {
            "from_district": np.array(names, dtype=object)[out.ravel()],
            "to_district": np.array(names, dtype=object)[into.ravel()],
            "reports": counts.ravel(),
        }
    )
    finding = answer(
        study,
        CORRIDOR_TOTALS,
        table,
        _ROLES,
        unit="corridor",
        choices={"between": "districts"},
        notes=(counted, "One person who goes missing often counts each time."),
        ground=ground_of(
            study,
            places.group,
            (flagged(study, "reports", ((_MISSING,),)),),
            rows_each=len(names),
            whole=False,
        ),
        where=places.where(study.cells, table.rename(columns={"from_district": "district"})),
    )
    notes = tuple(note for note in finding.notes if note not in study.lens.caveats)
    return replace(finding, lens_title="Missing people", notes=notes)


def _ends(study: Study, district: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the district gone from and found in of each report that says both."""
    table, start = study.incidents.table, study.counts.position
    told = study.within & (start >= 0) & table["missing"].to_numpy(dtype=bool)
    told &= table[list(NEEDED[1:])].notna().all(axis=1).to_numpy()
    end = locate(
        *(table.loc[told, name].to_numpy(dtype=np.float64) for name in NEEDED[1:]),
        cells=study.cells,
        resolution=study.area.resolution,
    )
    last = int(district.max(initial=-1)) + 1
    out, into = district[start[told]], np.where(end >= 0, district[end], last)
    inside = out >= 0
    return out[inside], np.where(into >= 0, into, last)[inside]
