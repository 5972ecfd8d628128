"""A document as blocks: one content, printed as PDF, Word or a web page.

Blocks hold plain text; each writer encodes it for its own form. What is shown comes from a
release, whose marking, audience and digest stand on every page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mapper.base.errors import OutputError
from mapper.base.text import count
from mapper.disclosure.release import AnyRelease, is_release
from mapper.incidents.synthetic import SYNTHETIC_NOTICE


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 to 3. The title of the document stands above level 1."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text. ``small`` for sources and caveats, ``strong`` for the one thing to remember."""

    text: str
    style: str = "normal"  # normal, small, strong


@dataclass(frozen=True)
class Bullets:
    """A list of short points."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """Headline figures in a row: each a value, what it is, and a word on how it moved."""

    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with a header row; ``numbers`` are the columns set to the right."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    widths: tuple[float, ...] = ()  # shares of the line; even where not given

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.header)]
        if wrong or (self.widths and len(self.widths) != len(self.header)):
            raise OutputError(
                f"Table “{self.caption}”: {count(len(wrong), 'row does', 'rows do')} not fit its"
                f" {count(len(self.header), 'column')}."
            )


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, with the words that stand for it where it cannot be seen."""

    svg: str
    alt: str
    caption: str = ""
    width: float = 1.0  # share of the line

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise OutputError("A picture needs words that stand for it (alternative text).")


@dataclass(frozen=True)
class PageBreak:
    """The rest starts on a new page."""


Block = Heading | Paragraph | Bullets | Figures | Table | Picture | PageBreak


@dataclass(frozen=True, eq=False)
class Document:
    """What is printed: title, blocks, and the release that all of it comes from."""

    title: str
    subtitle: str
    release: AnyRelease
    blocks: Sequence[Block]
    made_by: str
    made_at: datetime | None = None  # left out where a manifest tells it
    compact: bool = False  # smaller type and margins: one sheet to carry

    def __post_init__(self) -> None:
        is_release(self.release, AnyRelease)

    @property
    def marking(self) -> str:
        """Marking in capitals, top and bottom of every page."""
        return self.release.marking

    @property
    def stamp(self) -> datetime:
        """When the properties of a file say that it was made."""
        return self.made_at or datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def made(self) -> str:
        """Who may see it, who made it and when, in one line."""
        if self.made_at is None:
            return f"For the {self.release.audience} audience."
        day = f"{self.made_at.day} {self.made_at:%B %Y, %H:%M}"
        by = f" by {self.made_by}" if self.made_by else ""
        return f"For the {self.release.audience} audience. Made {day}{by}."

    @property
    def warning(self) -> str:
        """What stands under the title of a document of invented data, else nothing."""
        return SYNTHETIC_NOTICE if self.release.synthetic else ""
