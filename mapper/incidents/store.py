"""Files that lie in an object store, by addresses such as ``s3://bucket/2022-06/``.

No request leaves the machine unless whoever runs the installation names the kinds of stores that
may be asked (``MAPPER_STORES``), and where they are. What is fetched lies in a temporary folder
while it is read, as any other file. Who asks, and with which secret, is part of the settings and
never of an address, so that nothing that is shown, kept or logged can hold it.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from mapper.base.errors import InputError
from mapper.base.lazy import Lazy
from mapper.base.settings import settings
from mapper.base.text import shown_name
from mapper.incidents import limits
from mapper.incidents.source import is_address

_fsspec: Any = Lazy("fsspec")

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
_SHOWN = 300  # characters of an address in messages
_STEP = 8 * 1024**2  # bytes that are fetched at a time
_LONGEST = 200  # characters of one part of an object's name
_SPARE = 1.05  # of the disk that what is fetched needs


@dataclass(frozen=True)
class StoredFile:
    """One object of a store."""

    address: str  # s3://bucket/key
    size: int  # bytes

    @property
    def key(self) -> PurePosixPath:
        """Where it lies in its store, as a path."""
        return PurePosixPath(_parted(self.address)[1])


def is_stored(told: object) -> bool:
    """Tell whether something that a user gave is the address of a store."""
    return isinstance(told, str) and _ADDRESS.fullmatch(told) is not None and not is_address(told)


def _parted(address: str) -> tuple[str, str]:
    found = _ADDRESS.fullmatch(address)
    assert found is not None  # noqa: S101 - whoever asks has looked
    return found[1], found[2]


def stored_files(address: str) -> list[StoredFile]:
    """Return the objects of an address: one, those of a pattern, or those of a folder.

    Raises
    ------
    InputError
        When stores of this kind may not be asked, nothing lies there, or nothing answers.
    """
    kind, place = _parted(address)
    files = _store(address)
    with _asked(address):
        if any(mark in place for mark in "*?["):
            found = files.glob(place, detail=True)
        elif files.isdir(place):
            found = files.find(place, detail=True)
        else:
            found = {place: files.info(place)} if files.exists(place) else {}
    objects = sorted((name, told["size"]) for name, told in found.items() if told["type"] == "file")
    if not objects:
        raise InputError(
            f"{_shown(address)}: nothing lies there. Check the spelling, and that the"
            " installation's key may list it."
        )
    if len(objects) > limits.MAX_FILES:
        raise InputError(
            f"{_shown(address)}: {len(objects)} objects, more than {limits.MAX_FILES}. Give fewer"
            " at once."
        )
    return [StoredFile(f"{kind}://{name}", int(size)) for name, size in objects]


def _shown(address: str) -> str:
    return shown_name(address, _SHOWN)


def _store(address: str) -> Any:
    """Return what reads a store, as the settings say that it may be read."""
    kind, place = _parted(address)
    held, shown = settings(), _shown(address)
    if kind not in held.stores:
        raise InputError(
            f"{shown}: lies in a store, and this installation asks none of the kind {kind}. Whoever"
            f" runs it may set MAPPER_STORES={kind}; or copy the files here and give those."
        )
    if "::" in address or "@" in place.partition("/")[0]:
        raise InputError(
            f"{kind}://…: an address names a store and what lies in it, no other store inside and"
            " nobody's name or secret. Put the secret into MAPPER_STORE_KEY and"
            " MAPPER_STORE_SECRET, and leave it out here."
        )
    if find_spec("fsspec") is None or (kind == "s3" and find_spec("s3fs") is None):
        raise InputError(f"{shown}: needs fsspec and s3fs: pip install 'mapper[store]'.")
    try:
        return _fsspec.filesystem(kind, **(_s3_options() if kind == "s3" else {}))
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{shown}: stores of the kind {kind} are not known here ({type(error).__name__})."
        ) from error


def _s3_options() -> dict[str, Any]:
    """Return how S3 is asked: where, and as whom."""
    held, told = settings(), dict[str, Any]()
    if held.store_endpoint:
        told["endpoint_url"] = held.store_endpoint
    if key := held.store_key.get_secret_value():
        told |= {"key": key, "secret": held.store_secret.get_secret_value()}
    return {**told, "use_listings_cache": False}


@contextmanager
def _asked(address: str) -> Iterator[None]:
    """Say in one message what a store refuses; its own words may hold what nobody should see."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{_shown(address)}: the store refuses it or does not answer ({type(error).__name__})."
            " Check MAPPER_STORE_ENDPOINT, MAPPER_STORE_KEY and MAPPER_STORE_SECRET."
        ) from error


def fetch(one: StoredFile, path: Path) -> None:
    """Write an object to a new file, some bytes at a time.

    Raises
    ------
    InputError
        When it cannot be fetched, or is of another length than was listed.
    """
    files, place, left = _store(one.address), _parted(one.address)[1], one.size
    path.parent.mkdir(parents=True, exist_ok=True)
    with _asked(one.address), files.open(place, "rb", cache_type="none") as source:
        with path.open("xb") as target:
            while left > 0 and (part := source.read(min(_STEP, left))):
                target.write(part)
                left -= len(part)
        grown = bool(source.read(1)) if not left else False
    if left or grown:
        raise InputError(f"{_shown(one.address)}: was changed while it was fetched. Start again.")


def fetched_part(one: StoredFile, first: int, size: int) -> bytes:
    """Return some bytes of an object.

    Raises
    ------
    InputError
        When they cannot be fetched.
    """
    files, place = _store(one.address), _parted(one.address)[1]
    with _asked(one.address):
        return bytes(files.cat_file(place, start=first, end=first + size))


@contextmanager
def fetched(found: Sequence[StoredFile]) -> Iterator[Path]:
    """Give a folder with objects under the names that they have in their store; it goes again.

    Raises
    ------
    InputError
        When one cannot be fetched, has a name that no file takes, or the disk has no room.
    """
    with TemporaryDirectory(prefix="mapper-") as temporary:
        folder = Path(temporary)
        _check_room(folder, found)
        for one in found:
            fetch(one, local_path(folder, one))
        yield folder


def local_path(folder: Path, one: StoredFile) -> Path:
    """Return where in a folder an object is put.

    Raises
    ------
    InputError
        When its name would lead out of the folder, or no file can have it.
    """
    parts = _parted(one.address)[1].split("/")
    if any(part in {"", ".", ".."} or len(part) > _LONGEST or "\0" in part for part in parts):
        raise InputError(
            f"{_shown(one.address)}: has a name that no file can have. Rename it in its store."
        )
    return folder.joinpath(*parts)


def _check_room(folder: Path, found: Sequence[StoredFile]) -> None:
    """Refuse to fetch what the disk cannot hold."""
    needed, free = sum(one.size for one in found) * _SPARE, shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{needed / 1e9:,.1f} GB are to be fetched, and {free / 1e9:,.1f} GB are free in"
            f" {folder}. Give a part of it at a time, or set TMPDIR to a disk with room."
        )
