"""Sphinx: ``make docs`` turns this folder into docs/_build, which opens with no network."""

project = "mapper"
author = "the mapper founders"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "mapper"
html_show_sphinx = False
# Formulas are plain text where needed: MathJax would come from another machine.
suppress_warnings = ["myst.xref_missing"]
