"""A table that says what incidents are expected to follow: workers, visitors, any count of places.

A CSV file with one row for each place, which is named by an H3 cell (``cell``), an LSOA code
(``lsoa`` or ``LSOA11CD``), a ward (``ward``, and ``district`` where two share its name) or a point
(``lon`` and ``lat``; for a scan also ``x`` and ``y`` in metres), and columns of numbers of 0 or
more. An LSOA or a ward is spread over its cells by area; a cell of an LSOA or ward that the table
does not name is not known, while a cell without a point has none.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.errors import AreaError
from mapper.base.files import read_regular
from mapper.base.tables import MOST_COLUMNS, is_too_wide
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import cells_to_points, cells_to_strings, points_to_cells

MAX_BYTES = 50_000_000
_POINT = (("lon", "longitude"), ("lat", "latitude"))
_PLANE = (("x", "easting"), ("y", "northing"))
_LSOA = ("lsoa", "lsoacode", "lsoacd", "lsoa11cd", "lsoa11code", "lsoa21cd", "lsoa21code")
_PLACES = frozenset(
    ("cell", "ward", "district", *_LSOA, *_POINT[0], *_POINT[1], *_PLANE[0], *_PLANE[1])
)


@dataclass(frozen=True)
class BaseTable:
    """A table of places with numbers; equal where it is the same file."""

    name: str  # of the file
    sha256: str
    rows: pd.DataFrame = field(compare=False, repr=False)  # as text

    @property
    def columns(self) -> list[str]:
        """Return the columns of numbers that name no place."""
        return [
            str(name)
            for name in self.rows.columns
            if _plain(name) not in _PLACES
            and pd.to_numeric(self.rows[name], errors="coerce").notna().any()
        ]

    def column(self, asked: str) -> str:
        """Return the column of numbers asked for, or the only one.

        Raises
        ------
        AreaError
            Naming the columns of numbers, when there is no such column or more than one.
        """
        numbers = self.columns
        found = [name for name in numbers if name == asked] if asked else numbers
        if len(found) != 1:
            raise AreaError(
                f"{self.name}: has {len(found)} columns “{asked or 'of numbers'}”; its columns of"
                f" numbers are {', '.join(numbers) or 'none'}. Name one of them."
            )
        return found[0]

    def by_cell(self, area: StudyArea, column: str) -> tuple[Floats, int]:
        """Return the numbers of a column by cell, missing where not known, and rows not placed.

        Raises
        ------
        AreaError
            When no column names places, a value is no number of 0 or more, or nothing is placed.
        """
        values = self.numbers(column)
        places, of_cell, known = self._places(area)
        sums = pd.Series(values).groupby(places).sum()
        if not sums.reindex(of_cell.unique()).sum() > 0:
            raise AreaError(f"{self.name}: no row of column {column} lies in {area.title}.")
        size = area.cells["area_km2"]
        share = size / size.groupby(of_cell).transform("sum")
        spread = (of_cell.map(sums) * share).to_numpy(dtype=np.float64)
        lost = int((~pd.Series(places).isin(of_cell)).sum())
        return (spread if known else np.nan_to_num(spread)), lost

    def numbers(self, column: str) -> Floats:
        """Return a column of numbers of 0 or more.

        Raises
        ------
        AreaError
            When a value is none.
        """
        return self._checked(column, least=0.0)

    def points(self, area: StudyArea) -> tuple[Floats, Floats, bool]:
        """Return the point of each row, and whether it is in metres on a plane, not degrees.

        A cell, an LSOA or a ward stands at the mean of the middles of its cells.

        Raises
        ------
        AreaError
            When no column names places, or a row is at none.
        """
        columns = {_plain(name): str(name) for name in self.rows.columns}
        for metres, pair in ((True, _PLANE), (False, _POINT)):
            first, second = (_first(columns, names) for names in pair)
            if first and second:
                return self._checked(first), self._checked(second), metres
        names, of_cell, _ = self._places(area)
        lon, lat = cells_to_points(area.cells["cell"].to_numpy())
        middles = pd.DataFrame({"lon": lon, "lat": lat}).groupby(of_cell.to_numpy()).mean()
        found = middles.reindex(names)
        if lost := int(found["lon"].isna().sum()):
            first_lost = int(found["lon"].isna().to_numpy().argmax()) + 2
            raise AreaError(
                f"{self.name}: {lost:,} rows name no place of {area.title}, first row {first_lost}."
                " Leave them out, or choose their area."
            )
        return found["lon"].to_numpy(), found["lat"].to_numpy(), False

    def same_places(self) -> tuple[Integers, Integers]:
        """Return the number of each row's place, and the first row of each place.

        Rows are of one place where all columns that name one agree.

        Raises
        ------
        AreaError
            When no column names places.
        """
        naming = [name for name in self.rows.columns if _plain(name) in {*_PLACES, "place"}]
        if not naming:
            raise AreaError(f"{self.name}: no column names places. Name one lon and lat, or cell.")
        told = self.rows[naming].apply(lambda column: column.str.strip())
        place = told.groupby(naming, sort=False, dropna=False).ngroup().to_numpy(dtype=np.int64)
        return place, np.unique(place, return_index=True)[1]

    def _checked(self, column: str, *, least: float = -np.inf) -> Floats:
        """Return a column of numbers, each of at least so much."""
        values = pd.to_numeric(self.rows[column], errors="coerce").to_numpy(dtype=np.float64)
        wrong = ~(np.isfinite(values) & (values >= least))
        if wrong.any():
            kind = "number of 0 or more" if least == 0 else "number"
            raise AreaError(
                f"{self.name}: {int(wrong.sum()):,} values of column {column} are no {kind}, first"
                f" in row {int(wrong.argmax()) + 2}. Correct them."
            )
        return values

    def _places(self, area: StudyArea) -> tuple["pd.Series[str]", "pd.Series[str]", bool]:
        """Return places of rows and of cells, and whether one not named is unknown."""
        columns = {_plain(name): str(name) for name in self.rows.columns}
        cells = pd.Series(cells_to_strings(area.cells["cell"].to_numpy()), dtype="str")
        if "cell" in columns:
            return self.rows[columns["cell"]].str.strip(), cells, False
        lon, lat = (_first(columns, names) for names in _POINT)
        if lon and lat:
            degrees = (
                pd.to_numeric(self.rows[name], errors="coerce").fillna(0).to_numpy(np.float64)
                for name in (lon, lat)
            )
            found = points_to_cells(*degrees, resolution=area.resolution)
            return pd.Series(cells_to_strings(found), dtype="str"), cells, False
        if "ward" in columns:
            both = "district" in columns
            rows, told = self.rows, area.cells[["ward", "district"]].astype("str")
            names = rows[columns["ward"]].str.strip()
            if both:
                names = names + ", " + rows[columns["district"]].str.strip()
                return names, told["ward"] + ", " + told["district"], True
            return names, told["ward"], True
        code = _first(columns, _LSOA)
        if code:
            return self.rows[code].str.strip(), area.cells["lsoa"].astype("str"), True
        raise AreaError(
            f"{self.name}: no column names places (columns: {', '.join(columns)}). Name one cell,"
            " lsoa or ward, or two lon and lat."
        )


def _plain(name: object) -> str:
    """Return a column's name in small letters and digits alone."""
    return "".join(letter for letter in str(name).casefold() if letter.isalnum())


