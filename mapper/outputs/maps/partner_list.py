"""The list beside a map for partners and the public: printed counts, classes, nothing derived."""

from typing import Any

from mapper.base.text import encode_text
from mapper.disclosure.release import Release
from mapper.outputs.standard_words import nothing_words, places_words
from mapper.outputs.tables import busiest_words, district_rows, hotspot_rows


def partner_list(release: Release) -> str:
    """Return the hot spots and the counts by district as HTML."""
    rows = hotspot_rows(release, on_screen=True)
    return f"{_hotspots(release, rows) if rows else _none(release)}{_districts(release)}"


def _none(release: Release) -> str:
    """Say why there is no hot spot in the list."""
    why = f"{encode_text(nothing_words(release))}, by what is shown."
    if release.by_district:
        why = "These counts are shown by district only, so no place is named."
    return f"<section><h2>Hot spots</h2><p>{why}</p></section>"


def _hotspots(release: Release, rows: list[dict[str, Any]]) -> str:
    """Return the list of hot spots."""
    head = (
        '<thead><tr><th scope="col">No.</th><th scope="col">Place</th>'
        '<th scope="col" class="n">Incidents<br>shown</th><th scope="col">Evidence</th></tr>'
        "</thead>"
    )
    return (
        f"<section><h2>{len(rows):,} hot spot{'s' if len(rows) > 1 else ''}</h2><table><caption>"
        f"{encode_text(places_words(release))}, by the rounded counts shown. Choose one to see it"
        " on the map."
        f"</caption>{head}{''.join(_row(row) for row in rows)}</table></section>"
    )


def _row(row: dict[str, Any]) -> str:
    """Return one hot spot as a group of two rows: its figures and its reason."""
    where = f"{row['ward']}, {row['district']}"
    return (
        f'<tbody class="spot" data-id="{encode_text(row["hotspot_id"])}"><tr>'
        f'<td class="rank">{row["number"]}</td>'
        f'<th scope="rowgroup"><button type="button">{encode_text(row["name"])}</button>'
        f'<span class="small">{encode_text(where)}</span></th>'
        f'<td class="n">{_count(row["incidents"])}</td>'
        f"<td>{encode_text(row['evidence'])}</td></tr>"
        f'<tr><td></td><td colspan="3" class="small">{encode_text(row["reason"])}'
        f"<br>{encode_text(busiest_words(row))}</td></tr></tbody>"
    )


def _districts(release: Release) -> str:
    """Return the counts by district as a table."""
    rows = "".join(
        f'<tr><th scope="row">{encode_text(row["district"])}</th>'
        f'<td class="n">{_count(row["incidents"])}</td></tr>'
        for row in district_rows(release)
    )
    return (
        '<section><h2>Districts</h2><table><thead><tr><th scope="col">District</th>'
        '<th scope="col" class="n">Incidents shown</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _count(count: int | str | None) -> str:
    """Return a printed count, or the words for one that is not printed."""
    if count is None:
        return "hidden"
    return f"{count:,}" if isinstance(count, int) else encode_text(count)
