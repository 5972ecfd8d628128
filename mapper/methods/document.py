"""Methods and glossary as pages of the documentation.

``python -m mapper.methods.document docs`` writes ``methods.md`` and ``glossary.md`` anew; a test
holds that they are as this module makes them.
"""

import sys
from pathlib import Path

from mapper.base.files import write_whole
from mapper.methods.load import glossary, methods

MADE = "<!-- made from mapper/methods by python -m mapper.methods.document docs -->"


def methods_page() -> str:
    """Return every method as Markdown."""
    lines = ["# Methods", "", MADE, "", "Each statistic in words, and what it cannot show."]
    for method in methods():
        lines += [
            *("", f"## {method.title}", ""),
            f"**{method.asks}**",
            *("", method.words, "", f"    {method.formula}", ""),
            f"- What it cannot show: {method.cannot}",
            f"- When not to use it: {method.not_when}",
            f"- Source: {method.source}",
        ]
    return "\n".join(lines) + "\n"


def glossary_page() -> str:
    """Return the glossary as Markdown."""
    lines = ["# Glossary", "", MADE, ""]
    for word, meaning in glossary().items():
        lines += [word, f": {meaning}", ""]
    return "\n".join(lines)


def write_pages(folder: Path) -> None:
    """Write both pages into a folder."""
    write_whole(folder / "methods.md", methods_page())
    write_whole(folder / "glossary.md", glossary_page())


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
