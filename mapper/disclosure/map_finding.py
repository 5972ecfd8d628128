"""A map as a finding whose unit is the cell, so that one pipeline releases maps and tables.

Measures of children are shown to some audiences by district alone; the unit is the district then.
"""

from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.record import record_of
from mapper.analysis.result import AnalysisResult
from mapper.base.types import Integers
from mapper.disclosure.refusal import months_around
from mapper.disclosure.rules import AudienceRule
from mapper.lenses.lens import Lens, taken_by
from mapper.questions.finding import Finding, Ground, Measure, Unit

MAP = "hotspots"  # its id, that of the command
COUNT = "count"


def map_finding(
    result: AnalysisResult, rule: AudienceRule | None = None, *, by_district: bool = False
) -> Finding:
    """Return a map as a finding of incidents, never weighted: a weight says what an incident was.

    Parameters
    ----------
    rule
        Of the audience that it is for; none for the operational one.
    by_district
        Totals by district were asked for; of some lenses an audience is shown nothing else.
    """
    lens, area, request = result.lens, result.area, result.request
    by_district |= rule is not None and district_only(lens, rule)
    region, names = _regions(result, by_district=by_district)
    first, last = result.first, result.last
    if rule is not None and rule.whole_months:
        first, last = months_around(first, last)
    counts = np.bincount(region, weights=result.incidents, minlength=len(names))
    unit: Unit = "district" if by_district else "cell"
    return Finding(
        id=MAP,
        title=lens.title,
        question=lens.question,
        definition="",
        source="",
        unit=unit,
        table=pd.DataFrame({unit: names, COUNT: np.rint(counts).astype(np.int64)}),
        roles=MappingProxyType({unit: "key", COUNT: "count"}),
        first=first,
        last=last,
        lens_title=lens.title,
        area_title=area.title,
        resolution=area.resolution,
        notes=(*lens.caveats, *map(str, result.notes)),
        choices=MappingProxyType(
            {"police_generated": "counted" if request.police_generated else "left out"}
        ),
        record=record_of(result),
        licence=area.licence,
        synthetic=result.synthetic,
        ground=Ground(
            cells=area.cells["cell"].to_numpy(),
            place=region,
            place_of_row=np.arange(len(names)),
            measures=(
                Measure(
                    COUNT, first, last, *taken_by(lens, police_generated=request.police_generated)
                ),
            ),
        ),
    )


def district_only(lens: Lens, rule: AudienceRule) -> bool:
    """Tell whether an audience sees a lens by district alone: it counts by a guarded column."""
    guarded = set(rule.district_only)
    return any(
        column in guarded and value is not False
        for one in lens.rules
        for column, _, value in one.conditions
    )


def _regions(result: AnalysisResult, *, by_district: bool) -> tuple[Integers, list[str]]:
    """Return the number of the region of each cell, itself or its district, and their names."""
    if not by_district:
        return np.arange(len(result.cells), dtype=np.int64), result.cells["cell"].tolist()
    codes, names = pd.factorize(result.cells["district"].astype("str").fillna("Elsewhere"))
    return codes.astype(np.int64), [str(name) for name in names]
