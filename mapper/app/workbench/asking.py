"""From the values of a form to a finding: each question called as the command line calls it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import Study, prepare
from mapper.app.workbench.fields import (
    Values,
    day_of,
    names_of,
    number_of,
    numbers_of,
    text_of,
    whole_of,
)
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.context.places import Places
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.questions.accuracy import ask_accuracy
from mapper.questions.action import Action
from mapper.questions.change import ask_change
from mapper.questions.children import children_finding
from mapper.questions.clock import ask_clock
from mapper.questions.concentration import ConcentrationChoices, ask_concentration
from mapper.questions.corridor_totals import corridor_totals_finding
from mapper.questions.corridors import corridors_finding
from mapper.questions.describe import ask_describe
from mapper.questions.evaluate import ask_evaluate
from mapper.questions.finding import Finding
from mapper.questions.near import context_finding
from mapper.questions.near_repeat import ask_near_repeat
from mapper.questions.patterns import ask_patterns
from mapper.questions.phases import phase_finding
from mapper.questions.proactivity import ask_proactivity
from mapper.questions.robustness import areas_needed, ask_robustness
from mapper.questions.scan import ask_scan
from mapper.questions.signals import SignalsChoices, ask_signals
from mapper.questions.signature import signature_finding
from mapper.questions.week import days_finding, shift_finding
from mapper.questions.windows import Window, window_of
from mapper.statistics.accuracy import Trial
from mapper.statistics.scan import ScanChoices

_PREPARING = 0.1  # share of the work before the question itself is asked


@dataclass(frozen=True, eq=False)
class Asked:
    """One study with everything that a question may need beside it."""

    study: Study
    area: str  # as it was asked for
    values: Values
    places: Places | None
    progress: Progress


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
        Id of a question of :data:`mapper.app.workbench.questions.QUESTIONS`.
    values
        Of its form, settled.
    places
        Places around, for the questions that use them.
    progress
        What it raises stops the work and is passed on.

    Raises
    ------
    MapperError
        When the question cannot be asked of this data in this way.
    """
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

    return ASKING[question](Asked(study, request.area, values, places, rest))


def _signals(asked: Asked) -> Finding:
    with_lens = text_of(asked.values, "with_lens") or None
    return ask_signals(
        asked.study,
        SignalsChoices.given({"by": _choice(asked, "by"), "with_lens": with_lens}),
        progress=asked.progress,
    )


def _concentration(asked: Asked) -> Finding:
    every = text_of(asked.values, "every") or "month"
    choices = ConcentrationChoices.given({"table": _choice(asked, "table"), "every": every})
    return ask_concentration(asked.study, choices)


def _describe(asked: Asked) -> Finding:
    return ask_describe(
        asked.study,
        table=_choice(asked, "table"),
        scheme=cast("Any", text_of(asked.values, "scheme") or "quantiles"),
        classes=whole_of(asked.values, "classes", 5),
        metres=number_of(asked.values, "metres", 200.0),
        fewest=whole_of(asked.values, "fewest", 10),
        seed=whole_of(asked.values, "seed", 0),
    )


def _patterns(asked: Asked) -> Finding:
    return ask_patterns(
        asked.study,
        every=text_of(asked.values, "every"),
        window=whole_of(asked.values, "window", 1),
        by=_choice(asked, "by"),
    )


def _change(asked: Asked) -> Finding:
    return ask_change(
        asked.study,
        since=day_of(asked.values, "since"),
        before=_window(asked, "before"),
        after=_window(asked, "after"),
        by=_choice(asked, "by"),
        confidence=number_of(asked.values, "confidence", 0.95),
    )


def _scan(asked: Asked) -> Finding:
    values = asked.values
    chosen = ScanChoices(
        null=_choice(asked, "chance"),
        look=_choice(asked, "look"),
        longest=_optional(asked, "longest"),
        largest_share=number_of(values, "largest_share", 0.5),
        fewest=whole_of(values, "fewest", 2),
        most_clusters=whole_of(values, "most", 20),
        runs=whole_of(values, "runs", 999),
        seed=whole_of(values, "seed", 0),
    )
    return ask_scan(
        asked.study,
        choices=chosen,
        every=text_of(values, "every"),
        windows=_choice(asked, "windows"),
        radius=whole_of(values, "radius", 10),
        exposure=cast("Any", text_of(values, "exposure") or "residents"),
        progress=asked.progress,
    )


def _near_repeat(asked: Asked) -> Finding:
    return ask_near_repeat(
        asked.study,
        metres=numbers_of(asked.values, "metres"),
        days=numbers_of(asked.values, "days"),
        runs=whole_of(asked.values, "runs", 999),
        seed=whole_of(asked.values, "seed", 0),
        progress=asked.progress,
    )


