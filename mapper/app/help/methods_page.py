"""The Methods page: each statistic in words, picture and formula, what it cannot show, a glossary.

``?about=cluster`` opens it at one method: that is where each “What is this?” leads.
"""

import base64

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import follow, say
from mapper.app.shell.frame import put_on_style, show_marking_for
from mapper.app.shell.words import show_title
from mapper.base.text import encode_text
from mapper.methods.load import Method, glossary, methods
from mapper.outputs.documents.model import Picture
from mapper.outputs.pictures.methods import method_picture

_ALL = "All methods"
_GLOSSARY = "Glossary"
_KEY = "method to understand"


def show_page() -> None:
    """Let a person choose one method, all of them, or the glossary."""
    put_on_style()
    show_marking_for(current_viewer())
    show_title("Methods")
    titles = {method.title: method for method in methods()}
    ids = {_ALL: "", **{title: one.id for title, one in titles.items()}, _GLOSSARY: "glossary"}
    follow("about", _KEY, {id_: title for title, id_ in ids.items()}.get, _ALL)
    chosen = st.selectbox("What would you like to understand?", list(ids), key=_KEY)
    say({"about": ids[chosen]})
    if chosen == _GLOSSARY:
        _show_glossary()
    elif chosen == _ALL:
        for method in titles.values():
            show_method(method)
            st.divider()
    else:
        show_method(titles[chosen])


def show_method(method: Method) -> None:
    """Show one method: picture and words, formula and source one click deeper."""
    drawn, told = st.columns([1, 4])
    with drawn:
        show_picture(method_picture(method.picture))
    with told:
        st.subheader(method.title, anchor=False)
        st.html(
            f"<p><b>{encode_text(method.asks)}</b></p><p>{encode_text(method.words)}</p>"
            f"<p><b>What it cannot show.</b> {encode_text(method.cannot)}</p>"
            f"<p><b>When not to use it.</b> {encode_text(method.not_when)}</p>"
        )
        with st.expander("Formula and source"):
            st.code(method.formula, language=None, wrap_lines=True)
            st.text(f"Source: {method.source}")


def show_picture(picture: Picture) -> None:
    """Show a drawing with the words that stand for it."""
    coded = base64.b64encode(picture.svg.encode()).decode()
    st.html(
        f'<img src="data:image/svg+xml;base64,{coded}" alt="{encode_text(picture.alt)}"'
        ' style="max-width:100%">'
    )


def _show_glossary() -> None:
    """Show every word of the screens with its meaning."""
    pairs = (
        f"<dt><b>{encode_text(word)}</b></dt><dd>{encode_text(meaning)}</dd>"
        for word, meaning in glossary().items()
    )
    st.html(f"<dl>{''.join(pairs)}</dl>")
