"""An action to be evaluated: where and when something was done, and against what."""

from dataclasses import MISSING, dataclass
from typing import Literal

from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.questions.choices import Choices
from mapper.questions.usual_choices import confidence
from mapper.questions.windows import Window

Table = Literal["figures", "cells"]


@dataclass(frozen=True, kw_only=True)
class Action(Choices):
    """Where and when something was done, and what it is compared with."""

    hotspots: tuple[str, ...] = choice(
        (),
        "Hot spots",
        help="Id of a hot spot of the days before; repeat.",
        kind="hotspots",
        option="--hotspot",
    )
    cells: tuple[str, ...] = choice(
        (), "Cells", help="Cell acted on, by its id; repeat.", option="--cell"
    )
    before: Window = choice(
        MISSING, "Before the action", help="Days before the action.", proposed="first half"
    )
    after: Window = choice(
        MISSING, "After it began", help="Days after it began.", proposed="second half"
    )
    buffer_from: int = choice(
        1, "Buffer from step", help="First step of the buffer.", least=1, most=10, rare=True
    )
    buffer_to: int = choice(
        2, "Buffer to step", help="Last step of the buffer.", least=1, most=10, rare=True
    )
    buffer_cells: tuple[str, ...] = choice(
        (),
        "Buffer cells by hand",
        help="Buffer cell by hand; repeat.",
        option="--buffer-cell",
        rare=True,
    )
    control_cells: tuple[str, ...] = choice(
        (),
        "Control cells by hand",
        help="Control cell by hand; repeat.",
        option="--control-cell",
        rare=True,
    )
    controls: int = choice(
        1,
        "Controls for each cell",
        help="Controls suggested for each cell.",
        least=1,
        most=10,
        rare=True,
    )
    control_buffer: bool = choice(
        default=False,
        label="Rings around controls too",
        help="Rings around controls, beside the buffer.",
        rare=True,
    )
    synthetic: bool = choice(
        default=False,
        label="Synthetic control too",
        help="A synthetic control beside it: untreated places mixed to run alike before.",
        rare=True,
    )
    table: Table = choice(
        "figures",
        "Show",
        help="Which table.",
        of={"figures": "Figures", "cells": "Cells and their part"},
    )
    confidence: float = confidence()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.buffer_from > self.buffer_to:
            raise RequestError(
                f"A buffer of steps {self.buffer_from} to {self.buffer_to} cannot be made: choose"
                " {buffer_to} from {buffer_from} on.",
                names=("buffer_from", "buffer_to"),
            )
        if not (self.cells or self.hotspots):
            raise RequestError(
                "Say where something was done: {cells} or {hotspots}.", names=("cells", "hotspots")
            )