def _clock(asked: Asked) -> Finding:
    of = text_of(asked.values, "of")
    named = {name: names_of(asked.values, name) for name in ("hotspots", "cells")}
    if of in named and not named[of]:
        raise RequestError("Name at least one place for the clock, or choose the whole area.")
    return ask_clock(
        asked.study,
        hotspots=named["hotspots"],
        cells=named["cells"],
        every_hotspot=of == "every",
    )


def _accuracy(asked: Asked) -> Finding:
    replicates, seed = (
        whole_of(asked.values, name, least) for name, least in (("replicates", 1_000), ("seed", 1))
    )
    return ask_accuracy(
        asked.study,
        test_from=day_of(asked.values, "test_from"),
        design=_choice(asked, "design"),
        train_months=_optional(asked, "train_months"),
        test_months=whole_of(asked.values, "test_months", 1),
        trial=Trial(replicates=replicates, seed=seed),
        progress=asked.progress,
    )


def _robustness(asked: Asked) -> Finding:
    return ask_robustness(
        asked.study,
        areas=areas_needed(asked.study, asked.area),
        table=_choice(asked, "table"),
        replicates=whole_of(asked.values, "replicates", 1_000),
        seed=whole_of(asked.values, "seed", 1),
        progress=asked.progress,
    )


def _proactivity(asked: Asked) -> Finding:
    return ask_proactivity(asked.study, table=_choice(asked, "table"), progress=asked.progress)


def _evaluate(asked: Asked) -> Finding:
    values = asked.values
    before, after = _window(asked, "before"), _window(asked, "after")
    cells, hotspots = names_of(values, "cells"), names_of(values, "hotspots")
    if before is None or after is None or not (cells or hotspots):
        raise RequestError("Say where something was done, by hot spots or cells, and both windows.")
    action = Action(
        before=before,
        after=after,
        cells=cells,
        hotspots=hotspots,
        buffer=names_of(values, "buffer_cells"),
        buffer_rings=(whole_of(values, "buffer_from", 1), whole_of(values, "buffer_to", 2)),
        control=names_of(values, "control_cells"),
        controls_each=whole_of(values, "controls", 1),
        control_buffer=bool(values.get("control_buffer")),
    )
    confidence = number_of(values, "confidence", 0.95)
    return ask_evaluate(
        asked.study, action=action, table=_choice(asked, "table"), confidence=confidence
    )


def _signature(asked: Asked) -> Finding:
    return signature_finding(asked.study, **_one_place(asked))


def _context(asked: Asked) -> Finding:
    if asked.places is None:
        raise RequestError(
            "Add a file of places around first: stations, schools, licensed premises."
        )
    reach = whole_of(asked.values, "reach", 3)
    return context_finding(asked.study, asked.places, rings=reach, **_one_place(asked))


def _phases(asked: Asked) -> Finding:
    return phase_finding(asked.study, places=asked.places, every=text_of(asked.values, "every"))


def _children(asked: Asked) -> Finding:
    return children_finding(asked.study, by=_choice(asked, "by"))


def _corridors(asked: Asked) -> Finding:
    ends = whole_of(asked.values, "ends", 7)
    return corridors_finding(asked.study, places=asked.places, resolution=ends)


def _corridor_totals(asked: Asked) -> Finding:
    return corridor_totals_finding(asked.study)


def _shifts(asked: Asked) -> Finding:
    return shift_finding(asked.study, by=_choice(asked, "by"))


def _days(asked: Asked) -> Finding:
    return days_finding(asked.study, by=_choice(asked, "by"))


ASKING: Mapping[str, Callable[[Asked], Finding]] = MappingProxyType(
    {
        "signals": _signals,
        "concentration": _concentration,
        "describe": _describe,
        "patterns": _patterns,
        "change": _change,
        "scan": _scan,
        "near-repeat": _near_repeat,
        "clock": _clock,
        "accuracy": _accuracy,
        "robustness": _robustness,
        "proactivity": _proactivity,
        "evaluate": _evaluate,
        "signature": _signature,
        "context": _context,
        "phases": _phases,
        "children": _children,
        "corridors": _corridors,
        "corridors-by-district": _corridor_totals,
        "shifts": _shifts,
        "days": _days,
    }
)


def _choice(asked: Asked, name: str) -> Any:
    """Return a choice; the question's own check refuses one that it does not know."""
    return text_of(asked.values, name)


def _optional(asked: Asked, name: str) -> int | None:
    """Return a whole number that may be left empty."""
    found = asked.values.get(name)
    return int(found) if isinstance(found, int | float) else None


def _window(asked: Asked, name: str) -> "Window | None":
    """Return a window of days that may be left empty."""
    found = text_of(asked.values, name)
    return window_of(found) if found else None


def _one_place(asked: Asked) -> dict[str, Any]:
    """Return one hot spot or one cell, or neither."""
    return {name: text_of(asked.values, name).strip() or None for name in ("hotspot", "cell")}
