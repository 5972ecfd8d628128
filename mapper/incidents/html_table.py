"""Tables of web pages and of the XML that Excel 2003 wrote, often saved under the name .xls.

Python's own parser reads both; nothing in them is run, fetched or expanded.
"""

from html.parser import HTMLParser

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.encoding import to_utf8

_ROWS, _CELLS = ("tr", "row"), ("td", "th", "cell")
_MOST_SPAN = 1_000
_CELLS_FIRST = 100_000  # cells that any page may have; merged ones stand for many, so they count


def is_markup(data: bytes) -> bool:
    """Return whether bytes begin as a page or XML with a table does."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith(b"<") and (b"<table" in data.lower() or b"<workbook" in head)


def html_cells(data: bytes, *, name: str) -> pa.Table:
    """Return the largest table of a page as text columns.

    Raises
    ------
    InputError
        When it holds no table.
    """
    parser = _Tables(name, most=_CELLS_FIRST + len(data))
    parser.feed(to_utf8(data, name=name)[0].decode())
    parser.close()
    tables = [table for table in parser.tables if table]
    if not tables:
        raise InputError(f"{name}: is a web page without a table. Export it as CSV.")
    rows = max(tables, key=lambda table: sum(map(len, table)))
    width = max(map(len, rows))
    if width > limits.MAX_COLUMNS:
        raise InputError(f"{name}: more than {limits.MAX_COLUMNS} columns. Is it a table?")
    columns = [pa.array([row[i] if i < len(row) else "" for row in rows]) for i in range(width)]
    return pa.table(columns, names=[f"c{i}" for i in range(width)])


class _Tables(HTMLParser):
    """Collects the rows of every table, merged cells written out."""

    def __init__(self, name: str, *, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self._name, self._left = name, most
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._down: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, and with what

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, row or cell."""
        told = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag == "table":
            self._end_cell()  # a table inside of it is a table of its own
            self.tables.append([])
            self._down = {}
        elif tag in _ROWS and self.tables:
            self.tables[-1].append([])
            self._fill_down()
        elif tag in _CELLS and self.tables and self.tables[-1]:
            self._end_cell()
            self._cell = []
            across = _whole(told.get("colspan"), 1) + _whole(told.get("mergeacross"), 0)
            down = _whole(told.get("rowspan"), 1) + _whole(told.get("mergedown"), 0)
            self._spans = (across, down)
            row = self.tables[-1][-1]
            gap = max(0, min(_whole(told.get("index"), 0) - 1 - len(row), _MOST_SPAN))
            self._count(gap + across)
            row.extend([""] * gap)
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in (*_CELLS, *_ROWS, "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Keep the text of a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        """Put the cell that is open into its row."""
        if self._cell is None:
            return
        text, self._cell = " ".join("".join(self._cell).split()), None
        row = self.tables[-1][-1]
        across, down = self._spans
        for _ in range(across):
            if down > 1:
                self._down[len(row)] = (down - 1, text)
            row.append(text)
        self._fill_down()

    def _count(self, cells: int) -> None:
        """Refuse a table that merged cells make far larger than its file."""
        self._left -= cells
        if self._left < 0:
            raise InputError(
                f"{self._name}: its merged cells stand for more than a table holds. Export it as"
                " CSV."
            )

    def _fill_down(self) -> None:
        """Put what was merged down from rows above into this one."""
        row = self.tables[-1][-1]
        before = len(row)
        while self._cell is None and (held := self._down.get(len(row))) and self._fresh(len(row)):
            left, text = held
            self._down[len(row)] = (left - 1, text)
            row.append(text)
        self._count(len(row) - before)

    def _fresh(self, column: int) -> bool:
        """Return whether a merged cell still reaches this row, and did not begin in it."""
        return self._down[column][0] > 0


def _whole(text: str | None, otherwise: int) -> int:
    """Return a small whole number."""
    return min(int(text), _MOST_SPAN) if text and text.isdecimal() else otherwise
