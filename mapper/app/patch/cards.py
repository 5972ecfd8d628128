"""The cards of a patch as plain data: what the browser shows of each place, as text."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from mapper.app.patch.words import (
    action_words,
    near_words,
    pattern_words,
    peak_words,
    short_names,
    stands_out,
)
from mapper.app.shell.listed import deciles_of, directions_of, reach_words, rows_of
from mapper.app.work.visit_form import LATELY
from mapper.areas.study_area import StudyArea
from mapper.base.text import count
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.directions import HERE, WAYS
from mapper.context.needs import needs_in_words
from mapper.context.places import Places
from mapper.disclosure.patch import PatchPlace, PatchRelease
from mapper.outputs.maps.patch_layer import month_words
from mapper.outputs.standard_words import more_than, nothing_words, question_word
from mapper.outputs.tables import busiest_words, main_streets
from mapper.records.actions import PlannedAction, doors_of
from mapper.records.place_work import WorkGround
from mapper.records.visits import Visit, visits_on

_BUSIEST = 3  # cells told where no place is listed
_INVENTED = "These places are invented for the demonstration."
_OTHERWISE = (
    "Choose more days, other hours, another harm or more wards, or take it as the answer: the map"
    " still shows every count."
)


def cards_of(
    patch: PatchRelease,
    actions: Mapping[str, Sequence[PlannedAction]],
    visits: Sequence[Visit] = (),
    *,
    today: date,
    places: Places | None = None,
    area: StudyArea | None = None,
) -> list[dict[str, Any]]:
    """Return one card for each hot spot of a patch, best rank first.

    Parameters
    ----------
    visits
        Of the last weeks, anywhere.
    places
        Of which landmarks are named.
    area
        Of which it is told how deprived its neighbourhoods are.
    """
    rows = rows_of(patch.shown)
    cards = [
        _card(row, place, actions.get(place.hotspot_id, ()), today)
        for row, place in zip(rows, patch.places, strict=True)
    ]
    ways, titles = directions_of(patch.shown, places), short_names(rows)
    for card, title, place in zip(cards, titles, patch.places, strict=True):
        mine = visits_on(ground_of(patch, card["id"]).cells, visits)
        card["title"] = title
        card["needs"] = needs_in_words(place.needs, patch.needs_together)
        card["direction"] = ways.get(card["id"], "")
        card["visit"] = f"Last visit {_day(_last(mine))}" if mine else ""
        card["visited"] = visited_words(mine)
    covered = {card["id"] for card in cards if card["actions"] or card["visited"]}
    deciles = deciles_of(patch.shown, area) if area else {}
    told = reach_words(patch.shown, area, covered) if area else ""
    for card in cards:
        card["deprived"] = deciles.get(card["id"], "")
        card["inequality"] = told
    return cards


def ground_of(patch: PatchRelease, hotspot_id: str) -> WorkGround:
    """Return name and cells of a hot spot of a patch."""
    cells = patch.shown.cells
    spots = patch.shown.hotspots
    name = str(spots.loc[spots["hotspot_id"] == hotspot_id, "name"].iloc[0])
    mine = cells.loc[cells["hotspot_id"] == hotspot_id, "cell"]
    return WorkGround(name, hotspot_id, frozenset(mine.astype("str")))


def visited_words(mine: Sequence[Visit]) -> str:
    """Say when a place was last visited, and how often lately; nothing where it was not."""
    if not mine:
        return ""
    return (
        f"Last visit {_day(_last(mine))}; {count(len(mine), 'visit')},"
        f" {count(sum(one.minutes for one in mine), 'minute')} in {LATELY} days"
    )


def _last(visits: Sequence[Visit]) -> date:
    """Return the day of the latest of some visits."""
    return max(one.day for one in visits)


def _day(day: date) -> str:
    """Return a day of the last weeks: 27 December."""
    return f"{day.day} {day:%B}"


def _card(
    row: Mapping[str, Any], place: PatchPlace, actions: Sequence[PlannedAction], today: date
) -> dict[str, Any]:
    """Return one card."""
    timed = place.shifts.sum() > 0
    when = peak_words(place)
    late = sum(one.days_late(today) > 0 for one in actions)
    return {
        "id": place.hotspot_id,
        "rank": row["rank"],
        "name": row["name"],
        "lon": row["lon"],
        "lat": row["lat"],
        "number": count(row["incidents"], "incident"),
        "reason": row["reason"],
        "busiest": busiest_words(row),
        "pattern": pattern_words(place),
        "months": list(place.months),
        "when": when,
        "peak": when if stands_out(place) else "",
        "week": [round(float(one), 1) for one in place.shifts] if timed else None,
        "peaks": place.peaks.tolist(),
        "risks": near_words(place.near, side="risk"),
        "assets": near_words(place.near, side="protective"),
        "both": near_words(place.near, side="both"),
        "phase": place.phase,
        "rule": place.rule,
        "why": place.reason,
        "actions": [action_words(one, today) for one in actions],
        "door": doors_of(actions),
        "doing": f"Doing now: {action_words(actions[0], today)}" if actions else "",
        "state": _state(len(actions), late),
        "late": bool(late),
    }


def _state(opened: int, late: int) -> str:
    """Say in a word or two what is being done."""
    if not opened:
        return "no action open"
    words = f"{count(opened, 'action')} open"
    return f"{words}, {late} overdue" if late else words


def busiest_here(patch: PatchRelease) -> list[str]:
    """Return the cells of a patch that hold most incidents, each by its ward and main street."""
    table = patch.shown.cells[["cell", "ward"]].assign(incidents=patch.incidents)
    table["street"] = table["cell"].map(main_streets(patch.shown))
    first = table[table["incidents"] > 0].nlargest(_BUSIEST, "incidents", keep="first")
    return [
        f"{': '.join(part for part in (ward, street) if isinstance(part, str) and part)}:"
        f" {count(number, 'incident')}"
        for ward, street, number in zip(
            first["ward"], first["street"], first["incidents"], strict=True
        )
    ]


def panel_data(
    patch: PatchRelease,
    cards: Sequence[Mapping[str, Any]],
    *,
    maps: Sequence[tuple[str, str]],
    chosen: str,
    found: Mapping[str, Any] | None,
    knows_places: bool,
) -> dict[str, Any]:
    """Return everything that the panel shows.

    Parameters
    ----------
    maps
        Address and title of each map, the first being the patch's own.
    found
        Where a search led: lon, lat, box, words and a key that changes with every search.
    """
    shown, word, more_words = patch.shown, question_word(patch.shown), more_than(patch.shown)
    return {
        "release": shown.digest,
        "maps": [{"src": address, "title": title} for address, title in maps],
        "cards": list(cards),
        "heading": count(len(cards), f"{word} place") if cards else f"No {word} place",
        "hint": f"{more_words[0].upper()}{more_words[1:]}; largest excess first."
        if cards
        else f"{nothing_words(shown)}. {_OTHERWISE}",
        "busiest": [] if cards else busiest_here(patch),
        "months": [month_words(name) for name in patch.months],
        "period": shown.period,
        "days": [day[:2] for day in WEEKDAYS],
        "shifts": [f"{name} {start:02}" for name, start in SHIFTS.items()],
        "noPlaces": "" if knows_places else "No file of places is loaded.",
        "ways": WAYS,
        "here": HERE,
        "nearNote": _INVENTED if knows_places and patch.invented_places else "",
        "chosen": chosen if any(card["id"] == chosen for card in cards) else None,
        "found": dict(found) if found else None,
    }
