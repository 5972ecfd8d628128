"""How anyone can tell that data is synthetic: every reference of the demonstration starts so.

The demonstration force is a package of its own that imports mapper; mapper finds it by its entry
point, as it would find any other.
"""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import pandas as pd

from mapper.base.errors import InputError
from mapper.base.files import Progress
from mapper.base.of_table import of_table

SYNTHETIC_MARK = "DEMO-"
SYNTHETIC_NOTICE = "Synthetic demonstration data: no record describes a real event, person or home."


@of_table
def is_synthetic(table: pd.DataFrame) -> bool:
    """Return whether any incident of a table is a demonstration one.

    One is enough: real records mixed with invented ones describe no real place either.
    """
    return bool(table["reference"].str.startswith(SYNTHETIC_MARK, na=False).any())


class DemonstrationFiles(Protocol):
    """What a demonstration wrote: an extract, what is planted in it, and places around."""

    @property
    def incidents(self) -> Path: ...  # noqa: D102 - said by the class

    @property
    def truth(self) -> Path: ...  # noqa: D102

    @property
    def places(self) -> Path: ...  # noqa: D102

    @property
    def year_before(self) -> Path | None: ...  # noqa: D102

    @property
    def background(self) -> Path | None: ...  # noqa: D102

    @property
    def patrols(self) -> Path | None: ...  # noqa: D102


class WriteDemonstration(Protocol):
    """Write a demonstration into a folder; the same seed, the same bytes."""

    def __call__(
        self,
        out: Path,
        *,
        seed: int = 1,
        years: int = 1,
        background: bool = False,
        patrols: bool = False,
        progress: Progress = ...,
    ) -> DemonstrationFiles:
        """Write it; see :func:`demonstration.writing.write_demonstration`."""


def demonstration_writer() -> WriteDemonstration:
    """Return what writes the demonstration that is installed with mapper.

    Raises
    ------
    InputError
        When none is installed.
    """
    for found in entry_points(group="mapper.demonstrations"):
        writer: WriteDemonstration = found.load()
        return writer
    raise InputError("No demonstration is installed with this mapper. Install mapper again.")
