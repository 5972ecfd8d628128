"""Every question of the workbench with the fields of its form: one table, no form made by hand."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.app.workbench.fields import Field, Question, choices
from mapper.questions import definitions as ask
from mapper.questions import place_definitions as place
from mapper.questions.concentration import QUESTION as CONCENTRATION
from mapper.questions.signals import QUESTION as SIGNALS

PLACES, TIME, SURE, WORKED, AROUND = (
    "Where",
    "When",
    "How sure",
    "What worked",
    "Around a place",
)
_EVERY = Field(
    "every",
    "Periods",
    default="month",
    options=choices("month", "week", **{"28": "28 days", "7": "7 days"}),
)
_BY_PLACE = choices(hotspot="Hot spots", ward="Wards", district="Districts", area="The whole area")
_BY = Field("by", "Rows", default="hotspot", options=_BY_PLACE)
_RUNS = Field(
    "runs",
    "Random runs",
    "whole",
    999,
    least=9,
    most=9_999,
    help="Chance is judged by these.",
    rare=True,
)
_SEED = Field(
    "seed",
    "Seed",
    "whole",
    0,
    least=0,
    most=2**31,
    help="The same seed gives the same figures.",
    rare=True,
)
_CONFIDENCE = Field(
    "confidence", "Confidence of intervals", "number", 0.95, least=0.5, most=0.999, rare=True
)
_HOTSPOTS = Field("hotspots", "Hot spots", "hotspots", [], help="Choose by name, or type an id.")
_CELLS = Field("cells", "H3 cells", "names", [], help="Cell ids, such as 89195876d0fffff.")
_HOTSPOT = Field(
    "hotspot", "Hot spot", "hotspot", "", help="Choose by name, or type an id; every one if empty."
)
_CELL = Field("cell", "Or one H3 cell", "text", "", help="In place of hot spots.")


def _table(**options: str) -> Field:
    """Return the choice of one of a question's tables, the first to begin with."""
    return Field("table", "Show", default=next(iter(options)), options=choices(**options))


def _replicates(seed: int) -> tuple[Field, ...]:
    return (
        Field(
            "replicates", "Bootstrap replicates", "whole", 1_000, least=10, most=10_000, rare=True
        ),
        Field("seed", "Seed", "whole", seed, least=0, most=2**31, rare=True),
    )


