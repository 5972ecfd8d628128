"""Who looks, and what they may: four roles, each act granted by name, everything else refused.

A viewer is made from the identity provider's claims (:mod:`mapper.app.door.people_file`), or is
the one person on this machine. Whatever hands out operational detail takes the viewer and asks
here; a page's menu hides what it would refuse, but is never what protects it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import pandas as pd

from mapper.base.errors import RefusedError
from mapper.grid.area_weighting import name_key

Role = Literal["neighbourhood", "partner", "analyst", "administrator"]
Act = Literal[
    "see everything",  # full counts, every ward
    "see own wards",  # full counts, of the viewer's wards
    "see partnership releases",  # what disclosure control leaves for partner agencies
    "see hot spots",  # the map and its list, in whichever of these three forms
    "load data",  # files in, their quality, their rejected rows
    "release",  # make a release for another audience
    "plan",  # briefings, tasks, assessments: the work that follows a map
    "act for an agency",  # say how the own agency's actions in shared plans and campaigns stand
    "read the audit log",
    "change settings",
]
ROLES: tuple[Role, ...] = get_args(Role)
ACTS: tuple[Act, ...] = get_args(Act)

ALLOWED: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        "neighbourhood": frozenset({"see hot spots", "see own wards", "plan"}),
        "partner": frozenset({"see hot spots", "see partnership releases", "act for an agency"}),
        "analyst": frozenset(
            {
                *("see hot spots", "see everything", "see own wards", "see partnership releases"),
                *("load data", "release", "plan"),
            }
        ),
        "administrator": frozenset({"read the audit log", "change settings"}),
    }
)


@dataclass(frozen=True)
class Viewer:
    """One person in one sign-in."""

    name: str  # as the audit log writes it
    roles: frozenset[Role] = frozenset()
    wards: frozenset[str] = frozenset()  # "Anfield", or "Anfield, Liverpool"
    session: str = ""  # stands for the sign-in; empty without a provider
    agency: str = ""  # whose actions are the viewer's own, as mapper/records/agencies.toml names it

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("A viewer has a name, which the audit log keeps.")
        unknown = set(self.roles) - set(ROLES)
        if unknown:
            raise ValueError(f"Roles that there are not: {', '.join(sorted(unknown))}.")


def one_person(name: str) -> Viewer:
    """Return the one person of an installation without a provider: analyst and administrator."""
    return Viewer(name=name, roles=frozenset({"analyst", "administrator"}))


def role_of(viewer: Viewer) -> str:
    """Return a viewer's roles as the log writes them."""
    return ", ".join(sorted(viewer.roles))


def may(viewer: Viewer, act: Act) -> bool:
    """Tell whether a viewer may do something; what no role grants is refused."""
    return any(act in ALLOWED[role] for role in viewer.roles)


def brings_files(viewer: Viewer) -> bool:
    """Tell whether pages ask a viewer for files: of incidents, or of an area."""
    return may(viewer, "load data") or may(viewer, "change settings")


def require(viewer: Viewer, act: Act) -> None:
    """Refuse unless the viewer may.

    Raises
    ------
    RefusedError
        Saying which role it would take.
    """
    if not isinstance(viewer, Viewer):
        raise RefusedError("Operational detail is shown to a known viewer only. Sign in.")
    if not may(viewer, act):
        holders = [role for role in ROLES if act in ALLOWED[role]]
        raise RefusedError(
            f"Your sign-in does not let you {act}: that takes the role"
            f" {' or '.join(holders) or 'of nobody'}. Ask your administrator if you need it."
        )


Scope = Literal["everything", "own wards", "partnership"]


def scope_of(viewer: Viewer) -> Scope:
    """Return how much of a result a viewer sees; the widest that a role of theirs grants.

    Raises
    ------
    RefusedError
        When no role of theirs shows hot spots at all, or a neighbourhood viewer has no ward.
    """
    require(viewer, "see hot spots")
    if may(viewer, "see everything"):
        return "everything"
    if may(viewer, "see own wards") and viewer.wards:
        return "own wards"
    if may(viewer, "see partnership releases"):
        return "partnership"
    raise RefusedError(
        "Your sign-in names no ward, so there is nothing to show. Ask your administrator to add"
        " your wards."
    )


def in_wards(cells: pd.DataFrame, wards: Iterable[str]) -> pd.Series:
    """Tell which cells lie in one of the wards.

    Parameters
    ----------
    cells
        With columns ``district`` and ``ward``.
    wards
        "Anfield" or "Anfield, Liverpool", in any spelling of case, spaces and punctuation. A bare
        name that wards of several districts share stands for none of them.

    Returns
    -------
    pandas.Series
        bool, on the index of ``cells``.
    """
    asked = {name_key(ward) for ward in wards} - {""}
    if not asked:
        return pd.Series(data=False, index=cells.index, name="own")
    known = cells[["ward", "district"]].drop_duplicates().dropna().astype("str")
    known = known[known["ward"] != ""]
    bare, full = known["ward"].map(name_key), known["ward"] + known["district"]
    own = full.map(name_key).isin(asked) | (bare.isin(asked) & ~bare.duplicated(keep=False))
    pairs = pd.MultiIndex.from_frame(known[own])
    here = pd.MultiIndex.from_frame(cells[["ward", "district"]].astype("str"))
    return pd.Series(here.isin(pairs), index=cells.index, name="own")
