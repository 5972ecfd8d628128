"""Make every release that a briefing shows, each through disclosure control and its register.

Maps are releases that are checked against all the audience had before and are kept for later
checks. Totals of the whole area, and its week in shifts, are findings of one row for thousands of
cells. Setting each of them beside every map by linear programming takes minutes, so they are held
to a stricter rule that needs no programme: a total is printed only where it leaves the hidden
counts of any such map all their values. Beside one another they are checked in a register of their
own (:mod:`mapper.disclosure.totals`).
"""

from dataclasses import dataclass, replace

import numpy as np

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import Study, prepare
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.errors import LensError, MapperError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Flags, Integers
from mapper.disclosure.coarse_shares import percents_of_demand
from mapper.disclosure.doubt_words import doubts_outside
from mapper.disclosure.make import release
from mapper.disclosure.nearest import maker, release_nearest, request_given
from mapper.disclosure.register import Register
from mapper.disclosure.release import FindingRelease, Release
from mapper.disclosure.rules import AudienceRule, rules
from mapper.disclosure.suppression import Printed
from mapper.disclosure.totals import TotalsRegister, total_is_safe
from mapper.grid.counts import locate
from mapper.incidents.table import Incidents
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Lens
from mapper.lenses.lens import Rule as LensRule
from mapper.lenses.load import load_lens, shipped_lenses
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.demand import DemandShare, demand_kinds, kinds_of_incidents
from mapper.outputs.briefing.places import groups_of_both
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.dispersion import place_dispersion
from mapper.questions.finding import Finding
from mapper.questions.places import By, places_by
from mapper.questions.shifts import ShiftsChoices, ask_shifts
from mapper.questions.verdicts import CANNOT, vetoes
from mapper.questions.windows import Window, counts_within
from mapper.statistics.period_dispersion import PeriodDispersion

# In words that hold no count: what the fault is stands in the notes of the operational audience.
_FORBIDDEN = (
    "Of some figures or places it cannot be told whether they rose or fell: between or inside these"
    " windows the data itself changes there. See what may mislead, on the Data page."
)
ALL_DEMAND, CRIME = "all-demand", "crime"
CRIMES = Lens(
    id=CRIME,
    title="Recorded crime",
    version="1.0",
    question="How much of all demand is crime?",
    requires=("crime",),
    rules=(LensRule("Crime", 1, "The record says that it is a crime.", (("crime", "is", True),)),),
    headline=6,
    headline_title="Crime share of demand",
)


@dataclass(frozen=True)
class Total:
    """The printed totals of one lens over the whole area; none where they are not printed."""

    id: str
    title: str  # beside the other figures
    words: str  # inside a sentence
    before: int | None
    after: int | None
    why: str = ""  # why there is none, in words
    limits: tuple[tuple[int, int], ...] = ()  # of a sum of planned blocks: least and most
    dispersion: PeriodDispersion | None = None  # of the months of the whole area
    forbidden: bool = False  # the data itself forbids to compare the two


@dataclass(frozen=True, eq=False)
class Gathered:
    """All that a briefing is made of: releases and nothing behind them."""

    choices: BriefingChoices
    rule: AudienceRule
    now: Release  # the map of the chosen lens
    before: Release | None  # the same over the days before, if it may be shown
    others: tuple[Release, ...]  # of the lenses it is set against
    totals: tuple[Total, ...]
    shifts: FindingRelease | None  # the week of the chosen lens in shifts, if times are known
    days: tuple[int, int]  # days with data in the two windows
    notes: tuple[str, ...]  # what could not be shown, and why
    dispersion: float = 1.0  # variance over mean of the months of the map's hot spots
    forbidden: Flags | None = None  # cells of places that the data forbids to compare
    misleads: tuple[str, ...] = ()  # what in the data may mislead, the strongest first
    demand: tuple[DemandShare, ...] = ()  # of all demand, what is not crime by kind


