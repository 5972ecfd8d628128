"""An action to be evaluated: where and when something was done, and against what."""

from dataclasses import dataclass

from mapper.base.errors import RequestError
from mapper.questions.windows import Window


@dataclass(frozen=True)
class Action:
    """Where and when something was done, and what it is compared with."""

    before: Window
    after: Window
    cells: tuple[str, ...] = ()  # H3 cells acted on
    hotspots: tuple[str, ...] = ()  # ids of hot spots of the window before
    buffer: tuple[str, ...] = ()  # by hand; else by rings
    buffer_rings: tuple[int, int] = (1, 2)  # first and last step from the nearest treated cell
    control: tuple[str, ...] = ()  # by hand; else suggested
    controls_each: int = 1  # suggested for each treated cell
    control_buffer: bool = False  # rings around the controls, as the buffer's own control

    def __post_init__(self) -> None:
        inner, outer = self.buffer_rings
        if not 1 <= inner <= outer or self.controls_each < 1:
            raise RequestError(
                f"A buffer of steps {inner} to {outer} and {self.controls_each} controls for each"
                " cell cannot be made: choose steps of 1 or more, rising, and 1 control or more."
            )
        if not (self.cells or self.hotspots):
            raise RequestError("Say where something was done: cells (--cell) or --hotspot.")
