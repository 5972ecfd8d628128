"""Small charts for print: bars, a strip of periods, a line beside its even share, a week clock.

Every chart carries its numbers as text, so none has to be read off a colour or an axis.
"""

from collections.abc import Sequence

import numpy as np

from mapper.base.palette import BLUES, COLOURS
from mapper.base.types import Floats
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.svg import (
    ACCENT,
    HOT,
    RULE,
    SOFT,
    box,
    drawing,
    hatch,
    line,
    path,
    text,
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WIDTH = 480.0


def bars(
    names: Sequence[str], values: Sequence[float], *, title: str, unit: str = "", decimals: int = 0
) -> Picture:
    """Return horizontal bars, longest name to the left, value at the end of each bar."""
    most = max([*values, 0]) or 1
    row, left = 18.0, 180.0
    parts = []
    for at, (name, value) in enumerate(zip(names, values, strict=True)):
        y, length = at * row, (_WIDTH - left - 60) * max(value, 0) / most
        shown = name if len(name) <= 30 else f"{name[:29]}…"  # noqa: PLR2004 - what fits
        parts += [
            text(shown, left - 6, y + 12, anchor="end"),
            box(left, y + 3, length, row - 6, fill=ACCENT),
            text(f"{value:,.{decimals}f}{unit}", left + length + 4, y + 12, size=9),
        ]
    said = "; ".join(f"{n}: {v:,.{decimals}f}{unit}" for n, v in zip(names, values, strict=True))
    svg = drawing(parts, width=_WIDTH, height=max(row * len(values), row))
    return Picture(svg, f"Bar chart, {title}. {said}.", title)


def strip(
    names: Sequence[str],
    values: Sequence[int],
    *,
    title: str,
    hot: Sequence[bool] | None = None,
    height: float = 60.0,
) -> Picture:
    """Return one column for each period; hot periods are hatched as well as coloured."""
    most = max([*values, 0]) or 1
    step = _WIDTH / max(len(values), 1)
    parts = [hatch("hot", stroke=HOT), line(0, height, _WIDTH, height)]
    for at, value in enumerate(values):
        x, tall = at * step + step * 0.1, (height - 14) * value / most
        is_hot = bool(hot is not None and hot[at])
        fill = "url(#hot)" if is_hot else ACCENT
        parts.append(
            box(x, height - tall, step * 0.8, tall, fill=fill, stroke=HOT if is_hot else "none")
        )
        parts.append(text(f"{value:,}", x + step * 0.4, height - tall - 3, size=7, anchor="middle"))
    every = max(1, round(len(names) / 8))
    parts += [
        text(names[at], at * step + step / 2, height + 10, size=7, anchor="middle", fill=SOFT)
        for at in range(0, len(names), every)
    ]
    words = ", ".join(
        f"{n} {v}{' (hot)' if hot is not None and hot[at] else ''}"
        for at, (n, v) in enumerate(zip(names, values, strict=True))
    )
    svg = drawing(parts, width=_WIDTH, height=height + 14)
    return Picture(svg, f"Columns by period, {title}. {words}.", title)


def curve(
    x: Sequence[float], y: Sequence[float], *, title: str, across: str, up: str, said: str
) -> Picture:
    """Return a line over shares from 0 to 1 beside the dashed line of an even spread."""
    side, left, bottom = 200.0, 40.0, 30.0

    def at(px: float, py: float) -> str:
        return f"{left + px * side:.1f} {side - py * side + 8:.1f}"

    data = "M" + "L".join(at(px, py) for px, py in zip(x, y, strict=True))
    parts = [
        box(left, 8, side, side, fill="none", stroke=RULE),
        path(f"M{at(0, 0)}L{at(1, 1)}", stroke=SOFT, dash="3 3"),
        path(data, stroke=ACCENT, width=1.8),
        text(across, left + side / 2, side + 8 + bottom - 6, size=9, anchor="middle"),
        _upright(up, 12, side / 2 + 8),
    ]
    for share in (0.0, 0.5, 1.0):
        parts.append(text(f"{share:.0%}", left + share * side, side + 19, size=8, anchor="middle"))
        parts.append(text(f"{share:.0%}", left - 4, side - share * side + 11, size=8, anchor="end"))
    svg = drawing(parts, width=left + side + 20, height=side + bottom + 10)
    return Picture(svg, f"Curve, {title}. {said}", title, width=0.5)


def _upright(words: str, x: float, y: float) -> str:
    """Return words set along an upright axis."""
    said = text(words, x, y, size=9, anchor="middle")
    return f'<g transform="rotate(-90 {x:g} {y:g})">{said}</g>'


def week_clock(hours: Floats, *, title: str) -> Picture:
    """Return a grid of 7 days by 24 hours, darker where more happens, busiest hours ringed.

    Parameters
    ----------
    hours
        Incidents by hour of the week from Monday 00:00, shape (168,).
    """
    grid = np.asarray(hours, dtype=float).reshape(7, 24)
    steps = np.quantile(grid[grid > 0], [0.25, 0.5, 0.75, 0.9]) if (grid > 0).any() else [1.0]
    left, top, wide, tall = 34.0, 14.0, 18.0, 15.0
    parts = [
        text(f"{hour:02d}", left + hour * wide, top - 4, size=7, fill=SOFT)
        for hour in range(0, 24, 3)
    ]
    for day, name in enumerate(DAYS):
        parts.append(text(name, left - 5, top + day * tall + 11, size=8, anchor="end"))
        for hour in range(24):
            value = grid[day, hour]
            fill = BLUES[int(np.searchsorted(steps, value))] if value > 0 else COLOURS["wash"]
            parts.append(box(left + hour * wide, top + day * tall, wide, tall, fill=fill))
    busiest = [at for at in np.argsort(-grid, axis=None, kind="stable")[:3] if grid.flat[at] > 0]
    for at in busiest:
        day, hour = divmod(int(at), 24)
        parts.append(box(left + hour * wide, top + day * tall, wide, tall, fill="none", stroke=HOT))
    said = ", ".join(f"{DAYS[at // 24]} {at % 24:02d}:00 ({grid.flat[at]:.1f})" for at in busiest)
    svg = drawing(parts, width=left + 24 * wide + 4, height=top + 7 * tall + 4)
    return Picture(svg, f"Week clock, {title}. Busiest hours: {said or 'none'}.", title)
