"""Tables for use outside: ``hotspots.csv``, ``hotspots.geojson`` and ``cells.parquet``.

Columns, their order and their units are the contracts in ``mapper.base.tables``: one set for the
operational audience, one for all others, whose hidden counts are words and never a number. The two
lists of hot spots are rounded for reading; ``cells.parquet`` keeps full precision. Marking and
audience are in the GeoJSON's top-level members and in the Parquet file's metadata. The CSV file is
plain, with its header in line one: its description beside it carries them
(:mod:`mapper.outputs.exports.described`).
"""

import csv
import io
import json
import math
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mapper.base.tables import (
    CELL_COLUMNS,
    HOTSPOT_COLUMNS,
    PARTNER_CELL_COLUMNS,
    PARTNER_DISTRICT_COLUMNS,
    PARTNER_HOTSPOT_COLUMNS,
    check_columns,
)
from mapper.base.text import spreadsheet_text
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import cells_to_outline, strings_to_cells
from mapper.outputs.manifest import said_of

Ring = list[tuple[float, float]]

_DECIMALS = {
    "area_km2": 3,
    "region_km2": 3,
    "expected": 2,
    "excess": 2,
    "ratio": 2,
    "lon": 6,
    "lat": 6,
}
_ON_SCREEN = {**_DECIMALS, "expected": 1, "excess": 1, "ratio": 1}
HIDDEN = "hidden"  # in place of a sum of which no part is printed
_SIGNIFICANT = 3  # digits of q
_DEGREE_DECIMALS = 6  # about 0.1 m


def hotspots_csv(release: Release) -> bytes:
    r"""Return the list of hot spots as CSV, best rank first: UTF-8, lines ending in ``\n``.

    Text that a spreadsheet would read as a formula is prefixed with a quote; missing is empty.
    """
    rows, columns = hotspot_rows(release), hotspot_columns(release)
    for row in rows:
        if not is_operational(release) and row["incidents"] is None:
            row["incidents"] = HIDDEN
    return csv_bytes(columns, ([row[column] for column in columns] for row in rows))


def districts_csv(release: Release) -> bytes:
    """Return the counts by district as CSV; nothing for the operational audience, which has none.

    A count that is hidden is written in words: fewer than 5.
    """
    if is_release(release).districts is None:
        return b""
    return csv_bytes(PARTNER_DISTRICT_COLUMNS, (row.values() for row in district_rows(release)))


def district_rows(release: Release) -> list[dict[str, Any]]:
    """Return counts by district as plain rows; a hidden count is its words."""
    districts = is_release(release).districts
    if districts is None:
        return []
    table = check_columns(districts, PARTNER_DISTRICT_COLUMNS, name="districts")
    rows = [
        {column: rounded(row[column], column) for column in PARTNER_DISTRICT_COLUMNS}
        for row in table.to_dict("records")
    ]
    return [
        {**row, "incidents": row["shown"] if row["incidents"] is None else row["incidents"]}
        for row in rows
    ]


def is_operational(release: Release) -> bool:
    """Tell whether a release is for the operational audience: full counts, every column."""
    return is_release(release).audience == "operational"


def hotspot_columns(release: Release) -> tuple[str, ...]:
    """Return the columns of a release's list of hot spots."""
    return tuple(HOTSPOT_COLUMNS if is_operational(release) else PARTNER_HOTSPOT_COLUMNS)


def hotspots_geojson(release: Release) -> bytes:
    """Return the outlines of hot spots as GeoJSON (RFC 7946), with the columns as properties."""
    rows = hotspot_rows(release)
    outlines = hotspot_outlines(release)
    features = [
        {
            "type": "Feature",
            "geometry": _multipolygon(outlines.get(row["hotspot_id"], [])),
            "properties": row,
        }
        for row in rows
    ]
    content = {"type": "FeatureCollection", **said_of(release), "features": features}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def cells_parquet(release: Release) -> bytes:
    """Return every cell of the study area as Parquet, at full precision.

    The file's metadata carries the members of :func:`said_of` under the key ``mapper``.
    """
    contract = CELL_COLUMNS if is_operational(release) else PARTNER_CELL_COLUMNS
    cells = check_columns(release.cells, contract, name="cells")
    return parquet_bytes(with_hex_id(cells), said=said_of(release))


