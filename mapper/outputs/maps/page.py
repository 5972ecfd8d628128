"""A Folium map as one page of HTML: nothing is fetched and nothing but its own scripts can run.

Folium's own page would link to other hosts and branca's embedding is broken, so the page is put
together here from what Folium rendered and from Leaflet's files as the XStatic package has them.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, cast

from xstatic.pkg.leaflet import BASE_DIR

from mapper.base.palette import with_colours
from mapper.base.text import encode_text, script_json
from mapper.disclosure.backdrop import backdrop_of
from mapper.disclosure.release import Release, is_release
from mapper.outputs.maps.basemap import Basemap
from mapper.outputs.maps.drawing import count_classes, known_counts, unknown_cells
from mapper.outputs.maps.layers import ReleaseLayer
from mapper.outputs.maps.partner_list import partner_list
from mapper.outputs.standard_words import care_words, nothing_words, places_words
from mapper.outputs.tables import busiest_words, hotspot_rows, is_operational

if TYPE_CHECKING:
    import folium
    from branca.element import Figure

_HERE = Path(__file__).parent
_FIND = (  # on a patch the choices above the map hold it
    '\n<div class="find" role="search"><input type="search" list="names" autocomplete="off"'
    ' aria-label="Find on this map" placeholder="Find on this map"><datalist id="names"></datalist>'
    "<output></output></div>"
)


def render_page(
    drawn: "folium.Map",
    release: Release,
    *,
    embedded: bool = False,
    patch: Mapping[str, Any] | None = None,
    basemap: Basemap | None = None,
    landmarks: Sequence[Sequence[Any]] = (),
) -> str:
    """Return the page of a map made by :func:`mapper.outputs.maps.build_map`.

    Parameters
    ----------
    embedded
        Leave out title and list, for a frame inside a page that shows them.
    patch
        What the map of a patch holds beside, as :func:`mapper.outputs.maps.embed_map` takes it.
    basemap
        A background of streets, for an embedded page only.
    landmarks
        From :func:`mapper.outputs.maps.landmarks.landmarks_of`.

    Raises
    ------
    ValueError
        When a page that can be taken away is to have a background.
    """
    if basemap is not None and not embedded:
        raise ValueError("a map that leaves the app has no background from elsewhere")
    figure = cast("Figure", drawn.get_root())
    for child in figure._children.values():  # noqa: SLF001  branca renders children into the figure; there is no public way to walk them
        child.render()
    layer = next(child for child in drawn._children.values() if isinstance(child, ReleaseLayer))  # noqa: SLF001  as above
    script = f"{figure.script.render()}\n{_file('page.js')}({layer.get_name()});\n"
    script += f"{_file('find.js')}({layer.get_name()});\n"
    style = f"{_leaflet('leaflet.css')}\n{layer.style}\n{with_colours(_file('page.css'))}"
    if embedded:
        style += f"\n{with_colours(_file('dark.css'))}"
    if patch is not None:
        script += f"({_file('patch.js')})({layer.get_name()}, {script_json(dict(patch))});\n"
        style += f"\n{with_colours(_file('patch.css'))}"
    if landmarks:
        told = script_json([list(one) for one in landmarks])
        script += f"({_file('landmarks.js')})({layer.get_name()}, {told});\n"
    if basemap is not None:
        told = script_json(basemap.told(backdrop_of(release)))
        if basemap.vector:
            script += _file("vendor/protomaps-leaflet.js")
        script += f"({_file('basemap.js')})({layer.get_name()}, {told});\n"
    parts = {
        "kind": "embedded" if embedded else "whole-page",
        "policy": _policy(
            scripts=(_leaflet("leaflet.js"), script), styles=(style,), images=basemap
        ),
        "marking": encode_text(is_release(release).marking),
        "title": encode_text(release.title),
        "area": encode_text(release.area_title),
        "style": style,
        "leaflet": _leaflet("leaflet.js"),
        "script": script,
        "body": _body(
            release,
            figure.html.render() + ("" if patch is not None else _FIND),
            embedded=embedded,
            landmarks=landmarks,
        ),
    }
    return Template(_file("page.html")).substitute(parts)


def _policy(scripts: tuple[str, ...], *, styles: tuple[str, ...], images: Basemap | None) -> str:
    """Return a policy that allows exactly these texts, and pictures of one source at most."""
    return (
        f"default-src 'none'; script-src {_sources(scripts)}; style-src {_sources(styles)};"
        f"{f' img-src {images.source};' if images and images.source else ''}"
        " base-uri 'none'; form-action 'none'"
    )


def _sources(texts: tuple[str, ...]) -> str:
    """Return the hash of each inline text as a content security policy writes it."""
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in texts)
    return " ".join(f"'sha256-{digest.decode()}'" for digest in digests)


def _body(
    release: Release, map_html: str, *, embedded: bool, landmarks: Sequence[Sequence[Any]]
) -> str:
    """Return everything between the body tags but the scripts."""
    stage = (
        f'<div class="stage">{map_html}\n'
        '<button type="button" class="whole">Whole area</button>\n'
        f"{_legend(release, landmarks)}</div>"
    )
    if embedded:
        return f"<main>{stage}</main>"
    return "\n".join(
        [
            _marking(release, "header"),
            _synthetic(release),
            _heading(release),
            f"<main>{stage}\n<aside>{_list(release)}\n{_about(release)}</aside></main>",
            _marking(release, "foot"),
        ]
    )


def _marking(release: Release, place: str) -> str:
    """Return the marking, in capitals, for the top or the bottom of the page."""
    return (
        f'<p class="marking {place}">{encode_text(release.marking.upper())}'
        f" <span>for {encode_text(release.audience)} use</span></p>"
    )


def _synthetic(release: Release) -> str:
    """Return the banner of demonstration data, or nothing."""
    if not release.synthetic:
        return ""
    return '<p class="synthetic">Synthetic demonstration data: no real incident is shown.</p>'


def _heading(release: Release) -> str:
    """Return title, place, period and question."""
    return (
        f"<header><h1>{encode_text(release.title)}"
        f" <span>{encode_text(release.area_title)}, {encode_text(release.period)}</span></h1>"
        f"<p>{encode_text(release.question)}</p></header>"
    )


def _legend(release: Release, landmarks: Sequence[Sequence[Any]]) -> str:
    """Return the legend as a list: a colour and its words, an outline and its words."""
    starts = count_classes(known_counts(release))
    shades = "".join(
        f'<li><i class="s{at}"></i>{words}</li>' for at, words in enumerate(_spans(starts))
    )
    return (
        '<section class="legend" aria-label="Legend"><h2>Incidents in a cell</h2><ul>'
        f"{shades}{_hidden_legend(release)}"
        '<li class="ground-row"><i class="ground"></i>none</li>'
        f"{_unknown_legend(release)}"
        '<li class="hot"><i class="outline">1</i>Hot spot and its rank</li>'
        f"{_landmarks_legend(landmarks)}</ul></section>"
    )


def _unknown_legend(release: Release) -> str:
    """Return the legend's line of ground that the data does not reach, or nothing."""
    if not unknown_cells(release).any():
        return ""
    return '<li class="ground-row"><i class="unknown"></i>no data</li>'


