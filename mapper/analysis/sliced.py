"""Large police.uk files to a study, slice by slice: read, check, see through the lens, count.

What is kept of a slice is its tally alone (:mod:`mapper.analysis.tally`), in memory and, where
asked for, on the disk (:mod:`mapper.analysis.kept_tallies`): a run that is killed goes on where it
was, and the same question over the same files reads no record again.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mapper.analysis.asked_files import (
    KEYS_SHARE,
    AskedFiles,
    ReadingClock,
    asks_for_rows,
    with_shared,
)
from mapper.analysis.kept_tallies import KeptTallies, TallyKey
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.tallied_study import TalliedStudy
from mapper.analysis.tally import Tally, TallySum
from mapper.areas.study_area import StudyArea
from mapper.base.ahead import ahead
from mapper.base.errors import MapperError
from mapper.base.files import Progress, no_progress
from mapper.incidents.gather import gather
from mapper.incidents.how_large import are_small_objects, hold_few
from mapper.incidents.in_slices import Slice, SliceReader
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.shared_rows import SharedKeys, SharedRows, find_shared
from mapper.incidents.sheet import Records
from mapper.incidents.sliced_file import ROWS, SlicedFile, WholeNeeded, opened
from mapper.incidents.source import is_address
from mapper.lenses.lens import Lens

_SMALL = 24 * 1024**2  # bytes of files that are one slice together


def study_in_slices(
    paths: Sequence[Path | str],
    *,
    lens: Lens,
    area: StudyArea,
    request: AnalysisRequest,
    mapping: ColumnMapping | None = None,
    kept: KeptTallies | None = None,
    today: date | None = None,
    progress: Progress = no_progress,
) -> TalliedStudy | None:
    """Return a study of large police.uk files; none where they are to be read at once.

    Those are small files, other formats, questions that ask for single rows, and data of which
    something is to be said that counts do not tell. A refusal is left to reading at once, too.

    Parameters
    ----------
    mapping
        How the columns of other tables than police.uk's and the extract are read.
    kept
        Where tallies of slices are kept, if they are; of published files alone.
    today
        Later dates are rejected; today where not given.
    """
    now = today or date.today()  # noqa: DTZ011 - the wall clock of the place of work is meant
    if asks_for_rows(request, mapping):
        return None
    if any(is_address(path) or str(path) == "-" for path in paths):
        return None
    try:
        if are_small_objects(paths):
            return None  # without having fetched them
        with gather(list(paths)) as gathering:
            if hold_few(gathering):
                return None
            files = opened(gathering, mapping)
            asked = AskedFiles(files, lens, area, request, now, gathering.notes)
            kept = kept if asked.published else None
            return asked.study(kept, partial(_tally, asked, kept, progress))
    except (WholeNeeded, MapperError):
        return None


def _tally(asked: AskedFiles, kept: KeptTallies | None, progress: Progress) -> Tally:
    """Count all slices."""
    return _counted(asked, _shared(asked, progress), kept, progress)


def _shared(asked: AskedFiles, progress: Progress) -> SharedRows:
    """Return the incidents whose reference is not alone."""
    clock = _Clock(progress, asked.files, "Looking for repeats", 0.0)
    with SharedKeys() as keys:
        for one in asked.files:
            for records in one.records(keys=True):
                keys.add(one.number, records)
                clock.tell(one, records.numbers)
        at = keys.shared(len(asked.files))
    if not any(each.size for each in at):
        return SharedRows()
    return find_shared(asked.files, at, today=asked.today)


def _counted(
    asked: AskedFiles, shared: SharedRows, kept: KeptTallies | None, progress: Progress
) -> Tally:
    """Return the tally of all slices."""
    reader = SliceReader(asked.files, shared, asked.today)
    clock = _Clock(progress, asked.files, "Reading and counting", KEYS_SHARE)
    found = TallySum()
    for group in _groups(asked.files):
        made = _of_slices if len(group) == 1 else _of_files
        for tally in made(asked, group, reader, kept, clock):
            found.add(tally)
    return with_shared(found.total(), shared)


def _groups(files: Sequence[SlicedFile]) -> list[list[SlicedFile]]:
    """Return files one by one, but for small ones: those that follow each other are one slice."""
    found: list[list[SlicedFile]] = []
    held = float("inf")
    for one in files:
        held += one.text_bytes
        if held > _SMALL:
            found.append([])
            held = one.text_bytes
        found[-1].append(one)
    return found


def _of_files(
    asked: AskedFiles,
    group: Sequence[SlicedFile],
    reader: SliceReader,
    kept: KeptTallies | None,
    clock: "_Clock",
) -> Iterator[Tally]:
    """Yield the tally of some small files together: as it was kept, or made and kept now."""
    told = (f"{one.number} {one.sheet.sha256} {reader.shared.digest(one.number)}" for one in group)
    key = asked.key().with_("files", *told)
    tally = kept.load(key.with_(asked.today)) or kept.load(key) if kept else None
    if tally is None:
        parts = []
        for one in group:
            for records in one.records(rows=ROWS):
                parts.append(reader.slice_of(one, records))
                clock.tell(one, records.numbers)
        tally = _seen(asked, parts)
        if kept:
            future = any(part.future for part in parts)
            kept.save(key.with_(asked.today) if future else key, tally)
    else:
        for one in group:
            clock.tell(one, np.zeros(0, dtype=np.int32))
    yield tally


def _of_slices(
    asked: AskedFiles,
    group: Sequence[SlicedFile],
    reader: SliceReader,
    kept: KeptTallies | None,
    clock: "_Clock",
) -> Iterator[Tally]:
    """Yield the tally of each slice of a file: kept ones, and those that are made and kept now."""
    (one,) = group
    key = asked.key().with_(one.number, one.sheet.sha256)

    def checked() -> Iterator[tuple[Records, TallyKey, Slice | Tally]]:
        for number, records in enumerate(one.records(rows=ROWS)):
            mine = key.with_(number, reader.shared.digest(one.number, records))
            tally = kept.load(mine.with_(asked.today)) or kept.load(mine) if kept else None
            if tally and records.numbers.size:
                reader.look_for_totals(one, tally.reasons)
            yield records, mine, tally or reader.slice_of(one, records)

    for records, mine, part in ahead(checked()):
        if isinstance(part, Tally):
            tally = part
        else:
            tally = _seen(asked, [part])
            if kept:
                kept.save(mine.with_(asked.today) if part.future else mine, tally)
        yield tally
        clock.tell(one, records.numbers)


def _seen(asked: AskedFiles, parts: Sequence[Slice]) -> Tally:
    """Return the tally of slices together."""
    return asked.view.tally(parts)


class _Clock:
    """Tells how far a pass over all files is."""

    def __init__(
        self, progress: Progress, files: Sequence[SlicedFile], words: str, first: float
    ) -> None:
        size = sum(one.sheet.size for one in files)
        self._clock = ReadingClock(progress, size, words, first)
        self._rows, self._done = 0, 0.0
        self._held = 0  # records of the file that is being read

    def tell(self, one: SlicedFile, numbers: npt.NDArray[np.int32]) -> None:
        """Tell that some more records of a file are done; an empty slice ends the file."""
        self._rows += numbers.size
        self._held += numbers.size
        if not numbers.size:
            self._done, self._held = self._done + one.sheet.size, 0
        bytes_ = min(self._held * one.record_bytes, one.sheet.size)
        self._clock.tell(self._rows, self._done + bytes_)
