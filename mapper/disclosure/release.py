"""A release: what one audience may see of a result; the only thing that outputs accept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Literal, get_args

import pandas as pd

from mapper.analysis import AnalysisResult
from mapper.errors import DisclosureError

Audience = Literal["operational"]

MARKINGS: Mapping[str, str] = MappingProxyType({"operational": "OFFICIAL-SENSITIVE"})
_MADE_HERE = object()


@dataclass(frozen=True, eq=False)
class Release:
    """What an audience may see. Made by :func:`release` and by nothing else."""

    audience: Audience
    marking: str  # shown in capitals at the top and bottom of every page and file
    title: str  # the lens's title
    question: str  # which question the map answers
    period: str  # "1 September 2021 to 31 August 2022"
    area_title: str
    resolution: int
    cells: pd.DataFrame  # CELL_COLUMNS
    hotspots: pd.DataFrame  # HOTSPOT_COLUMNS
    caveats: tuple[str, ...]  # what it cannot show
    synthetic: bool  # the data is a demonstration, said on every screen and file
    record: Mapping[str, object]  # request, inputs, numbers, versions: the manifest's content
    licence: str
    digest: str  # SHA-256 over everything above
    _key: object = None

    def __post_init__(self) -> None:
        if self._key is not _MADE_HERE:
            raise DisclosureError("A release is made by mapper.disclosure.release only.")


def is_release(thing: object) -> Release:
    """Return ``thing`` if it is a release; every output calls this first.

    Raises
    ------
    DisclosureError
        When it is anything else, a result before disclosure control above all.
    """
    if not isinstance(thing, Release):
        raise DisclosureError(
            f"Outputs take a release, not a {type(thing).__name__}: call release(result) first."
        )
    return thing


VERSIONED = ("mapper", "numpy", "pandas", "pyarrow", "h3", "h3ronpy", "folium")


def release(result: AnalysisResult, *, audience: str = "operational", made_by: str = "") -> Release:
    """Return what an audience may see of a result.

    Parameters
    ----------
    audience
        ``operational``: sworn or vetted staff and analysts. Full counts at the resolution asked
        for, marked. No other audience is served before its suppression rules exist.
    made_by
        Who makes the release, kept in the record.

    Raises
    ------
    DisclosureError
        For any other audience, or for something that is no result.
    """
    if not isinstance(result, AnalysisResult):
        raise DisclosureError(
            f"Only an analysis result is released, not a {type(result).__name__}."
        )
    if audience not in get_args(Audience):
        raise DisclosureError(
            f"No release can be made for audience “{audience}”:"
            f" choose {' or '.join(get_args(Audience))}."
        )
    content: dict[str, Any] = {
        "audience": "operational",
        "marking": MARKINGS["operational"],
        "title": result.lens.title,
        "question": result.lens.question,
        "period": period_in_words(result.first, result.last),
        "area_title": result.area.title,
        "resolution": result.area.resolution,
        "caveats": (*result.lens.caveats, *result.notes),
        "synthetic": result.synthetic,
        "record": _record(result, made_by),
        "licence": result.area.licence,
    }
    digest = digest_of_release(content, result.cells, result.hotspots)
    return Release(
        **content, cells=result.cells, hotspots=result.hotspots, digest=digest, _key=_MADE_HERE
    )


def period_in_words(first: date, last: date) -> str:
    """Return a period as people write it: 1 September 2021 to 31 August 2022."""
    if first == last:
        return f"{first.day} {first:%B %Y}"
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _record(result: AnalysisResult, made_by: str) -> Mapping[str, object]:
    """Return all that is needed to make the same outputs again."""
    lens = {"id": result.lens.id, "version": result.lens.version, "sha256": result.lens.sha256}
    area = {
        "name": result.area.name,
        "resolution": result.area.resolution,
        "cells": len(result.area.cells),
        "sha256": result.area.sha256,
    }
    request = asdict(result.request)
    request["start"], request["end"] = (
        day.isoformat() if day else None for day in (result.request.start, result.request.end)
    )
    return MappingProxyType(
        {
            "request": request,
            "lens": lens,
            "area": area,
            "first_day": result.first.isoformat(),
            "last_day": result.last.isoformat(),
            "inputs": [dict(source) for source in result.inputs],
            "numbers": dict(result.numbers),
            "facts": dict(result.facts),
            "made_by": made_by,
            "versions": {name: version(name) for name in VERSIONED},
        }
    )


def digest_of_release(content: Mapping[str, object], *tables: pd.DataFrame) -> str:
    """Return the SHA-256 of everything an audience is shown."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=_plain).encode())
    for table in tables:
        for name in table.columns:
            column = table[name]
            numeric = pd.api.types.is_numeric_dtype(column.dtype)
            digest.update(name.encode())
            digest.update(
                column.to_numpy().tobytes()
                if numeric
                else "\x1f".join(column.astype("str").fillna("")).encode()
            )
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Return a mapping as a plain dictionary for JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")