def _landmarks_legend(landmarks: Sequence[Sequence[Any]]) -> str:
    """Return what the letters of landmarks stand for."""
    kinds = dict.fromkeys(str(one[2]) for one in landmarks)
    return "".join(
        f'<li class="mark-row"><i class="mark">{kind[:1].upper()}</i>{kind}</li>' for kind in kinds
    )


def _hidden_legend(release: Release) -> str:
    """Return the legend's line of counts that are not printed, or nothing."""
    if is_operational(release) or not release.cells["incidents"].isna().any():
        return ""
    words = f"hidden ({release.hidden_words}, or withheld)"
    if release.by_district:
        words = "shown by district only"
    return f'<li class="hidden-row"><i class="unsaid"></i>{encode_text(words)}</li>'


def _spans(starts: list[int]) -> list[str]:
    """Return the classes of counts in words: 1 to 3, 4, 5 or more."""
    spans = [
        f"{low:,}" if low == high - 1 else f"{low:,} to {high - 1:,}"
        for low, high in pairwise(starts)
    ]
    return [*spans, *(f"{start:,} or more" for start in starts[-1:])]


def _list(release: Release) -> str:
    """Return the list of hot spots: what the map shows, for keyboard and screen reader."""
    if not is_operational(release):
        return partner_list(release)
    rows = hotspot_rows(release, on_screen=True)
    if not rows:
        return f"<section><h2>Hot spots</h2><p>{encode_text(nothing_words(release))}.</p></section>"
    head = (
        '<thead><tr><th scope="col">Rank</th><th scope="col">Place</th>'
        '<th scope="col" class="n">Incidents</th><th scope="col" class="n">Expected</th>'
        '<th scope="col" class="n">Times<br>expected</th></tr></thead>'
    )
    return (
        f"<section><h2>{len(rows):,} hot spot{'s' if len(rows) > 1 else ''}</h2><table><caption>"
        f"{encode_text(places_words(release))}; largest excess first. Choose one to see it on the"
        " map.</caption>"
        f"{head}{''.join(_row(row) for row in rows)}</table></section>"
    )


