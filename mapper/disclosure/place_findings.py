"""What an audience may see of one place: each question about it, asked of what its map shows.

A release outside the operational audience draws its hot spots anew from printed counts, and that
of a neighbourhood team cuts them at the edge of its wards. So the questions are asked of the cells
that the release shows as the hot spot, and each answer then passes disclosure control for the
release's own audience. What that refuses is kept by name, with the reason.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import DisclosureError, MapperError, RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.tables import HOTSPOT_COLUMNS
from mapper.context.phases import PhaseRules
from mapper.context.places import Places
from mapper.disclosure.make import release
from mapper.disclosure.register import Register
from mapper.disclosure.release import FindingRelease, Release, is_release
from mapper.disclosure.rules import OPERATIONAL
from mapper.grid.hexagons import cells_to_points, points_to_cells, strings_to_cells
from mapper.questions.context import QUESTION as CONTEXT
from mapper.questions.context import ContextChoices
from mapper.questions.days import QUESTION as DAYS
from mapper.questions.finding import Finding, only_rows
from mapper.questions.phases import QUESTION as PHASES
from mapper.questions.phases import PhasesChoices
from mapper.questions.proactivity import QUESTION as PROACTIVITY
from mapper.questions.robustness import QUESTION as ROBUSTNESS
from mapper.questions.robustness import (
    RobustnessChoices,
    Table,
    follow_hotspots,
    robustness_table,
)
from mapper.questions.shifts import QUESTION as SHIFT
from mapper.questions.signature import QUESTION as SIGNATURE

QUESTIONS = (SIGNATURE, SHIFT, DAYS, CONTEXT, PHASES)
SETTINGS = "settings"  # the share of settings that keep a place, by each value of each choice
FIRM: Mapping[str, Table] = MappingProxyType({ROBUSTNESS.id: "hotspots", SETTINGS: "choices"})


@dataclass(frozen=True, eq=False)
class PlaceAnswers:
    """The answers about every hot spot of a release, before disclosure control."""

    release: Release
    findings: Mapping[str, Finding]  # by the question's id
    unanswered: Mapping[str, str]  # why not, by the question's id


@dataclass(frozen=True, eq=False)
class PlaceFindings:
    """What the audience of a release may see of one of its hot spots."""

    release: Release
    hotspot_id: str
    findings: Mapping[str, FindingRelease]  # by the question's id
    unanswered: Mapping[str, str]  # why not, by the question's id

    @property
    def row(self) -> "pd.Series[Any]":
        """The hot spot as the release lists it."""
        table = self.release.hotspots
        return table[table["hotspot_id"] == self.hotspot_id].iloc[0]

    @property
    def cells(self) -> tuple[str, ...]:
        """The hot spot's cells as the release shows them."""
        table = self.release.cells
        return tuple(table.loc[table["hotspot_id"] == self.hotspot_id, "cell"])


def ask_about_places(
    study: Study,
    result: AnalysisResult,
    release: Release,
    *,
    places: Places | None = None,
    rules: PhaseRules | None = None,
    progress: Progress = no_progress,
) -> PlaceAnswers:
    """Ask every question about the hot spots that a release shows.

    Parameters
    ----------
    study, result
        What the release was made from, over the whole area asked for.
    places
        Places near; without them nothing is said of the surroundings.
    rules
        Another table of phase rules than the one shipped.
    """
    shown = as_shown(result, is_release(release))
    asking: dict[str, Callable[[], Finding]] = {
        SIGNATURE.id: lambda: SIGNATURE.ask(study, result=shown),
        SHIFT.id: lambda: SHIFT.ask(study, result=shown),
        DAYS.id: lambda: DAYS.ask(study, result=shown),
        PHASES.id: lambda: PHASES.ask(
            study, PhasesChoices(places=places, rules=rules), result=shown
        ),
    }
    unanswered = {}
    if places is None:
        unanswered[CONTEXT.id] = "No file of places near was given."
    else:
        asking[CONTEXT.id] = lambda: CONTEXT.ask(study, ContextChoices(places=places), result=shown)
    findings = {}
    for at, (name, ask) in enumerate(asking.items()):
        progress(title_of(name), at / len(asking))
        try:
            findings[name] = ask()
        except MapperError as error:  # data without days, or without the lens's columns
            unanswered[name] = str(error)
    return PlaceAnswers(release, MappingProxyType(findings), MappingProxyType(unanswered))


def ask_how_firm(
    study: Study, result: AnalysisResult, release: Release, *, progress: Progress = no_progress
) -> PlaceAnswers:
    """Ask what every place of a release is defended with: other settings, and police-made work.

    Takes half a minute over a large force.

    Raises
    ------
    DisclosureError
        When the release is not for the operational audience: the answers rest on full counts.
    """
    if is_release(release).audience != OPERATIONAL:
        raise DisclosureError(
            f"How firm a place is rests on full counts, which the {release.audience} audience does"
            " not see. Make the sheet for the operational audience."
        )
    findings: dict[str, Finding] = {}
    unanswered = {}
    try:
        followed = follow_hotspots(study, RobustnessChoices(), result=result, progress=progress)
        for name, table in FIRM.items():
            findings[name] = robustness_table(study, followed, RobustnessChoices(table=table))
    except MapperError as error:
        unanswered[ROBUSTNESS.id] = str(error)
    try:
        findings[PROACTIVITY.id] = PROACTIVITY.ask(study, result=result)
    except MapperError as error:
        unanswered[PROACTIVITY.id] = str(error)
    return PlaceAnswers(release, MappingProxyType(findings), MappingProxyType(unanswered))


