"""A release's map as a picture with its marking, dates, question and list of places around it.

Whoever gets the picture alone can find each place: beneath the map stand name, district and the
landmark it lies by, as finely as the audience may know.
"""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from mapper.base.text import count
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.outputs.documents.svg import svg_to_png
from mapper.outputs.maps.landmarks import directions
from mapper.outputs.pictures.map_picture import map_picture
from mapper.outputs.pictures.svg import PAPER, SOFT, drawing, text

_WIDTH, _HEAD, _FOOT, _EDGE = 640.0, 62.0, 28.0, 16.0
_LINE = 150  # letters of the licence in a line
_LISTED = 12  # places named beneath the map
_WORDS = 118  # letters of a place in a line
_HIGH, _SMALL = 11.0, 8.0  # a line of the list, and of the licence


def map_svg(release: Release, *, ground: Path | None = None, places: Places | None = None) -> bytes:
    """Return the map as SVG, marked top and bottom, over the ground that its audience may see.

    Parameters
    ----------
    ground
        Vector tiles made by ``mapper area background``.
    places
        Of which landmarks are marked, and named beside each hot spot.
    """
    inner = map_picture(
        is_release(release),
        title=release.title,
        width=_WIDTH - 2 * _EDGE,
        ground=ground,
        places=places,
    )
    listed = list(_listed(release, places))
    licence = wrap(release.licence, _LINE)
    under = _HEAD + float(inner.svg.split('height="', 1)[1].split('"', 1)[0]) + _HIGH
    whole = under + _HIGH * len(listed) + _FOOT + _SMALL * len(licence)
    middle = _WIDTH / 2
    said = f"{release.title}: {release.area_title}, {release.period}"
    made_up = "SYNTHETIC DEMONSTRATION DATA. " if release.synthetic else ""
    parts = [
        f"<title>{text(said, 0, 0).split('>', 1)[1].removesuffix('</text>')}</title>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        text(release.marking, middle, 16, size=11, anchor="middle", bold=True),
        text(said, _EDGE, 36, size=12, bold=True),
        text(f"{made_up}{release.question}", _EDGE, 52, size=8.5, fill=SOFT),
        f'<g transform="translate({_EDGE:g} {_HEAD:g})">{inner.svg}</g>',
        *(
            text(words, _EDGE, under + _HIGH * at, size=8.5)
            for at, words in enumerate(listed, start=1)
        ),
        *(
            text(words, _EDGE, whole - 18 - _SMALL * (len(licence) - 1 - at), size=6, fill=SOFT)
            for at, words in enumerate(licence)
        ),
        text(release.marking, middle, whole - 6, size=11, anchor="middle", bold=True),
    ]
    return drawing(parts, width=_WIDTH, height=whole).encode()


def map_png(release: Release, *, ground: Path | None = None, places: Places | None = None) -> bytes:
    """Return the map as PNG of 200 dots per inch, 17 cm wide."""
    return svg_to_png(map_svg(release, ground=ground, places=places).decode(), width_cm=17.0)


def _listed(release: Release, places: Places | None) -> Iterator[str]:
    """Yield a line for each of the first hot spots: its number on the map, and where it is."""
    where, spots = directions(release, places), release.hotspots
    names = (spots[name].head(_LISTED) for name in ("hotspot_id", "name", "district"))
    for number, (spot, name, district) in enumerate(zip(*names, strict=True), start=1):
        told = [str(name)] if str(district) in str(name) else [str(name), str(district)]
        words = "; ".join(filter(None, [", ".join(told), where.get(spot, "")]))
        cut = words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"
        yield f"{number}. {cut}"
    if (more := len(spots) - _LISTED) > 0:
        yield f"And {count(more, 'more place')} on the map: see the list."
