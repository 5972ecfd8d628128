"""Signals: which of four questions each cell, or each place, answers with yes.

Beside the four stand local Moran's quadrants, and on request a second lens (bivariate local Moran
and co-location) and days of harm between two exact bounds. Rows are cells, or places: every hot
spot with all signals its cells carry, and every single place that lies in no hot spot, which a
cluster test can never see.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.grid.hexagons import cells_to_strings
from mapper.lenses.lens import Lens
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.signal_extras import (
    Columns,
    harm_columns,
    moran_columns,
    rate_columns,
    second_lens,
)
from mapper.questions.signal_places import PLACE_ROLES, place_table, place_where
from mapper.statistics.overdispersion import first_of_location_day, measure_dispersion
from mapper.statistics.scores import score_counts
from mapper.statistics.signals import TITLES, Signal, find_signals, signal_table


@dataclass(frozen=True, kw_only=True)
class SignalsChoices(Choices):
    """What is chosen for signals."""

    by: Literal["cell", "place"] = choice(
        "cell",
        "Rows",
        help="Rows: cells, or hot spots and single places.",
        of={"cell": "Every cell", "place": "Hot spots and single places"},
    )
    with_lens: Lens | None = choice(
        None,
        "Beside a second lens",
        help="A second lens: what lies around, and where both meet.",
        when=("by", "cell"),
    )


def ask_signals(
    study: Study,
    choices: SignalsChoices,
    *,
    result: AnalysisResult | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Answer the four questions for every cell or place.

    Parameters
    ----------
    choices
        Rows: every cell of the study area, or hot spots and single places; and the same incidents
        and request through a second lens.
    result
        The hot spots of the study, found anew when not given.
    """
    progress("Testing four signals", 0.1)
    result = result or find_hotspots(study)
    signals = study_signals(study)
    notes = _notes(study, signals, result)
    told = choices.told()
    if choices.by == "place":
        table = place_table(study, signals, result)
        return answer(
            study,
            QUESTION,
            table,
            PLACE_ROLES,
            unit="hotspot",
            choices=told,
            notes=notes,
            where=place_where(study, table, result),
        )
    parts = [_own_columns(study, result), _signal_columns(signals, study.request.alpha)]
    extras = [moran_columns(study.covered), rate_columns(study.covered)]
    if study.request.harm:
        extras.append(harm_columns(study.covered))
    if choices.with_lens is not None:
        more, words = second_lens(study.covered, study.varied(lens=choices.with_lens).covered)
        extras.append(more)
        notes = (words, *notes)
    parts += [_by_all_cells(study, extra) for extra in extras]
    table = pd.concat([part.table for part in parts], axis=1)
    table["signals"] = _carried(signals, study.request.alpha)
    table["words"] = _sentences(signals, study.request.alpha)
    roles = {name: role for part in parts for name, role in part.roles.items()}
    roles |= {"signals": "class", "words": "derived"}
    return answer(study, QUESTION, table, roles, unit="cell", choices=told, notes=notes)


def study_signals(study: Study) -> tuple[Signal, ...]:
    """Return the signals of a study: those for which there is data.

    A lens that counts everything cannot be over-represented in all demand, and is not asked.
    """
    covered = study.covered
    counts, demand = covered.counts.incidents, covered.demand
    residents = covered.area.cells["residents"].to_numpy()
    signals = find_signals(
        counts,
        covered.near,
        demand=None if np.array_equal(counts, demand) else demand,
        residents=None if np.isnan(residents).all() else residents,
        scores=score_counts(covered.counts.weighted, score=study.request.score),
        null=study.request.null,
        correction=study.request.correction,
    )
    return tuple(_in_all_cells(study, signal) for signal in signals)


def _in_all_cells(study: Study, signal: Signal) -> Signal:
    """Return a signal of the cells that the data reaches by all cells; the others are not asked."""
    return replace(
        signal,
        observed=study.in_all_cells(signal.observed, 0),
        expected=study.in_all_cells(signal.expected, np.nan),
        p=study.in_all_cells(signal.p, np.nan),
        q=study.in_all_cells(signal.q, np.nan),
        enough=study.in_all_cells(signal.enough, 0),
    )


