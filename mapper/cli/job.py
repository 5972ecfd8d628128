"""``mapper run``: a job file in, one folder of outputs for each area and lens out.

Exit codes, for a scheduler: 0 when every part was written or had too few incidents to say anything
(which the log tells); 2 when the job or its input is at fault and nothing was written; 3 when some
parts were written and others failed.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.errors import InputError, MapperError, OutputError, TooFewEventsError
from mapper.base.text import count
from mapper.cli.exporting import keep_release
from mapper.cli.inputs import keep_inputs, paths_of
from mapper.cli.job_file import Job, JobQuestion, read_job
from mapper.cli.job_studies import JobStudies, job_studies
from mapper.cli.saying import OneLine

if TYPE_CHECKING:
    from mapper.analysis.result import AnalysisResult
    from mapper.analysis.study import Study
    from mapper.disclosure.shapes import Shape
    from mapper.questions.finding import Finding

SOME_FAILED = 3
_LOG = logging.getLogger("mapper.job")
_FORMAT = "%(asctime)s %(levelname)s %(message)s"


@dataclass(frozen=True)
class JobPart:
    """One lens over one area, and what came of it."""

    lens: str
    area: str
    state: str  # written, too few, failed
    words: str


def run(path: Path) -> int:
    """Run a job and return the exit code.

    Raises
    ------
    MapperError
        When the job or its input is at fault; nothing was written.
    """
    job = read_job(path)
    _keep_inputs(job, path, job.out)
    with _logging(job.log):
        try:
            parts = run_job(job)
        except MapperError as error:
            _LOG.error("%s: not run. %s", job.title, error)
            raise
        written = sum(part.state == "written" for part in parts)
        failed = sum(part.state == "failed" for part in parts)
        _LOG.info("%s: %d written, %d failed, %d in all", job.title, written, failed, len(parts))
    return SOME_FAILED if failed else 0


def run_job(job: Job) -> list[JobPart]:
    """Read the incidents once and work out every part.

    Raises
    ------
    MapperError
        When the incidents cannot be read, or a lens or area is unknown.
    """
    from mapper.cli.asking import read_choices
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.source import shown_source
    from mapper.lenses.load import load_lens

    choices = read_choices(job.incidents.sinks)
    lenses = [load_lens(name) for name in job.analysis.lenses]
    mapping = load_mapping(job.incidents.mapping) if job.incidents.mapping else None
    _LOG.info("%s: reading %s", job.title, ", ".join(map(shown_source, job.incidents.paths)))
    with job_studies(job, choices, mapping) as studies:
        out = _folder(job.out, *studies.days)
        _keep_inputs(job, None, str(out))
        return [
            _part(studies, lens.id, given, area, out)
            for area in job.analysis.areas
            for lens, given in zip(lenses, job.analysis.lenses, strict=True)
        ]


def _part(
    studies: JobStudies, lens_id: str, lens_given: str, area_given: str, out: Path
) -> JobPart:
    """Work out and write one part; what fails is logged and the others go on."""
    try:
        words = _write(studies, lens_given, area_given, out)
        state = "written"
    except TooFewEventsError as error:
        state, words = "too few", str(error)
    except MapperError as error:
        state, words = "failed", str(error)
    level = logging.ERROR if state == "failed" else logging.INFO
    _LOG.log(level, "%s over %s: %s. %s", lens_id, area_given or "own area", state, words)
    return JobPart(lens_id, area_given, state, words)


def _write(studies: JobStudies, lens_given: str, area_given: str, out: Path) -> str:
    """Write one part's folder and return what was found, in words."""
    from mapper.analysis.analyse import find_hotspots
    from mapper.cli.doubts import doubt_line
    from mapper.cli.releasing import released
    from mapper.lenses.load import load_lens
    from mapper.outputs.exports import exports
    from mapper.outputs.forms import DRAWN
    from mapper.outputs.maps.basemap import paper_ground
    from mapper.outputs.surroundings import NOTHING_AROUND, surroundings_of
    from mapper.outputs.write import write_contents

    job, lens = studies.job, load_lens(lens_given)
    study = studies.study(lens, area_given)
    for doubt in study.doubts:
        _LOG.warning("%s over %s: %s", lens.id, study.area.name, doubt_line(doubt).strip())
    result = find_hotspots(study)
    shown = released(
        result,
        audience=job.outputs.audience,
        made_by=job.made_by,
        make=lambda request: find_hotspots(studies.study(lens, area_given, request)),
    )
    folder = out / _safe(study.area.name) / _safe(lens.id)
    around = (
        surroundings_of(paper_ground(), job.outputs.places)
        if set(job.outputs.forms) & set(DRAWN)
        else NOTHING_AROUND
    )
    contents = exports(shown, job.outputs.forms, crs=job.outputs.crs, around=around)
    again = partial(studies.study, lens, area_given)
    for asked in job.questions:
        contents |= _answer(job, asked, study, result, again)
    keep_release(folder, shown)
    write_contents(shown, folder, contents, around=around)
    return f"{count(len(shown.hotspots), 'hot spot')}, in {folder}. {shown.instead}".rstrip(". ")


