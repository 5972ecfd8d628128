"""A release: what one audience may see; the only thing that outputs accept.

Of a map it is a :class:`Release`, of the answer to a question a :class:`FindingRelease`. Both are
made by :func:`mapper.disclosure.make.release` and by nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeVar, overload

import numpy as np
import pandas as pd

from mapper.base.errors import DisclosureError
from mapper.disclosure.suppression import Printed
from mapper.questions.finding import Role, Unit, Where

Audience = Literal["operational", "partnership", "public"]

MARKINGS: Mapping[str, str] = MappingProxyType({"operational": "OFFICIAL-SENSITIVE"})
_MADE_HERE = object()


@dataclass(frozen=True, eq=False, kw_only=True)
class AnyRelease:
    """What every release says of itself, a map or a table."""

    audience: Audience
    marking: str  # shown in capitals at the top and bottom of every page and file
    title: str  # the lens's title, or what people call the question
    question: str  # which question it answers
    period: str  # "1 September 2021 to 31 August 2022"
    area_title: str
    resolution: int
    synthetic: bool  # the data is a demonstration, said on every screen and file
    record: Mapping[str, Any]  # request, inputs, numbers, versions: the manifest's content
    licence: str
    digest: str  # SHA-256 over all of it
    content_digest: str  # the same whoever made it: what may be drawn once for all who see it
    # What a reader concludes of each column of counts, by row; none for the operational audience,
    # nor of a map whose counts are printed by district alone.
    printed: Mapping[str, Printed] = field(default_factory=dict)
    _key: object = None

    def __post_init__(self) -> None:
        if self._key is not _MADE_HERE:
            raise DisclosureError("A release is made by mapper.disclosure.make only.")

    @property
    def instead(self) -> str:
        """What it is given instead of, in a sentence; empty where it is what was asked for."""
        return str(self.record.get("instead", ""))


@dataclass(frozen=True, eq=False, kw_only=True)
class Release(AnyRelease):
    """What an audience may see of a map."""

    cells: pd.DataFrame  # CELL_COLUMNS; PARTNER_CELL_COLUMNS outside the operational audience
    hotspots: pd.DataFrame  # HOTSPOT_COLUMNS; PARTNER_HOTSPOT_COLUMNS there
    caveats: tuple[str, ...]  # what it cannot show
    districts: pd.DataFrame | None = None  # PARTNER_DISTRICT_COLUMNS; none for operational
    streets: pd.DataFrame | None = None  # STREET_COLUMNS; none outside the operational audience
    hidden_words: str = ""  # how a hidden count is written: fewer than 5

    @property
    def by_district(self) -> bool:
        """Whether its counts are printed for whole districts and for no cell."""
        return self.districts is not None and not self.printed

    def wards_of(self, hotspot_id: str) -> tuple[str, ...]:
        """Return the wards that a hot spot lies in: "Anfield, Liverpool"."""
        mine = self.cells.loc[self.cells["hotspot_id"] == hotspot_id, ["ward", "district"]]
        pairs = mine.astype("str").drop_duplicates().to_numpy()
        return tuple(f"{ward}, {district}" for ward, district in pairs if ward)


@dataclass(frozen=True, eq=False, kw_only=True)
class FindingRelease(AnyRelease):
    """What an audience may see of a finding."""

    id: str  # the question's id: change, clock, near-repeat
    definition: str
    source: str
    unit: Unit
    table: pd.DataFrame
    roles: Mapping[str, Role]  # of the columns of the table
    lens_title: str
    notes: tuple[str, ...]
    choices: Mapping[str, Any]
    where: Where | None  # what each row stands for, as this audience may draw it


R = TypeVar("R", bound=AnyRelease)


@overload
def is_release(thing: object) -> Release: ...
@overload
def is_release(thing: object, kind: type[R]) -> R: ...
def is_release(thing: object, kind: type[AnyRelease] = Release) -> AnyRelease:
    """Return ``thing`` if it is a release of some kind; every output calls this first.

    Raises
    ------
    DisclosureError
        When it is anything else, a result before disclosure control above all.
    """
    if not isinstance(thing, kind):
        of = " of a finding" if kind is FindingRelease else ""
        raise DisclosureError(
            f"Outputs take a release{of}, not a {type(thing).__name__}: call release(...) first."
        )
    return thing


def digest_of_release(content: Mapping[str, object], *tables: pd.DataFrame) -> str:
    """Return the SHA-256 of everything an audience is shown."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=_plain).encode())
    for table in tables:
        for name in table.columns:
            column = table[name]
            numeric = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf"
            digest.update(name.encode())
            digest.update(
                column.to_numpy().tobytes()
                if numeric
                else "\x1f".join(column.astype("str").fillna("").to_numpy(dtype=object)).encode()
            )
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Return a mapping as a plain dictionary for JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")