def gather(
    incidents: Incidents,
    choices: BriefingChoices,
    *,
    register: Register,
    made_by: str = "",
    progress: Progress = no_progress,
) -> Gathered:
    """Return every release of a briefing.

    Raises
    ------
    MapperError
        When the map itself may not be shown, or the choices do not fit the data.
    """
    progress("Making the map, and checking it beside what was released before", 0.1)
    source, now = _Source(incidents, choices, register, made_by).nearest()
    choices, notes = source.choices, [now.instead] if now.instead else []
    progress("Setting it against the days before", 0.3)
    before = source.tried(choices.lens, choices.before, notes)
    found = [source.tried(other, choices.after, notes) for other in source.fitting(choices.others)]
    progress("Counting the headline figures", 0.6)
    totals = source.totals()
    forbidden = source.forbidden(now, before)
    if forbidden.any() or any(one.forbidden for one in totals):
        notes.append(_FORBIDDEN)
    return Gathered(
        choices=choices,
        rule=rules().audiences[choices.audience],
        now=now,
        before=before,
        others=tuple(one for one in found if one is not None),
        totals=totals,
        demand=source.demand(totals),
        shifts=source.shifts(notes),
        days=(_days(incidents, choices.before), _days(incidents, choices.after)),
        notes=tuple(notes),
        dispersion=source.hotspot_dispersion(),
        forbidden=forbidden,
        misleads=source.misleads(),
    )


@dataclass(frozen=True, eq=False)
class _Source:
    """Incidents with the choices that every release of them shares."""

    incidents: Incidents
    choices: BriefingChoices
    register: Register
    made_by: str

    @property
    def area(self) -> StudyArea:
        """The study area, in the size of cells of the map."""
        return load_study_area(self.choices.area, resolution=self.choices.resolution)

    def map(self, lens_id: str, window: Window) -> Release:
        """Return the registered release of one lens over one window."""
        return release(
            find_hotspots(self.over(load_lens(lens_id), window)),
            audience=self.choices.audience,
            register=self.register,
            made_by=self.made_by,
        )

    def nearest(self) -> tuple["_Source", Release]:
        """Return the map that the briefing is about, and what all else is set against.

        Where it may not be shown as it was asked for, all else follows the map that may.
        """
        study = self.over(load_lens(self.choices.lens), self.choices.after)
        now = release_nearest(
            find_hotspots(study),
            audience=self.choices.audience,
            register=self.register,
            make=maker(study, self.choices.area),
            made_by=self.made_by,
        )
        given = request_given(now, study.request)
        if given is study.request:
            return self, now
        after = Window(given.start or study.first, given.end or study.last)
        choices = self.choices.about(after, resolution=given.resolution)
        return replace(self, choices=choices), now

    def finding(self, finding: Finding) -> FindingRelease:
        """Return the release of the answer to a question about the whole area."""
        return release(
            finding,
            audience=self.choices.audience,
            register=TotalsRegister(self.register),
            made_by=self.made_by,
        )

    def tried(self, lens_id: str, window: Window, notes: list[str]) -> Release | None:
        """Return such a release, or nothing and a note that says why."""
        try:
            return self.map(lens_id, window)
        except MapperError as error:
            notes.append(f"{load_lens(lens_id).title}, {window}: not shown. {error}")
            return None

    def fitting(self, lens_ids: tuple[str, ...]) -> list[str]:
        """Return the lenses that the data can be seen through."""
        return [name for name in lens_ids if self._fits(load_lens(name))]

    def _fits(self, lens: Lens) -> bool:
        try:
            refuse_unfit(self.incidents.table, lens)
        except LensError:
            return False
        return True

    def study(self, lens: Lens) -> Study:
        """Return a lens over both windows together."""
        return self.over(lens, Window(self.choices.before.first, self.choices.after.last))

    def over(self, lens: Lens, window: Window) -> Study:
        """Return a lens over a window."""
        first, last = window.first, window.last
        return prepare(self.incidents, lens=lens, area=self.area, start=first, end=last)

    def totals(self) -> tuple[Total, ...]:
        """Return the totals at the head, as far as the data holds them."""
        lenses = [lens for lens in (*shipped_lenses(), CRIMES) if lens.headline]
        lenses.sort(key=lambda lens: lens.headline or 0)
        fits = [lens for lens in lenses if self._fits(lens)]
        of_force = [lens for lens in fits if not lens.public]
        shown = fits if all(lens.id in {ALL_DEMAND, CRIME} for lens in of_force) else of_force
        return tuple(self.total(lens) for lens in shown)

    def total(self, lens: Lens) -> Total:
        """Return the printed totals of one lens in the two windows."""
        windows = self.choices.before, self.choices.after
        title = lens.headline_title or lens.title
        words = lens.headline_words or title
        try:
            study = self.study(lens)
            choices = ChangeChoices(before=windows[0], after=windows[1], by="area")
            finding = ask_change(study, choices)
            found = self.finding(finding)
        except MapperError as error:
            return Total(lens.id, title, words, None, None, str(error))
        rule = rules().audiences[self.choices.audience]
        shown, planned = found.table, found.record["planned"]
        printed = [
            None
            if shown[name].isna()[0] or not (planned or total_is_safe(_maps(study, each), rule))
            else int(shown[name][0])
            for name, each in zip(("before", "after"), windows, strict=True)
        ]  # fmt: skip
        return Total(
            *(lens.id, title, words, printed[0], printed[1]),
            limits=tuple(_limits(found.printed[one]) for one in ("before", "after"))
            if planned
            else (),
            dispersion=self._dispersion(lens, "area"),
            forbidden=finding.table["direction"][0] == CANNOT,
        )

    def demand(self, totals: tuple[Total, ...]) -> tuple[DemandShare, ...]:
        """Return how the demand that is not crime splits; nothing where that may not be told."""
        printed = {one.id: one.after for one in totals}
        table = self.incidents.table
        if not (printed.get(ALL_DEMAND) and printed.get(CRIME) and "crime" in table):
            return ()
        study = self.over(load_lens(ALL_DEMAND), self.choices.after)
        kinds = kinds_of_incidents(table)
        parts = {one.name: kinds == at for at, one in enumerate(demand_kinds())}
        rule = rules().audiences[self.choices.audience]
        shown = percents_of_demand(study, parts, rule)
        return tuple(
            DemandShare(one, shown[one.name]) for one in demand_kinds() if one.name in shown
        )

    def forbidden(self, now: Release, before: Release | None) -> Flags:
        """Return which cells lie in places of the map that the data itself forbids to compare."""
        nothing = np.zeros(len(now.cells), dtype=bool)
        if before is None:
            return nothing
        try:
            study = self.study(load_lens(self.choices.lens))
        except MapperError:
            return nothing
        group = groups_of_both(now, before)
        windows = self.choices.before, self.choices.after
        reasons = vetoes(study, group, int(group.max(initial=-1)) + 1, windows, by="cell")
        return np.append(reasons != "", [False])[group]

    def misleads(self) -> tuple[str, ...]:
        """Return what in the data of both windows may mislead, in words for the audience."""
        lens = self.fitting((ALL_DEMAND, self.choices.lens))[0]  # the totals are of all demand
        try:
            return doubts_outside(self.study(load_lens(lens)).doubts)
        except MapperError:
            return ()

    def hotspot_dispersion(self) -> float:
        """Return how much the months of the map's hot spots vary, over all days of the files."""
        try:
            found = self._dispersion(load_lens(self.choices.lens), "hotspot")
        except MapperError:
            return float("nan")
        return found.usual

    def _dispersion(self, lens: Lens, by: By) -> PeriodDispersion:
        """Return how much the months or weeks of places vary beyond chance."""
        study = prepare(self.incidents, lens=lens, area=self.area)
        windows = self.choices.before, self.choices.after
        return place_dispersion(study, places_by(study, by), windows)

    def shifts(self, notes: list[str]) -> FindingRelease | None:
        """Return the week of the map's lens in shifts, where times are known and may be shown."""
        lens = load_lens(self.choices.lens)
        try:
            study = self.over(lens, self.choices.after)
            finding = ask_shifts(study, ShiftsChoices(by="area"))
            return self.finding(finding)
        except MapperError as error:
            notes.append(f"The week in shifts is not shown. {error}")
            return None


