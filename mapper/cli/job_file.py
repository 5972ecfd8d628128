"""A job file: the inputs, lenses, areas, audience and outputs of a run that a scheduler starts.

A complete one::

    title = "Monthly hot spots"
    out = "out/{last_day}"            # {today}, {first_day} and {last_day} may stand in it
    made_by = "Analysis team"         # a team or role, not a person
    log = "log/monthly.log"           # lines are added; beside the job file unless absolute

    [incidents]
    paths = ["extracts"]              # files, folders, zips; beside the job file unless absolute
    mapping = "columns.toml"          # where columns go by other names
    repair_swapped = false
    sinks = "sinks.toml"              # choices about geocode sinks, as mapper sinks writes them
    mend = ["values renamed: Robbery"]  # what may mislead, as mapper check names it
    where = ["force=merseyside"]      # of folders called name=value, those called so

    [period]
    last_months = 12                  # whole months up to the last whole one in the data,
    # first = 2021-09-01              # or days by name, or leave both out for all
    # last = 2022-08-31

    [analysis]
    lenses = ["county-lines", "domestic-abuse"]
    areas = ["merseyside"]            # kept area, district, ward or boundary file
    resolution = 9
    score = "capped"
    null = "total"
    alpha = 0.05
    police_generated = true

    [[questions]]                     # any number: a command's name and its choices
    id = "change"
    before = "2021-09-01:2022-02-28"
    after = "2022-03-01:2022-08-31"

    [outputs]
    audience = "operational"
    forms = ["csv", "html", "gpkg"]
    crs = "EPSG:27700"                # for forms that hold layers
    places = ["stations.csv"]         # landmarks of pictures; MAPPER_PLACES if left out
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from mapper.analysis.request import CHOICES, AnalysisRequest
from mapper.base.errors import MapperError, RequestError
from mapper.base.toml_file import TomlKind
from mapper.base.validation import in_words
from mapper.incidents.gather import is_remote
from mapper.incidents.partitions import files_where
from mapper.outputs.forms import FORMS, REFERENCE_SYSTEMS
from mapper.questions.choices import FILES
from mapper.questions.registry import NAMES, QUESTIONS

_KIND = TomlKind(
    what="a job file", remedy="Compare it with docs/scheduled-runs.md.", refused=RequestError
)
_ANALYSIS = ("resolution", *(name for name in CHOICES if name not in {"start", "end"}))


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_form(form: str) -> str:
    if form not in FORMS:
        raise ValueError(f"“{form}” is not one of {', '.join(FORMS)}")
    return form


def _known_system(crs: str) -> str:
    if crs not in REFERENCE_SYSTEMS:
        raise ValueError(f"“{crs}” is not {' or '.join(REFERENCE_SYSTEMS)}")
    return crs


class JobIncidents(_Section):
    """Which files are read, and how."""

    paths: tuple[str, ...] = Field(min_length=1)
    mapping: Path | None = None
    repair_swapped: bool = False
    sinks: Path | None = None
    mend: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


class JobPeriod(_Section):
    """Which days count."""

    last_months: int | None = Field(default=None, ge=1, le=600)
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.last_months and (self.first or self.last):
            raise ValueError("give last_months, or first and last, not both")
        return self


class _ChoicesSection(_Section):
    """A section in which any choice may stand by its name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @property
    def choices(self) -> dict[str, Any]:
        """The choices that are written down."""
        return dict(self.model_extra or {})

    def refuse_strange(self, known: Collection[str]) -> None:
        """Refuse a choice that there is not."""
        if strange := sorted(set(self.choices) - set(known)):
            told = f"{', '.join(strange)}: not known"
            raise ValueError(f"{told}; choose among {', '.join(known)}")


class JobAnalysis(_ChoicesSection):
    """What is asked of the incidents: any choice of an analysis by its name, its days apart."""

    lenses: tuple[str, ...] = Field(min_length=1)
    areas: tuple[str, ...] = (AnalysisRequest.known()["area"].default,)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        self.refuse_strange(_ANALYSIS)
        try:
            AnalysisRequest(lens=self.lenses[0], **self.choices)
        except RequestError as error:
            raise ValueError(str(error)) from None
        return self


class JobQuestion(_ChoicesSection):
    """A question asked of every lens and area: any choice of its command by its name."""

    id: Literal[NAMES]  # type: ignore[valid-type] # those that there are

    @model_validator(mode="after")
    def _known(self) -> Self:
        self.refuse_strange(QUESTIONS[self.id].choices.known())
        return self


