"""The week in whole shifts, as far as an audience may see it: 7 days by some shifts."""

from collections.abc import Mapping, Sequence

import numpy as np

from mapper.base.palette import BLUES, COLOURS
from mapper.base.types import Floats
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.svg import HOT, INK, PAPER, SOFT, box, drawing, hatch, text

_LEFT, _TOP, _WIDE, _TALL = 96.0, 16.0, 52.0, 22.0
_DARK = 3  # from this class of blue on, white words are read best


def shift_clock(
    days: Sequence[str],
    shifts: Mapping[str, str],
    counts: Mapping[tuple[str, str], int | None],
    *,
    title: str,
    hidden: str,
) -> Picture:
    """Return a grid of days by shifts, each with its count, the busiest ringed.

    Parameters
    ----------
    shifts
        Hours of each shift, by its name.
    counts
        By day and shift; none where the count is hidden.
    hidden
        How a hidden count is written.
    """
    known = np.array([count for count in counts.values() if count], dtype=float)
    steps = np.quantile(known, [0.25, 0.5, 0.75, 0.9]) if known.size else np.ones(4)
    parts = [hatch("unsaid", stroke=COLOURS["hatch"], gap=3)]
    parts += [
        text(day[:3], _LEFT + (at + 0.5) * _WIDE, _TOP - 5, size=8, anchor="middle", fill=SOFT)
        for at, day in enumerate(days)
    ]
    most = max((count for count in counts.values() if count), default=0)
    for row, (shift, hours) in enumerate(shifts.items()):
        y = _TOP + row * _TALL
        parts.append(text(f"{shift.capitalize()} {hours}", _LEFT - 6, y + 14, size=7, anchor="end"))
        for column, day in enumerate(days):
            parts += _cell(counts.get((day, shift)), _LEFT + column * _WIDE, y, steps, most)
    svg = drawing(parts, width=_LEFT + len(days) * _WIDE + 4, height=_TOP + len(shifts) * _TALL + 4)
    said = "; ".join(
        f"{day} {shift} {hidden if count is None else f'{count:,}'}"
        for (day, shift), count in counts.items()
    )
    return Picture(svg, f"Week in shifts, {title}. {said}.", title)


def _cell(count: int | None, x: float, y: float, steps: Floats, most: int) -> list[str]:
    """Return one shift of one day: shade, number, and a ring where it is the busiest."""
    if count is None:
        return [box(x, y, _WIDE, _TALL, fill="url(#unsaid)", stroke=PAPER)]
    shade = int(np.searchsorted(steps, count))
    ink = PAPER if shade >= _DARK else INK
    parts = [
        box(x, y, _WIDE, _TALL, fill=BLUES[shade], stroke=PAPER),
        text(f"{count:,}", x + _WIDE / 2, y + 14, size=9, anchor="middle", fill=ink),
    ]
    if count and count == most:
        parts.append(box(x + 1, y + 1, _WIDE - 2, _TALL - 2, fill="none", stroke=HOT))
    return parts
