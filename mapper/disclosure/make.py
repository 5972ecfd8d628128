"""The act of releasing: check, make and register what an audience may see of a result."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, get_args

from mapper.analysis.request import AnalysisResult
from mapper.base.errors import DisclosureError
from mapper.base.note import NoteCode
from mapper.base.text import period_in_words
from mapper.disclosure.partner_release import Prepared, prepare_release
from mapper.disclosure.register import Register
from mapper.disclosure.release import _MADE_HERE, MARKINGS, Audience, Release, digest_of_release
from mapper.disclosure.rules import Rule, rules

# Missing months alone; all other notes speak of counts and stay with the operational audience.
TOLD_OUTSIDE: frozenset[NoteCode] = frozenset({"months missing"})
VERSIONED = ("mapper", "numpy", "pandas", "pyarrow", "h3", "h3ronpy", "folium")


def release(
    result: AnalysisResult,
    *,
    audience: str = "operational",
    register: Register | None = None,
    made_by: str = "",
) -> Release:
    """Return what an audience may see of a result.

    Parameters
    ----------
    audience
        ``operational``: sworn or vetted staff and analysts; full counts at the resolution asked
        for, marked. ``partnership`` and ``public``: as ``rules.toml`` says, and checked against
        everything that audience was given before.
    register
        Where earlier releases are kept and this one is added; needed outside operational.
    made_by
        Who makes the release, kept in the record.

    Raises
    ------
    DisclosureError
        For an unknown audience or something that is no result, and where the audience may not
        see it: the message says why and what to choose instead.
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
    if audience != "operational":
        _refuse_chosen_hours(result)
        return _to_audience(result, rules().audiences[audience], register, made_by)
    content: dict[str, Any] = {
        "audience": "operational",
        "marking": MARKINGS["operational"],
        **_told(result),
        "caveats": (*result.lens.caveats, *map(str, result.notes)),
        "record": _record(result, made_by),
    }
    digest = digest_of_release(content, result.cells, result.hotspots)
    return Release(
        **content, cells=result.cells, hotspots=result.hotspots, digest=digest, _key=_MADE_HERE
    )


def _refuse_chosen_hours(result: AnalysisResult) -> None:
    """Stop a release of some hours: taken from one of all hours, it would give the rest away."""
    if result.request.shifts or result.request.weekdays:
        raise DisclosureError(
            "Chosen shifts or days of the week are for operational use only. Choose every day and"
            " every hour for partner agencies and the public."
        )


def _to_audience(
    result: AnalysisResult, rule: Rule, register: Register | None, made_by: str
) -> Release:
    """Check, make and register a release outside the operational audience, as one act."""
    if register is None:
        raise DisclosureError(
            f"A release to the {rule.audience} audience needs the register of earlier releases:"
            " give release(..., register=...)."
        )
    with register.hold():
        earlier = register.earlier(rule.audience)
        prepared = prepare_release(result, rule=rule, earlier=earlier)
        if prepared.refusal:
            raise DisclosureError(prepared.refusal)
        made = _made(result, prepared, rule, made_by)
        register.add(replace(prepared.stored, digest=made.digest))
    return made


def _made(result: AnalysisResult, prepared: Prepared, rule: Rule, made_by: str) -> Release:
    """Return the release that was prepared."""
    tables = prepared.tables
    content: dict[str, Any] = {
        "audience": rule.audience,
        "marking": rule.marking,
        **_told(result),
        "period": period_in_words(prepared.stored.first, prepared.stored.last),
        "caveats": (*result.lens.caveats, *_gaps(result), *rule.caveats),
        "record": _guarded_record(result, prepared, rule, made_by),
    }
    digest = digest_of_release(content, tables.cells, tables.hotspots, tables.districts)
    return Release(
        **content,
        cells=tables.cells,
        hotspots=tables.hotspots,
        districts=tables.districts,
        hidden_words=rule.hidden_words,
        digest=digest,
        _key=_MADE_HERE,
    )


def _told(result: AnalysisResult) -> dict[str, Any]:
    """Return what every audience is told of what it looks at."""
    return {
        "title": result.lens.title,
        "question": result.lens.question,
        "period": period_in_words(result.first, result.last),
        "area_title": result.area.title,
        "resolution": result.area.resolution,
        "synthetic": result.synthetic,
        "licence": result.area.licence,
    }


def _gaps(result: AnalysisResult) -> tuple[str, ...]:
    """Return the words of the notes that every audience is told."""
    return tuple(note.words for note in result.notes if note.code in TOLD_OUTSIDE)


def _guarded_record(
    result: AnalysisResult, prepared: Prepared, rule: Rule, made_by: str
) -> Mapping[str, object]:
    """Return the record without any number that is not printed, and without file names."""
    record = dict(_record(result, made_by))
    del record["facts"]
    record["inputs"] = [{"sha256": source["sha256"]} for source in result.inputs]
    cells = prepared.tables.cells
    record["numbers"] = {
        "cells": len(cells),
        "cells_hot": int(cells["hot"].sum()),
        "cells_not_shown": int(cells["count"].isna().sum()),
        "hotspots": len(prepared.tables.hotspots),
        "incidents_shown": int(prepared.printed.value.sum()),
    }
    record["rules"] = {
        "audience": rule.audience,
        "version": rules().version,
        "sha256": rules().sha256,
        "smallest_count": rule.smallest_count,
        "round_to": rule.round_to,
    }
    record["first_day"] = prepared.stored.first.isoformat()
    record["last_day"] = prepared.stored.last.isoformat()
    return MappingProxyType(record)


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
