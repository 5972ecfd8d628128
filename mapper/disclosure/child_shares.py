"""Shares of domestic abuse with a child at the address, in steps too coarse to tell a count.

Counts by district are often refused to partners beside the maps that they were given before. A
share in steps says less: it is made of two counts rounded as the audience's are, and told as the
step of 1, 2, 5 or 10 percent that it lies in, the finest that holds at least ten times the smallest
count printed (50 incidents for partners); where not even ten percent hold so many, it is not told.
Each hidden cell of any map of the same incidents keeps all its values
(:func:`mapper.disclosure.totals.total_is_safe`), and only whole months are told of
(:mod:`mapper.disclosure.coarse_shares`): days that cut a month are given as the months around
them. So it needs no look at what was given before.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.types import Flags
from mapper.context.children import child_flags
from mapper.disclosure.coarse_shares import STEP, places_of_maps, rounded
from mapper.disclosure.fitness import cuts_a_month
from mapper.disclosure.make import release
from mapper.disclosure.nearest import counted_again
from mapper.disclosure.refusal import months_around
from mapper.disclosure.register import Register
from mapper.disclosure.release import FindingRelease
from mapper.disclosure.rules import AudienceRule, rules
from mapper.disclosure.shapes import Shape, shape_words
from mapper.disclosure.totals import total_is_safe
from mapper.questions.answer import answer
from mapper.questions.places import places_by
from mapper.questions.question import Definition

if TYPE_CHECKING:
    from mapper.questions.finding import Role

STEPS = (1, 2, 5, 10)  # percent
TOO_FEW = "too few to say"
WORDS = Definition(
    id="child-shares",
    title="Share of domestic abuse with a child, in steps",
    question="In what share of domestic abuse is a child at the address?",
    definition="The step of 1, 2, 5 or 10 % that the share lies in, of at least 50 incidents.",
    source="mapper.",
)


def release_child_shares(
    study: Study,
    *,
    by: Literal["district", "ward"],
    audience: str,
    register: Register,
    made_by: str = "",
) -> FindingRelease:
    """Return the share with a child of each district or ward as an audience may see it.

    Days that cut a month are given as the months around them, so that no single day can be told.

    Raises
    ------
    DisclosureError
        When the days are too few for the audience.
    LensError
        When the data lacks a needed column.
    """
    rule, asked, instead = rules().audiences[audience], study.request, ""
    if cuts_a_month(asked.start, asked.end):
        first, last = months_around(study.first, study.last)
        whole = replace(asked, start=first, end=last)
        instead = shape_words(study, Shape(whole, by=by), Shape(asked, by=by))
        study = counted_again(study, whole)
    places = places_by(study, by)
    abuse, child = child_flags(study.incidents.table)
    position = study.counts.position
    within = study.within & (position >= 0)
    group = np.where(within, places.group[np.where(position >= 0, position, 0)], -1)
    maps = places_of_maps(study)
    shares = []
    for number in range(len(places.table)):
        here = group == number
        cells = [(at[here & child & (at >= 0)], size) for at, size in maps]
        safe = total_is_safe((np.bincount(at, minlength=size) for at, size in cells), rule)
        shares.append(step_words(here & child, here & abuse, rule) if safe else TOO_FEW)
    table = places.table.assign(share_with_child=pd.array(shares, dtype="str"))
    roles: dict[str, Role] = dict.fromkeys(map(str, places.table.columns), "key")
    roles |= {"share_with_child": "fact"}  # by now: no count can be told from it
    notes = (f"Told in steps that hold at least {STEP * rule.smallest_count} incidents.",)
    finding = answer(
        study, WORDS, table, roles, unit=by, choices={"by": by}, notes=notes,
        where=places.where(study.cells, table),
    )  # fmt: skip
    return release(finding, audience=audience, register=register, made_by=made_by, instead=instead)


def step_words(part: Flags, whole: Flags, rule: AudienceRule) -> str:
    """Return the step that a share lies in; in words where even the coarsest holds too few."""
    some, every = (rounded(int(one.sum()), rule) for one in (part, whole))
    step = next((one for one in STEPS if every * one >= 100 * STEP * rule.smallest_count), None)
    if step is None:
        return TOO_FEW
    low = min(int(100 * some / every // step) * step, 100 - step)
    return f"{low} to {low + step} %"
