"""The demand that is not crime: how it splits by kind, and which agency could meet each kind.

A readable file (``demand.toml``) holds the kinds, the words of their incident types and the
agencies; it is a judgement, said wherever it is shown. An incident not recorded as a crime belongs
to the first kind whose words stand in its type, so that shares add up; the rest is "other".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mapper.base.types import Integers
from mapper.context.toml_file import read_whole, refuse_faults
from mapper.lenses.classify import plain_words
from mapper.lenses.part import Part, closest, parts_of, quoted
from mapper.records.agencies import agency_names

SHIPPED = Path(__file__).with_name("demand.toml")


@dataclass(frozen=True)
class DemandKind:
    """One kind of demand that is not crime."""

    name: str
    types: tuple[str, ...]  # words that stand in the incident type
    agencies: tuple[str, ...]  # who could meet it, the likeliest first
    reason: str


@dataclass(frozen=True)
class DemandShare:
    """How much of all demand one kind is, as disclosure control shows it."""

    kind: DemandKind
    percent: int


@cache
def demand_kinds() -> tuple[DemandKind, ...]:
    """Return the kinds that come with mapper, in the order in which they are asked."""
    return read_demand_kinds(SHIPPED)


def read_demand_kinds(path: Path, text: str | None = None) -> tuple[DemandKind, ...]:
    """Read a file of kinds.

    Raises
    ------
    ContextError
        Naming the file, and for each fault its line and what to write instead.
    """
    whole = read_whole(path, text, what="a file of kinds of demand")
    whole.refuse_unknown_keys(("title", "version", "kind"))
    whole.text("title")
    whole.text("version")
    parts = parts_of(whole, "kind")
    if not parts:
        whole.fault("the file has no kinds. Add a [[kind]].", at="kind")
    found = tuple(_kind(part) for part in parts)
    refuse_faults(path, whole)
    return found


def _kind(part: Part) -> DemandKind:
    part.refuse_unknown_keys(("name", "types", "agencies", "reason"))
    kind = DemandKind(
        part.text("name"), part.texts("types"), part.texts("agencies"), part.text("reason")
    )
    for key, listed in (("types", kind.types), ("agencies", kind.agencies)):
        if not listed:
            part.fault(f'`{key}` is missing. Write {key} = ["..."].', at=key)
    known = agency_names()
    for name in kind.agencies:
        if name not in known:
            part.fault(f"unknown agency {quoted(name)}.{closest(name, known)}", at="agencies")
    return kind


def kinds_of_incidents(table: pd.DataFrame, kinds: Sequence[DemandKind] | None = None) -> Integers:
    """Return the number of the kind of each incident, -1 for crimes and what no kind names.

    Parameters
    ----------
    table
        Incidents with the columns ``crime`` and ``type``.
    """
    types = table["type"].astype("category").cat
    of_type = np.full(len(types.categories) + 1, -1, dtype=np.int64)  # the last: no type
    for at, word in enumerate(types.categories.astype("str").map(plain_words)):
        fit = (
            number
            for number, kind in enumerate(demand_kinds() if kinds is None else kinds)
            if any(plain_words(part) in word for part in kind.types)
        )
        of_type[at] = next(fit, -1)
    found = of_type[types.codes.to_numpy(dtype=np.int64)]
    return np.where(table["crime"].to_numpy(dtype=bool), -1, found)


def demand_words(shares: Iterable[DemandShare], *, crime: int) -> str:
    """Say how the demand that is not crime splits, and who could meet it; empty without shares.

    Parameters
    ----------
    crime
        Crime's share of all demand, in percent.
    """
    told = sorted(shares, key=lambda one: -one.percent)
    named = [one for one in told if one.percent]
    if not named:
        return ""
    parts = [f"{one.kind.name} {one.percent} % ({one.kind.agencies[0]})" for one in named]
    rest = max(100 - crime - sum(one.percent for one in named), 0)
    return (
        f"{100 - crime} % of demand is not crime: {', '.join(parts)}, other {rest} %. In brackets"
        " who could meet it, alone or with police: a judgement."
    )
