"""Week clock: at which of the 168 hours of the week incidents probably happened."""

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.questions.answer import answer
from mapper.questions.definitions import CLOCK
from mapper.questions.finding import Finding, Role
from mapper.questions.places import NamedPlaces, cells_named, chosen_hotspots, places_by
from mapper.statistics.aoristic import WEEK_HOURS, week_clocks

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROLES: dict[str, Role] = {
    "hour_of_week": "key",
    "day": "key",
    "hour": "key",
    "weight": "count",
    "share": "derived",
    "even_share": "fact",
}


def ask_clock(
    study: Study,
    *,
    hotspots: tuple[str, ...] = (),
    cells: tuple[str, ...] = (),
    every_hotspot: bool = False,
) -> Finding:
    """Return a week clock of the whole area, of hot spots, or of some cells together.

    Parameters
    ----------
    hotspots
        Ids of hot spots of the whole time, a clock for each.
    cells
        H3 cells, one clock for all of them.
    every_hotspot
        A clock for every hot spot.

    Raises
    ------
    RequestError
        When a place is unknown, or the data knows months only.
    """
    if cells and (hotspots or every_hotspot):
        raise RequestError("Ask for cells or for hot spots, not for both in one clock.")
    places = _places(study, hotspots, cells, every_hotspot=every_hotspot)
    table = study.incidents.table
    where = np.where(study.counted, study.counts.position, 0)
    group = np.where(study.counted, places.group[where], -1)
    vague = (table["precision"] == "month").to_numpy()
    if not ((group >= 0) & ~vague).any():
        raise RequestError(
            "The data knows only the month of the incidents asked for, or there are none there,"
            " so no hour of the week can be told."
        )
    clocks = week_clocks(
        table["start"].to_numpy(),
        table["end"].to_numpy(),
        group=group,
        groups=len(places.table),
        month_only=vague,
    )
    notes = [f"{int(clocks.incidents.sum()):,} incidents spread over the week."]
    if unknown := int(clocks.unknown.sum()):
        notes.append(f"{unknown:,} incidents known to the month only are left out.")
    return answer(
        study,
        CLOCK,
        _table(places, clocks.weights),
        {**places.roles, **_ROLES},
        unit="hour",
        choices={"hotspots": hotspots, "cells": cells, "every_hotspot": every_hotspot},
        notes=tuple(notes),
    )


def _places(
    study: Study, hotspots: tuple[str, ...], cells: tuple[str, ...], *, every_hotspot: bool
) -> NamedPlaces:
    """Return the places to make clocks of."""
    if hotspots or every_hotspot:
        places = places_by(study, "hotspot")
        return chosen_hotspots(places, hotspots) if hotspots else places
    if not cells:
        return places_by(study, "area")
    group = np.where(cells_named(study, cells), 0, -1).astype(np.int64)
    return NamedPlaces(pd.DataFrame({"cells": ["; ".join(cells)]}), {"cells": "key"}, group)


def _table(places: NamedPlaces, weights: np.ndarray) -> pd.DataFrame:
    """Return one row for each place and hour, Monday 00:00 first."""
    number = len(places.table)
    hours = np.tile(np.arange(WEEK_HOURS), number)
    whole = weights.sum(axis=1, keepdims=True)
    share = np.divide(weights, whole, out=np.full(weights.shape, np.nan), where=whole > 0)
    rows = places.table.loc[np.repeat(np.arange(number), WEEK_HOURS)].reset_index(drop=True)
    return rows.assign(
        hour_of_week=hours,
        day=np.array(DAYS, dtype=object)[hours // 24],
        hour=hours % 24,
        weight=weights.ravel(),
        share=share.ravel(),
        even_share=1 / WEEK_HOURS,
    )
