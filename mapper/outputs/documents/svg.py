"""Drawings turned into pictures, by Typst, which also checks that they can be drawn."""

from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.errors import OutputError
from mapper.base.lazy import Lazy
from mapper.outputs.documents.pdf import FONTS

if TYPE_CHECKING:
    import typst
else:
    typst = Lazy("typst")

_DOTS_PER_INCH = 200
TEMPLATE = Path(__file__).with_name("drawing.typ")


def svg_to_png(svg: str, *, width_cm: float) -> bytes:
    """Return a drawing as PNG of 200 dots per inch.

    Raises
    ------
    OutputError
        When it is no SVG that can be drawn.
    """
    try:
        made = typst.compile(
            TEMPLATE,
            format="png",
            ppi=_DOTS_PER_INCH,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"svg": svg, "width": str(width_cm)},
        )
    except typst.TypstError as error:
        raise OutputError(f"A drawing cannot be made into a picture: {error}.") from error
    return bytes(made)
