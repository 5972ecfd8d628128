"""Settings: the choices under which an analysis could as well have been made.

None of them is right and the others wrong: the size of a cell, the window of time, how a count is
scored, which null is asked, how far a neighbourhood reaches, how many false finds are borne, how
a lens weighs its rules, and whether incidents count that the police's own work made.

The usual settings are all combinations of

- resolution 8, 9 and 10, and the base run's own;
- the whole window, its two halves and, where it is longer than 18 months, its last year;
- capped counts and counts over one and over two rings, ranks over one ring (ranks over two need
  hundreds of megabytes at resolution 10 and mostly tell town from country);
- total and conditional null; alpha 0.1, 0.05, 0.01 and the base run's own;
- the lens as it is and with all weights 1, where it has other weights;
- with and without police-generated incidents, where the lens can tell them apart;

and, with all other choices as in the base run, the weight of each rule one up and one down.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Literal

import numpy as np

from mapper.analysis.expectation import requested_base
from mapper.analysis.request import Base
from mapper.analysis.study import Study
from mapper.grid.hexagons import RESOLUTIONS
from mapper.lenses.lens import EXPECTED, Lens
from mapper.statistics.clusters import Null
from mapper.statistics.scores import Score

RESOLUTIONS_TRIED = (8, 9, 10)
ALPHAS = (0.1, 0.05, 0.01)
NULLS: tuple[Null, ...] = ("total", "conditional")
SCORED: tuple[tuple[Score, int], ...] = (
    ("capped", 1),
    ("capped", 2),
    ("count", 1),
    ("count", 2),
)
AS_IS, ALL_ONE = "as it is", "all weights 1"
_LONG_DAYS = 548  # 18 months: from here on the last year is a window of its own


@dataclass(frozen=True)
class NamedWindow:
    """Some days, first and last included, by the name that a table gives them."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Setting:
    """One set of choices."""

    resolution: int
    window: NamedWindow
    score: Score
    rings: int  # 1 or 2
    null: Null
    alpha: float
    weighting: str  # name of a variant of the lens
    police_generated: bool
    expected: Base | Literal[""] = ""  # the base of unusual places; none where concentrated


def settings_around(study: Study, *, variants: dict[str, Lens]) -> tuple[Setting, ...]:
    """Return the usual settings around a base run, each once, the base run's own first.

    Parameters
    ----------
    study
        The base run.
    variants
        The lens and its variants, from :func:`lens_variants`.
    """
    request = study.request
    base = base_setting(study)
    if base.expected:
        return _unusual_around(study, base)
    police = (True, False) if any(r.police_generated for r in study.lens.rules) else (True,)
    crossed = [
        Setting(resolution, window, score, rings, null, alpha, weighting, counted)
        for resolution, window, (score, rings), null, alpha, weighting, counted in product(
            sorted({*RESOLUTIONS_TRIED, request.resolution}),
            windows_of(study.first, study.last),
            SCORED,
            NULLS,
            sorted({*ALPHAS, request.alpha}),
            [name for name in (AS_IS, ALL_ONE) if name in variants],
            police,
        )
    ]
    single = [replace(base, weighting=name) for name in variants if name not in {AS_IS, ALL_ONE}]
    return tuple(dict.fromkeys([base, *crossed, *single]))


def _unusual_around(study: Study, base: Setting) -> tuple[Setting, ...]:
    """Return the settings around unusual places: scores, nulls and weights are none of theirs."""
    request = study.request
    police = (True, False) if any(r.police_generated for r in study.lens.rules) else (True,)
    crossed = [
        replace(
            base,
            resolution=resolution,
            window=window,
            rings=rings,
            alpha=alpha,
            police_generated=counted,
            expected=expected,
        )
        for resolution, window, rings, alpha, counted, expected in product(
            sorted({*RESOLUTIONS_TRIED, request.resolution}),
            windows_of(study.first, study.last),
            (1, 2),
            sorted({*ALPHAS, request.alpha}),
            police,
            dict.fromkeys((base.expected, *EXPECTED)),
        )
    ]
    return tuple(dict.fromkeys([base, *crossed]))


def base_setting(study: Study) -> Setting:
    """Return the setting of the base run itself."""
    request = study.request
    return Setting(
        resolution=request.resolution,
        window=windows_of(study.first, study.last)[0],
        score=request.score,
        rings=request.rings,
        null=request.null,
        alpha=request.alpha,
        weighting=AS_IS,
        police_generated=request.police_generated,
        expected=requested_base(study) if request.asks == "unusual" else "",
    )


def windows_of(first: date, last: date) -> tuple[NamedWindow, ...]:
    """Return the whole window, its halves, and its last year where it is long.

    Halves part at the first day of a month, so that data which knows only its month is not cut;
    a window within one month has no halves.
    """
    windows = [NamedWindow("whole", first, last)]
    middle = np.datetime64(first + (last - first) / 2 + timedelta(days=15), "M")
    parting = middle.astype("datetime64[D]").astype(object)
    if first < parting <= last:
        windows.append(NamedWindow("first half", first, parting - timedelta(days=1)))
        windows.append(NamedWindow("second half", parting, last))
    if (last - first).days > _LONG_DAYS:
        after = last + timedelta(days=1)
        start = after.replace(year=after.year - 1, day=min(after.day, 28))
        windows.append(NamedWindow("last year", start, last))
    return tuple(windows)


def lens_variants(lens: Lens) -> dict[str, Lens]:
    """Return the lens and its variants by name: all weights 1, each rule one up and one down.

    A rule of weight 1 that goes one down is left out. A lens of one rule has no variant: scaling
    all weights alike changes nothing.
    """
    variants = {AS_IS: lens}
    if len({rule.weight for rule in lens.rules}) > 1:
        even = tuple(replace(rule, weight=1) for rule in lens.rules)
        variants[ALL_ONE] = replace(lens, rules=even)
    if len(lens.rules) > 1:
        for place, rule in enumerate(lens.rules):
            variants[f"{rule.name} +1"] = _reweighted(lens, place, rule.weight + 1)
            variants[f"{rule.name} -1"] = _reweighted(lens, place, rule.weight - 1)
    return variants


def check_settings(settings: tuple[Setting, ...], variants: dict[str, Lens]) -> None:
    """Raise ``ValueError`` naming every setting that cannot be run."""
    faults = []
    for number, setting in enumerate(settings):
        if setting.resolution not in RESOLUTIONS or setting.rings not in {1, 2}:
            faults.append(f"setting {number}: resolution or rings out of range")
        if not 0 < setting.alpha < 1 or setting.window.first > setting.window.last:
            faults.append(f"setting {number}: alpha or window out of range")
        if setting.weighting not in variants:
            faults.append(f"setting {number}: no variant {setting.weighting!r} of the lens")
    if not settings:
        faults.append("there is no setting")
    if faults:
        raise ValueError("; ".join(faults))


def _reweighted(lens: Lens, place: int, weight: int) -> Lens:
    """Return a lens with one rule's weight changed; at 0 the rule is left out."""
    rule = lens.rules[place]
    instead = (replace(rule, weight=weight),) if weight > 0 else ()
    return replace(lens, rules=(*lens.rules[:place], *instead, *lens.rules[place + 1 :]))