def with_hex_id(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose H3 cells stand once more as ``hex_id``, as kepler.gl calls them."""
    if "cell" not in table or "hex_id" in table:
        return table
    shown = table.copy(deep=False)
    shown.insert(list(table.columns).index("cell") + 1, "hex_id", table["cell"])
    return shown


def parquet_bytes(frame: pd.DataFrame, *, said: Mapping[str, Any]) -> bytes:
    """Return a table as Parquet at full precision, with what it says of itself as metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    words = json.dumps(said, ensure_ascii=False).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"mapper": words})
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def hotspot_rows(release: Release, *, on_screen: bool = False) -> list[dict[str, Any]]:
    """Return hot spots as plain rows, rounded for reading; a missing value is ``None``.

    Parameters
    ----------
    on_screen
        Round to the one decimal that screens and reasons show. Rounding the file's two decimals
        once more would print 8.2 beside a reason that says 8.3. The busiest cells are called by
        their main streets; of a release without streets their counts alone are told.
    """
    contract = HOTSPOT_COLUMNS if is_operational(release) else PARTNER_HOTSPOT_COLUMNS
    hotspots = check_columns(release.hotspots, contract, name="hot spots")
    rows = [
        {column: rounded(row[column], column, on_screen=on_screen) for column in contract}
        for row in hotspots.to_dict("records")
    ]
    if on_screen:
        street = None if release.streets is None else main_streets(release)
        for row in rows:
            row["busiest"] = _for_reading(row["busiest"], street)
    return rows


def main_streets(release: Release) -> Mapping[str, str]:
    """Return the street that holds most incidents of each cell; none for other audiences."""
    if release.streets is None:
        return {}
    first = release.streets.drop_duplicates("cell")
    return dict(zip(first["cell"].tolist(), first["street"].tolist(), strict=True))


def _for_reading(busiest: str, street: Mapping[str, str] | None) -> str:
    """Return busiest cells, as :func:`busiest_cells` tells them, each by its street, not its id."""
    told = [part.partition(": ") for part in busiest.split("; ") if part]
    if street is None:
        return "; ".join(rest for _, _, rest in told)
    return "; ".join(f"{street.get(cell, 'no street named')}: {rest}" for cell, _, rest in told)


def busiest_words(row: Mapping[str, Any]) -> str:
    """Return the busiest cells of a hot spot's row in words; nothing where none is told."""
    return f"Busiest cells: {row['busiest']}" if row["busiest"] else ""


def hotspot_outlines(release: Release) -> dict[str, list[list[Ring]]]:
    """Return the outline of each hot spot, dissolved from its cells, by id.

    Each outline is a list of polygons of rings of (lon, lat), shells anticlockwise.
    """
    cells = is_release(release).cells
    inside = cells.loc[cells["hotspot_id"] != "", ["cell", "hotspot_id"]]
    return {
        str(hotspot): cells_to_outline(strings_to_cells(group.to_numpy(dtype=object)))
        for hotspot, group in inside.groupby("hotspot_id", sort=True)["cell"]
    }


def rounded(value: Any, column: str, *, on_screen: bool = False) -> Any:
    """Return one value as a plain Python one, rounded for reading; missing becomes ``None``."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    if column == "q":
        return float(f"{value:.{_SIGNIFICANT}g}")
    if column in _DECIMALS:
        decimals = (_ON_SCREEN if on_screen else _DECIMALS)[column]
        number = round(float(value), decimals)
        return number if math.isfinite(number) else None
    return int(value)


def csv_bytes(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    r"""Return rows as CSV: UTF-8, lines ending in ``\n``, ``None`` left empty, full precision.

    It begins with the mark of UTF-8, without which Excel shows Welsh letters wrong.
    Text that a spreadsheet would read as a formula is prefixed with a quote.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([spreadsheet_text(str(name)) for name in columns])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return BOM_UTF8 + file.getvalue().encode()


def _csv_cell(value: Any) -> Any:
    """Return one value as the CSV writer takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return spreadsheet_text(value) if isinstance(value, str) else value


def _multipolygon(polygons: list[list[Ring]]) -> dict[str, Any]:
    """Return polygons as a GeoJSON geometry with 6 decimals."""
    return {
        "type": "MultiPolygon",
        "coordinates": [
            [
                [[round(lon, _DEGREE_DECIMALS), round(lat, _DEGREE_DECIMALS)] for lon, lat in ring]
                for ring in polygon
            ]
            for polygon in polygons
        ],
    }
