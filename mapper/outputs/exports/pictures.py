"""A release's map as a picture with its marking, dates and question around it."""

from pathlib import Path
from textwrap import wrap

from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.outputs.documents.svg import svg_to_png
from mapper.outputs.pictures.map_picture import map_picture
from mapper.outputs.pictures.svg import PAPER, SOFT, drawing, text

_WIDTH, _HEAD, _FOOT, _EDGE = 640.0, 62.0, 28.0, 16.0
_LINE = 150  # letters of the licence in a line


def map_svg(release: Release, *, ground: Path | None = None, places: Places | None = None) -> bytes:
    """Return the map as SVG, marked top and bottom, over the ground that its audience may see."""
    inner = map_picture(
        is_release(release),
        title=release.title,
        width=_WIDTH - 2 * _EDGE,
        ground=ground,
        places=places,
    )
    height = float(inner.svg.split('height="', 1)[1].split('"', 1)[0])
    licence = wrap(release.licence, _LINE)
    whole = height + _HEAD + _FOOT + 8 * len(licence)
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
            text(words, _EDGE, whole - 18 - 8 * (len(licence) - 1 - at), size=6, fill=SOFT)
            for at, words in enumerate(licence)
        ),
        text(release.marking, middle, whole - 6, size=11, anchor="middle", bold=True),
    ]
    return drawing(parts, width=_WIDTH, height=whole).encode()


def map_png(release: Release, *, ground: Path | None = None, places: Places | None = None) -> bytes:
    """Return the map as PNG of 200 dots per inch, 17 cm wide."""
    return svg_to_png(map_svg(release, ground=ground, places=places).decode(), width_cm=17.0)
