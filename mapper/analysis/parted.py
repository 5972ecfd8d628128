"""Police.uk files to a study by many workers: each checks and counts parts of files alone.

Files are cut into parts; references, which say what rows of different parts say of each other, are
compared here from keys of eight bytes; tallies of parts are added up in the order of the rows. The
study is the same whatever the parts and whoever counts them (:mod:`mapper.analysis.tally`), so that
a part that was lost with its worker is counted again by another.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from mapper.analysis.asked_files import (
    KEYS_SHARE,
    AskedFiles,
    ReadingClock,
    asks_for_rows,
    with_shared,
)
from mapper.analysis.kept_tallies import KeptTallies, TallyKey, unpacked
from mapper.analysis.part_tasks import (
    PartRows,
    PartTask,
    Workers,
    file_cut,
    part_keys,
    part_rows,
    part_tally,
)
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.tallied_study import TalliedStudy
from mapper.analysis.tally import Tally, TallySum
from mapper.areas.study_area import StudyArea
from mapper.base.errors import EngineError, MapperError
from mapper.base.files import Progress, no_progress
from mapper.incidents.check import Checked, columns_wanted
from mapper.incidents.file_parts import CutFile
from mapper.incidents.gather import gather
from mapper.incidents.in_slices import MOST_DATELESS
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.shared_rows import SharedKeys, SharedRows, compared
from mapper.incidents.sheet import Records, joined_geometry
from mapper.incidents.sliced_file import Positions, WholeNeeded, check_alike, checked_part
from mapper.incidents.source import is_address
from mapper.lenses.lens import Lens

_DATELESS = ("no date", "bad date", "total or footer line")


def study_by_workers(  # noqa: PLR0913 - the files, who counts them and what is asked
    paths: Sequence[Path | str],
    *,
    workers: Workers,
    lens: Lens,
    area: StudyArea,
    request: AnalysisRequest,
    mapping: ColumnMapping | None = None,
    kept: KeptTallies | None = None,
    today: date | None = None,
    progress: Progress = no_progress,
) -> TalliedStudy | None:
    """Return a study of police.uk files of any size; none where they are to be read at once.

    Parameters
    ----------
    workers
        Who counts.
    mapping
        How the columns of other tables than police.uk's and the extract are read.
    kept
        Where tallies of parts are kept, if they are; of published files alone.
    today
        Later dates are rejected; today where not given.

    Raises
    ------
    EngineError
        When the workers fail, or do not see the files.
    """
    now = today or date.today()  # noqa: DTZ011 - the wall clock of the place of work is meant
    rows = asks_for_rows(request, mapping)
    if rows or any(is_address(one) or str(one) == "-" for one in paths):
        return None
    try:
        with gather([*paths], fetching=False) as gathering:
            progress("Looking through the files", 0.0)
            found = [
                (replace(one, path=one.path.absolute()), workers.part_bytes, mapping)
                for one in gathering.files
            ]
            cut = [
                replace(one, number=number)
                for number, one in enumerate(workers.each(file_cut, found, None))
            ]
            files = [one.opened() for one in cut]
            check_alike(files)
            asked = AskedFiles(files, lens, area, request, now, gathering.notes)
            kept = kept if asked.published else None
            run = _Run(asked, cut, workers, kept, progress)
            return asked.study(kept, run.tally)
    except EngineError:
        raise
    except (WholeNeeded, MapperError):
        return None


@dataclass(frozen=True, eq=False)
class _Run:
    """The parts of all files, and who counts them."""

    asked: AskedFiles
    cut: Sequence[CutFile]
    workers: Workers
    kept: KeptTallies | None
    progress: Progress

    def tally(self) -> Tally:
        """Count all parts."""
        parts = [PartTask(replace(one, parts=()), part) for one in self.cut for part in one.parts]
        shared, records = self._shared(parts)
        first = _firsts(parts, records)
        known = [
            replace(one, shared=shared.part(one.file.number, begin, begin + size))
            for one, begin, size in zip(parts, first, records, strict=True)
        ]
        return with_shared(self._counted(known, records), shared)

    def _clock(self, words: str, first: float) -> ReadingClock:
        size = sum(one.sheet.size for one in self.cut)
        return ReadingClock(self.progress, size, f"{words}, {self.workers.size} at a time", first)

    def _shared(self, parts: Sequence[PartTask]) -> tuple[SharedRows, list[int]]:
        """Return the incidents whose reference is not alone, and the records of each part."""
        clock, done, records = self._clock("Looking for repeats", 0.0), 0, list[int]()
        with SharedKeys() as keys:
            for number, found in enumerate(self.workers.each(part_keys, parts, None)):
                keys.put(number, found.keys, found.at)
                records.append(found.records)
                done += _size(parts[number])
                clock.tell(sum(records), done)
            at = keys.shared(len(parts))
        if not any(each.size for each in at):
            return SharedRows(), records
        asked = [replace(one, at=mine) for one, mine in zip(parts, at, strict=True) if mine.size]
        return self._compared(asked, _firsts(parts, records), parts), records

    def _compared(
        self, asked: Sequence[PartTask], first: Sequence[int], parts: Sequence[PartTask]
    ) -> SharedRows:
        """Fetch records whole, compare and join them."""
        begins = {
            (one.file.number, one.part.first): at for one, at in zip(parts, first, strict=True)
        }
        held: dict[int, list[tuple[Positions, PartRows]]] = {}
        for one, rows in zip(asked, self.workers.each(part_rows, asked, None), strict=True):
            assert one.at is not None  # noqa: S101 - as asked for
            begin = begins[one.file.number, one.part.first]
            held.setdefault(one.file.number, []).append((one.at + begin, rows))
        files = self.asked.files
        nowhere = np.zeros(0, dtype=np.intp)
        at = [
            np.concatenate([nowhere, *(mine for mine, _ in held.get(one.number, []))])
            for one in files
        ]
        chosen = [one for one in files if one.number in held]
        sheets = [self._some(one.number, at[one.number], held[one.number]) for one in chosen]
        return compared(chosen, sheets, at)

    def _some(
        self, number: int, at: Positions, held: Sequence[tuple[Positions, PartRows]]
    ) -> Checked:
        """Return the records of a file at some positions, checked."""
        one = self.asked.files[number]
        whole, few = columns_wanted(one.layout)
        columns = {
            each: pa.chunked_array([rows.columns[each] for _, rows in held], pa.string())
            for each in (*whole, *few)
        }
        lines = [line for _, rows in held for line in rows.lines]
        records = Records(
            columns,
            at.astype(np.int32),
            lambda wanted: [lines[i] for i in wanted],
            geometry=joined_geometry([rows.geometry for _, rows in held]),
        )
        return checked_part(one, records, today=self.asked.today)

    def _counted(self, parts: Sequence[PartTask], records: Sequence[int]) -> Tally:
        """Return the tally of all parts."""
        clock, done = self._clock("Reading and counting", KEYS_SHARE), 0
        dateless: Counter[int] = Counter()
        found = TallySum()
        for number, tally in enumerate(self._tallies(parts)):
            one = parts[number]
            dateless[one.file.number] += sum(tally.reasons.get(name, 0) for name in _DATELESS)
            if dateless[one.file.number] > MOST_DATELESS:
                raise WholeNeeded
            found.add(tally)
            done += _size(one)
            clock.tell(sum(records[: number + 1]), done)
        return found.total()

    def _tallies(self, parts: Sequence[PartTask]) -> Iterator[Tally]:
        """Yield the tally of each part: as it was kept, or made and kept now."""
        keys = [self._key(one) for one in parts]
        there = [self.kept is not None and self._held(key) is not None for key in keys]
        missing = [one for one, held in zip(parts, there, strict=True) if not held]
        made = self.workers.each(part_tally, missing, self.asked.view)
        for key, held in zip(keys, there, strict=True):
            tally = self._held(key) if held else unpacked(next(made))
            if tally is None:  # removed meanwhile
                raise EngineError("Tallies that were kept are gone. Start again.")
            if self.kept and not held:
                future = "future date" in tally.reasons
                self.kept.save(key.with_(self.asked.today) if future else key, tally)
            yield tally

    def _held(self, key: TallyKey) -> Tally | None:
        """Return a tally that was kept, if it was."""
        if self.kept is None:
            return None
        return self.kept.load(key.with_(self.asked.today)) or self.kept.load(key)

    def _key(self, one: PartTask) -> TallyKey:
        """Return what the tally of a part depends on."""
        shared = (one.shared or SharedRows()).digest(one.file.number)
        place = (one.file.number, one.file.sheet.sha256, one.part.first, one.part.sha256)
        return self.asked.key().with_("part", *place, shared)


def _size(one: PartTask) -> int:
    """Return the bytes of a part."""
    return one.part.size or one.file.sheet.size


def _firsts(parts: Sequence[PartTask], records: Sequence[int]) -> list[int]:
    """Return the position in its file of the first record of each part."""
    before: Counter[int] = Counter()
    found = []
    for one, size in zip(parts, records, strict=True):
        found.append(before[one.file.number])
        before[one.file.number] += size
    return found
