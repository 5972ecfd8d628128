"""The Folium map of a release: one layer that draws ground, borders, cells and hot spots.

Imports folium, which takes a while: everything else reaches this module from inside functions.
"""

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

import folium
from folium.map import Layer
from folium.template import Template

from mapper.base.palette import COLOURS, with_colours
from mapper.base.text import script_json
from mapper.disclosure.release import Release, is_release

# Imported for what it does to branca: no text is ever read as a template a second time.
from mapper.outputs.maps import plain as _plain  # noqa: F401  see the comment above
from mapper.outputs.maps.drawing import bounds_of, context_of, figures_of

_HERE = Path(__file__).parent
_COUNTRY = 2.0  # degrees from south to north from which a map goes out further
_ZOOM_START = 10
_CONTEXTS: OrderedDict[str, str] = OrderedDict()
_KEPT = 32  # areas and sizes of cells; a few hundred kilobytes each
_LOCK = Lock()


class ReleaseLayer(Layer):
    """Draws a release; its scripts are :file:`canvas.js`, :file:`streets.js`, :file:`layer.js`."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro script(this, kwargs) %}
            var COLOURS = {{ this.colours }};
            var {{ this.get_name() }} = ({{ this.script }})(
                {{ this._parent.get_name() }},
                Object.assign({{ this.context }}, {{ this.figures }}), {{ this.canvas }},
                {{ this.streets }}
            );
        {% endmacro %}
        """
    )

    def __init__(self, release: Release, *, selected: str | None = None) -> None:
        super().__init__(name="Hot spots", overlay=True, control=False, show=True)
        self._name = "ReleaseLayer"
        self.style = with_colours((_HERE / "layer.css").read_text(encoding="utf-8"))
        self.colours = script_json(dict(COLOURS))
        self.script = (_HERE / "layer.js").read_text(encoding="utf-8")
        self.canvas = (_HERE / "canvas.js").read_text(encoding="utf-8")
        self.streets = (_HERE / "streets.js").read_text(encoding="utf-8")
        self.context = _context(release)
        self.figures = script_json(figures_of(release, selected=selected))


def _context(release: Release) -> str:
    """Return ground, borders and names as JSON, made once for releases over the same ground."""
    known = hashlib.sha256()
    columns = [release.cells[name] for name in ("cell", "district", "ward")]
    if release.streets is not None:
        columns.append(release.streets["street"])
        known.update(release.streets[["lon", "lat"]].to_numpy().tobytes())
    for column in columns:
        words = column.astype("str").fillna("").to_numpy(dtype=object)
        known.update("\x1f".join(words).encode("utf-8", "surrogatepass"))
        known.update(b"\x1e")
    key = known.hexdigest()
    with _LOCK:
        if key not in _CONTEXTS:
            _CONTEXTS[key] = script_json(context_of(release))
            while len(_CONTEXTS) > _KEPT:
                _CONTEXTS.popitem(last=False)
        _CONTEXTS.move_to_end(key)
        return _CONTEXTS[key]


def folium_map(
    release: Release,
    *,
    selected: str | None = None,
    leaflet_url: str | None = None,
) -> folium.Map:
    """Return the map; see :func:`mapper.outputs.maps.build_map`."""
    (south, west), (north, east) = bounds_of(is_release(release))
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=_ZOOM_START,
        tiles=None,
        prefer_canvas=True,
        control_scale=True,
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
    )
    tall = north - south > _COUNTRY
    drawn.options["min_zoom"], drawn.options["max_zoom"] = 5 if tall else 7, 18
    # On the object, not the class: no other map in this process changes, and none of Folium's
    # links to other hosts is ever written.
    drawn.default_js = [("leaflet", f"{leaflet_url}/leaflet.js")] if leaflet_url else []
    drawn.default_css = [("leaflet_css", f"{leaflet_url}/leaflet.css")] if leaflet_url else []
    layer = ReleaseLayer(release, selected=selected)
    # Folium names things by random numbers; these make the same release the same page.
    drawn._id, layer._id = f"m{release.content_digest[:12]}", f"l{release.content_digest[:12]}"  # noqa: SLF001  Folium has no public way to name an element
    layer.layer_name = layer.get_name()
    layer.add_to(drawn)
    return drawn
