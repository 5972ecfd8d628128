"""Known weaknesses of installed packages, by a list of its date that is kept with mapper.

The list (``advisories.toml``) is for machines without a network and is not complete: what it finds
is wrong, what it does not find may still be. ``pip-audit`` asks the whole of what is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from mapper.base.toml_file import toml_of


@dataclass(frozen=True)
class Advisory:
    """One published weakness, and the versions of a package that have it."""

    package: str
    id: str
    fixed: str  # the first version without it
    introduced: str = "0"

    def affects(self, version: str) -> bool:
        """Tell whether a version has the weakness."""
        return Version(self.introduced) <= Version(version) < Version(self.fixed)


@dataclass(frozen=True)
class Advisories:
    """The list and the day on which it was gathered."""

    gathered: date
    known: tuple[Advisory, ...]

    def weaknesses(self, versions: Mapping[str, str]) -> list[str]:
        """Return each weakness of some versions by package, in words.

        Examples
        --------
        >>> advisories().weaknesses({"Jinja2": "3.1.5", "h3": "4.5.0"})
        ['Jinja2 3.1.5: CVE-2025-27516, mended in 3.1.6']
        """
        return [
            f"{name} {version}: {one.id}, mended in {one.fixed}"
            for name, version in versions.items()
            for one in self.known
            if one.package == canonicalize_name(name) and one.affects(version)
        ]


@cache
def advisories() -> Advisories:
    """Return the list that is kept with mapper."""
    told = toml_of(Path(__file__).with_name("advisories.toml").read_text(encoding="utf-8"))
    known = (Advisory(name, **one) for name, found in told["weaknesses"].items() for one in found)
    return Advisories(told["gathered"], tuple(known))