def _row(row: dict[str, Any]) -> str:
    """Return one hot spot as a group of two rows of the list: its figures and its reason."""
    where = f"{row['ward']}, {row['district']}"
    return (
        f'<tbody class="spot" data-id="{encode_text(row["hotspot_id"])}"><tr>'
        f'<td class="rank">{row["rank"]}</td>'
        f'<th scope="rowgroup"><button type="button">{encode_text(row["name"])}</button>'
        f'<span class="small">{encode_text(where)}</span></th>'
        f'<td class="n">{_number(row["incidents"])}</td>'
        f'<td class="n">{_number(row["expected"], 1)}</td>'
        f'<td class="n">{_number(row["ratio"], 1)}</td></tr>'
        f'<tr><td></td><td colspan="4" class="small">{encode_text(row["reason"])}'
        f"<br>{encode_text(busiest_words(row))}</td></tr></tbody>"
    )


def _number(value: float | None, decimals: int = 0) -> str:
    """Return a number for people; a dash with a word for screen readers where there is none."""
    return (
        '<span aria-label="not known">&#8211;</span>' if value is None else f"{value:,.{decimals}f}"
    )


def _about(release: Release) -> str:
    """Return what the map can and cannot show, and whose data it is."""
    caveats = "".join(f"<li>{encode_text(caveat)}</li>" for caveat in release.caveats)
    return (
        "<section><h2>Read this map with care</h2>"
        f"<ul>{caveats}<li>{encode_text(care_words(release))}</li></ul></section>"
        "<section><h2>About this map</h2>"
        f'<p class="small">Each cell is one H3 hexagon, resolution {release.resolution}. Its colour'
        f" tells the incidents in it{'' if is_operational(release) else ', rounded'}. A hot"
        " spot is a place of touching cells,"
        " small enough to act on.</p>"
        f'<p class="small">{encode_text(release.licence)}</p>'
        f'<p class="small">Release {encode_text(release.digest[:16])}. This page asks no other'
        " computer for anything. Drawn with Folium and Leaflet (BSD 2-Clause).</p></section>"
    )


@cache
def _file(name: str) -> str:
    """Return one of this folder's files."""
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _leaflet(name: str) -> str:
    """Return one of Leaflet's own files, without what would make a browser look for others."""
    text = (Path(BASE_DIR) / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        return re.sub(r"url\((?!#)[^)]*\)", "none", text)
    return re.sub(r"//# sourceMappingURL=\S*", "", text)
