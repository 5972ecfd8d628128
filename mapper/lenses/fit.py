"""Whether a lens and the data belong together, and what to say when they do not."""

from collections.abc import Iterable

import pandas as pd

from mapper.base.errors import LensError
from mapper.base.tables import FLAG_COLUMNS
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.lenses.lens import Lens
from mapper.lenses.load import shipped_lenses

# Crime types that police.uk writes and forces' own records hardly do; "Robbery" or "Burglary" in
# a file say nothing of where it comes from.
POLICE_UK_TYPES = frozenset(
    {
        "Bicycle theft",
        "Criminal damage and arson",
        "Other theft",
        "Theft from the person",
        "Violence and sexual offences",
    }
)
# Whether something is a crime can be told from the type in any file, so this one flag does not
# make a force's own record.
_FORCE_FLAGS = frozenset(FLAG_COLUMNS) - {"crime"}
_MEANING = {column.field: f"{column.name} ({column.meaning})" for column in EXTRACT_COLUMNS}


def refuse_unfit(incidents: pd.DataFrame, lens: Lens) -> None:
    """Refuse a lens that needs what the data lacks, or is made for another kind of data.

    Raises
    ------
    LensError
        Saying in words what is lacking and which lenses fit.
    """
    lacking = [column for column in lens.requires if column not in incidents.columns]
    published = is_police_uk(incidents)
    if lacking:
        fault = f"needs {_in_words(lacking)}, which {_without(published=published)}"
    elif published and not lens.public:
        fault = "is not made for police.uk files: its name would promise more than they hold."
    elif lens.public and _FORCE_FLAGS & set(incidents.columns) and not _has_their_types(incidents):
        fault = "is made for police.uk files, and this data has other incident types."
    elif not _can_apply(incidents, lens):
        tested = {column for rule in lens.rules for column, _, _ in rule.conditions}
        fault = f"has no rule that can be applied: it tests {_in_words(sorted(tested))}."
    else:
        return
    raise LensError(f"The lens {lens.named} {fault} {_advice(incidents)}")


def is_police_uk(incidents: pd.DataFrame) -> bool:
    """Tell whether incidents come from police.uk files: months only, their types, no flags."""
    if not {"type", "precision"} <= set(incidents.columns):
        return False
    return (
        not _FORCE_FLAGS & set(incidents.columns)
        and bool((incidents["precision"] == "month").all())
        and _has_their_types(incidents)
    )


def fitting_lenses(incidents: pd.DataFrame) -> tuple[Lens, ...]:
    """Return the shipped lenses that the data can be seen through."""
    return tuple(
        lens
        for lens in shipped_lenses()
        if lens.public == is_police_uk(incidents) and set(lens.requires) <= set(incidents.columns)
    )


def _has_their_types(incidents: pd.DataFrame) -> bool:
    types = incidents["type"]
    # The categories of a column cost nothing to read, its values some milliseconds.
    known = types.cat.categories if isinstance(types.dtype, pd.CategoricalDtype) else types.unique()
    return not POLICE_UK_TYPES.isdisjoint(known)


def _can_apply(incidents: pd.DataFrame, lens: Lens) -> bool:
    return any(
        all(column in incidents.columns for column, _, _ in rule.conditions) for rule in lens.rules
    )


def _in_words(columns: Iterable[str]) -> str:
    """Return columns as the extract calls them, each with its meaning."""
    return ", ".join(_MEANING.get(column, column) for column in columns)


def _without(*, published: bool) -> str:
    if published:
        return "police.uk files do not carry."
    return "this data lacks: add it to the extract, or map a column to it."


def _advice(incidents: pd.DataFrame) -> str:
    """Say which lenses to choose instead."""
    fitting = ", ".join(lens.named for lens in fitting_lenses(incidents))
    advice = f"Lenses that fit this data: {fitting}."
    if _FORCE_FLAGS & set(incidents.columns) or is_police_uk(incidents):
        return advice
    public = ", ".join(lens.named for lens in shipped_lenses() if lens.public)
    return f"{advice} For police.uk files: {public}."
