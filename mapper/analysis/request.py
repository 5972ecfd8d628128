"""The request of an analysis: every choice that shapes its result."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from mapper.areas.base_table import BaseTable, read_base_table
from mapper.areas.naming import AREA_HELP
from mapper.base.choices import Choice, Fault, FrozenChoices, Reader, choice
from mapper.base.errors import RequestError
from mapper.base.week import Shift, Weekday
from mapper.grid.hexagons import RESOLUTIONS
from mapper.statistics.clusters import Null
from mapper.statistics.scores import Score

if TYPE_CHECKING:
    from mapper.areas.study_area import StudyArea
    from mapper.lenses.lens import Lens

Question = Literal["unusual", "concentrated"]
Base = Literal["lens", "residents", "young-residents", "demand", "table", "residents-and-table"]

MOST_RINGS = 5  # ninety neighbours: beyond this a place is a town


@dataclass(frozen=True, kw_only=True)
class AnalysisRequest(FrozenChoices):
    """Every choice that shapes a result; it travels with each output.

    An analysis makes its own with :meth:`of`, so that it cannot name another lens or area than
    those that were counted.
    """

    lens: str = choice(MISSING, "Lens", help="Lens id (see: mapper lenses) or lens file.")
    area: str = choice("", "Area", help=AREA_HELP)
    resolution: int = choice(
        9,
        "Resolution",
        help="H3 resolution.",
        least=RESOLUTIONS.start,
        most=RESOLUTIONS.stop - 1,
    )
    start: date | None = choice(None, "From", help="First day, included.", option="--from")
    end: date | None = choice(None, "To", help="Last day, included.", option="--to")
    score: Score = choice("capped", "Score", help="What is summed over a disc.")
    null: Null = choice("total", "Null", help="What chance rearranges.")
    alpha: float = choice(0.05, "Alpha", help="Share of false finds accepted.", least=0, most=1)
    correction: Literal["bh", "by"] = choice(
        "bh",
        "Correction for many tests",
        help="bh, or by for any dependence.",
        of={"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"},
    )
    police_generated: bool = choice(
        True, "Police-generated", help="Count stop and search, proactive possession and the like."
    )
    # 2 makes eighteen neighbours; first step 2 and last 3 are a band that leaves out the touching
    rings: int = choice(
        1,
        "Steps that count as near",
        help="Steps from a cell that count as near.",
        least=1,
        most=MOST_RINGS,
    )
    inner: int = choice(
        1, "First such step", help="First such step: 2 leaves the touching out.", least=1, most=5
    )
    # so that repeat calls weigh less
    location_day: bool = choice(
        False, "Count each place once a day", help="Count each place once a day."
    )
    harm: bool = choice(
        False,
        "Sum days of harm, as listed",
        help="Sum the lens's days of harm, p between two bounds.",
    )
    shifts: tuple[Shift, ...] = choice(
        (), "Shifts", help="Only this shift of the day; repeat.", option="--shift"
    )
    weekdays: tuple[Weekday, ...] = choice(
        (), "Days of the week", help="Only this day, from 07:00; repeat.", option="--weekday"
    )
    question: Question | None = choice(
        None,
        "Places listed",
        help="More than expected, or most of it; unusual unless score, null or harm is chosen.",
        of={
            "unusual": "Unusual",
            "concentrated": "Concentrated",
        },
    )
    expected: Base = choice(
        "lens",
        "More than what",
        help="What unusual places have more than; the lens names its own.",
        of={
            "lens": "As the lens says",
            "residents": "Residents",
            "young-residents": "Residents aged 10 to 17",
            "demand": "All demand",
            "table": "A table of your own",
            "residents-and-table": "Residents and a table",
        },
    )
    expected_table: BaseTable | None = choice(
        None,
        "Table of workers or visitors",
        help="CSV by cell, lsoa, ward, or lon and lat, such as of workers or visitors.",
        kind="base table",
    )
    expected_column: str = choice(
        "", "Column of that table", help="Its column; not needed where it has one of numbers."
    )
    # 0.7 km2: a cell of resolution 9 and its ring
    most_km2: float = choice(
        0.7, "Largest place, km2", help="Largest place, km2.", least=0.001, option="--place-km2"
    )
    most_cells: int = choice(
        7, "Most cells in a place", help="Most cells in a place.", least=1, option="--place-cells"
    )

    def _conflicts(self, read: frozenset[str]) -> Iterator[Fault]:
        """Give what does not fit together, in words that say what to choose instead."""
        if read >= {"start", "end"} and self.start and self.end and self.start > self.end:
            yield f"the first day {self.start} is after the last day {self.end}", ()
        if "alpha" in read and self.alpha in {0, 1}:
            yield f"{{alpha}} of {self.alpha} is not between 0 and 1 (0.05 is usual)", ("alpha",)
        if read >= {"inner", "rings"} and self.inner > self.rings:
            told = f"steps {self.inner} to {self.rings} are no neighbourhood: choose {{inner}} of"
            yield f"{told} {{rings}} or less", ("inner", "rings")
        if self.question == "unusual" and self.harm:
            told = "unusual places count incidents, not days of harm: ask for concentrated ones"
            yield told, ()
        if read >= {"expected", "expected_table"} and (
            ("table" in self.expected) != (self.expected_table is not None)
        ):
            told = "{expected} of table or residents-and-table and {expected_table} go together"
            yield told, ("expected", "expected_table")

    @classmethod
    def readers(cls) -> Mapping[str, Reader]:
        """Return what reads each kind of choice."""
        return {**super().readers(), "base table": _base_table}

    @property
    def asks(self) -> Question:
        """The question asked: a score, a null or days of harm belong to concentrated."""
        if self.question:
            return self.question
        own = self.harm or (self.score, self.null) != ("capped", "total")
        return "concentrated" if own else "unusual"

    @classmethod
    def of(cls, lens: "Lens", area: "StudyArea", choices: Mapping[str, Any]) -> Self:
        """Return the request of a lens over an area, its other choices by name.

        Raises
        ------
        RequestError
            When there is no choice of that name, or the choices do not fit together.
        """
        if strange := sorted(set(choices) - set(CHOICES)):
            raise RequestError(_unknown(strange))
        return cls(lens=lens.id, area=area.name, resolution=area.resolution, **choices)

    @classmethod
    def option(cls, name: str) -> str:
        """Return what the command line calls a choice, or anything else by its name."""
        known = cls.known()
        return known[name].option if name in known else f"--{name.replace('_', '-')}"

    @property
    def choices(self) -> dict[str, Any]:
        """Every choice by name but those that a lens and an area bring with them."""
        return {name: getattr(self, name) for name in CHOICES}


def _base_table(_one: Choice, given: Any) -> BaseTable:
    """Return a table from its path, or from the name and the text that a form has."""
    if isinstance(given, BaseTable):
        return given
    name, content = given if isinstance(given, list | tuple) else (given, None)
    return read_base_table(Path(name), content)


# What can be chosen beside the lens and the area, in the order of the request.
CHOICES = tuple(AnalysisRequest.known())[3:]


def _unknown(names: list[str]) -> str:
    """Return what to say to choices that there are not."""
    if "resolution" in names:
        return (
            "The resolution is the study area's own: choose it there, as in"
            ' area=study_area("merseyside", resolution=8).'
        )
    near = [close for name in names for close in difflib.get_close_matches(name, CHOICES, 1)]
    hint = f" Did you mean {' and '.join(near)}?" if near else ""
    return f"There is no choice {', '.join(names)}.{hint} The choices are {', '.join(CHOICES)}."
