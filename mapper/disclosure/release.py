"""A release: what one audience may see of a result; the only thing that outputs accept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal

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
