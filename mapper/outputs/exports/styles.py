"""The look of each layer in QGIS: graded in the colours of the map, places labelled by name."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from mapper.base.palette import BLUES, COLOURS

# Layer -> the columns it can be graded by, the first that is there; none is a plain outline.
GRADED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hotspots": (),
        "cells": ("incidents", "count"),
        "districts": (),
        "answer": ("incidents", "count", "excess", "ratio", "after", "value"),
    }
)
_OUTLINES: Mapping[str, str] = MappingProxyType({"hotspots": "hot", "districts": "soft"})
_LABELS = ("name", "district", "hotspot_id")  # the first column that is there names a place


def style_of(layer: str, table: pd.DataFrame) -> str:
    """Return the QGIS style of a layer as QML: classes of equal share of what is above zero."""
    column = next((name for name in GRADED[layer] if name in table), "")
    bounds = _bounds(table[column]) if column else []
    renderer = _graded(column, bounds) if len(bounds) > 1 else _outlined(layer)
    label = next((name for name in _LABELS if name in table and layer != "cells"), "")
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.34" styleCategories="Symbology|Labeling"'
        f' labelsEnabled="{int(bool(label))}">{renderer}{_labelled(label)}</qgis>'
    )


def _bounds(values: pd.Series) -> list[float]:
    """Return the edges of at most five classes of the values above zero."""
    known = pd.to_numeric(values, errors="coerce").replace([np.inf, -np.inf], np.nan)
    some = known[known > 0].to_numpy(float, na_value=np.nan)
    if not some.size:
        return []
    edges = np.quantile(some, np.linspace(0, 1, len(BLUES) + 1))
    return [float(edge) for edge in np.unique(edges)]


def _graded(column: str, bounds: list[float]) -> str:
    """Return the renderer of graded colours."""
    steps = list(pairwise(bounds))
    ranges = "".join(
        f'<range render="true" symbol="{at}" lower="{low:g}" upper="{high:g}"'
        f' label="{low:g} to {high:g}"/>'
        for at, (low, high) in enumerate(steps)
    )
    symbols = "".join(
        _symbol(str(at), _rgba(BLUES[at], 170), _rgba(COLOURS["paper"])) for at in range(len(steps))
    )
    return (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(column)} symbollevels="0"'
        f' graduationMethod="GraduatedColor"><ranges>{ranges}</ranges>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def _outlined(layer: str) -> str:
    """Return the renderer of one outline; hot spots are hatched."""
    line = _rgba(COLOURS[_OUTLINES.get(layer, "ink")])
    hatch = (
        '<layer class="LinePatternFill" enabled="1" locked="0" pass="0"><Option type="Map">'
        '<Option name="angle" type="QString" value="45"/>'
        '<Option name="distance" type="QString" value="2"/>'
        f'<Option name="color" type="QString" value="{line}"/></Option></layer>'
    )
    symbol = _symbol("0", "0,0,0,0", line, hatch if layer == "hotspots" else "")
    return (
        '<renderer-v2 type="singleSymbol" enableorderby="0" forceraster="0" symbollevels="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )


def _symbol(name: str, fill: str, stroke: str, more: str = "") -> str:
    """Return one symbol of areas."""
    return (
        f'<symbol name="{name}" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">'
        '<layer class="SimpleFill" enabled="1" locked="0" pass="0"><Option type="Map">'
        f'<Option name="color" type="QString" value="{fill}"/>'
        f'<Option name="outline_color" type="QString" value="{stroke}"/>'
        '<Option name="outline_width" type="QString" value="0.4"/>'
        f'<Option name="style" type="QString" value="solid"/></Option></layer>{more}</symbol>'
    )


def _labelled(column: str) -> str:
    """Return the labels of places, with a light edge so that they are read over any colour."""
    if not column:
        return ""
    return (
        f'<labeling type="simple"><settings><text-style fieldName={quoteattr(column)}'
        f' fontSize="9" textColor="{_rgba(COLOURS["ink"])}"><text-buffer bufferDraw="1"'
        f' bufferSize="1" bufferColor="{_rgba(COLOURS["paper"])}"/></text-style>'
        "</settings></labeling>"
    )


def _rgba(colour: str, alpha: int = 255) -> str:
    """Return a colour as QGIS writes it: red, green, blue and how opaque, each from 0 to 255."""
    return ",".join(map(str, (*bytes.fromhex(colour[1:]), alpha)))
