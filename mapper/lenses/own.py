"""Lenses that people make: a copy edited, checked as it is typed, saved as a file of its own.

A lens that comes with mapper is never written over, and neither is a file that is there already: a
changed lens gets another id, so a result's title always means what it said.
"""

from pathlib import Path

from mapper.base.errors import LensError
from mapper.base.files import write_whole
from mapper.lenses.lens_file import lens_of_text
from mapper.lenses.load import SHIPPED, load_lens, own_folder, shipped_path


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
