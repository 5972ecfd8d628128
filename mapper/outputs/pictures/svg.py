"""The few pieces of SVG that every drawing is made of; all words are encoded here."""

from collections.abc import Iterable

from mapper.base.palette import COLOURS
from mapper.base.text import encode_text
from mapper.base.types import Floats

INK, SOFT, RULE = COLOURS["ink"], COLOURS["soft"], COLOURS["edge"]
ACCENT, HOT, PAPER = COLOURS["accent"], COLOURS["hot"], COLOURS["paper"]
FONT = "DejaVu Sans, system-ui, sans-serif"


def drawing(parts: Iterable[str], *, width: float, height: float) -> str:
    """Return a whole drawing of its parts."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="{FONT}" fill="{INK}">'
        f"{''.join(parts)}</svg>"
    )


def text(
    words: str,
    x: float,
    y: float,
    *,
    size: float = 10,
    anchor: str = "start",
    fill: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """Return words at a place; ``anchor`` is start, middle or end; a halo keeps them readable."""
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"{weight}'
    said = encode_text(words)
    around = (
        f'<text {place} fill="none" stroke="{PAPER}" stroke-width="{size / 4:g}"'
        f' stroke-linejoin="round">{said}</text>'
        if halo
        else ""
    )
    return f'{around}<text {place} fill="{fill}">{said}</text>'


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none") -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        f' fill="{fill}" stroke="{stroke}" stroke-width="0.6"/>'
    )


def line(
    x1: float, y1: float, x2: float, y2: float, *, stroke: str = RULE, width: float = 0.6
) -> str:
    """Return a straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"'
        f' stroke-width="{width:g}"/>'
    )


def outline(rings: Iterable[Floats]) -> str:
    """Return closed rings of points as one path's data, to a tenth of a unit."""
    return "".join(
        f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in ring.round(1).tolist())}Z" for ring in rings
    )


def track(lines: Iterable[Floats]) -> str:
    """Return open lines of points as one path's data, to a tenth of a unit."""
    return "".join(
        f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in line.round(1).tolist())}" for line in lines
    )


def path(
    data: str, *, fill: str = "none", stroke: str = "none", width: float = 0.6, dash: str = ""
) -> str:
    """Return a path; even-odd filling keeps lakes open."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{data}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}"'
        f' stroke-width="{width:g}" stroke-linejoin="round"{dashed}/>'
    )


def clip(name: str, width: float, height: float, parts: Iterable[str]) -> str:
    """Return parts of which nothing is drawn beyond a rectangle at the corner; its name is new."""
    inner = "".join(parts)
    if not inner:
        return ""
    return (
        f'<defs><clipPath id="{name}">{box(0, 0, width, height, fill=INK)}</clipPath></defs>'
        f'<g clip-path="url(#{name})">{inner}</g>'
    )


def hatch(name: str, *, stroke: str, gap: float = 4) -> str:
    """Return a pattern of slanted lines, which stays visible in grey."""
    return (
        f'<defs><pattern id="{name}" width="{gap:g}" height="{gap:g}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="{gap / 3.2:.2f}" height="{gap:g}"'
        f' fill="{stroke}"/></pattern></defs>'
    )
