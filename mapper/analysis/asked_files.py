"""What is asked of files that are counted part by part, and the study of their counts."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic

from mapper.analysis.kept_tallies import KeptTallies, TallyKey
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import within_days
from mapper.analysis.tallied_study import TalliedStudy, tallied_study
from mapper.analysis.tally import Seen, Tally, nothing, tally_of
from mapper.analysis.tally_doubts import TallyExamination
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress
from mapper.base.tables import INCIDENT_COLUMNS
from mapper.grid.counts import locate
from mapper.grid.hexagons import Cells
from mapper.incidents.in_slices import Slice, joined, told_of
from mapper.incidents.layout import POLICE_UK
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.shared_rows import SharedRows
from mapper.incidents.sliced_file import ROWS, SlicedFile
from mapper.lenses.classify import weigh
from mapper.lenses.lens import Lens

KEYS_SHARE = 0.2  # of the time that reading takes


@dataclass(frozen=True, eq=False, repr=False)
class View:
    """How a question sees incidents, and nothing else of it: what whoever counts must know."""

    lens: Lens
    cells: Cells
    resolution: int
    request: AnalysisRequest
    today: date

    def tally(self, parts: Sequence[Slice]) -> Tally:
        """Return the tally of slices together, as the lens and the area see them."""
        told: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for part in parts:
            told[f"rows {part.file}"] += part.rows
            told[f"blank {part.file}"] += part.blank
            told["shortened"] += part.shortened
            reasons.update(part.reasons)
        table, file = joined(parts)
        if not len(table):
            return replace(nothing(), numbers=told, reasons=reasons)
        lon, lat = (table[name].to_numpy() for name in ("lon", "lat"))
        police_generated = self.request.police_generated
        seen = Seen(
            position=locate(lon, lat, cells=self.cells, resolution=self.resolution),
            within=within_days(table, self.request),
            weights=weigh(table, self.lens, include_police_generated=police_generated),
        )
        tally = tally_of(table, seen, file=file, reasons=reasons)
        tally.numbers.update(told)
        return tally


@dataclass(frozen=True, eq=False)
class AskedFiles:
    """What is asked of which files."""

    files: Sequence[SlicedFile]
    lens: Lens
    area: StudyArea
    request: AnalysisRequest
    today: date
    notes: tuple[str, ...]

    @property
    def published(self) -> bool:
        """Whether all files are police.uk's: counts of others are left nowhere.

        A force's own flags, and points of its incidents under a lens, are more than is published.
        """
        return all(one.layout.format == POLICE_UK for one in self.files)

    @property
    def view(self) -> View:
        """How the question sees incidents."""
        cells = self.area.cells["cell"].to_numpy()
        return View(self.lens, cells, self.area.resolution, self.request, self.today)

    def key(self) -> TallyKey:
        """Return what a tally depends on besides a slice."""
        layouts = [one.layout.told for one in self.files]
        return TallyKey.of(self.lens, self.area, self.request, rows=ROWS).with_(layouts)

    def study(self, kept: KeptTallies | None, count: Callable[[], Tally]) -> TalliedStudy:
        """Count all files, or take what was counted, and make the study of it."""
        told = (f"{one.sheet.sha256} {one.sheet.name}" for one in self.files)
        whole = self.key().with_("all", *told)
        tally = kept.load(whole.with_(self.today)) or kept.load(whole) if kept else None
        if tally is None:
            tally = count()
            if kept:
                future = "future date" in tally.reasons
                kept.save(whole.with_(self.today) if future else whole, tally)
        return self._of(tally)

    def _of(self, tally: Tally) -> TalliedStudy:
        """Return the study of the tally of all slices."""
        numbers = tally.numbers
        read = [
            {"rows": numbers[f"rows {one.number}"], "blank": numbers[f"blank {one.number}"]}
            for one in self.files
        ]
        fields = [name for name in self.files[0].layout.fills if name not in INCIDENT_COLUMNS]
        files, notes = told_of(self.files, read, fields, self.notes)
        more = ("crime",) if self.published else ()
        columns = (*INCIDENT_COLUMNS, *fields, *more)
        names = tuple(one.sheet.name for one in self.files)
        return tallied_study(
            TallyExamination(tally, self.area, names, columns),
            lens=self.lens,
            request=self.request,
            files=files,
            notes=tuple(dict.fromkeys((*notes, *tally.notes))),
        )


def asks_for_rows(request: AnalysisRequest, mapping: ColumnMapping | None = None) -> bool:
    """Tell whether a request or a mapping asks for rows, which counts do not hold."""
    one_each = mapping is not None and mapping.references != "all"
    hours = request.shifts or request.weekdays
    return bool(one_each or hours or request.location_day or request.harm)


def with_shared(every: Tally, shared: SharedRows) -> Tally:
    """Return the tally of all slices with what their rows say of each other."""
    every.numbers.update({"again": int(shared.again.sum())})
    every.reasons.update({"repeated reference": shared.repeated} if shared.repeated else {})
    return replace(every, notes=shared.notes)


class ReadingClock:
    """Tells how far a pass over all files is, with rows a second and the time that remains."""

    def __init__(self, progress: Progress, size: int, words: str, first: float) -> None:
        self._progress, self._words, self._first = progress, words, first
        self._share = (1.0 - KEYS_SHARE) if first else KEYS_SHARE
        self._size = max(size, 1)
        self._begun = monotonic()

    def tell(self, rows: int, done: float) -> None:
        """Tell how many rows and bytes are done."""
        share = min(done / self._size, 1.0)
        self._progress(self._told(rows, share), self._first + self._share * share)

    def _told(self, rows: int, share: float) -> str:
        took = monotonic() - self._begun
        if not rows or took <= 0:
            return self._words
        left = took * (1 - share) / max(share, 1e-9)
        speed = f"{rows:,} rows, {rows / took:,.0f} a second"
        return f"{self._words}: {speed}, {left:.0f} s left"
