"""Choices that several questions have, each written once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from mapper.base.choices import choice

Rows = Literal["area", "district", "ward", "hotspot"]
ROWS: Mapping[str, str] = MappingProxyType(
    {"area": "The whole area", "district": "Districts", "ward": "Wards", "hotspot": "Hot spots"}
)
EVERY: Mapping[str, str] = MappingProxyType(
    {"month": "Month", "week": "Week", "28": "28 days", "7": "7 days"}
)


def every(*, when: tuple[str, str] | None = None) -> Any:
    """Return the choice of periods."""
    told = "Periods: month, week, or a number of days."
    return choice("month", "Periods", help=told, of=EVERY, when=when)


def seed(default: int = 0) -> Any:
    """Return the choice of where random draws begin."""
    told = "The same seed gives the same figures."
    return choice(default, "Seed", help=told, least=0, most=2**31, rare=True)


def runs() -> Any:
    """Return the choice of how many random runs are made."""
    told = "Random runs that chance is judged by."
    return choice(999, "Random runs", help=told, least=1, most=99_999, rare=True)


def rows(default: Rows) -> Any:
    """Return the choice of what rows are."""
    return choice(default, "Rows", help="What the rows are.", of=ROWS)


def hotspot() -> Any:
    """Return the choice of one hot spot."""
    told = "Id of one hot spot; every one otherwise."
    return choice(None, "Hot spot", help=told, kind="hotspot")


def cell() -> Any:
    """Return the choice of one cell in place of hot spots."""
    return choice(None, "Or one H3 cell", help="One H3 cell in place of hot spots.")


def places(default: Any = None) -> Any:
    """Return the choice of places around."""
    return choice(default, "Places around", help="File of places near; repeat for several.")


def replicates() -> Any:
    """Return the choice of how many bootstrap replicates are made."""
    told = "Of the bootstrap."
    return choice(1000, "Bootstrap replicates", help=told, least=1, most=10_000, rare=True)


def confidence() -> Any:
    """Return the choice of how sure intervals are."""
    told = "Of each interval."
    return choice(0.95, "Confidence of intervals", help=told, least=0.5, most=0.9999, rare=True)