def _answer(
    job: Job,
    asked: JobQuestion,
    study: "Study",
    result: "AnalysisResult",
    again: Callable[..., "Study"],
) -> dict[str, bytes]:
    """Return the table of one question of a part with its manifest; a refusal is logged."""
    from mapper.cli.releasing import register_for
    from mapper.disclosure.nearest_table import TableAsked, places_from, release_table_nearest
    from mapper.incidents.sliced_file import WholeNeeded
    from mapper.outputs.write import answer_files
    from mapper.questions.registry import QUESTIONS

    question, audience = QUESTIONS[asked.id], job.outputs.audience

    def ask(shape: "Shape") -> "Finding":
        places = {} if shape.by is None else {"by": shape.by}
        choices = question.choices.given({**asked.choices, **places})
        same = shape.request == study.request
        own = result if same else None
        try:
            return question.ask(study if same else again(shape.request), choices, result=own)
        except WholeNeeded:
            return question.ask(again(shape.request, whole=True), choices, result=own)

    try:
        places = places_from(question, question.choices.given(asked.choices))
        shown = release_table_nearest(
            TableAsked(study, ask, places),
            audience=audience,
            register=register_for(audience, job.made_by),
            made_by=job.made_by,
        )
        made = answer_files(shown, f"{asked.id}.csv")
    except MapperError as error:
        _LOG.warning("%s, %s: not answered. %s", asked.id, study.lens.id, error)
        return {}
    rows = f"{count(len(shown.table), 'row')}. {shown.instead}".rstrip(". ")
    _LOG.info("%s, %s: %s", asked.id, study.lens.id, rows)
    return made


def _keep_inputs(job: Job, path: Path | None, out: str) -> None:
    """Refuse a job whose log or folder would be written over what it reads."""
    incidents, analysis = job.incidents, job.analysis
    read = [path, *incidents.paths, incidents.mapping, incidents.sinks]
    read += job.outputs.places
    named = [*analysis.lenses, *analysis.areas]
    keep_inputs({"read": [each for each in read if each], "named": named, "log": job.log})
    folder = Path(out)
    inside = [each for each in paths_of([*read, *named]) if each.is_file()]
    if taken := [each for each in inside if folder.resolve() in each.resolve().parents]:
        raise OutputError(
            f"{taken[0]} is read by this job and lies in {out}, where it writes. Nothing was"
            " written. Give another folder as out."
        )


def _folder(out: str, first: date | None, last: date | None) -> Path:
    """Return the folder of a run with its dates filled in."""
    today = date.today()  # noqa: DTZ011 - the wall clock of the place of work is meant
    for name, day in (("{today}", today), ("{first_day}", first), ("{last_day}", last)):
        out = out.replace(name, day.isoformat() if day else "all")
    return Path(out)


def _safe(name: str) -> str:
    """Return a name as one folder's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "area"


@contextmanager
def _logging(path: Path | None) -> Iterator[None]:
    """Write the log to standard error and, where asked for, add it to a file."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: the log cannot be written ({error.strerror}).") from error
    for handler in handlers:
        handler.setFormatter(OneLine(_FORMAT))
        _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False
    try:
        yield
    finally:
        for handler in handlers:
            _LOG.removeHandler(handler)
            handler.close()
