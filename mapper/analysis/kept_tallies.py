"""Tallies of slices kept on the disk for a while, so that a killed run goes on where it was.

A tally is kept under a name that is the digest of all it depends on: what the file holds, the
slice, this version of mapper, the lens, the cells, the days asked for, and which of its rows repeat
others. Of rows nothing is kept but counts (:mod:`mapper.analysis.tally`): no reference, and of
times the month alone. Folder and files belong to their owner alone; what is older than a month
goes, and the oldest where all together are too large.
"""

import hashlib
import io
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.tally import Tally
from mapper.areas.study_area import StudyArea
from mapper.base.errors import InputError
from mapper.base.files import read_regular, write_whole
from mapper.lenses.lens import Lens

FOLDER = "counted-slices"
DAYS = 30  # a tally is kept
LARGEST = 2 * 1024**3  # bytes of all of them: ten years of a country take half
_FORM = "2"  # of what is kept: other forms are not read
_SUFFIX = ".tally"


@dataclass(frozen=True)
class TallyKey:
    """What a tally depends on, as texts."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, lens: Lens, area: StudyArea, request: AnalysisRequest, *, rows: int) -> "TallyKey":
        """Return what all tallies of one question have in common."""
        cells = hashlib.sha256(area.cells["cell"].to_numpy().tobytes()).hexdigest()
        days = f"{request.start} {request.end} {request.police_generated}"
        held = (repr(lens.rules), repr(lens.exclusions), cells, str(area.resolution), days)
        return cls((_FORM, version("mapper"), str(rows), *held))

    def with_(self, *more: object) -> "TallyKey":
        """Return the key of something narrower."""
        return TallyKey((*self.parts, *map(str, more)))

    @property
    def name(self) -> str:
        """The name of a file."""
        whole = "\0".join(self.parts).encode()
        return hashlib.sha256(whole).hexdigest() + _SUFFIX


@dataclass(frozen=True)
class KeptTallies:
    """A folder of tallies."""

    folder: Path

    def load(self, key: TallyKey) -> Tally | None:
        """Return a tally that was kept; none where there is none, or it is damaged."""
        path = self.folder / key.name
        try:
            if not path.is_file() or _age(path) > DAYS:
                return None
            return unpacked(read_regular(path, at_most=LARGEST))
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return None

    def save(self, key: TallyKey, tally: Tally) -> None:
        """Keep a tally; where the disk does not take it the run goes on without."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.mkdir(exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
            path = self.folder / key.name
            write_whole(path, packed(tally))
            path.chmod(0o600)
            self._clear()
        except (OSError, InputError):
            return

    def _clear(self) -> None:
        """Remove tallies that are old, and the oldest where all together are too large."""
        paths = sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda one: one.stat().st_mtime)
        held = sum(path.stat().st_size for path in paths)
        for path in paths:
            if _age(path) > DAYS or held > LARGEST:
                held -= path.stat().st_size
                path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Return how many days ago a file was written."""
    return (time.time() - path.stat().st_mtime) / 86_400


def packed(tally: Tally) -> bytes:
    """Return a tally as tables one after the other, with their digest before them."""
    stream = io.BytesIO()
    for frame in _frames(tally):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table)
    body = stream.getvalue()
    return hashlib.sha256(body).digest() + body


def _frames(tally: Tally) -> Iterator[pd.DataFrame]:
    """Yield everything that a tally holds."""
    yield from (tally.kinds, tally.ground, tally.points)
    labels = [(name, label) for name, held in tally.labels.items() for label in held]
    yield pd.DataFrame({"name": pd.Series(list(tally.labels), dtype="str")})
    yield pd.DataFrame(labels, columns=["name", "label"], dtype="str")
    for held in (tally.numbers, tally.reasons):
        names = pd.Series(list(held), dtype="str")
        yield pd.DataFrame({"name": names, "n": np.array([*held.values()], dtype=np.int64)})
    yield pd.DataFrame({"label": pd.Series(tally.notes, dtype="str")})


def unpacked(content: bytes) -> Tally:
    """Return a tally as it was packed.

    Raises
    ------
    ValueError
        When a byte of it is another.
    """
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError
    stream = pa.BufferReader(body)
    tables = [pa.ipc.open_stream(stream).read_all() for _ in range(8)]
    kinds, ground, points = (table.to_pandas() for table in tables[:3])
    labels: dict[str, list[str]] = {name: [] for name in tables[3].column("name").to_pylist()}
    for one in tables[4].to_pylist():
        labels[one["name"]].append(one["label"])
    return Tally(
        kinds=kinds,
        ground=ground,
        points=points,
        labels=labels,
        numbers=Counter(_named(tables[5])),
        reasons=Counter(_named(tables[6])),
        notes=tuple(tables[7].column("label").to_pylist()),
    )


def _named(table: pa.Table) -> Mapping[str, int]:
    """Return numbers by name."""
    names, held = (table.column(name).to_pylist() for name in ("name", "n"))
    return dict(zip(names, held, strict=True))
