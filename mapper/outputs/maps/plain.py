"""Folium without its second template pass.

Folium renders each element with Jinja and hands the finished text to ``branca.element.Element``,
which compiles it as a template again: data that holds ``{{ … }}`` then runs on this machine. Here
branca gets an element that shows its text as it is. Importing this module is enough; it covers
every Folium map made in this process, popups, pickled maps and streamlit-folium included.
"""

from typing import Any

import branca.element
import jinja2

# The one template that branca makes at run time on purpose: it holds no data.
_CHILDREN = (
    "{% for name, element in this._children.items() %}{{element.render(**kwargs)}}{% endfor %}"
)


class Verbatim:
    """Stands where branca expects a template and renders its text as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """Return the text."""
        return self.text


def _template(source: str) -> jinja2.Template | Verbatim:
    """Return what branca should use for a text that has been rendered once already."""
    return jinja2.Template(source) if source == _CHILDREN else Verbatim(source)


branca.element.Template = _template  # type: ignore[attr-defined, assignment]  # the patch itself
