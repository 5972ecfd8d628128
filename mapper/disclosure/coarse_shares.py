"""Shares of all demand in whole percents: so coarse that no count behind them can be told.

A share is made from two totals of the whole area, each rounded as its audience's counts are, and
shown as a whole percent. It therefore says no more than those rounded totals, and is shown only
where one percent is at least ten times the smallest count that may be printed (50 incidents for
partners): no difference of shares, of lenses or of periods, tells one hidden count from another. As
with a printed total, it must leave each hidden cell of any map of the same incidents all its values
(:func:`mapper.disclosure.totals.total_is_safe`). A share so checked needs no register.

Only whole months are told of, or all that the data holds: whoever could move a period day by day
would read off on which day a share passes a step, and so single days.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mapper.analysis.study import Study
from mapper.areas.load import load_study_area
from mapper.base.types import Flags, Integers
from mapper.disclosure.fitness import cuts_a_month
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.totals import total_is_safe
from mapper.grid.counts import locate

STEP = 10  # smallest counts that one percent must hold
_SIZES = (8, 9)  # of cells that an audience other than the operational one may see


def percents_of_demand(
    study: Study, parts: Mapping[str, Flags], rule: AudienceRule
) -> Mapping[str, int]:
    """Return the share of each part of all demand in whole percents, as far as it may be shown.

    Parameters
    ----------
    study
        All demand over the days shown.
    parts
        Which incidents are of each part, by its name; shape (incidents,).
    rule
        Of the audience.
    """
    whole = rounded(int(study.counted.sum()), rule)
    if cuts_a_month(study.request.start, study.request.end):
        return {}
    if whole < 100 * STEP * rule.smallest_count:
        return {}
    places = places_of_maps(study)
    shown = {}
    for name, part in parts.items():
        mine = part & study.counted
        maps = [np.bincount(at[mine & (at >= 0)], minlength=size) for at, size in places]
        if total_is_safe((one.astype(np.int64) for one in maps), rule):
            shown[name] = round(100 * rounded(int(mine.sum()), rule) / whole)
    return shown


def rounded(number: int, rule: AudienceRule) -> int:
    """Return a total as its audience's counts are printed; a small one is none."""
    if number < rule.smallest_count:
        return 0
    return rule.round_to * round(number / rule.round_to)


def places_of_maps(study: Study) -> Sequence[tuple[Integers, int]]:
    """Return the cell of each incident and the number of cells, in each size of map."""
    found = [(study.counts.position, study.near.size)]
    table = study.incidents.table
    lon, lat = (table[name].to_numpy() for name in ("lon", "lat"))
    for size in _SIZES:
        if size != study.area.resolution:
            area = load_study_area(study.request.area, resolution=size)
            cells = area.cells["cell"].to_numpy()
            found.append((locate(lon, lat, cells=cells, resolution=size), cells.size))
    return found
