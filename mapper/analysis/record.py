"""The record of an analysis: all that is needed to make the same outputs again."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from types import MappingProxyType
from typing import Any

from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.areas.base_table import BaseTable


def _plain(value: Any) -> Any:
    """Return a choice as a manifest holds it."""
    if isinstance(value, BaseTable):
        return {"name": value.name, "sha256": value.sha256}
    return value.isoformat() if isinstance(value, date) else value


def record_of(known: Study | AnalysisResult) -> Mapping[str, Any]:
    """Return every choice, input and figure of a study or a result, as a manifest holds them."""
    lens, area = known.lens, known.area
    request = {
        each.name: _plain(getattr(known.request, each.name)) for each in fields(known.request)
    }
    request["question"] = known.request.asks  # chosen or not: the same answer, the same record
    record = {
        "request": request,
        "lens": {"id": lens.id, "version": lens.version, "sha256": lens.sha256},
        "area": {
            "name": area.name,
            "resolution": area.resolution,
            "cells": len(area.cells),
            "sha256": area.sha256,
        },
        "first_day": known.first.isoformat(),
        "last_day": known.last.isoformat(),
        "inputs": [dict(source) for source in known.inputs],
        "numbers": dict(known.numbers),
    }
    if isinstance(known, AnalysisResult):
        record["facts"] = dict(known.facts)
        record["standard"] = {"asks": known.request.asks, "more_than": known.standard.words}
    return MappingProxyType(record)
