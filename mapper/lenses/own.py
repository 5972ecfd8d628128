"""Lenses that people make: a copy edited, checked as it is typed, saved as a file of its own.

A lens that comes with mapper is never written over, and neither is a file that is there already: a
changed lens gets another id, so a result's title always means what it said.
"""

import tempfile
import tomllib
from pathlib import Path

from mapper.base.errors import LensError
from mapper.base.files import write_whole
from mapper.lenses.lens import Lens
from mapper.lenses.lens_file import ID, read_lens_file
from mapper.lenses.load import SHIPPED, load_lens, own_folder, shipped_path

LARGEST_FILE = 65_536  # bytes, as every file of TOML that people write


def text_of_lens(lens_id: str) -> str:
    """Return the file of a lens as it stands.

    Raises
    ------
    LensError
        When there is no such lens.
    """
    if lens_id in SHIPPED:
        return shipped_path(lens_id).read_text(encoding="utf-8")
    load_lens(lens_id)  # refuses an unknown id, and an id that would leave the folder
    folder = own_folder()
    assert folder is not None  # noqa: S101 - a lens of one's own was just found in it
    return (folder / f"{lens_id}.toml").read_text(encoding="utf-8")


def copy_of_lens(lens_id: str) -> str:
    """Return the text of a lens under an id of its own, to be edited.

    Raises
    ------
    LensError
        When there is no such lens.
    """
    text = text_of_lens(lens_id)
    return text.replace(f'"{lens_id}"', f'"own-{lens_id}"', 1)


def lens_of_text(text: str) -> Lens:
    """Return the lens that a text describes.

    Raises
    ------
    LensError
        Naming for each fault its line and what to write instead.
    """
    if len(text.encode()) > LARGEST_FILE:
        raise LensError(f"The text is over {LARGEST_FILE:,} bytes. Shorten it.")
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        path = Path(folder) / f"{_id_of(text) or 'lens'}.toml"
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            return read_lens_file(path)
        except LensError as error:
            told = str(error).replace(str(path), "The lens").replace(f"{folder}/", "")
            raise LensError(told) from None


def save_lens(text: str) -> Path:
    """Save a lens as a new file in the folder of one's own lenses and return its path.

    Raises
    ------
    LensError
        When the text is at fault, its id is a shipped lens's, or a file of that name is there.
    InputError
        When the folder cannot be written.
    """
    lens = lens_of_text(text)
    if lens.id in SHIPPED:
        raise LensError(
            f"{lens.id} is the id of a lens that comes with mapper. Give yours another id, such as"
            f" own-{lens.id}."
        )
    folder = own_folder(make=True)
    assert folder is not None  # noqa: S101 - it was made
    path = folder / f"{lens.id}.toml"
    if path.exists():
        raise LensError(f"A lens {lens.id} is there already. Give yours another id.")
    write_whole(path, text)
    return path


def _id_of(text: str) -> str:
    """Return the id that a text gives, empty where none can be read."""
    try:
        found = tomllib.loads(text).get("id")
    except tomllib.TOMLDecodeError:
        return ""
    return found if isinstance(found, str) and ID.fullmatch(found) else ""
