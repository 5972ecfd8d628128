"""A background of streets under the cells, if the force provides one: off unless asked for.

Three kinds, each a choice of the installation and then of the person at the screen. One PMTiles
file on the server's disk tells nobody anything. Tiles of an internal address tell that server
which places are looked at; OpenStreetMap's tiles tell strangers the same. Only the map inside the
app can have one: files that leave never do.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from mapper.areas.background import background_path
from mapper.areas.ground import LAYERS
from mapper.areas.stored import installed_table
from mapper.base.errors import InputError
from mapper.base.files import open_regular
from mapper.base.json_text import json_of
from mapper.base.settings import settings
from mapper.disclosure.backdrop import Backdrop

Kind = Literal["file", "address", "openstreetmap"]

OPENSTREETMAP = "openstreetmap"
_OSM_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_OSM_CREDIT = "© OpenStreetMap contributors"
_HEADER = 127  # bytes of a PMTiles header, version 3
_IMAGES = {2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
_PLAIN, _GZIP = 1, 2
_OF_GZIP = 31  # how zlib is told of the wrapping of gzip
_VECTOR = 1  # the kind of tile that holds shapes
_LONGEST = 1_000_000  # bytes of a file's words about itself
_CREDIT = 300  # characters of it
_DEEPEST = 19
_SAFE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/@{}=?&-]*)")


@dataclass(frozen=True)
class Basemap:
    """Where a background comes from."""

    kind: Kind
    title: str  # for people: Streets from a file of this installation
    url: str = ""  # with {z}, {x} and {y}; empty for a file
    credit: str = ""
    shallowest: int = 0
    deepest: int = _DEEPEST
    image: str = ""  # kind of picture in a file
    vector: bool = False  # a file of shapes, drawn by this program's own style
    path: Path | None = None

    @property
    def source(self) -> str:
        """What a content security policy lets pictures come from: exactly this one place."""
        if self.vector:
            return ""  # shapes are painted: there is no picture
        if self.kind == "file":
            return "blob:"  # the page around hands the tiles over; the map asks nobody
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def key(self) -> str:
        """Tell finished maps over different backgrounds apart."""
        return f"{self.kind} {self.url} {self.path or ''} {self.credit}"

    def told(self, seen: Backdrop) -> dict[str, object]:
        """Return what the map's script needs to know; ``seen`` is what may be drawn of it."""
        return {
            "url": self.url,
            "credit": self.credit,
            "from": min(self.shallowest, seen.closest),
            "to": self.deepest if self.vector else min(self.deepest, seen.closest),
            "image": self.image,
            "layers": list(seen.layers) if self.vector else None,
        }


def basemap_of(given: str, *, credit: str = "") -> Basemap | None:
    """Return the background that the settings name, none where they name none.

    Parameters
    ----------
    given
        Path of a PMTiles file, address of tiles with ``{z}``, ``{x}`` and ``{y}``, or
        ``openstreetmap``.
    credit
        Whom to name on the map.

    Raises
    ------
    InputError
        When it is none of these, or the file cannot be drawn.
    """
    given = given.strip()
    if not given:
        return None
    if given.lower() == OPENSTREETMAP:
        return Basemap("openstreetmap", "OpenStreetMap", _OSM_TILES, _OSM_CREDIT)
    if "://" in given:
        return _of_address(given, credit)
    return _of_file(Path(given), credit)


def installed_basemap() -> Basemap | None:
    """Return the installation's own background: what is set, else what was made for its area.

    Raises
    ------
    MapperError
        When the setting or the file cannot be used.
    """
    now = settings()
    kept = background_path(installed_table().stem)
    given = now.basemap or (str(kept) if kept.is_file() else "")
    return basemap_of(given, credit=now.basemap_credit)


