"""The answers of one session: what was asked, what came of it, and the release of it.

What is kept is the session's own: two people never meet each other's runs. An answer is found
again by the digest of the data, the request, the lens, the question and its values.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.traces import trace
from mapper.app.workbench.asking import ask
from mapper.app.workbench.fields import Value, Values
from mapper.app.workbench.places import PlacesAround
from mapper.app.workbench.runs import Run, start
from mapper.base.errors import RefusedError
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.people import Viewer, require
from mapper.disclosure.release import FindingRelease
from mapper.lenses.lens import Lens
from mapper.lenses.load import load_lens
from mapper.outputs.manifest import plain_json
from mapper.questions.registry import QUESTIONS

_RUNS = "mapper_workbench_runs"
_CURRENT = "mapper_workbench_current"
KEPT = 12  # answers a session keeps; the oldest go first


@dataclass(frozen=True, eq=False)
class Asking:
    """One question about one dataset, before it is answered."""

    dataset: Dataset
    request: AnalysisRequest
    lens: Lens
    question: str  # id
    values: Mapping[str, Value]
    around: PlacesAround | None = None

    @property
    def key(self) -> str:
        """The digest that stands for everything that shapes the answer."""
        return asking_key(self.dataset.digest, self.told())

    @property
    def title(self) -> str:
        """Return the question and lens for people."""
        return f"{QUESTIONS[self.question].title}: {self.lens.title}"

    def told(self) -> dict[str, Any]:
        """Return what is asked as plain JSON, which can be kept and asked again."""
        return {
            "question": self.question,
            "values": plain_json(self.values),
            "request": plain_json(asdict(self.request)),
            "lens_sha256": self.lens.sha256,
            "places": self.around.digest if self.around else "",
        }


@dataclass(eq=False)
class AnsweredQuestion:
    """A run with what was asked, and its release once it was shown."""

    asking: Asking
    run: Run
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    shown: FindingRelease | None = None

    @property
    def title(self) -> str:
        """Return what it is called in lists: question, lens and time."""
        return f"{self.asking.title}, {self.asked.astimezone():%H:%M:%S}"


def asking_key(digest: str, told: Mapping[str, Any]) -> str:
    """Return the digest of data and asking."""
    words = json.dumps([digest, told], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()


def answers() -> dict[str, AnsweredQuestion]:
    """Return this session's answers, oldest first."""
    kept: dict[str, AnsweredQuestion] = st.session_state.setdefault(_RUNS, {})
    return kept


def current() -> AnsweredQuestion | None:
    """Return the answer that the page shows."""
    return answers().get(st.session_state.get(_CURRENT, ""))


def show_answer(key: str) -> None:
    """Make the page show an answer."""
    st.session_state[_CURRENT] = key


def begin(asking: Asking) -> AnsweredQuestion:
    """Begin to answer, or return the answer that is there already.

    Raises
    ------
    RefusedError
        When the viewer does not see everything.
    """
    require(current_viewer(), "see everything")
    kept = answers()
    found = kept.get(asking.key)
    if found is None or found.run.state in {"cancelled", "refused"}:
        kept.pop(asking.key, None)
        found = kept[asking.key] = AnsweredQuestion(asking, _started(asking))
    show_answer(asking.key)
    for oldest in [key for key, each in kept.items() if each.run.over][: max(0, len(kept) - KEPT)]:
        if oldest != asking.key:
            del kept[oldest]
    return found


def _started(asking: Asking) -> Run:
    """Start the work of an answer in a thread of its own."""
    values: Values = dict(asking.values)
    places = asking.around.places if asking.around else None
    return start(
        asking.key,
        asking.title,
        lambda progress: ask(
            asking.dataset.incidents,
            asking.request,
            asking.lens,
            question=asking.question,
            values=values,
            places=places,
            progress=progress,
        ),
    )


def released(answer: AnsweredQuestion) -> FindingRelease:
    """Return what whoever looks may see of an answer, and write down that they saw it.

    Raises
    ------
    RefusedError
        When they may not, or there is no answer yet.
    """
    viewer = current_viewer()
    require(viewer, "see everything")
    if answer.shown is None:
        if answer.run.finding is None:
            raise RefusedError("This run has no answer to show. Ask again.")
        shown = release_to(viewer, answer.run.finding)
        _trace_view(viewer, shown, answer.asking)
        answer.shown = shown
    return answer.shown


def _trace_view(viewer: Viewer, shown: FindingRelease, asking: Asking) -> None:
    """Write down that somebody is shown an answer."""
    detail = {
        "question": shown.id,
        "lens": shown.lens_title,
        "area": shown.area_title,
        "period": shown.period,
        "resolution": shown.resolution,
        "data": asking.dataset.title,
    }
    trace(viewer, "view", subject=f"Workbench: {shown.title}", digest=shown.digest, detail=detail)


def lens_of(request: AnalysisRequest) -> Lens:
    """Return the lens of a request.

    Raises
    ------
    LensError
        When there is no such lens any longer, or its file is wrong.
    """
    return load_lens(request.lens)