_WHERE = (
    Question(
        SIGNALS,
        PLACES,
        (
            Field(
                "by",
                "Rows",
                default="place",
                options=choices(place="Hot spots and single places", cell="Every cell"),
            ),
            Field("with_lens", "Beside a second lens", "lens", "", when=("by", "cell")),
        ),
    ),
    Question(
        CONCENTRATION,
        PLACES,
        (
            _table(lorenz="Lorenz curve", figures="Figures", stability="Do the top cells stay?"),
            Field(
                "every",
                "Periods",
                default="month",
                options=_EVERY.options,
                when=("table", "stability"),
            ),
        ),
    ),
    Question(
        ask.DESCRIBE,
        PLACES,
        (
            _table(figures="Figures", cells="Classes of cells", shapes="Shapes of points"),
            Field(
                "scheme",
                "Classes by",
                default="quantiles",
                options=choices("quantiles", "natural", "head-tail", "equal"),
                when=("table", "cells"),
            ),
            Field("classes", "Classes", "whole", 5, least=2, most=9, when=("table", "cells")),
            Field(
                "metres",
                "Reach of neighbours, metres",
                "number",
                200.0,
                least=10.0,
                most=2_000.0,
                when=("table", "shapes"),
            ),
            Field(
                "fewest",
                "Incidents that make a shape",
                "whole",
                10,
                least=3,
                most=1_000,
                when=("table", "shapes"),
            ),
            _SEED,
        ),
        long=True,
    ),
)
_WHEN = (
    Question(
        ask.PATTERNS,
        TIME,
        (
            Field(
                "by", "Rows", default="hotspot", options=choices(hotspot="Hot spots", cell="Cells")
            ),
            _EVERY,
            Field("window", "Periods in each test", "whole", 1, least=1, most=24),
        ),
    ),
    Question(
        ask.CHANGE,
        TIME,
        (
            Field(
                "by",
                "Rows",
                default="hotspot",
                options=MappingProxyType({**_BY_PLACE, "cell": "Cells"}),
            ),
            Field(
                "windows",
                "Compare",
                default="since",
                options=choices(since="Since a day, with as long before", two="Two windows"),
            ),
            Field("since", "Since", "day", "middle", when=("windows", "since")),
            Field("before", "Before", "window", "first half", when=("windows", "two")),
            Field("after", "After", "window", "second half", when=("windows", "two")),
            _CONFIDENCE,
        ),
    ),
    Question(
        ask.SCAN,
        TIME,
        (
            _EVERY,
            Field(
                "look",
                "Look for",
                default="prospective",
                options=choices(prospective="What is still going on", retrospective="Any time"),
            ),
            Field(
                "chance",
                "Chance",
                default="permutation",
                options=choices(permutation="Times shuffled", poisson="Poisson by exposure"),
            ),
            Field(
                "exposure",
                "Expected by",
                default="residents",
                options=choices("residents", "demand"),
                when=("chance", "poisson"),
            ),
            Field(
                "windows",
                "Windows",
                default="discs",
                options=choices(discs="Discs of cells", circles="Circles in km"),
                rare=True,
            ),
            Field("radius", "Steps of the largest disc", "whole", 10, least=0, most=50, rare=True),
            Field(
                "longest",
                "Periods in the longest window",
                "whole",
                None,
                least=1,
                most=500,
                rare=True,
            ),
            Field(
                "largest_share",
                "Largest share of all",
                "number",
                0.5,
                least=0.01,
                most=0.5,
                rare=True,
            ),
            Field("fewest", "Fewest incidents", "whole", 2, least=2, most=1_000, rare=True),
            Field("most", "Clusters to report", "whole", 20, least=1, most=200, rare=True),
            _RUNS,
            _SEED,
        ),
        long=True,
    ),
    Question(
        ask.NEAR_REPEAT,
        TIME,
        (
            Field(
                "metres",
                "Bands of distance, metres",
                "text",
                "0,100,200,400,800",
                help="Upper edges; 0 first is the same place.",
            ),
            Field("days", "Bands of delay, days", "text", "1,7,14,28", help="Upper edges."),
            _RUNS,
            _SEED,
        ),
        long=True,
    ),
    Question(
        ask.CLOCK,
        TIME,
        (
            Field(
                "of",
                "Of",
                default="area",
                options=choices(
                    area="The whole area",
                    every="Every hot spot",
                    hotspots="Some hot spots",
                    cells="Some cells",
                ),
            ),
            Field(
                "hotspots",
                "Hot spots",
                "hotspots",
                [],
                help=_HOTSPOTS.help,
                when=("of", "hotspots"),
            ),
            Field("cells", "H3 cells", "names", [], help=_CELLS.help, when=("of", "cells")),
        ),
    ),
    Question(place.SHIFT, TIME, (_BY,)),
    Question(place.DAYS, TIME, (_BY,)),
)
_SURE = (
    Question(
        ask.ACCURACY,
        SURE,
        (
            Field(
                "design",
                "Design",
                default="single",
                options=choices(single="Train once", rolling="Move on month by month"),
            ),
            Field(
                "test_from", "First month to test", "day", "", help="The newest twelve if empty."
            ),
            Field(
                "train_months", "Months to train on", "whole", None, least=1, most=240, rare=True
            ),
            Field(
                "test_months",
                "Months in a test",
                "whole",
                1,
                least=1,
                most=24,
                when=("design", "rolling"),
            ),
            *_replicates(1),
        ),
        long=True,
    ),
    Question(
        ask.ROBUSTNESS,
        SURE,
        (
            _table(hotspots="Hot spots", settings="Settings", choices="Choices"),
            *_replicates(1),
        ),
        long=True,
    ),
    Question(
        ask.PROACTIVITY,
        SURE,
        (
            Field(
                "table",
                "Show",
                default="hotspots",
                options=MappingProxyType(
                    {"hotspots": "Hot spots", "hot-cells": "Hot cells", "areas": "Areas"}
                ),
            ),
        ),
        long=True,
    ),
)
_WORKED = (
    Question(
        ask.EVALUATE,
        WORKED,
        (
            _HOTSPOTS,
            _CELLS,
            Field("before", "Before the action", "window", "first half"),
            Field("after", "After it began", "window", "second half"),
            Field("buffer_from", "Buffer from step", "whole", 1, least=1, most=10, rare=True),
            Field("buffer_to", "Buffer to step", "whole", 2, least=1, most=10, rare=True),
            Field("buffer_cells", "Buffer cells by hand", "names", [], rare=True),
            Field("control_cells", "Control cells by hand", "names", [], rare=True),
            Field("controls", "Controls for each cell", "whole", 1, least=1, most=10, rare=True),
            Field("control_buffer", "Rings around controls too", "flag", default=False, rare=True),
            _table(figures="Figures", cells="Cells and their part"),
            _CONFIDENCE,
        ),
    ),
)
_AROUND = (
    Question(place.SIGNATURE, AROUND, (_HOTSPOT, _CELL)),
    Question(
        place.CONTEXT,
        AROUND,
        (_HOTSPOT, _CELL, Field("reach", "Rings of cells around", "whole", 3, least=1, most=10)),
        places=True,
    ),
    Question(place.PHASES, AROUND, (_EVERY,), places=True),
    Question(
        place.CHILDREN,
        AROUND,
        (Field("by", "Rows", default="district", options=_BY_PLACE),),
    ),
    Question(
        place.CORRIDORS,
        AROUND,
        (Field("ends", "H3 resolution of the ends", "whole", 7, least=6, most=9),),
        places=True,
    ),
    Question(place.CORRIDOR_TOTALS, AROUND),
)
QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {one.id: one for one in (*_WHERE, *_WHEN, *_SURE, *_WORKED, *_AROUND)}
)
