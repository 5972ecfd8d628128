"""Tracks of GPX files as a table of latitude, longitude and time; names in them are never read.

Python's own parser reads them; nothing in them is fetched or expanded.
"""

from html.parser import HTMLParser

import pyarrow as pa

from mapper.incidents.encoding import to_utf8

COLUMNS = ("latitude", "longitude", "time")
_POINTS = ("trkpt", "wpt", "rtept")


def is_gpx(data: bytes) -> bool:
    """Return whether bytes begin as a GPX file does."""
    return b"<gpx" in data[:2048].lower()


def gpx_cells(data: bytes, *, name: str) -> pa.Table:
    """Return the points of a GPX file as text columns below a header.

    Raises
    ------
    InputError
        When it is not text.
    """
    parser = _Points()
    parser.feed(to_utf8(data, name=name)[0].decode())
    parser.close()
    columns = list(zip(*parser.points, strict=True)) or [()] * len(COLUMNS)
    return pa.table(
        {
            f"c{at}": pa.array([title, *values], pa.string())
            for at, (title, values) in enumerate(zip(COLUMNS, columns, strict=True))
        }
    )


class _Points(HTMLParser):
    """Collects place and time of every point."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.points: list[tuple[str, str, str]] = []
        self._here: tuple[str, str] | None = None
        self._time: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a point, or the time of one."""
        if tag in _POINTS:
            told = {name: value or "" for name, value in attrs}
            self._here = (told.get("lat", ""), told.get("lon", ""))
        elif tag == "time" and self._here is not None:
            self._time = []

    def handle_data(self, data: str) -> None:
        """Keep the text of a time."""
        if self._time is not None:
            self._time.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a point, or the time of one."""
        if self._here is None:
            return
        if tag == "time" and self._time is not None:
            self.points.append((*self._here, "".join(self._time).strip()))
            self._time = None
        elif tag in _POINTS:
            self._here = None
