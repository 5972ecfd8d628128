"""Who counts: this process, slice by slice where files are large, or workers of dask."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.base.errors import EngineError
from mapper.base.files import Progress

if TYPE_CHECKING:
    from mapper.analysis.kept_tallies import KeptTallies
    from mapper.analysis.part_tasks import Workers
    from mapper.analysis.request import AnalysisRequest
    from mapper.analysis.study import Study
    from mapper.analysis.tallied_study import TalliedStudy
    from mapper.areas.study_area import StudyArea
    from mapper.incidents.mapping import ColumnMapping
    from mapper.lenses.lens import Lens

READ_HERE = (
    "Not counted by workers but read here at once: the files or the choices need single rows"
    " (docs/scale.md says which)."
)


@dataclass(frozen=True)
class Engine:
    """Who counts."""

    name: str = "here"
    scheduler: str = ""
    workers: int | None = None

    def __post_init__(self) -> None:
        """Refuse choices that do not go together."""
        if not self.is_dask and (self.scheduler or self.workers):
            raise EngineError("--scheduler and --workers are of dask: give --engine dask as well.")
        if self.scheduler and self.workers:
            raise EngineError(
                "--workers starts workers on this machine, and --scheduler names others: give one."
            )

    @property
    def is_dask(self) -> bool:
        """Whether workers of dask count."""
        return self.name == "dask"

    @contextmanager
    def opened(self) -> "Iterator[Workers]":
        """Give the workers of dask."""
        from mapper.analysis.distributed import dask_workers

        with dask_workers(self.scheduler, workers=self.workers) as workers:
            yield workers


HERE = Engine()


def counted(
    paths: Sequence[str],
    engine: Engine,
    lens: "Lens",
    area: "StudyArea",
    request: "AnalysisRequest",
    progress: Progress,
    *,
    mapping: "ColumnMapping | None" = None,
) -> "Study | None":
    """Return the study of files that are counted part by part; none where all rows are needed.

    Raises
    ------
    EngineError
        When the workers that were asked for cannot be used.
    """
    from mapper.incidents.how_large import are_small

    if not engine.is_dask:
        if are_small(paths):  # told before what counts slices is loaded
            return None
        from mapper.analysis.sliced import study_in_slices

        return study_in_slices(
            paths,
            lens=lens,
            area=area,
            request=request,
            mapping=mapping,
            kept=kept_tallies(),
            progress=progress,
        )
    progress("Calling the workers", 0.0)
    with engine.opened() as workers:
        return counted_by(workers, paths, lens, area, request, progress, mapping=mapping)


def counted_by(
    workers: "Workers",
    paths: Sequence[str],
    lens: "Lens",
    area: "StudyArea",
    request: "AnalysisRequest",
    progress: Progress,
    *,
    mapping: "ColumnMapping | None" = None,
) -> "TalliedStudy | None":
    """Return the study of files that workers count; none where all rows are needed."""
    from mapper.analysis.parted import study_by_workers

    return study_by_workers(
        paths,
        workers=workers,
        lens=lens,
        area=area,
        request=request,
        mapping=mapping,
        kept=kept_tallies(),
        progress=progress,
    )


def kept_tallies() -> "KeptTallies":
    """Return where tallies of parts are kept."""
    from mapper.analysis.kept_tallies import FOLDER, KeptTallies
    from mapper.base.settings import settings

    return KeptTallies(settings().workspace / FOLDER)
