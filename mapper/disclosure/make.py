"""The act of releasing: check, make and register what an audience may see of a map or a table.

The operational audience gets everything, marked. The others get what :mod:`mapper.disclosure.
prepare` leaves of it, checked beside all maps and tables they were given before and kept in the
same register, as one act.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, overload

from mapper.analysis.expectation import residents_of
from mapper.analysis.result import AnalysisResult
from mapper.base.errors import DisclosureError
from mapper.base.note import NoteCode
from mapper.base.text import period_in_words
from mapper.disclosure.map_finding import COUNT, map_finding
from mapper.disclosure.partner_tables import MapTables, finding_table, map_tables, printed_standard
from mapper.disclosure.prepare import Prepared, prepare
from mapper.disclosure.register import (
    Register,
    StoredRelease,
    checked_and_kept,
    held_by_readers,
)
from mapper.disclosure.release import (
    _MADE_HERE,
    MARKINGS,
    FindingRelease,
    Release,
    digest_of_release,
)
from mapper.disclosure.release_plan import CAVEAT
from mapper.disclosure.rules import AUDIENCES, OPERATIONAL, AudienceRule, rules
from mapper.disclosure.suppression import Printed
from mapper.grid.hexagons import strings_to_cells
from mapper.questions.finding import Finding, Where, where_named

# All other notes speak of counts and stay with the operational audience.
TOLD_OUTSIDE: frozenset[NoteCode] = frozenset({"months missing", "residents unknown"})
VERSIONED = (
    *("mapper", "numpy", "pandas", "pyarrow", "scipy", "numba"),
    *("h3", "h3ronpy", "folium"),
)


@overload
def release(
    thing: AnalysisResult,
    *,
    audience: str = OPERATIONAL,
    register: Register | None = None,
    made_by: str = "",
    by_district: bool = False,
    instead: str = "",
) -> Release: ...
@overload
def release(
    thing: Finding,
    *,
    audience: str = OPERATIONAL,
    register: Register | None = None,
    shown: Release | None = None,
    made_by: str = "",
    instead: str = "",
) -> FindingRelease: ...
def release(
    thing: AnalysisResult | Finding,
    *,
    audience: str = OPERATIONAL,
    register: Register | None = None,
    shown: Release | None = None,
    made_by: str = "",
    by_district: bool = False,
    instead: str = "",
) -> Release | FindingRelease:
    """Return what an audience may see of a map (a result) or of the answer to a question.

    Parameters
    ----------
    thing
        The result of an analysis, or a finding.
    audience
        ``operational``: sworn or vetted staff and analysts; full counts at the resolution asked
        for, marked. ``partnership`` and ``public``: as ``rules.toml`` says, counts hidden and
        rounded, nothing derived from the true ones, and checked against everything that audience
        was given before.
    register
        Where earlier releases are kept and this one is added; needed outside operational.
    shown
        The audience's map whose hot spots a finding's rows are about, where they are about hot
        spots.
    made_by
        Who makes the release, kept in the record.
    by_district
        A map for partners or the public is to be of totals by district.
    instead
        What is given to them instead of what was asked for, in a sentence.

    Raises
    ------
    DisclosureError
        For an unknown audience or something that is neither, and where the audience may not see
        it: the message says why and what to choose instead.
    """
    if not isinstance(thing, AnalysisResult | Finding):
        raise DisclosureError(
            f"Only an analysis result or a finding is released, not a {type(thing).__name__}."
        )
    if audience not in AUDIENCES:
        raise DisclosureError(
            f"No release can be made for audience “{audience}”: choose {' or '.join(AUDIENCES)}."
        )
    if audience != OPERATIONAL:
        shape = _Shape(by_district, instead)
        return _to_audience(thing, rules().audiences[audience], register, shown, made_by, shape)
    if isinstance(thing, Finding):
        return _made(thing, None, {}, audience, MARKINGS[OPERATIONAL], made_by)
    tables = MapTables(thing.cells, thing.hotspots, streets=thing.streets)
    return _made(map_finding(thing), tables, {}, audience, MARKINGS[OPERATIONAL], made_by)


@dataclass(frozen=True)
class _Shape:
    """How a map is to be made for an audience."""

    by_district: bool
    instead: str  # of what it is given, in a sentence


def _to_audience(
    thing: AnalysisResult | Finding,
    rule: AudienceRule,
    register: Register | None,
    shown: Release | None,
    made_by: str,
    shape: _Shape,
) -> Release | FindingRelease:
    """Check, make and register a release outside the operational audience, as one act.

    What the audience was told before, all of it, is looked at again and not released again.
    """
    if register is None:
        raise DisclosureError(
            f"A release to the {rule.audience} audience needs the register of earlier releases:"
            " give release(..., register=...)."
        )
    return checked_and_kept(
        register, lambda: _checked(thing, rule, register, shown, made_by, shape)
    )


def _checked(
    thing: AnalysisResult | Finding,
    rule: AudienceRule,
    register: Register,
    shown: Release | None,
    made_by: str,
    shape: _Shape,
) -> tuple[Release | FindingRelease, list[StoredRelease]]:
    """Return a release as the register stands, and what is to be kept there; or refuse it."""
    held = held_by_readers(register, rule.audience)
    by_district = shape.by_district
    prepared = prepare(thing, rule=rule, held=held, shown=shown, by_district=by_district)
    if prepared.refusal:
        raise DisclosureError(prepared.refusal)
    if isinstance(thing, AnalysisResult):
        tables = map_tables(thing, prepared, rule)
        guarded = _guarded_map(thing, prepared, tables, rule, shape.instead)
        printed = prepared.printed if prepared.finding.unit == "cell" else {}
    else:
        tables = None
        guarded = _guarded_table(prepared, rule, shown, shape.instead)
        printed = prepared.printed
    made = _made(guarded, tables, printed, rule.audience, rule.marking, made_by, rule.hidden_words)
    new = []
    for part in () if prepared.again else prepared.stored:
        name = f"{made.digest} {part.filters['column']}" if tables is None else ""
        key = hashlib.sha256(name.encode()).hexdigest() if name else made.digest
        new.append(replace(part, digest=key))
    return made, new


def _guarded_map(
    result: AnalysisResult,
    prepared: Prepared,
    tables: MapTables,
    rule: AudienceRule,
    instead: str,
) -> Finding:
    """Return a map whose record holds no number that is not printed, and no file name."""
    finding = prepared.finding
    record = dict(finding.record)
    del record["facts"]
    record["first_day"], record["last_day"] = finding.first.isoformat(), finding.last.isoformat()
    record["inputs"] = [{"sha256": source["sha256"]} for source in result.inputs]
    record["standard"] = {"asks": result.request.asks, "more_than": printed_standard(result)}
    record["numbers"] = {
        "cells": len(tables.cells),
        "cells_hot": int(tables.cells["hot"].sum()),
        "cells_not_shown": int(tables.cells["incidents"].isna().sum()),
        "hotspots": len(tables.hotspots),
        "incidents_shown": int(prepared.printed[COUNT].value.sum()),
    }
    record["planned"] = prepared.planned
    record["instead"] = instead
    record["rules"] = {
        "audience": rule.audience,
        "version": rules().version,
        "sha256": rules().sha256,
        "smallest_count": rule.smallest_count,
        "round_to": rule.round_to,
    }
    # By residents its places are judged, whatever the operational ones are.
    more = residents_of(result.area).notes if result.request.asks == "unusual" else ()
    known = (*result.notes, *more)
    told = dict.fromkeys(note.words for note in known if note.code in TOLD_OUTSIDE)
    sums = (CAVEAT,) if prepared.planned else ()
    notes = (*filter(None, [instead]), *result.lens.caveats, *told, *rule.caveats, *sums)
    return replace(finding, notes=notes, record=MappingProxyType(record))


def _guarded_table(
    prepared: Prepared, rule: AudienceRule, shown: Release | None, instead: str
) -> Finding:
    """Return what was prepared, with no record, note or choice that speaks of counts."""
    finding = prepared.finding
    table, roles = finding_table(prepared, rule, shown)
    days = {
        one.column: period_in_words(one.first, one.last)
        for one in (finding.ground.measures if finding.ground else ())
        if one.column in prepared.printed
    }
    return replace(
        finding,
        table=table,
        roles=MappingProxyType(roles),
        notes=(
            *filter(None, [instead]),
            *rule.caveats[:1],
            *([CAVEAT] if prepared.planned else []),
        ),
        choices=MappingProxyType(days),
        record=MappingProxyType(
            {
                "rules": rules().version,
                "question": finding.id,
                "planned": prepared.planned,
                "instead": instead,
            }
        ),
        ground=None,
        where=_drawn(finding, shown),
    )


def _drawn(finding: Finding, shown: Release | None) -> Where | None:
    """Return where rows lie: hot spots as the audience's own map draws them and in no other way."""
    where = finding.where
    if where is None or shown is None or "hotspot_id" not in finding.roles:
        return where
    cells = shown.cells[shown.cells["hotspot_id"] != ""].groupby("hotspot_id", observed=True)
    known = {name: strings_to_cells(one.to_numpy(dtype=object)) for name, one in cells["cell"]}
    return where_named(where.area, known, finding.table["hotspot_id"])