class JobEngine(_Section):
    """Who counts police.uk files; what counts do not tell is read where the job runs."""

    name: Literal["here", "dask"] = "here"
    scheduler: str = ""
    workers: int | None = Field(default=None, ge=1, le=1_000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.name == "here" and (self.scheduler or self.workers):
            raise ValueError('scheduler and workers are of dask: give name = "dask" as well')
        if self.scheduler and self.workers:
            raise ValueError("workers start where the job runs: give scheduler or workers")
        return self


class JobOutputs(_Section):
    """Who it is for and in which forms."""

    audience: Literal["operational", "partnership", "public"] = "operational"
    forms: tuple[Annotated[str, AfterValidator(_known_form)], ...] = ("csv", "html")
    crs: Annotated[str, AfterValidator(_known_system)] = "EPSG:4326"
    places: tuple[Path, ...] = ()


class Job(_Section):
    """One scheduled run."""

    title: str = Field(min_length=1, max_length=200)
    out: str = Field(min_length=1)
    made_by: str = ""
    log: Path | None = None
    incidents: JobIncidents
    period: JobPeriod = JobPeriod()
    analysis: JobAnalysis
    questions: tuple[JobQuestion, ...] = ()
    outputs: JobOutputs = JobOutputs()
    engine: JobEngine = JobEngine()


def read_job(path: Path) -> Job:
    """Return a job with its paths made whole, beside the job file.

    Raises
    ------
    RequestError
        When the file cannot be read or used, naming every key at fault.
    """
    home = path.resolve().parent
    written = dict(_KIND.parse(path, _KIND.read(path)[1]))
    asked = written.get("analysis")
    if isinstance(asked, dict) and isinstance(table := asked.get("expected_table"), str):
        written["analysis"] = {
            **asked,
            "expected_table": str(home / table),
        }  # read when it is checked
    try:
        job = Job.model_validate(written)
    except ValidationError as error:
        named = [
            (".".join(map(str, fault["loc"])) or "file", in_words(fault, known=_keys(fault)))
            for fault in error.errors()
        ]
        faults = "; ".join(f"{at}: {words}" for at, words in named)
        raise RequestError(f"{path}: {faults}. Mend the file and run it again.") from None
    incidents = job.incidents.model_copy(
        update={
            "paths": _paths(home, job.incidents),
            "mapping": home / job.incidents.mapping if job.incidents.mapping else None,
            "sinks": home / job.incidents.sinks if job.incidents.sinks else None,
        }
    )
    areas = tuple(_file_or_name(home, one) for one in job.analysis.areas)
    lenses = tuple(_file_or_name(home, one) for one in job.analysis.lenses)
    analysis = job.analysis.model_copy(update={"areas": areas, "lenses": lenses})
    questions = tuple(_beside(home, each) for each in job.questions)
    for each in questions:
        try:
            QUESTIONS[each.id].choices.given(each.choices)
        except MapperError as error:
            words = f"{path}: {each.id}: {error} Mend the file and run it again."
            raise RequestError(words) from None
    log = home / job.log if job.log else None
    places = tuple(home / one for one in job.outputs.places)
    return job.model_copy(
        update={
            "incidents": incidents,
            "analysis": analysis,
            "questions": questions,
            "outputs": job.outputs.model_copy(update={"places": places}),
            "log": log,
            "out": str(home / job.out),
        }
    )


def _paths(home: Path, told: JobIncidents) -> tuple[str, ...]:
    """Return the paths beside the job file, and of partitioned folders the files asked for."""
    paths = [each if is_remote(each) else str(home / each) for each in told.paths]
    return tuple(files_where(paths, told.where))


def _file_or_name(home: Path, given: str) -> str:
    """Return the path of a file beside the job file, or what is given where there is none."""
    try:
        return str(home / given) if (home / given).is_file() else given
    except OSError:  # longer than any name of a file
        return given


def _beside(home: Path, question: JobQuestion) -> JobQuestion:
    """Return a question with the files that it names beside the job file, its choices checked."""
    kinds = {name: one.kind for name, one in QUESTIONS[question.id].choices.known().items()}
    given = {
        name: [str(home / each) for each in (value if isinstance(value, list) else [value])]
        if kinds[name] == "places"
        else str(home / value)
        if kinds[name] in FILES
        else value
        for name, value in question.choices.items()
    }
    return JobQuestion(id=question.id, **given)


def _keys(fault: Mapping[str, Any]) -> list[str]:
    """Return the keys of the section that a fault lies in."""
    known: Any = Job
    for name in fault["loc"][:-1]:
        held = getattr(known, "model_fields", {})
        known = held[name].annotation if name in held else None
    return list(getattr(known, "model_fields", ()))
