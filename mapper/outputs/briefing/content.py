"""The content of a briefing: what is said on the screen and printed, in one place for both.

Every figure here is read off releases or worked out again from what they print; nothing behind
disclosure control is at hand any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mapper.areas.load import load_study_area
from mapper.context.places import Places
from mapper.disclosure.release import FindingRelease, Release
from mapper.disclosure.rules import AudienceRule
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.demand import DemandShare, demand_words
from mapper.outputs.briefing.gather import ALL_DEMAND, CRIME, Gathered, Total
from mapper.outputs.briefing.places import Meeting, Mover, find_meetings, find_movers
from mapper.outputs.briefing.spans import RateChange, compare_spans, spans_of_counts
from mapper.outputs.place_reach import WITH_WORK, cells_by_place, reach_of_map
from mapper.questions.windows import Window
from mapper.records.shared import Shared
from mapper.statistics.period_dispersion import PeriodDispersion

_NOT_PRINTED = "not printed"
_MISLEADS = 3  # reasons on the first page; the others stand with the notes


@dataclass(frozen=True)
class Headline:
    """One figure at the head."""

    id: str
    name: str
    words: str  # the name inside a sentence
    value: str  # 8,795; 20 %
    before: str  # 8,445 before; empty where nothing is said
    moved: RateChange
    note: str = ""  # beside a share: what the rest is

    @property
    def change(self) -> str:
        """How it moved, in one line: clear rise, 5 % to 12 % more."""
        return f"{self.moved.way}: {self.moved.words}" if self.moved.words else self.moved.way


@dataclass(frozen=True, eq=False)
class Briefing:
    """What is shown of a briefing."""

    choices: BriefingChoices
    map: Release
    headlines: tuple[Headline, ...]
    movers: tuple[Mover, ...]
    movers_known: bool  # the days before may be shown, so that places can be compared
    meetings: tuple[Meeting, ...]
    met: tuple[str, ...]  # titles of the lenses that were set against each other
    shared: Shared
    shifts: FindingRelease | None
    notes: tuple[str, ...]
    days: tuple[int, int]  # with data in the window before and in the window after
    misleads: tuple[str, ...] = ()  # what in the data may mislead, the strongest first
    demand: tuple[DemandShare, ...] = ()  # what is not crime, by kind
    demand_words: str = ""  # the same in a sentence, with who could meet it
    inequality: str = ""  # places of the map, and covered ones, in the most deprived tenth
    places: Places | None = None  # around, of which landmarks are marked

    @property
    def may_mislead(self) -> str:
        """The strongest of what may mislead, in one paragraph; empty where there is nothing."""
        return " ".join(("May mislead:", *self.misleads[:_MISLEADS])) if self.misleads else ""

    @property
    def subtitle(self) -> str:
        """What is compared with what, in one line, and that days without data are missing."""
        days = (window_in_words(one) for one in (self.choices.after, self.choices.before))
        return f"{self.map.area_title}: {', against '.join(days)}{self._gap()}"

    def _gap(self) -> str:
        """Say how many days the data covers where it does not cover them all."""
        before, after = self.choices.before.days, self.choices.after.days
        if self.days == (before, after):
            return ""
        return (
            f". Data for {self.days[1]} of {after} days, against {self.days[0]} of {before}:"
            " changes are told per day"
        )

    @property
    def takeaway(self) -> str:
        """The one thing to remember, in a sentence or two."""
        return " ".join([_on_headlines(self.headlines), _on_places(self)])


def window_in_words(window: Window) -> str:
    """Return some days as briefly as they can be said: 1 June to 31 August 2022."""
    first, last = window.first, window.last
    year = "" if first.year == last.year else f" {first.year}"
    month = "" if not year and first.month == last.month else f" {first:%B}"
    return f"{first.day}{month}{year} to {last.day} {last:%B %Y}"


def briefing_content(
    gathered: Gathered, *, shared: Shared | None = None, places: Places | None = None
) -> Briefing:
    """Return the content of a briefing from what was released for it.

    Parameters
    ----------
    places
        Of which a landmark is marked on the map and named beside each place, as far as the
        audience may know.
    """
    movers = find_movers(
        gathered.now,
        gathered.before,
        days=gathered.days,
        dispersion=gathered.dispersion,
        forbidden=gathered.forbidden,
        places=places,
    )
    maps = [gathered.now, *gathered.others]
    return Briefing(
        choices=gathered.choices,
        map=gathered.now,
        headlines=_headlines(gathered),
        movers=movers,
        movers_known=gathered.before is not None,
        meetings=find_meetings(maps, places=places),
        met=tuple(one.title for one in maps),
        shared=shared or Shared(),
        shifts=gathered.shifts,
        notes=(*gathered.notes, *gathered.misleads[_MISLEADS:], *gathered.now.caveats),
        days=gathered.days,
        misleads=gathered.misleads,
        demand=gathered.demand,
        demand_words=_demand_words(gathered),
        inequality=_inequality(gathered.choices, gathered.now, shared or Shared()),
        places=places,
    )


def _demand_words(gathered: Gathered) -> str:
    """Say how the demand that is not crime splits; empty where crime's share is not printed."""
    printed = {one.id: one.after for one in gathered.totals}
    crime, every = printed.get(CRIME), printed.get(ALL_DEMAND)
    if not crime or not every:
        return ""
    return demand_words(gathered.demand, crime=round(100 * crime / every))