@cache
def _versions() -> Mapping[str, str]:
    """Return the version of each package that a result rests on; numba may be out."""
    return MappingProxyType({name: version(name) for name in VERSIONED if find_spec(name)})


def _made(
    finding: Finding,
    tables: MapTables | None,
    printed: Mapping[str, Printed],
    audience: str,
    marking: str,
    made_by: str,
    hidden_words: str = "",
) -> Release | FindingRelease:
    """Return the release of a finding as it stands: of a map with its tables, or of a table."""
    content: dict[str, Any] = {
        "audience": audience,
        "marking": marking,
        "title": finding.title,
        "question": finding.question,
        "period": period_in_words(finding.first, finding.last),
        "area_title": finding.area_title,
        "resolution": finding.resolution,
        "synthetic": finding.synthetic,
        "record": MappingProxyType({**finding.record, "versions": dict(_versions())}),
        "licence": finding.licence,
    }
    beside: dict[str, Any] = {"printed": MappingProxyType(dict(printed)), "_key": _MADE_HERE}
    if tables is not None:
        content |= {"caveats": finding.notes, "hidden_words": hidden_words}
        shown: dict[str, Any] = dict(vars(tables))
        digest = digest_of_release(content, *(one for one in shown.values() if one is not None))
        return Release(**_signed(content, digest, made_by), **shown, **beside)
    names = ("id", "definition", "source", "unit", "roles", "lens_title", "notes", "choices")
    content |= {name: getattr(finding, name) for name in names}
    table, where = finding.table, finding.where
    digest = digest_of_release(content, table, *(where.tables if where is not None else ()))
    signed = _signed(content, digest, made_by)
    return FindingRelease(**signed, table=table, where=where, **beside)


def signed_by(shown: Release, made_by: str) -> Release:
    """Return a release as another person makes it, who may see the same: who made it differs."""
    signed = _signed({"record": shown.record}, shown.content_digest, made_by)
    return replace(shown, **signed)


def _signed(content: Mapping[str, Any], digest: str, made_by: str) -> dict[str, Any]:
    """Return what a release holds with who made it, and the digests of both."""
    return {
        **content,
        "record": MappingProxyType({**content["record"], "made_by": made_by}),
        "content_digest": digest,
        "digest": hashlib.sha256(f"{digest} {made_by}".encode()).hexdigest(),
    }