def paper_ground(given: Path | None = None) -> Path | None:
    """Return the vector tiles that maps on paper are drawn over, if there are any.

    Parameters
    ----------
    given
        A file to take; the installation's own background if left out.

    Raises
    ------
    InputError
        When the file given cannot be drawn on paper.
    """
    found = installed_basemap() if given is None else _of_file(given, "")
    if given is not None and found is not None and not found.vector:
        raise InputError(
            f"{given.name} holds pictures, which no map on paper is drawn over. Give vector tiles:"
            " mapper area background makes them."
        )
    return found.path if found is not None and found.vector else None


def credit_of(ground: Path) -> str:
    """Return whom a map on paper has to name for its ground."""
    return _of_file(ground, settings().basemap_credit).credit


def _of_address(url: str, credit: str) -> Basemap:
    """Return tiles of an internal address."""
    wanted = all(url.count(part) == 1 for part in ("{z}", "{x}", "{y}"))
    if not wanted or not _SAFE.fullmatch(url) or "{" in urlsplit(url).netloc:
        raise InputError(
            "MAPPER_BASEMAP is no address of tiles. It needs one host and {z}, {x} and {y} in its"
            " path: https://tiles.internal/{z}/{x}/{y}.png"
        )
    return Basemap("address", f"Tiles from {urlsplit(url).netloc}", url, credit)


def _of_file(path: Path, credit: str) -> Basemap:
    """Return the tiles of one PMTiles file."""
    try:
        with open_regular(path) as file:
            head = file.read(_HEADER)
            size = file.seek(0, 2)
    except OSError as error:
        raise InputError(
            f"MAPPER_BASEMAP: {path.name} cannot be read ({error.strerror})."
        ) from None
    if len(head) < _HEADER or head[:7] != b"PMTiles" or head[7] != 3:  # noqa: PLR2004 - the version
        raise InputError(f"MAPPER_BASEMAP: {path.name} is no PMTiles file of version 3.")
    directories, tiles, kind, low, high = struct.unpack("5B", head[97:102])
    packed = {0, _PLAIN, _GZIP} if kind == _VECTOR else {0, _PLAIN}
    if kind not in {_VECTOR, *_IMAGES} or directories not in {_PLAIN, _GZIP} or tiles not in packed:
        raise InputError(
            f"MAPPER_BASEMAP: {path.name} holds no tiles that a browser draws. Make one with mapper"
            " area background, or give a PMTiles file of PNG, JPEG or WebP tiles (directories plain"
            " or gzip)."
        )
    begin, length = struct.unpack("<2Q", head[56:72])
    if begin + length > size:
        raise InputError(
            f"MAPPER_BASEMAP: {path.name} is cut short: {size:,} bytes of"
            f" {begin + length:,}. Copy it again."
        )
    words = _words_of(path, head, packed=directories == _GZIP)
    if kind == _VECTOR and not {str(one.get("id")) for one in words[1]} & set(LAYERS):
        raise InputError(
            f"MAPPER_BASEMAP: {path.name} holds vector tiles of another scheme. Make one of it that"
            f" maps can draw: mapper area background {path.name}"
        )
    return Basemap(
        kind="file",
        title="Streets from a file here",
        credit=credit or words[0],
        shallowest=low,
        deepest=high,
        image=_IMAGES.get(kind, ""),
        vector=kind == _VECTOR,
        path=path,
    )


def _words_of(path: Path, head: bytes, *, packed: bool) -> tuple[str, list[dict[str, object]]]:
    """Return whom a file names and the layers it says it holds; nothing where it says nothing."""
    begin, length = struct.unpack("<2Q", head[24:40])
    try:
        with open_regular(path) as file:
            file.seek(begin)
            text = file.read(min(length, _LONGEST))
        if packed:  # never more than a description needs, whatever it would unpack to
            text = zlib.decompressobj(wbits=_OF_GZIP).decompress(text, _LONGEST)
        said = json_of(text)
        credit, layers = said.get("attribution", ""), said.get("vector_layers", [])
        return str(credit)[:_CREDIT], [dict(one) for one in layers]
    except (OSError, OverflowError, zlib.error, ValueError, AttributeError, TypeError):
        return "", []
