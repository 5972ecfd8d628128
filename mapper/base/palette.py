"""The palette: every colour of the app, its maps, pictures and printed papers, by its use.

Style sheets name a colour as ``var(--c-ink)``, scripts as ``COLOURS.ink``; both are written from
here. Text in ink, quiet and soft has a contrast of at least 7 to 1 on paper and wash.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#1c2429",  # words
        "quiet": "#3a4449",  # words under a title
        "soft": "#465056",  # notes, captions, outlines of districts
        "paper": "#ffffff",
        "sheet": "#ffffff",  # behind pictures, which are drawn for paper
        "black": "#000000",
        "rule": "#d3dade",  # thin lines
        "faint": "#e3e8ea",
        "edge": "#c9d1d6",  # frames
        "heavy": "#b9c3c8",  # the line under a table's head
        "wash": "#f3f5f6",  # behind what stands apart
        "hatch": "#9aa4a9",  # what is not said, in print
        "link": "#0b4f94",  # what can be chosen
        "link-dark": "#083d73",
        "focus": "#0b5cad",  # around what has the keyboard
        "accent": "#1d4e6f",  # headings of papers
        "hot": "#c2410c",  # around hot spots
        "hot-dark": "#96300c",  # hot in words and marks
        "hot-wash": "#fdf0e6",
        "hot-rule": "#e6c9b6",
        "risk": "#f0a35e",  # places that bear risk
        "risk-dark": "#7a3a10",
        "safe": "#14532d",  # places that protect; what went well
        "safe-wash": "#f0f7f2",
        "safe-rule": "#b9d6c4",
        "notice-rule": "#c4d3e0",
        "notice-wash": "#f1f6fa",
        "marking-soft": "#ced6da",
        "synthetic": "#ffe9a8",
        "synthetic-ink": "#443300",
        "sketch": "#5b2a86",  # what is drawn on a map
        "ochre": "#7a5c00",  # a fourth kind in plots
        "ochre-light": "#8c6d31",
        "sea": "#e4e9ec",  # behind the map
        "ground": "#fbfaf6",
        "ground-edge": "#8d9794",
        "water": "#c3d6e4",  # what lies under the cells
        "wood": "#dde6d3",
        "building": "#e3ddd6",
        "street": "#ffffff",
        "road": "#fff3d1",  # main roads
        "road-edge": "#a9a39a",
        "rail": "#8a8f92",
        "zero": "#eceff1",  # a cell without incidents
        "withheld": "#d9d2c3",  # a cell whose count may not be shown
        "withheld-edge": "#7a7263",
        "blue-1": "#cfdfec",  # counts, from few to many
        "blue-2": "#9cc1de",
        "blue-3": "#5f9bcb",
        "blue-4": "#2b6cab",
        "blue-5": "#0c3c73",
        "night": "#0b1114",  # the dark theme
        "night-paper": "#131c21",
        "night-raised": "#1b262c",
        "night-hover": "#27343b",
        "night-rule": "#4b5a62",
        "night-ink": "#e6edf0",
        "night-soft": "#b4c2c9",
        "night-link": "#8cc4ff",
        "night-hot": "#ffb27d",
        "night-hot-wash": "#2b1c12",
        "night-bar": "#6aa9e0",
        "night-outline": "#6b2200",
    }
)
# What the app's own pages take in their place where the device asks for dark: maps, pictures and
# papers stay as they are.
DARK: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#e6edf0",
        "quiet": "#cfd8dc",
        "soft": "#b4c2c9",
        "paper": "#131c21",
        "rule": "#33414a",
        "faint": "#27343b",
        "edge": "#3c4b54",
        "heavy": "#4b5a62",
        "wash": "#1b262c",
        "link": "#8cc4ff",
        "link-dark": "#b5d9ff",
        "focus": "#8cc4ff",
        "accent": "#9fc9e6",
        "hot": "#ff9a5c",
        "hot-dark": "#ffb27d",
        "hot-wash": "#2b1c12",
        "hot-rule": "#6b3d22",
        "risk-dark": "#ffcf9f",
        "safe": "#8fd3a5",
        "safe-wash": "#12241a",
        "safe-rule": "#2f5a3e",
        "notice-rule": "#33506a",
        "notice-wash": "#14232f",
        "marking-soft": "#33414a",
        "synthetic": "#4a3a00",
        "synthetic-ink": "#ffe9a8",
        "sea": "#1b262c",
        "blue-4": "#6aa9e0",
    }
)
BLUES = tuple(COLOURS[f"blue-{step}"] for step in range(1, 6))
_NAMED = re.compile(r"var\(--c-([a-z0-9-]+)\)")


def with_colours(style: str, *, follows: bool = False) -> str:
    """Return a style sheet with the colours that it names declared before it.

    Parameters
    ----------
    follows
        Dark where the device asks for it, on screens; print stays as it is.

    Raises
    ------
    KeyError
        When it names a colour that the palette lacks.
    """
    named = sorted(set(_NAMED.findall(style)))
    declared = "".join(f"--c-{name}:{COLOURS[name]};" for name in named)
    night = "".join(f"--c-{name}:{DARK[name]};" for name in named if name in DARK)
    asked = f"@media screen and (prefers-color-scheme:dark){{:root,:host{{{night}}}}}\n"
    return f":root,:host{{{declared}}}\n{asked if follows and night else ''}{style}"
