"""Small drawings that explain each statistic: hexagons, strips and curves, each with its words."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from mapper.base.palette import BLUES, COLOURS
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.svg import (
    ACCENT,
    HOT,
    INK,
    PAPER,
    SOFT,
    box,
    drawing,
    line,
    path,
    text,
)

_SIDE = 13.0
_NEAR = ((0, 0), (1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
_OUTER = ((2, 0), (1, 1), (0, 2), (-1, 2), (-2, 2), (-2, 1), (-2, 0), (-1, -1), (0, -2), (1, -2),
          (2, -2), (2, -1))  # fmt: skip


def method_picture(name: str) -> Picture:
    """Return the drawing of a method.

    Raises
    ------
    KeyError
        When there is none of that name: a fault in this program.
    """
    return _DRAWINGS[name]()


def _hexagons(
    shades: Sequence[int],
    alt: str,
    *,
    numbers: Sequence[str] = (),
    ringed: Sequence[int] = (),
) -> Picture:
    """Return up to 19 hexagons, the middle first, shaded 0 to 4, -1 for hidden."""
    parts: list[str] = []
    raised: list[str] = []
    for at, (place, shade) in enumerate(zip((*_NEAR, *_OUTER), shades, strict=False)):
        x = 80 + _SIDE * 1.5 * place[0]
        y = 66 + _SIDE * np.sqrt(3) * (place[1] + place[0] / 2)
        angles = np.radians(np.arange(0, 360, 60))
        corners = zip(x + _SIDE * np.cos(angles), y + _SIDE * np.sin(angles), strict=True)
        data = f"M{'L'.join(f'{a:.1f} {b:.1f}' for a, b in corners)}Z"
        fill = COLOURS["faint"] if shade < 0 else BLUES[shade]
        target = raised if at in ringed else parts
        stroke = HOT if at in ringed else PAPER
        target.append(path(data, fill=fill, stroke=stroke, width=2.2 if at in ringed else 1.2))
        if at < len(numbers):
            ink = PAPER if shade > 2 else INK  # noqa: PLR2004 - the dark shades
            target.append(text(numbers[at], x, y + 4, size=10, anchor="middle", fill=ink))
    return Picture(drawing([*parts, *raised], width=160, height=132), alt)


def _counts() -> Picture:
    numbers = ("4", "1", "0", "2", "0", "3", "0")
    return _hexagons((3, 1, 0, 1, 0, 2, 0), "Seven hexagons with their counts.", numbers=numbers)


def _disc() -> Picture:
    shades = (4, 3, 3, 4, 3, 2, 3, *([0] * 12))
    alt = "A cell and its six neighbours, all busy, ringed amid quiet cells."
    return _hexagons(shades, alt, ringed=range(7))


def _single() -> Picture:
    alt = "One busy cell amid quiet ones."
    return _hexagons((4, *([0] * 18)), alt, numbers=("60",), ringed=(0,))


def _moran() -> Picture:
    shades = (4, 0, 0, 0, 0, 0, 0, 4, 4, 3, 4, 3, 4, 0, 0, 0, 0, 0, 0)
    return _hexagons(shades, "A high cell among low ones, and a group of high ones.", ringed=(0,))


def _hidden() -> Picture:
    numbers = ("", "10", "0", "15", "", "5", "0")
    alt = "Hexagons with rounded counts, two of them hidden."
    return _hexagons((-1, 2, 0, 3, -1, 1, 0), alt, numbers=numbers)


def _columns(heights: Sequence[float], alt: str, *, hot: Sequence[int] = ()) -> Picture:
    """Return columns, some of them marked."""
    step = 140 / len(heights)
    parts = [line(10, 110, 150, 110, stroke=SOFT)]
    for at, height in enumerate(heights):
        fill = HOT if at in hot else ACCENT
        parts.append(box(10 + at * step + 1, 110 - height, step - 2, height, fill=fill))
    return Picture(drawing(parts, width=160, height=120), alt)


def _bars() -> Picture:
    return _columns((90, 60, 40, 30, 22, 15, 12, 8), "Columns from tall to short.", hot=(0, 1))


def _strip() -> Picture:
    heights = (20, 25, 22, 30, 28, 45, 60, 75, 90, 95)
    alt = "Twelve periods, the last four of them hot and rising."
    return _columns(heights, alt, hot=(6, 7, 8, 9))


def _two() -> Picture:
    return _columns((80, 48, 0.1, 70, 68), "Before and after: one pair falls, the other stays.")


def _share() -> Picture:
    parts = [
        box(10, 30, 140, 26, fill=BLUES[0]),
        box(10, 30, 90, 26, fill=ACCENT),
        text("here", 12, 26, size=9),
        box(10, 80, 140, 26, fill=BLUES[0]),
        box(10, 80, 40, 26, fill=ACCENT),
        text("everywhere", 12, 76, size=9),
    ]
    return Picture(drawing(parts, width=160, height=120), "A share here beside the share anywhere.")


def _scan() -> Picture:
    """Return a cylinder of places and times."""
    parts = [
        f'<ellipse cx="80" cy="95" rx="45" ry="14" fill="{BLUES[1]}"/>',
        f'<path d="M35 95V40M125 95V40" stroke="{HOT}" stroke-width="2"/>',
        f'<ellipse cx="80" cy="40" rx="45" ry="14" fill="none" stroke="{HOT}" stroke-width="2"/>',
        f'<ellipse cx="80" cy="95" rx="45" ry="14" fill="none" stroke="{HOT}" stroke-width="2"/>',
        text("time", 132, 66, size=9),
        text("place", 80, 98, size=9, anchor="middle"),
    ]
    return Picture(drawing(parts, width=160, height=120), "A disc of places drawn out over time.")


def _pairs() -> Picture:
    points = ((40, 60), (58, 48), (52, 74), (120, 40), (128, 96))
    parts = [
        line(40, 60, 58, 48, stroke=HOT, width=1.6),
        line(40, 60, 52, 74, stroke=HOT, width=1.6),
        *(f'<circle cx="{x}" cy="{y}" r="5" fill="{ACCENT}"/>' for x, y in points),
    ]
    alt = "Incidents as points; those near each other in place and time are joined."
    return Picture(drawing(parts, width=160, height=120), alt)


def _clock() -> Picture:
    parts = []
    for day in range(7):
        for part in range(8):
            shade = 4 if day > 3 and part > 5 else (day + part) % 3  # noqa: PLR2004 - weekend nights
            parts.append(box(16 + part * 16, 10 + day * 14, 15, 13, fill=BLUES[shade]))
    return Picture(drawing(parts, width=160, height=120), "Days by hours, weekend nights darkest.")


def _curve() -> Picture:
    parts = [
        path("M20 105L140 10", stroke=SOFT, dash="3 3"),
        path("M20 105C26 40 60 16 140 10", stroke=ACCENT, width=2.2),
        line(20, 105, 140, 105, stroke=SOFT),
        line(20, 105, 20, 10, stroke=SOFT),
        text("share of cells", 80, 118, size=9, anchor="middle"),
    ]
    alt = "A curve that rises fast: few cells hold most incidents."
    return Picture(drawing(parts, width=160, height=124), alt)


_DRAWINGS: Mapping[str, Callable[[], Picture]] = MappingProxyType(
    {
        "counts": _counts,
        "disc": _disc,
        "single": _single,
        "moran": _moran,
        "hidden": _hidden,
        "bars": _bars,
        "strip": _strip,
        "two": _two,
        "share": _share,
        "scan": _scan,
        "pairs": _pairs,
        "clock": _clock,
        "curve": _curve,
    }
)