def _by_all_cells(study: Study, columns: Columns) -> Columns:
    """Return columns of the cells that the data reaches by all cells; the others hold nothing."""
    fills = {"b": False, "i": 0, "u": 0, "f": np.nan}
    values = {name: columns.table[name].to_numpy() for name in columns.table}
    spread = {
        name: study.in_all_cells(one, fills.get(one.dtype.kind, "")) for name, one in values.items()
    }
    return Columns(pd.DataFrame(spread), columns.roles)


def _own_columns(study: Study, result: AnalysisResult) -> Columns:
    """Return what a cell is, and how many incidents and how much demand it holds."""
    known = study.area.cells
    table = pd.DataFrame(
        {
            "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
            "district": known["district"],
            "ward": known["ward"],
            "residents": known["residents"],
            "hotspot_id": result.cells["hotspot_id"],
            "incidents": study.counts.incidents,
            "demand": study.demand,
        }
    )
    roles: dict[str, Role] = dict.fromkeys(("cell", "district", "ward"), "key")
    roles |= {"residents": "fact", "hotspot_id": "class", "incidents": "count", "demand": "count"}
    return Columns(table, roles)


def _signal_columns(signals: tuple[Signal, ...], alpha: float) -> Columns:
    """Return observed, expected, excess, p, q and found of every signal."""
    table = signal_table(signals, alpha=alpha)
    roles: dict[str, Role] = {
        name: "class" if name.endswith("_found") else "derived" for name in table.columns
    }
    return Columns(table, roles)


def _carried(signals: tuple[Signal, ...], alpha: float) -> npt.NDArray[np.object_]:
    """Name the signals that each cell carries."""
    found = [(TITLES[signal.name], signal.found(alpha=alpha)) for signal in signals]
    names = [
        "; ".join(title for title, flags in found if flags[at]) for at in range(_size(signals))
    ]
    return np.array(names, dtype=object)


def _sentences(signals: tuple[Signal, ...], alpha: float) -> npt.NDArray[np.object_]:
    """Return the sentences of the signals that each cell carries; empty for most cells."""
    words = np.full(_size(signals), "", dtype=object)
    for signal in signals:
        for at in np.flatnonzero(signal.found(alpha=alpha)).tolist():
            words[at] = f"{words[at]} {signal.sentence(at, alpha=alpha)}".strip()
    return words


def _size(signals: tuple[Signal, ...]) -> int:
    return signals[0].observed.size


def _notes(study: Study, signals: tuple[Signal, ...], result: AnalysisResult) -> tuple[str, ...]:
    """Say how many cells carry each signal, which are missed by clusters, and how bunched."""
    alpha, hot = study.request.alpha, result.cells["hot"].to_numpy()
    told = [f"Carried by cells: {_tally(signals, alpha)}."]
    single = next(signal for signal in signals if signal.name == "single_place")
    alone = int((single.found(alpha=alpha) & ~hot).sum())
    if alone:
        place = count(alone, "single place lies", "single places lie")
        told.append(f"{place} in no hot spot: a cluster test cannot see such places.")
    told.append(measure_dispersion(study.counts.incidents).sentence())
    if not study.request.location_day:
        told.append(_location_days(study))
    asked = {signal.name for signal in signals}
    lacking = [title for name, title in TITLES.items() if name not in asked]
    told += [f"Not asked, for want of data to compare with: {title}." for title in lacking]
    return tuple(told)


def _tally(signals: tuple[Signal, ...], alpha: float) -> str:
    return ", ".join(
        f"{TITLES[signal.name]} {int(signal.found(alpha=alpha).sum()):,}" for signal in signals
    )


def _location_days(study: Study) -> str:
    """Say how many incidents would be left if each place counted once a day."""
    table = study.incidents.table
    lon, lat, start = (table[name].to_numpy() for name in ("lon", "lat", "start"))
    kept = int(first_of_location_day(lon, lat, start, counted=study.counted).sum())
    return (
        f"Counting each place once a day would leave {kept:,} of {study.counts.total:,} incidents."
    )


QUESTION = Question(
    id="signals",
    title="Four signs",
    question="Where do incidents gather, stand out, or exceed demand or residents?",
    definition="Exact upper-tail p of four nulls for each cell, with q, expected, excess.",
    source="Getis & Ord 1996; Marshall 1991; Anselin 1995; Berger 1982; mapper.",
    group="Where",
    choices=SignalsChoices,
    answer=ask_signals,
)
