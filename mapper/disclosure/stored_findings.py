"""A finding's count columns as the register keeps them: totals of places, days and lenses."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure.parted import PRINTED_TO
from mapper.disclosure.register import UNLIMITED, Selection, StoredRelease
from mapper.disclosure.rules import Rule
from mapper.disclosure.suppression import Printed
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.finding import Finding, Ground


def stored_measures(
    finding: Finding, printed: Mapping[str, Printed], rule: Rule
) -> tuple[StoredRelease, ...]:
    """Return what an audience is told by each count column; digests come later.

    Parameters
    ----------
    printed
        Each count column as it would be printed.
    """
    ground = finding.ground
    if ground is None:
        return ()
    places, region_of_row = np.unique(ground.place_of_row, return_inverse=True)
    inside = np.isin(ground.place, places)
    region = np.searchsorted(places, ground.place[inside]).astype(np.int64)
    cells = tuple(map(str, cells_to_strings(ground.cells[inside])))
    return tuple(
        StoredRelease(
            digest="",
            audience=rule.audience,
            title=f"{finding.title} ({finding.lens_title})",
            area_title=finding.area_title,
            first=one.first,
            last=one.last,
            resolution=finding.resolution,
            selection=Selection(one.include, one.exclude),
            cells=cells,
            region=region,
            filters=MappingProxyType({"question": finding.id, "column": one.column}),
            **_told(ground, printed[one.column], region_of_row.astype(np.int64)),
        )
        for one in ground.measures
    )


def _told(ground: Ground, printed: Printed, region: Integers) -> dict[str, Any]:
    """Return the limits of each place's count, and of its parts where it has several rows."""
    places = int(region.max(initial=-1)) + 1
    if places == region.size:
        order = np.argsort(region)
        return {"low": printed.low[order], "high": printed.high[order]}
    least = np.maximum(printed.low - PRINTED_TO, 0.0)
    most = np.where(printed.high >= UNLIMITED, UNLIMITED, printed.high + PRINTED_TO)
    low = np.ceil(np.bincount(region, weights=least, minlength=places)).astype(np.int64)
    high = np.floor(np.bincount(region, weights=most, minlength=places)).astype(np.int64)
    open_ = high >= UNLIMITED
    return {
        "low": low,
        "high": np.where(open_ | (not ground.whole), UNLIMITED, high),
        "parts": tuple(zip(region.tolist(), least.tolist(), most.tolist(), strict=True)),
        "parts_whole": ground.whole,
    }


def withheld_before(
    new: Sequence[StoredRelease], earlier: Sequence[StoredRelease]
) -> tuple[Flags | None, ...]:
    """Return what an earlier release of the very same numbers withheld; nothing without one."""
    return tuple(_withheld_before(one, earlier) for one in new)


def _withheld_before(new: StoredRelease, earlier: Sequence[StoredRelease]) -> Flags | None:
    for one in earlier:
        same = (one.first, one.last, one.resolution, one.selection, one.cells) == (
            new.first,
            new.last,
            new.resolution,
            new.selection,
            new.cells,
        )
        if same and np.array_equal(one.region, new.region) and set(one.parts) <= set(new.parts):
            withheld = np.asarray((one.high >= UNLIMITED) & (one.low == 0))
            if bool((((one.low == new.low) & (one.high == new.high)) | withheld).all()):
                return withheld
    return None
