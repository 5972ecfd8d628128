"""A release of a finding: what one audience may see of the answer to a question.

The operational audience gets the whole table; the others what :mod:`mapper.disclosure.
partner_findings` leaves of it, checked beside all maps and findings they were given before and
kept in the same register. Every output takes what is made here and nothing else.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.base.errors import DisclosureError
from mapper.base.text import period_in_words
from mapper.disclosure.partner_findings import PreparedFinding, prepare_finding
from mapper.disclosure.release import MARKINGS, Release, digest_of_release
from mapper.disclosure.rules import AUDIENCES, OPERATIONAL, Rule, rules
from mapper.questions.finding import Finding, Role, Unit

if TYPE_CHECKING:
    from mapper.disclosure.register import Register

_MADE_HERE = object()
VERSIONED = ("mapper", "numpy", "pandas", "pyarrow", "scipy", "numba", "h3", "h3ronpy")


@dataclass(frozen=True, eq=False)
class FindingRelease:
    """What an audience may see of a finding. Made by :func:`release_finding` alone."""

    audience: str
    marking: str  # shown in capitals at the top and bottom of every page and file
    id: str  # the question's id: change, clock, near-repeat
    title: str
    question: str
    definition: str
    source: str
    unit: Unit
    table: pd.DataFrame
    roles: Mapping[str, Role]  # of the columns of the table
    period: str  # "1 September 2021 to 31 August 2022"
    lens_title: str
    area_title: str
    resolution: int
    notes: tuple[str, ...]
    choices: Mapping[str, Any]
    synthetic: bool
    record: Mapping[str, Any]  # request, inputs, numbers, versions: the manifest's content
    licence: str
    digest: str  # SHA-256 over everything above
    _key: object = None

    def __post_init__(self) -> None:
        if self._key is not _MADE_HERE:
            raise DisclosureError(
                "A release of a finding is made by mapper.disclosure.finding_release only."
            )


def release_finding(
    finding: Finding,
    *,
    audience: str = "operational",
    register: "Register | None" = None,
    shown: Release | None = None,
    made_by: str = "",
) -> FindingRelease:
    """Return what an audience may see of a finding.

    Parameters
    ----------
    audience
        ``operational``: sworn or vetted staff and analysts; the whole table, marked.
        ``partnership``, ``public``: counts hidden and rounded, nothing derived from them, and
        checked against everything that audience was given before.
    register
        Where earlier releases are kept and this one is added; needed outside operational.
    shown
        The audience's map whose hot spots the rows are about, where they are about hot spots.
    made_by
        Who makes the release, kept in the record.

    Raises
    ------
    DisclosureError
        For an unknown audience, for something that is no finding, and where the audience may see
        nothing of it.
    """
    if not isinstance(finding, Finding):
        raise DisclosureError(f"Only a finding is released here, not a {type(finding).__name__}.")
    if audience not in AUDIENCES:
        raise DisclosureError(
            f"No finding can be released for audience “{audience}”:"
            f" choose {' or '.join(AUDIENCES)}."
        )
    if audience != OPERATIONAL:
        rule = rules().audiences[audience]
        return _to_audience(finding, rule, register, shown=shown, made_by=made_by)
    return _made(finding, finding.table, audience, MARKINGS["operational"], made_by)


def _to_audience(
    finding: Finding,
    rule: Rule,
    register: "Register | None",
    *,
    shown: Release | None,
    made_by: str,
) -> FindingRelease:
    """Check, make and register a finding outside the operational audience, as one act."""
    if register is None:
        raise DisclosureError(
            f"A finding released to the {rule.audience} audience needs the register of earlier"
            " releases: give release_finding(..., register=...)."
        )
    with register.hold():
        earlier = register.earlier(rule.audience)
        prepared = prepare_finding(finding, rule=rule, earlier=earlier, shown=shown)
        if prepared.refusal:
            raise DisclosureError(prepared.refusal)
        made = _guarded(finding, prepared, rule, made_by)
        for part in prepared.stored:
            name = f"{made.digest} {part.filters['column']}"
            register.add(replace(part, digest=hashlib.sha256(name.encode()).hexdigest()))
    return made


def _guarded(
    finding: Finding, prepared: "PreparedFinding", rule: Rule, made_by: str
) -> FindingRelease:
    """Return what was prepared, with no record, note or choice that speaks of counts."""
    table, roles = prepared.table, prepared.roles
    days = {
        part.filters["column"]: period_in_words(part.first, part.last) for part in prepared.stored
    }
    guarded = replace(
        finding,
        table=table,
        roles=MappingProxyType(roles),
        notes=rule.caveats[:1],
        choices=MappingProxyType(days),
        record=MappingProxyType({"rules": rules().version, "question": finding.id}),
        ground=None,
    )
    return _made(guarded, table, rule.audience, rule.marking, made_by)


def _made(
    finding: Finding, table: pd.DataFrame, audience: str, marking: str, made_by: str
) -> FindingRelease:
    """Return the release of a finding as it stands."""
    content: dict[str, Any] = {
        "audience": audience,
        "marking": marking,
        "id": finding.id,
        "title": finding.title,
        "question": finding.question,
        "definition": finding.definition,
        "source": finding.source,
        "unit": finding.unit,
        "roles": finding.roles,
        "period": period_in_words(finding.first, finding.last),
        "lens_title": finding.lens_title,
        "area_title": finding.area_title,
        "resolution": finding.resolution,
        "notes": finding.notes,
        "choices": finding.choices,
        "synthetic": finding.synthetic,
        "record": _record(finding, made_by),
        "licence": finding.licence,
    }
    digest = digest_of_release(content, table)
    return FindingRelease(**content, table=table, digest=digest, _key=_MADE_HERE)


def is_finding_release(thing: object) -> FindingRelease:
    """Return ``thing`` if it is a release of a finding; every output calls this first.

    Raises
    ------
    DisclosureError
        When it is anything else, a finding before disclosure control above all.
    """
    if not isinstance(thing, FindingRelease):
        raise DisclosureError(
            f"Outputs take a release, not a {type(thing).__name__}: call release_finding first."
        )
    return thing


def _record(finding: Finding, made_by: str) -> Mapping[str, Any]:
    """Return the finding's own record with who made it and by which versions."""
    versions = {name: version(name) for name in VERSIONED if find_spec(name)}  # numba may be out
    return MappingProxyType({**finding.record, "made_by": made_by, "versions": versions})
