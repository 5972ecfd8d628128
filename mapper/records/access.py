"""Whose records a viewer may read: everything, or those of their own wards and their own.

A record says in its ward where it belongs. One without a ward is seen by those who see everything
and by whoever saved it, so that nothing is shown by having been left blank.
"""

from collections.abc import Iterable

import pandas as pd

from mapper.area_shares import name_key
from mapper.people import Viewer, in_wards, may, require
from mapper.records.versions import Version


def own_wards(viewer: Viewer, cells: pd.DataFrame) -> frozenset[str]:
    """Return the wards of a viewer as records may spell them: with the district, or without.

    Parameters
    ----------
    cells
        Of the study area, with columns ``district`` and ``ward``.
    """
    known = cells[["ward", "district"]].drop_duplicates().dropna().astype("str")
    own = known[in_wards(known, viewer.wards)]
    bare = known["ward"].map(name_key)
    single = own["ward"].map(name_key)[~bare.duplicated(keep=False).loc[own.index]]
    full = (own["ward"] + own["district"]).map(name_key)
    return frozenset([*single, *full]) - {""}


def readable(
    viewer: Viewer, versions: Iterable[Version], *, own: frozenset[str]
) -> tuple[Version, ...]:
    """Return the records that a viewer may read.

    Parameters
    ----------
    own
        From :func:`own_wards`.

    Raises
    ------
    RefusedError
        When the viewer's roles show them no records at all.
    """
    require(viewer, "plan")
    if may(viewer, "see everything"):
        return tuple(versions)
    return tuple(one for one in versions if name_key(one.ward) in own or one.author == viewer.name)
