"""Whose records a viewer may read: everything, or those of their own wards and their own.

A record says in its ward where it belongs. One without a ward is seen by those who see everything
and by whoever saved it, so that nothing is shown by having been left blank. Partner agencies read
the records that somebody shared with them, and nothing that the program filled in.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from mapper.disclosure.people import Viewer, in_wards, may, require
from mapper.grid.area_weighting import name_key
from mapper.records.form import load_form
from mapper.records.versions import Version

SHARED = "shared"  # the answer that shows a record to partner agencies


def own_wards(viewer: Viewer, cells: pd.DataFrame) -> frozenset[str]:
    """Return the wards of a viewer as records may spell them: with the district, or without.

    Parameters
    ----------
    cells
        Of the study area, with columns ``district`` and ``ward``.
    """
    return ward_keys(viewer.wards, cells)


def ward_keys(wards: Iterable[str], cells: pd.DataFrame) -> frozenset[str]:
    """Return wards as records may spell them: with the district, or without.

    Parameters
    ----------
    wards
        As :func:`mapper.disclosure.people.in_wards` takes them.
    cells
        Of the study area, with columns ``district`` and ``ward``.
    """
    known = cells[["ward", "district"]].drop_duplicates().dropna().astype("str")
    own = known[in_wards(known, wards)]
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
    return tuple(
        one
        for one in versions
        if one.author == viewer.name or not own.isdisjoint(map(name_key, _wards_of(one)))
    )


def _wards_of(one: Version) -> tuple[str, ...]:
    """Return the wards of a record: its own, and those of a campaign's places."""
    return (one.ward, *(str(row.get("ward", "")) for row in one.content.get("places", ())))


def shared_with_partners(viewer: Viewer, versions: Iterable[Version]) -> tuple[Version, ...]:
    """Return what partner agencies may read: records that were shared, in people's own words.

    What the program filled in holds counts that no release to partners has checked, so it is left
    out, but for the list of a meeting that was shown to partners as it stands.

    Raises
    ------
    RefusedError
        When the viewer is not shown what partners are.
    """
    require(viewer, "see partnership releases")
    return tuple(_in_words(one) for one in versions if one.content.get("shared") == SHARED)


def _in_words(one: Version) -> Version:
    """Return a record without what the program filled in and what is to stay inside."""
    form = load_form(one.kind)
    filled = {field.id for field in form.fields if field.kind == "data"}
    shown = one.content.get("shown") or {}
    if shown.get("audience") == "partnership":
        filled -= {"shown", "release"}
    kept = {name: value for name, value in one.content.items() if name not in filled}
    for field in form.fields:
        inside = {column.id for column in field.columns if column.inside}
        if inside and field.id in kept:
            rows = kept[field.id]
            kept[field.id] = [{n: v for n, v in row.items() if n not in inside} for row in rows]
    return replace(one, content=MappingProxyType(kept))
