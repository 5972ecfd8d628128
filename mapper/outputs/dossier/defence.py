"""The sheet that defends one listed place: one page for whoever is asked why it is on the list.

It says why the place is listed, what it was set against, under how many other settings it stays,
how much of it the police's own work made, and what all this cannot show. Its figures are those of
the release and of answers released beside it; nothing is worked out here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.areas.resolution import CELL_SIZES
from mapper.base.errors import DisclosureError
from mapper.base.text import chance_in_brief, count, percent
from mapper.context.places import Places
from mapper.disclosure.place_findings import SETTINGS, PlaceFindings, title_of
from mapper.outputs.documents.model import (
    Block,
    Bullets,
    Document,
    Figures,
    Heading,
    Paragraph,
    Table,
)
from mapper.outputs.maps.landmarks import directions
from mapper.outputs.pictures.map_picture import map_picture, no_higher
from mapper.outputs.standard_words import care_words, more_than, question_word
from mapper.outputs.tables import hotspot_rows, is_operational
from mapper.questions.proactivity import QUESTION as PROACTIVITY
from mapper.questions.robustness import QUESTION as ROBUSTNESS

# So that all fits on one page: height of the map as a share of the line; caveats told.
_MAP_HIGH, _CAVEATS = 0.36, 6
_OFTEN = 0.1  # of all settings: a value that fewer have says little
# What each choice is called, and what its values are; the order of the table.
_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "resolution": "Size of cells",
        "window": "Period",
        "expected": "Set against",
        "police_generated": "Police-generated incidents",
        "weighting": "Weights of the definition",
        "score": "What is compared",
        "rings": "Steps around each cell",
        "null": "Chance",
        "alpha": "False finds accepted",
    }
)


def defence(
    found: PlaceFindings,
    *,
    made_by: str,
    made_at: datetime,
    places: Places | None = None,
    ground: Path | None = None,
) -> Document:
    """Return the sheet of a place.

    Parameters
    ----------
    found
        The place, with the answers of :func:`mapper.disclosure.place_findings.ask_how_firm`.
    places
        Of which the nearest landmark is named.
    ground
        Vector tiles to draw streets from.

    Raises
    ------
    DisclosureError
        When its release is not for the operational audience.
    """
    release = found.release
    if not is_operational(release):
        raise DisclosureError(
            "A place is defended with full counts: the sheet is for the operational audience."
        )
    row = next(one for one in hotspot_rows(release) if one["hotspot_id"] == found.hotspot_id)
    where = directions(release, places).get(found.hotspot_id, "")
    return Document(
        title=f"Why this place is listed: {row['name']}",
        subtitle=f"{row['ward']}, {row['district']}{f', {where}' if where else ''}."
        f" {release.title}, {release.period}.",
        release=release,
        blocks=(
            *_listed(found, row, ground, places),
            *_against(found, row),
            *_firm(found),
            *_cannot(found),
        ),
        made_by=made_by,
        made_at=made_at,
        compact=True,
    )


def _listed(
    found: PlaceFindings, row: Mapping[str, Any], ground: Path | None, places: Places | None
) -> Iterator[Block]:
    """Return why the place is on the list."""
    release = found.release
    yield Heading("Why it is listed")
    yield Paragraph(str(row["reason"]), "strong")
    yield Figures(
        (
            (f"{row['incidents']:,}", "incidents", ""),
            (f"{row['expected']:,.1f}", "expected", ""),
            (f"{row['rank']} of {len(release.hotspots)}", "rank, by incidents above expected", ""),
            (chance_in_brief(row["q"]), "share of false finds (q)", ""),
        )
    )
    drawn = map_picture(
        release, focus=found.hotspot_id, title=str(row["name"]), ground=ground, places=places
    )
    yield no_higher(drawn, _MAP_HIGH)


def _against(found: PlaceFindings, row: Mapping[str, Any]) -> Iterator[Block]:
    """Return definition, period and expectation."""
    release = found.release
    size = CELL_SIZES.get(release.resolution, str(release.resolution))
    asks = f"{question_word(release).capitalize()} is {more_than(release)}"
    yield Heading("What was asked")
    yield Bullets(
        (
            f"Definition: {release.title}. {release.question}",
            f"Days: {release.period}. Area: {release.area_title}. Size of cells: {size}.",
            f"{asks}: {row['expected']:,.1f} are expected here, {row['incidents']:,} recorded.",
        )
    )


def _firm(found: PlaceFindings) -> Iterator[Block]:
    """Return how the place fares under other settings, and without what police work made."""
    yield Heading("Under other choices")
    yield Bullets(tuple(firm_words(found)))
    settings = found.findings.get(SETTINGS)
    if settings is not None and len(settings.table):
        yield _settings_table(settings.table)


def firm_words(found: PlaceFindings) -> Iterator[str]:
    """Say how firm a place is: under other settings, without police-made incidents, or why not."""
    robust, made = (found.findings.get(one.id) for one in (ROBUSTNESS, PROACTIVITY))
    if robust is not None and len(robust.table):
        yield str(robust.table["words"].iloc[0])
    if made is not None and len(made.table):
        yield proactivity_words(made.table.iloc[0])
    for name, why in found.unanswered.items():
        yield f"{title_of(name)}: {why}"


def _settings_table(table: pd.DataFrame) -> Table:
    """Return the share of settings that keep the place, by each value of each choice."""
    rows, often = [], _OFTEN * table.groupby("choice")["settings"].sum().max()
    for choice, title in _CHOICES.items():
        mine = table[(table["choice"] == choice) & (table["settings"] >= often)]
        if len(mine) > 1:  # one value alone says what the whole share says
            values = zip(mine["value"], mine["share"], strict=True)
            told = "; ".join(f"{_value(choice, one)}: {share * 100:.0f} %" for one, share in values)
            rows.append((title, told))
    caption = "Share of settings under which it stays on the list, by each choice"
    return Table(caption, ("Choice", "Stays under"), tuple(rows), widths=(1.3, 5))


def _value(choice: str, value: str) -> str:
    """Return the value of a choice in words."""
    if choice == "resolution":
        return CELL_SIZES.get(int(value), value).partition(",")[0].lower()
    if choice == "police_generated":
        return "counted" if value == "True" else "left out"
    return percent(float(value)) if choice == "alpha" else value


def proactivity_words(row: "pd.Series[Any]") -> str:
    """Say how much of a place the police's own work made, and what is left without it."""
    share = row["police_generated"]
    made = "not known" if pd.isna(share) else percent(float(share))
    before, after = (
        "none" if pd.isna(rank) else f"{int(rank)}"
        for rank in (row["rank_with"], row["rank_without"])
    )
    return (
        f"Share of its incidents that police work itself made: {made}. Without them: {row['state']}"
        f" (rank {before} with, {after} without)."
    )


def _cannot(found: PlaceFindings) -> Iterator[Block]:
    """Return what the sheet cannot show, and what it was made of."""
    release = found.release
    yield Heading("What this cannot show")
    shares = (
        "The settings are a fixed design, no sample: a share of 90 % is no chance of being real."
    )
    more = len(release.caveats) - _CAVEATS
    rest = (f"{count(more, 'more caveat')} with the map.",) if more > 0 else ()
    yield Bullets((care_words(release), shares, *release.caveats[:_CAVEATS], *rest))
    record: Any = release.record
    files = ", ".join(str(one.get("sha256", ""))[:12] for one in record["inputs"])
    lens = record["lens"]
    yield Paragraph(
        f"Made of files {files} by {lens['id']} {lens['version']} and mapper"
        f" {record['versions'].get('mapper', '')}; hot spot {found.hotspot_id}.",
        "small",
    )
