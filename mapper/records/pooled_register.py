"""What alike actions did together: the register by strand and kind, untold ones counted too.

Every evaluation with an interval is pooled, whether or not it was clear by itself: the clear ones
alone would flatter. Several evaluations of one action count once, the latest.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from mapper.records.versions import Version
from mapper.statistics.pooled import FEWEST, Effect, Pooled, pool

_NONE_NAMED, _NO_KIND, _CAMPAIGN = "no strand named", "no kind named", "campaign"
_HALF = 0.5  # of the differences beyond chance: the actions did unlike things


@dataclass(frozen=True)
class StrandLine:
    """A strand, or a kind of action in it: what was tried, what counts told, the mean effect."""

    strand: str
    kind: str  # of action; empty where all kinds of the strand are together
    tried: int
    worked: int
    did_not_work: int
    could_not_be_told: int
    not_evaluated: int
    pooled: Pooled | None  # of all with an interval; none of under three

    @property
    def words(self) -> str:
        """Return what can be told of all together, in a sentence."""
        found = self.pooled
        if found is None:
            return f"Under {FEWEST} evaluations with an interval: nothing is told of all together."
        fits = f"anything from {found.low:.2f} to {found.high:.2f} would fit"
        told = f"{found.number} together: {found.ratio:.2f} times what was expected; {fits}"
        clear = "clearly fewer" if found.high < 1 else "clearly more" if found.low > 1 else ""
        apart = "their effects differ much" if found.heterogeneity > _HALF else ""
        ends = [end for end in (clear or "no clear effect", apart) if end]
        return f"{told}: {', and '.join(ends)}."


def pooled_register(
    actions: Iterable[Version], evaluations: Iterable[Version], plans: Iterable[Version]
) -> tuple[StrandLine, ...]:
    """Return the register: each strand, most tried first, and under it its kinds of action.

    Kinds are told where a strand has more than one.

    Parameters
    ----------
    actions
        Interventions and campaigns.
    evaluations
        Newest last saved first; the latest of each action counts.
    plans
        Those that interventions belong to: an intervention has its plan's strand.

    Raises
    ------
    ModuleNotFoundError
        When statsmodels is not installed and a strand has enough evaluations.
    """
    latest: dict[str, Version] = {}
    for one in evaluations:
        latest.setdefault(str(one.content["intervention"]), one)
    strand_of = {plan.record: str(plan.content.get("strand", "")) for plan in plans}
    by_strand: dict[str, list[Version]] = {}
    for action in actions:
        named = action.content.get("strand") or strand_of.get(str(action.content.get("plan")))
        by_strand.setdefault(str(named or _NONE_NAMED), []).append(action)
    found = []
    for strand, tried in sorted(by_strand.items(), key=lambda one: (-len(one[1]), one[0])):
        found.append(_line(strand, "", tried, latest))
        by_kind: dict[str, list[Version]] = {}
        for action in tried:
            usual = _CAMPAIGN if action.kind == "campaign" else _NO_KIND
            by_kind.setdefault(str(action.content.get("kind") or usual), []).append(action)
        if len(by_kind) > 1:
            alike = sorted(by_kind.items(), key=lambda one: (-len(one[1]), one[0]))
            found += [_line(strand, kind, some, latest) for kind, some in alike]
    return tuple(found)


def _line(
    strand: str, kind: str, tried: list[Version], latest: Mapping[str, Version]
) -> StrandLine:
    """Return the line of one strand, or of a kind of action in it."""
    results = [latest[one.record].content["result"] for one in tried if one.record in latest]
    verdicts = [result["verdict"] for result in results]
    effects = [effect for result in results if (effect := _effect(result.get("effect")))]
    return StrandLine(
        strand=strand,
        kind=kind,
        tried=len(tried),
        worked=verdicts.count("worked"),
        did_not_work=verdicts.count("did not work"),
        could_not_be_told=verdicts.count("could not be told"),
        not_evaluated=len(tried) - len(results),
        pooled=pool(effects),
    )


def _effect(kept: Mapping[str, float | None] | None) -> Effect | None:
    """Return a kept effect, or nothing where it or a limit of it is missing or not above 0."""
    values = [(kept or {}).get(name) for name in ("ratio", "low", "high")]
    told = [value for value in values if value is not None and isfinite(value) and value > 0]
    return (told[0], told[1], told[2]) if len(told) == len(values) else None


def researchers_file(lines: Iterable[StrandLine]) -> bytes:
    """Return the register by strand as CSV, without places, dates or counts of incidents.

    A line of under :data:`FEWEST` actions is left out: one action may be known to many.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([
        "strand", "kind", "actions", "worked", "did_not_work", "could_not_be_told", "not_evaluated",
        "pooled", "ratio", "ratio_low", "ratio_high", "heterogeneity",
    ])  # fmt: skip
    for line in lines:
        if line.tried < FEWEST:
            continue
        found = line.pooled
        numbers = (found.ratio, found.low, found.high, found.heterogeneity) if found else ()
        writer.writerow([
            line.strand, line.kind or "all", line.tried, line.worked, line.did_not_work,
            line.could_not_be_told, line.not_evaluated, found.number if found else 0,
            *(f"{number:.3f}" for number in numbers),
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
