"""Where the files lie that stand beside the package in its repository: the app, pages, boundaries.

In a checkout they are at its top. An installed mapper has no top: the build (``setup.py``) puts
them into the package, in a folder that a checkout never has.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "top_level"


def top_level(name: str) -> Path:
    """Return where a file or folder of the top level is, such as ``pages`` or ``constraints.txt``.

    Whether it is there is not looked at: whoever needs it says what is missing, and what for.
    """
    return (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent) / name