def _first(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    """Return the column of the first plain name that there is."""
    return next((columns[name] for name in names if name in columns), None)


def read_base_table(path: Path, content: str | None = None) -> BaseTable:
    """Read a table of places with numbers.

    Parameters
    ----------
    content
        What the file holds, where it was not read from the path.

    Raises
    ------
    AreaError
        When it cannot be read as CSV, or is far larger than such a table.
    """
    try:
        if content is None and path.stat().st_size > MAX_BYTES:
            raise AreaError(
                f"{path.name}: is more than {MAX_BYTES / 1e6:.0f} MB. Leave out the columns and"
                " places that are not needed."
            )
        data = read_regular(path, at_most=MAX_BYTES) if content is None else content.encode()
        if is_too_wide(data):
            raise AreaError(
                f"{path.name}: has over {MOST_COLUMNS:,} columns. Leave out those not needed."
            )
        rows = pd.read_csv(io.BytesIO(data), dtype="str", index_col=False, encoding="utf-8-sig")
    except OSError as error:
        raise AreaError(
            f"{path.name}: cannot be read ({error.strerror}). Check the path."
        ) from error
    except (ValueError, pd.errors.ParserWarning) as error:
        raise AreaError(f"{path.name}: cannot be read as CSV. Save it as UTF-8 CSV.") from error
    return BaseTable(name=path.name, sha256=hashlib.sha256(data).hexdigest(), rows=rows)
