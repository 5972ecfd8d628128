"""Where a postcode lies, from a directory as it is published: a file, a folder or a zip of CSV.

Known are the ONS Postcode Directory and the National Statistics Postcode Lookup (``pcds`` or
``pcd7`` with ``lat`` and ``long``), Code-Point Open (no header: postcode, quality, easting,
northing), and any CSV with a column of postcodes and longitude and latitude or easting and
northing. A postcode is one point for some fifteen homes: its incidents stand together there.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from mapper.base.errors import InputError
from mapper.base.files import read_regular
from mapper.base.types import Floats
from mapper.incidents import limits
from mapper.incidents.archive import open_archive
from mapper.incidents.coordinates import grid_to_degrees, in_area
from mapper.incidents.encoding import check_lines, pieces

_NAMES = ("pcds", "pcd", "pcd7", "pcd8", "pcd2", "postcode")
_DEGREES = (("long", "lat"), ("lon", "lat"), ("longitude", "latitude"))
_METRES = (("oseast1m", "osnrth1m"), ("eastings", "northings"), ("easting", "northing"), ("e", "n"))
_CODE_POINT = ("postcode", "quality", "eastings", "northings")  # the header that is not there
POSTCODE = re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}")


@dataclass(frozen=True, eq=False)
class Postcodes:
    """Postcodes in plain letters, and the degrees where they lie."""

    name: str
    codes: pa.Array  # SW1A1AA
    lon: Floats
    lat: Floats

    def find(self, asked: pa.Array) -> tuple[Floats, Floats]:
        """Return the degrees of each postcode as people write it; NaN where it is not known."""
        at = pc.index_in(plain_codes(asked.cast(pa.string())), value_set=self.codes)
        known = at.is_valid().to_numpy(zero_copy_only=False)
        where = pc.fill_null(at, 0).to_numpy(zero_copy_only=False)
        nowhere = np.full(len(asked), np.nan)
        if not len(self.codes):
            return nowhere, nowhere
        return np.where(known, self.lon[where], np.nan), np.where(known, self.lat[where], np.nan)


def plain_codes(texts: pa.Array) -> pa.Array:
    """Return postcodes without spaces, in capitals."""
    return pc.replace_substring_regex(pc.utf8_upper(texts), r"[^A-Z0-9]", "")


@cache
def load_postcodes(path: Path) -> Postcodes:
    """Read a directory of postcodes, once for a run.

    Raises
    ------
    InputError
        When it cannot be read, or no file of it holds postcodes with their places.
    """
    try:
        parts = [part for data in _files(path) if (part := _part(data, path.name)) is not None]
    except (OSError, pa.ArrowException, UnicodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(
            f"{path}: cannot be read as a directory of postcodes ({why}). Give the ONS Postcode"
            " Directory or Code-Point Open as published."
        ) from None
    if not parts:
        raise InputError(
            f"{path}: holds no table of postcodes with longitude and latitude, or easting and"
            " northing. Give the ONS Postcode Directory or Code-Point Open as published."
        )
    codes = pa.concat_arrays([part[0] for part in parts])
    lon, lat = (np.concatenate([part[at] for part in parts]) for at in (1, 2))
    good = in_area(lon, lat)  # the directory says 99.999999 of a postcode without a place
    return Postcodes(path.name, codes.filter(pa.array(good)), lon[good], lat[good])


def _files(path: Path) -> Iterator[bytes]:
    """Yield the bytes of each CSV file, in order."""
    if path.is_dir():
        for one in sorted(path.rglob("*.csv")):
            yield read_regular(one, at_most=limits.MAX_FILE_BYTES)
    elif path.suffix.lower() == ".zip":
        archive = open_archive(path)
        with archive.zip:
            for name in sorted(archive.members):
                if name.lower().endswith(".csv"):
                    yield archive.read(name)
    else:
        yield read_regular(path, at_most=limits.MAX_FILE_BYTES)


def _part(data: bytes, name: str) -> tuple[pa.Array, Floats, Floats] | None:
    """Return postcodes and degrees of one file; nothing where it is another table."""
    for _ in check_lines(pieces(io.BytesIO(data)), name=name):
        pass
    first = data[:10_000].splitlines()[0].decode("utf-8-sig", "replace") if data else ""
    header = [title.strip().strip('"').lower() for title in first.split(",")]
    headless = POSTCODE.fullmatch(header[0]) is not None
    if headless:
        header = [*_CODE_POINT, *(f"other {at}" for at in range(len(header) - len(_CODE_POINT)))]
    code = next((title for title in _NAMES if title in header), "")
    pair = next((two for two in (*_DEGREES, *_METRES) if set(two) <= set(header)), None)
    if not code or pair is None:
        return None
    table = pacsv.read_csv(
        io.BytesIO(data),
        read_options=pacsv.ReadOptions(column_names=header, skip_rows=0 if headless else 1),
        convert_options=pacsv.ConvertOptions(
            include_columns=[code, *pair],
            column_types={code: pa.string(), **dict.fromkeys(pair, pa.float64())},
        ),
    ).combine_chunks()
    held = table.filter(pc.is_valid(table.column(code))).combine_chunks()
    codes = plain_codes(pa.concat_arrays(held.column(code).chunks or [pa.array([], pa.string())]))
    x, y = (np.asarray(held.column(one).to_numpy(), dtype=np.float64) for one in pair)
    return codes, *((x, y) if pair in _DEGREES else grid_to_degrees(x, y))