def _limits(total: Printed) -> tuple[int, int]:
    """Return the least and most that a printed total can be."""
    return int(total.low[0]), int(total.high[0])


def _days(incidents: Incidents, window: Window) -> int:
    """Return the days of a window that lie in months of which the files hold anything."""
    months = np.unique(incidents.table["start"].to_numpy().astype("datetime64[M]"))
    days = np.arange(np.datetime64(window.first), np.datetime64(window.last) + 1)
    return int(np.isin(days.astype("datetime64[M]"), months).sum())


def _maps(study: Study, window: Window) -> tuple[Integers, ...]:
    """Return the counts of a window by cell, in each size of cells that an audience may see."""
    counts = [counts_within(study, window)]
    area, table = study.area, study.incidents.table
    for resolution in (8, 9):
        if resolution == area.resolution:
            continue
        cells = load_study_area(study.request.area, resolution=resolution).cells["cell"].to_numpy()
        start = table["start"].to_numpy()
        inside = study.counted & (start >= np.datetime64(window.first))
        inside &= start < np.datetime64(window.last) + np.timedelta64(1, "D")
        lon, lat = (table[name].to_numpy()[inside] for name in ("lon", "lat"))
        at = locate(lon, lat, cells=cells, resolution=resolution)
        counts.append(np.bincount(at[at >= 0], minlength=cells.size).astype(np.int64))
    return tuple(counts)
