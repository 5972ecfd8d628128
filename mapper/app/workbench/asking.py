"""From the values of a form to a finding: a question is asked as the command line asks it."""

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import prepare
from mapper.app.workbench.fields import Values, called_by, choices_of
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.base.files import Progress, no_progress
from mapper.context.places import Places
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.questions.finding import Finding
from mapper.questions.registry import QUESTIONS

_PREPARING = 0.1  # share of the work before the question itself is asked


def ask(
    incidents: Incidents,
    request: AnalysisRequest,
    lens: Lens,
    *,
    question: str,
    values: Values,
    places: Places | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Answer one question of the workbench.

    Parameters
    ----------
    question
        Name of a question of :data:`mapper.questions.registry.QUESTIONS`.
    values
        Of its form, settled.
    places
        Places around, for the questions that use them.
    progress
        What it raises stops the work and is passed on.

    Raises
    ------
    MapperError
        When the question cannot be asked of this data in this way, in the words of the form.
    """
    asked = QUESTIONS[question]
    try:
        choices = choices_of(asked, values, places)
        area = load_study_area(request.area, resolution=request.resolution)
        study = prepare(
            incidents,
            lens=lens,
            area=area,
            progress=lambda words, share: progress(words, _PREPARING * share),
            **request.choices,
        )
        progress("Answering", _PREPARING)

        def rest(words: str, share: float) -> None:
            progress(words, _PREPARING + (1 - _PREPARING) * share)

        return asked.ask(study, choices, progress=rest)
    except MapperError as error:
        raise type(error)(error.called(called_by(asked))) from error
