"""Sphinx: ``make docs`` turns this folder into docs/_build, which opens with no network."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import mapper

project = "mapper"
author = "the mapper founders"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints = "none"  # the signature has them; docstrings tell shapes and units
napoleon_google_docstring = False
napoleon_use_rtype = False
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "mapper"
html_show_sphinx = False
# Formulas are plain text where needed: MathJax would come from another machine.
suppress_warnings = ["myst.xref_missing"]


class Questions(SphinxDirective):
    """Every question of ``mapper.ask``, as the registry has them."""

    def run(self) -> list[nodes.Node]:
        """Return an entry for each."""
        names = "\n".join(f".. autofunction:: mapper.ask.{name}" for name in dir(mapper.ask))
        return self.parse_text_to_nodes(names)


def setup(app: Sphinx) -> None:
    """Add what the reference needs beside autodoc."""
    app.add_directive("questions", Questions)
