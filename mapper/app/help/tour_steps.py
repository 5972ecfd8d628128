"""The guided tour: what is planted in the demonstration force, and where mapper shows it.

Every step is made from the truth that was written with the demonstration, so what it promises is
what was planted, whatever the seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from mapper.disclosure.people import Act

TEAMS, PARTNERS, ANALYSTS = "Neighbourhood teams", "Partnership meetings", "Analysts"
TOURS = (TEAMS, PARTNERS, ANALYSTS)

Asked = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Step:
    """One thing to do, and what is seen when it works."""

    tour: str
    title: str
    act: Act
    page: str  # file under pages/
    do: str
    see: str
    planted: str = ""
    paste: str = ""  # to be copied into a form
    asked: Asked = field(default_factory=lambda: MappingProxyType({}))  # of the page's address


def tour_steps(truth: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return every step of the three tours, in order.

    Parameters
    ----------
    truth
        What is planted, as ``truth.json`` of the demonstration says it.
    """
    planted = {one["id"]: one for one in truth["planted"]}
    return (*_teams(planted), *_partners(truth), *_analysts(planted, truth))


def _teams(planted: Mapping[str, Mapping[str, Any]]) -> Sequence[Step]:
    new, both = planted["new"], planted["coincidence-county-lines"]
    abuse = planted["coincidence-domestic-abuse"]
    patch = "patch/my_patch.py"
    return (
        Step(
            TEAMS,
            "See what is new this month",
            "see own wards",
            patch,
            planted=f"{new['months'][-1]} county-lines incidents around one place in"
            f" {new['ward']}, all in the last month.",
            do="Open the ward. Read the first card, then tap it.",
            see="One place, “new in the last month”, with a bar at the end of its strip and a"
            " suggested phase of prevention.",
            asked={"ward": [_ward(new)], "lens": ["county-lines"], "period": ["month"]},
        ),
        Step(
            TEAMS,
            "Lay two harms beside each other",
            "see own wards",
            patch,
            planted=f"In {both['ward']}, {both['incidents']} county-lines incidents and"
            f" {abuse['incidents']} of domestic abuse around the same place.",
            do="Move one of the two maps: the other follows.",
            see="A hot spot at the same place on both maps.",
            asked={
                "ward": [_ward(both)],
                "lens": ["county-lines"],
                "period": ["year"],
                "beside": ["domestic-abuse"],
            },
        ),
        Step(
            TEAMS,
            "Take it on the next shift",
            "see own wards",
            patch,
            do="Press Shift sheet (PDF), then Share for a link that opens the same view.",
            see="One page to print: the top places with their busiest hours. The link shows others"
            " no more than their own rights allow.",
            asked={"ward": [_ward(both)], "lens": ["serious-violence"], "period": ["quarter"]},
        ),
    )


def _partners(truth: Mapping[str, Any]) -> Sequence[Step]:
    kinds = truth["incidents"]
    return (
        Step(
            PARTNERS,
            "Run the meeting from one screen",
            "see partnership releases",
            "meeting/briefing.py",
            planted=f"{kinds['domestic_abuse']:,} incidents of domestic abuse in the year,"
            f" {kinds['child_at_address']:,} of them with a child at the address.",
            do="Read the line under the title, then the tiles.",
            see="Counts in fives, changes with their intervals and plain words; cells with fewer"
            " than five incidents are hatched, not numbered.",
        ),
        Step(
            PARTNERS,
            "Leave with one printed briefing",
            "see partnership releases",
            "meeting/briefing.py",
            do="Press Present for the wall, PDF for the file.",
            see="The same figures, marked on every page, readable in grey and by a screen reader.",
        ),
        Step(
            PARTNERS,
            "See what partners do not see",
            "release",
            "meeting/release.py",
            do="Compare what is known with what partners would see, then read why cells are"
            " hidden.",
            see="Small counts hidden, the rest rounded, and no way to work the hidden ones out"
            " from what was released before.",
        ),
    )


def _analysts(planted: Mapping[str, Mapping[str, Any]], truth: Mapping[str, Any]) -> Sequence[Step]:
    lines = [one for one in planted.values() if one["lens"] == "county-lines"]
    clusters = [one for one in lines if one["signal"] == "cluster"]
    homes = [one for one in lines if one["signal"] == "single place"]
    sink = truth["geocode_sink"]
    kinds = ", ".join(f"{one['seen_as']} in {one['ward']}" for one in clusters)
    bench = "analysis/workbench.py"
    return (
        Step(
            ANALYSTS,
            "Find the clusters",
            "see everything",
            "hotspots/overview.py",
            planted=f"{len(clusters)} places where county-lines incidents gather.",
            do="Choose the harm County lines indicators and go down the list.",
            see="Each of them, and the town centre where hubs gather incidents by themselves. The"
            " last places on the list are chance: one find in twenty may be.",
        ),
        Step(
            ANALYSTS,
            "Tell new from old",
            "see everything",
            bench,
            planted=f"Patterns over the year: {kinds}.",
            do="Press Ask.",
            see="The same pattern beside each ward. One that goes on and off every other month"
            " reads as sporadic: its empty months cannot be told from chance.",
            asked={"question": "patterns"},
        ),
        Step(
            ANALYSTS,
            "Find one home in a quiet street",
            "see everything",
            bench,
            planted=f"{len(homes)} homes taken over, in"
            f" {', '.join(str(one['ward']) for one in homes)}: too small for any cluster.",
            do="Press Ask and look for single places in these wards.",
            see="Single places that no map of clusters shows. They stay inside: one can be one"
            " address.",
            asked={"question": "signals"},
        ),
        Step(
            ANALYSTS,
            "Catch a point that is no place",
            "load data",
            "data/load.py",
            planted=f"{sink['incidents']:,} incidents recorded at the police station in"
            f" {sink['ward']}, wherever they happened.",
            do="Open the points that may be default points and decide on the first.",
            see="The point with its share of all incidents, and what is left when it is set aside.",
        ),
        *(_evaluated(one, bench) for one in truth["interventions"]),
    )


def _evaluated(one: Mapping[str, Any], bench: str) -> Step:
    """Return the step that evaluates one planted intervention."""
    before, after = one["before_after"]["treated"]
    day = date.fromisoformat(one["start"])
    start = f"{day.day} {day:%B %Y}"
    return Step(
        ANALYSTS,
        f"Did it work in {one['ward']}?",
        "see everything",
        bench,
        planted=f"From {start}, {one['effect']}: {before} incidents before, {after} after.",
        do="Paste the ids into Cells, choose the harm All demand on police, put the first day"
        f" after the action at {start}, press Ask.",
        see="A ratio with its interval beside places left alone, and whether what fell came up in"
        " the cells around.",
        paste="\n".join(one["treated_cells"]),
        asked={"question": "evaluate"},
    )


def _ward(place: Mapping[str, Any]) -> str:
    """Return a ward as addresses name it."""
    return f"{place['ward']}, {place['district']}"
