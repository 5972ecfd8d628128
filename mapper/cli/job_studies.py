"""The studies of a job: of incidents that are read once, or of counts that workers make."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mapper.analysis.request import AnalysisRequest
from mapper.base.errors import InputError
from mapper.base.files import no_progress
from mapper.cli.engine import READ_HERE, Engine, counted_by
from mapper.cli.job_file import Job
from mapper.questions.registry import QUESTIONS

if TYPE_CHECKING:
    import pandas as pd

    from mapper.analysis.part_tasks import Workers
    from mapper.analysis.study import Study
    from mapper.analysis.tallied_study import TalliedStudy
    from mapper.areas.study_area import StudyArea
    from mapper.context.sink_choices import SinkChoices
    from mapper.incidents.mapping import ColumnMapping
    from mapper.incidents.table import Incidents
    from mapper.lenses.lens import Lens

_LOG = logging.getLogger("mapper.job")
Days = tuple[date | None, date | None]


@dataclass(eq=False)
class JobStudies:
    """Studies of one job, made as they are asked for."""

    job: Job
    sinks: "SinkChoices | None"
    mapping: "ColumnMapping | None"
    workers: "Workers | None" = None  # none where single rows are needed
    days: Days = field(init=False)

    def __post_init__(self) -> None:
        """Find the days, for which the newest month may have to be known."""
        period = self.job.period
        if period.last_months is None:
            self.days = period.first, period.last
        elif self.workers and (study := self._counted_whole()):
            newest = study.examined.tally.kinds["start"].max()
            self.days = months_back(newest, period.last_months, monthly=True)
        else:
            self.days = days_back(self.incidents.table, period.last_months)

    @cached_property
    def incidents(self) -> "Incidents":
        """All incidents, read when they are first needed."""
        from mapper.cli.asking import with_choices
        from mapper.incidents.read import read_incidents

        told = self.job.incidents
        incidents = read_incidents(
            told.paths, mapping=self.mapping, repair_swapped=told.repair_swapped
        )
        read, accepted, rejected = (
            incidents.rows_read,
            len(incidents.table),
            len(incidents.rejected),
        )
        _LOG.info("%d rows read, %d accepted, %d rejected", read, accepted, rejected)
        for words in incidents.notes:
            _LOG.info("%s", words)
        return with_choices(incidents, self.sinks)

    def study(
        self,
        lens: "Lens",
        area_given: str,
        request: AnalysisRequest | None = None,
        *,
        whole: bool = False,
    ) -> "Study":
        """Return the study of one lens over one area, as the job asks or as a request does.

        Parameters
        ----------
        whole
            Whether single rows are needed, whoever counts.

        Raises
        ------
        MapperError
            When the area is unknown or the files cannot be counted.
        """
        from mapper.analysis.mend import mended_by_name
        from mapper.analysis.study import prepare

        area = self._area(area_given, request.resolution if request else None)
        days = {"start": self.days[0], "end": self.days[1]}
        choices = request.choices if request else {**self._choices, **days}
        if self.workers and not whole and (study := self._counted(lens, area, choices)):
            return study
        if self.workers:
            _LOG.info("%s over %s: %s", lens.id, area.name, READ_HERE)
        incidents = mended_by_name(self.incidents, area, self.job.incidents.mend)
        return prepare(incidents, lens=lens, area=area, **choices)

    @property
    def _choices(self) -> dict[str, Any]:
        """Choices of the analysis but for its resolution and its days."""
        held = dict(self.job.analysis.choices)
        held.pop("resolution", None)
        return held

    def _area(self, given: str, resolution: int | None = None) -> "StudyArea":
        from mapper.areas.load import load_study_area

        usual = AnalysisRequest.known()["resolution"].default
        own = dict(self.job.analysis.choices).get("resolution", usual)
        return load_study_area(given, resolution=own if resolution is None else resolution)

    def _counted(
        self, lens: "Lens", area: "StudyArea", choices: dict[str, Any]
    ) -> "TalliedStudy | None":
        """Return what workers count; none where single rows are needed."""
        assert self.workers is not None  # noqa: S101 - narrows the type
        request = AnalysisRequest.of(lens, area, choices)
        paths = self.job.incidents.paths
        told = self.mapping
        return counted_by(self.workers, paths, lens, area, request, no_progress, mapping=told)

    def _counted_whole(self) -> "TalliedStudy | None":
        """Return the study of all days, which knows the newest month."""
        from mapper.lenses.load import load_lens

        analysis = self.job.analysis
        return self._counted(
            load_lens(analysis.lenses[0]), self._area(analysis.areas[0]), self._choices
        )


@contextmanager
def job_studies(
    job: Job, sinks: "SinkChoices | None", mapping: "ColumnMapping | None"
) -> Iterator[JobStudies]:
    """Give the studies of a job; workers, where it asks for them, end with it.

    Raises
    ------
    EngineError
        When the workers that the job asks for cannot be used.
    """
    engine = Engine(job.engine.name, job.engine.scheduler, job.engine.workers)
    told = job.incidents
    asked = not all(QUESTIONS[each.id].counts_are_enough for each in job.questions)
    rows = told.repair_swapped or told.sinks or told.mend or asked
    if engine.is_dask and not rows:
        with engine.opened() as workers:
            yield JobStudies(job, sinks, mapping, workers)
        return
    if engine.is_dask:
        _LOG.info("%s: %s", job.title, READ_HERE)
    studies = JobStudies(job, sinks, mapping)
    _ = studies.incidents  # what is wrong with them concerns the job, not a part of it
    yield studies


def days_back(table: "pd.DataFrame", months: int) -> Days:
    """Return the first and last day of so many months up to the last whole one."""
    if not len(table):
        raise InputError("No row was accepted, so there is no last month. Check the rejected rows.")
    newest = table["start"].max()
    monthly = str(table["precision"].iloc[int(table["start"].argmax())]) == "month"
    return months_back(newest, months, monthly=monthly)


def months_back(newest: "pd.Timestamp", months: int, *, monthly: bool) -> Days:
    """Return the first and last day of so many months up to the last whole one.

    Parameters
    ----------
    newest
        Latest start of an incident.
    monthly
        Whether it is known to the month, which is then whole.
    """
    end = newest.to_period("M")
    if not monthly and newest.normalize() != end.end_time.normalize():
        end -= 1  # the newest month has not ended in the data
    start = end - (months - 1)
    return start.start_time.date(), end.end_time.date()
