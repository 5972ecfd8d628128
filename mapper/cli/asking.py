"""Ask one question of files: read, count, answer, release, write the table and its manifest."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from mapper.analysis.request import AnalysisRequest
from mapper.base.errors import MapperError
from mapper.base.files import Progress
from mapper.base.lazy import spare_numpy
from mapper.base.text import count
from mapper.cli.arguments import CommandRequest
from mapper.cli.engine import HERE, READ_HERE, Engine, counted
from mapper.cli.exporting import keep_release
from mapper.cli.progress import part_of, shown_progress
from mapper.cli.saying import STDOUT, put_out, say, say_aside

if TYPE_CHECKING:
    from mapper.analysis.study import Study
    from mapper.context.sink_choices import SinkChoices
    from mapper.disclosure.release import FindingRelease
    from mapper.incidents.table import Incidents
    from mapper.questions.choices import Choices
    from mapper.questions.finding import Finding
    from mapper.questions.question import Question

_COUNTING = ("mapper.analysis.mend", "mapper.analysis.study")  # what follows the reading


def ask(
    asked: CommandRequest,
    out: Path,
    question: "Question",
    options: Mapping[str, Any],
    *,
    forms: str = "",
    comments: bool = False,
    engine: Engine = HERE,
    audience: str = "operational",
) -> None:
    """Answer a question and write it; ``-`` is CSV on standard output, with no manifest.

    A refusal names options as they are typed.

    Parameters
    ----------
    options
        What was typed for each choice of the question.
    forms
        Other forms to write beside it, such as ``xlsx,gpkg``.
    comments
        Lines of comment above the header of CSV.
    engine
        Who counts, where the question needs counts alone.
    audience
        Who will read it: others than vetted staff are given the nearest that they may be shown.
    """
    from mapper.outputs.exports import exports
    from mapper.outputs.forms import ANSWER_FORMS, forms_asked
    from mapper.outputs.write import check_answer_path, write_answer

    if out != STDOUT:
        check_answer_path(out)
    more = forms_asked(forms, ANSWER_FORMS)
    with calling(question), shown_progress() as progress:
        choices = question.choices.given(options)
        make = _whole if audience == "operational" else partial(_for_audience, audience)
        shown = make(asked, question, choices, engine, progress)
        progress("Writing the table and its manifest", 0.95)
        keep_release(out, shown)
        written = () if out == STDOUT else write_answer(shown, out, forms=more, comments=comments)
    if out == STDOUT:
        put_out(exports(shown, ("csv",), comments=comments)["answer.csv"])
    facts = {"marking": shown.marking, "title": shown.title, "rows": len(shown.table)}
    speak = say_aside if out == STDOUT else say
    speak(_summary(shown, written), **facts, notes=shown.notes, written=written)


def _whole(*asked: Any) -> "FindingRelease":
    """Return the answer with all of its counts, marked."""
    from mapper.disclosure.make import release

    return release(_answered(*asked))


def _for_audience(
    audience: str,
    asked: CommandRequest,
    question: "Question",
    choices: "Choices",
    engine: Engine,
    progress: Progress,
) -> "FindingRelease":
    """Return the answer, or the nearest, as an audience may see it; it is kept in the register.

    Every row is read here: other days or places may have to be counted.
    """
    from mapper.cli.releasing import register_for
    from mapper.cli.work import account
    from mapper.disclosure.nearest_table import release_table_nearest, table_asked

    if engine.is_dask:
        say_aside(READ_HERE)
    study = read_study(asked, part_of(progress, 0.0, 0.5))
    progress("Answering, and checking it beside what was released before", 0.5)
    name = account().name
    return release_table_nearest(
        table_asked(study, question, choices, area=asked.request.area),
        audience=audience,
        register=register_for(audience, name),
        made_by=name,
    )


def _answered(
    asked: CommandRequest,
    question: "Question",
    choices: "Choices",
    engine: Engine,
    progress: Progress,
) -> "Finding":
    """Return the answer over counts where they tell enough, or else over all rows."""
    from mapper.incidents.sliced_file import WholeNeeded

    counts, reading = question.counts_are_enough, part_of(progress, 0.0, 0.4)
    rest = part_of(progress, 0.4, 0.95)
    study = read_study(asked, reading, counts_are_enough=counts, engine=engine)
    progress("Answering", 0.4)
    try:
        return question.ask(study, choices, progress=rest)
    except WholeNeeded:
        if engine.is_dask:
            say_aside(READ_HERE)
        return question.ask(read_study(asked, reading), choices, progress=rest)


@contextmanager
def calling(question: "Question") -> Iterator[None]:
    """Call the choices of a question in refusals as its command does."""
    known = question.choices.known()
    try:
        yield
    except MapperError as error:
        words = error.called(
            lambda name: known[name].option if name in known else AnalysisRequest.option(name)
        )
        raise type(error)(words) from error


def read_study(
    asked: CommandRequest,
    progress: Progress,
    *,
    counts_are_enough: bool = False,
    engine: Engine = HERE,
    meanwhile: Sequence[str] = (),
) -> "Study":
    """Read files and count them; every choice is checked before any incident is read.

    Parameters
    ----------
    counts_are_enough
        Whether the question asks for no single incident: large files are then read in slices.
    engine
        Who counts; what counts do not tell is read here.
    meanwhile
        Modules that are loaded in the background while files are read.
    """
    from mapper.areas.load import load_study_area
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.read import read_incidents
    from mapper.lenses.load import load_lens

    choices = read_choices(asked.sinks)
    lens = load_lens(asked.request.lens)
    area = load_study_area(asked.request.area, resolution=asked.request.resolution)
    if Path(asked.request.area).suffix:  # what was found in a boundary of one's own
        for note in area.notes:
            say_aside(note)
    mapping = load_mapping(asked.mapping) if asked.mapping else None
    rows = asked.repair_swapped or asked.sinks or asked.mend
    Thread(target=_load, args=(*_COUNTING, *meanwhile), daemon=True).start()
    if counts_are_enough and not rows:
        request = AnalysisRequest.of(lens, area, asked.request.choices)
        study = counted(asked.paths, engine, lens, area, request, progress, mapping=mapping)
        if study:
            return study
    if engine.is_dask:
        say_aside(READ_HERE)
    incidents = read_incidents(
        asked.paths,
        mapping=mapping,
        repair_swapped=asked.repair_swapped,
        progress=part_of(progress, 0.0, 0.8),
    )
    from mapper.analysis.mend import mended_by_name
    from mapper.analysis.study import prepare

    incidents = mended_by_name(with_choices(incidents, choices), area, asked.mend or ())
    counting = part_of(progress, 0.8, 1.0)
    return prepare(incidents, lens=lens, area=area, progress=counting, **asked.request.choices)


def _load(*modules: str) -> None:
    """Load modules, in the background."""
    spare_numpy()
    for module in modules:
        import_module(module)


def read_choices(path: Path | None) -> "SinkChoices | None":
    """Return the choices about geocode sinks that a file holds, if one is given."""
    if path is None:
        return None
    from mapper.context.sink_choices import read_sink_choices

    return read_sink_choices(path)


def with_choices(incidents: "Incidents", choices: "SinkChoices | None") -> "Incidents":
    """Return the incidents with the choices about geocode sinks applied and noted."""
    if choices is None:
        return incidents
    from mapper.context.sink_choices import apply_sink_choices

    return apply_sink_choices(incidents, choices)


def _summary(shown: "FindingRelease", written: tuple[Path, ...]) -> str:
    """Say what was asked, what a reader should know, and where the answer lies."""
    where = f"{written[0]}, choices to {written[-1].name}" if written else "standard output"
    return "\n".join(
        [
            f"{shown.marking}   {shown.title}: {shown.lens_title}, {shown.area_title}",
            f"{shown.period}. {shown.question}",
            *(f"  {note}" for note in shown.notes),
            f"{count(len(shown.table), 'row')} written to {where}",
        ]
    )
