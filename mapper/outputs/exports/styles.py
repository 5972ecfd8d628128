"""The look of each layer in QGIS: the same colours as the map, hot spots hatched."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.base.palette import COLOURS


def _rgba(name: str, alpha: int = 255) -> str:
    """Return a colour as QGIS writes it: red, green, blue and how opaque, each from 0 to 255."""
    return ",".join(map(str, (*bytes.fromhex(COLOURS[name][1:]), alpha)))


# Layer -> (kind of fill, its options, its line).
STYLES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "hotspots": ("LinePatternFill", _rgba("hot"), _rgba("hot")),
        "cells": ("SimpleFill", _rgba("blue-2", 120), _rgba("paper")),
        "districts": ("SimpleFill", "0,0,0,0", _rgba("soft")),
    }
)


def style_of(layer: str) -> str:
    """Return the QGIS style of a layer as QML."""
    kind, fill, stroke = STYLES[layer]
    hatch = ""
    if kind == "LinePatternFill":
        hatch = (
            '<layer class="LinePatternFill" enabled="1" locked="0" pass="0"><Option type="Map">'
            '<Option name="angle" type="QString" value="45"/>'
            '<Option name="distance" type="QString" value="2"/>'
            f'<Option name="color" type="QString" value="{fill}"/></Option></layer>'
        )
        fill = "0,0,0,0"
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.34" styleCategories="Symbology"><renderer-v2 type="singleSymbol"'
        ' enableorderby="0" forceraster="0" symbollevels="0"><symbols><symbol name="0" type="fill"'
        ' alpha="1" clip_to_extent="1" force_rhr="0">'
        '<layer class="SimpleFill" enabled="1" locked="0" pass="0"><Option type="Map">'
        f'<Option name="color" type="QString" value="{fill}"/>'
        f'<Option name="outline_color" type="QString" value="{stroke}"/>'
        '<Option name="outline_width" type="QString" value="0.4"/>'
        '<Option name="style" type="QString" value="solid"/></Option></layer>'
        f"{hatch}</symbol></symbols></renderer-v2></qgis>"
    )
