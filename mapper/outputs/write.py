"""Write a release to a folder: list, outlines, cells, map and manifest, all of them or none."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from mapper.base.errors import InputError
from mapper.disclosure.release import FindingRelease, Release, is_release
from mapper.outputs.exports import exports
from mapper.outputs.folder import replace_set
from mapper.outputs.forms import ANSWER_FORMS, DRAWN, check_map_folder
from mapper.outputs.manifest import manifest
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings

MANIFEST = "manifest.json"
USUAL_FORMS = ("csv", "geojson", "parquet", "html")


def write_outputs(
    release: Release,
    out: Path,
    *,
    forms: Iterable[str] = USUAL_FORMS,
    comments: bool = False,
    beside: Mapping[str, bytes] | None = None,
    around: Surroundings = NOTHING_AROUND,
) -> tuple[Path, ...]:
    """Write a map into a folder in some forms, whole or not at all.

    They take the place of the set that an earlier run wrote there; other files in the folder are
    left alone (:mod:`mapper.outputs.folder`).

    Parameters
    ----------
    forms
        Keys of ``FORMS``.
    comments
        Lines of comment above the header of CSV.
    beside
        Content of further files by name, such as ``signals.csv``: made from releases, too.
    around
        What a form that is a picture is drawn over and named by; the manifest names the files.

    Returns
    -------
    tuple
        Path of each file, ``manifest.json`` last.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    InputError
        When the folder cannot be written or the disk is full; the folder is then as it was.
    """
    check_map_folder(out)
    asked = tuple(forms)
    under = around if set(asked) & set(DRAWN) else NOTHING_AROUND
    made = exports(is_release(release), asked, comments=comments, around=under)
    return write_contents(release, out, {**made, **(beside or {})}, around=under)


def write_contents(
    release: Release,
    out: Path,
    contents: Mapping[str, bytes],
    *,
    around: Surroundings = NOTHING_AROUND,
) -> tuple[Path, ...]:
    """Write chosen files of a release with their manifest, as :func:`write_outputs` does.

    Parameters
    ----------
    contents
        Content of each file by name; the manifest is added.
    around
        What a picture among them was drawn over and named by.
    """
    said = manifest(release, outputs=contents, made_at=datetime.now(tz=UTC), around=around)
    made = {**contents, MANIFEST: said}
    replace_set(out, made, manifest=MANIFEST)
    return tuple(out / file for file in made)


def check_answer_path(path: Path) -> Path:
    """Return the path of an answer to write; called before any work is done.

    Raises
    ------
    InputError
        When its suffix is that of no form, or the path is a folder.
    """
    if path.suffix.lower().removeprefix(".") not in ANSWER_FORMS:
        endings = ", ".join(f".{form}" for form in ANSWER_FORMS)
        raise InputError(f"{path}: an answer is written as one of {endings}. Name it so.")
    if path.is_dir():
        raise InputError(f"{path} is a folder. Give the answer a file name of its own.")
    return path


def write_answer(
    release: FindingRelease, path: Path, *, forms: Iterable[str] = (), comments: bool = False
) -> tuple[Path, ...]:
    """Write an answer, in other forms too, with its manifest; return the path of each.

    ``change.csv`` comes with ``change.manifest.json``: the question, its definition and source,
    every choice, the SHA-256 of each input and output, marking and audience.

    Parameters
    ----------
    path
        The form is told by its suffix.
    forms
        More keys of ``ANSWER_FORMS``, beside it under the same stem.
    comments
        Lines of comment above the header of CSV.

    Raises
    ------
    DisclosureError
        When given anything but a release of a finding.
    InputError
        When the path cannot be used or written; nothing is changed then.
    """
    made = answer_files(release, check_answer_path(path).name, forms=forms, comments=comments)
    *names, manifest_name = made
    replace_set(path.parent, made, manifest=manifest_name, named=names, shared=True)
    return tuple(path.parent / name for name in made)


def answer_files(
    release: FindingRelease, name: str, *, forms: Iterable[str] = (), comments: bool = False
) -> dict[str, bytes]:
    """Return the files of an answer by name, its manifest last; as for :func:`write_answer`."""
    path = Path(name)
    first = path.suffix.lower().removeprefix(".")
    every = dict.fromkeys((first, *forms))
    made = exports(is_release(release, FindingRelease), every, stem=path.stem, comments=comments)
    if f"{path.stem}.{first}" != name:  # change.CSV is called as the user called it
        made = {name: made.pop(f"{path.stem}.{first}"), **made}
    said = manifest(release, outputs=made, made_at=datetime.now(tz=UTC))
    return {**made, f"{path.stem}.{MANIFEST}": said}