def _inequality(choices: BriefingChoices, shown: Release, shared: Shared) -> str:
    """Say how many places of the map, and of those with shared work, are the most deprived."""
    area = load_study_area(choices.area, resolution=choices.resolution)
    covered = {
        spot
        for spot, cells in cells_by_place(shown).items()
        if any(one.share_of(cells) > 0 for one in shared.ground)
    }
    return reach_of_map(shown, area, covered).covered_words(WITH_WORK)


def _headlines(gathered: Gathered) -> tuple[Headline, ...]:
    """Return the figures at the head, all tested together."""
    totals = gathered.totals
    before, after = (
        spans_of_counts(
            [getattr(one, side) for one in totals],
            gathered.rule,
            known=[one.limits[at] if one.limits else None for one in totals],
        )
        for at, side in enumerate(("before", "after"))
    )
    barred = np.array([one.forbidden for one in totals], dtype=bool)
    varied = _dispersions(totals)
    moves = compare_spans(before, after, days=gathered.days, dispersion=varied, forbidden=barred)
    demand = next((one for one in totals if one.id == ALL_DEMAND), None)
    found = []
    for total, moved in zip(totals, moves, strict=True):
        if total.id == CRIME and demand is not None:
            found.append(_crime_share(total, demand, gathered.rule))
        else:
            found.append(_figure(total, moved, gathered.rule.hidden_words))
    return tuple(found)


def _dispersions(totals: Sequence[Total]) -> PeriodDispersion:
    """Return how much the months of each total vary beyond chance."""
    known = [one.dispersion for one in totals]
    ratio = np.array([float(one.ratio[0]) if one else 1.0 for one in known])
    freedom = np.array([float(one.freedom[0]) if one else np.inf for one in known])
    return PeriodDispersion(ratio, freedom, float("nan"))


def _figure(total: Total, moved: RateChange, hidden: str) -> Headline:
    """Return one count at the head."""
    name = total.id, total.title, total.words
    if total.why:
        return Headline(*name, _NOT_PRINTED, "", RateChange("too few to compare"), total.why)
    said = [hidden if one is None else f"{one:,}" for one in (total.before, total.after)]
    if total.limits:
        said = ["none" if not high else f"{low:,} to {high:,}" for low, high in total.limits]
    both = total.before is not None and total.after is not None
    return Headline(
        *name,
        said[1],
        f"{said[0]} before",
        moved if both else RateChange("too few to compare"),
    )


def _crime_share(crime: Total, demand: Total, rule: AudienceRule) -> Headline:
    """Return how much of all demand is crime, from printed totals, and what is not."""
    name = crime.id, crime.title, crime.words
    known = (crime.before, crime.after, demand.before, demand.after)
    if not all(known):
        return Headline(*name, _NOT_PRINTED, "", RateChange("too few to compare"), crime.why)
    crimes, whole = (crime.before or 0, crime.after or 0), (demand.before or 1, demand.after or 1)
    spans = [spans_of_counts([count], rule) for count in crimes]
    shares = [round(100 * part / every) for part, every in zip(crimes, whole, strict=True)]
    (moved,) = compare_spans(
        *(spans[0], spans[1]),
        days=whole,
        dispersion=crime.dispersion,
        forbidden=np.array([crime.forbidden or demand.forbidden]),
    )
    return Headline(
        *name,
        f"{shares[1]} %",
        f"{shares[0]} % before",
        replace(moved, of_share=True),
        f"The other {100 - shares[1]} % is not crime.",
    )


def _on_headlines(headlines: tuple[Headline, ...]) -> str:
    """Say in a sentence or two which figures moved and which did not."""
    told = [one for one in headlines if one.id != CRIME and one.value != _NOT_PRINTED]
    said = []
    for way in ("clear rise", "clear fall", "no clear change", "cannot be told"):
        names = [one.words for one in told if one.moved.way == way]
        if len(names) == len(told) and way == "no clear change":
            return "No headline figure shows a clear change."
        if names:
            said.append(f"{way.capitalize()}: {_joined([_lower(name) for name in names])}.")
    return " ".join(said)


def _joined(names: list[str]) -> str:
    """Return names with commas and an "and"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]


def _lower(name: str) -> str:
    """Return a title in the middle of a sentence."""
    return name[:1].lower() + name[1:]


def _on_places(briefing: Briefing) -> str:
    """Say in a sentence which places moved."""
    if not briefing.movers_known:
        return "Places cannot be set against the days before."
    clear = [one for one in briefing.movers if one.moved.is_clear]
    barred = [one for one in briefing.movers if one.moved.way == "cannot be told"]
    if barred and len(barred) == len(briefing.movers):
        return f"Of no place in {_lower(briefing.map.title)} it can be told whether it moved."
    if not clear:
        return f"No place shows a clear change in {_lower(briefing.map.title)}."
    names = "; ".join(f"{one.place.name} ({one.moved.way})" for one in clear[:3])
    return f"Places that clearly moved in {_lower(briefing.map.title)}: {names}."