def place_findings(
    answers: PlaceAnswers,
    hotspot_id: str,
    *,
    only: Collection[str] | None = None,
    register: Register | None = None,
) -> PlaceFindings:
    """Return what the audience may see of one hot spot of the release.

    Parameters
    ----------
    register
        Where releases to other audiences are kept and checked; counts reach none without it.

    Raises
    ------
    RequestError
        When the release shows no such hot spot.
    """
    shown = answers.release
    known = shown.hotspots["hotspot_id"].tolist()
    if hotspot_id not in known:
        raise RequestError(
            f"There is no hot spot {hotspot_id} in what the {shown.audience} audience is shown"
            f" ({shown.period}, resolution {shown.resolution})."
            f" There are {len(known)}: {', '.join(known[:5])}{' ...' if len(known) > 5 else ''}."  # noqa: PLR2004 - five are named
        )
    findings, refused = {}, dict(answers.unanswered)
    for name, finding in answers.findings.items():
        if only is not None and name not in only:
            continue
        one = only_rows(finding, (finding.table["hotspot_id"] == hotspot_id).to_numpy())
        made_by = str(shown.record.get("made_by", ""))
        try:
            findings[name] = release(
                one, audience=shown.audience, register=register, shown=shown, made_by=made_by
            )
        except MapperError as error:
            refused[name] = str(error)
    return PlaceFindings(shown, hotspot_id, MappingProxyType(findings), MappingProxyType(refused))


def shown_as(asked: AnalysisResult, hotspot_id: str, release: Release) -> str:
    """Return the hot spot of a release that shares most ground with one of an analysis.

    The release may draw other outlines, and be of other days or other cells. The name as it was
    asked for where the release has it, or where it has none on that ground.
    """
    shown = is_release(release)
    if (shown.hotspots["hotspot_id"] == hotspot_id).any():
        return hotspot_id
    own = asked.hotspot_cells.get(hotspot_id)
    if own is None:
        return hotspot_id
    cells = shown.cells[shown.cells["hotspot_id"] != ""]
    known = strings_to_cells(cells["cell"].to_numpy(dtype=object))
    if asked.request.resolution < shown.resolution:  # the middles of the smaller cells are counted
        smaller = points_to_cells(*cells_to_points(known), resolution=asked.request.resolution)
        inside = np.isin(smaller, own)
    else:
        larger = points_to_cells(*cells_to_points(own), resolution=shown.resolution)
        inside = np.isin(known, larger)
    shared = cells["hotspot_id"][inside].astype("str").value_counts()
    return str(shared.index[0]) if len(shared) else hotspot_id


def title_of(question: str) -> str:
    """Return what people call a question about a place."""
    known = (*QUESTIONS, ROBUSTNESS, PROACTIVITY)
    return next(one.title for one in known if one.id == question)


def as_shown(result: AnalysisResult, release: Release) -> AnalysisResult:
    """Return a result whose hot spots are those that a release of it shows.

    Hot spots of other wards, which a neighbourhood team's release leaves out, stay as they are:
    what is said of the area outside all hot spots then still means all of them.
    """
    listed = set(release.hotspots["hotspot_id"])
    cells, told = result.cells["cell"], release.cells
    ids = dict(zip(told["cell"], told["hotspot_id"], strict=True))
    before = result.cells["hotspot_id"]
    elsewhere = before.where(~before.isin(listed) & (release.audience == "operational"), "")
    names: pd.Series[str] = cells.map(ids).fillna(elsewhere).astype("str")
    rows = [_rows(release.hotspots, result, names)]
    if release.audience == "operational":
        rows.append(result.hotspots[~result.hotspots["hotspot_id"].isin(listed)])
    table = pd.concat(rows, ignore_index=True).astype(dict(HOTSPOT_COLUMNS))
    changed = result.cells.assign(hotspot_id=names.to_numpy()).astype({"hotspot_id": "str"})
    return replace(result, cells=changed, hotspots=table)


def _rows(listed: pd.DataFrame, result: AnalysisResult, names: "pd.Series[str]") -> pd.DataFrame:
    """Return the list of a release with the columns that it does not print filled in."""
    sums = pd.Series(result.incidents).groupby(names.to_numpy()).sum()
    table = listed.reindex(columns=list(HOTSPOT_COLUMNS))
    table["incidents"] = sums.reindex(listed["hotspot_id"], fill_value=0).to_numpy(dtype=np.int64)
    table["region_places"] = table["region_places"].fillna(1)
    table["rank"] = np.arange(1, len(table) + 1, dtype=np.int64)
    return table
