"""The kinds of harm that some data can be seen through, the most telling one first."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mapper.app.shell.datasets import Dataset
from mapper.base.errors import LensError
from mapper.lenses.classify import classify
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Lens
from mapper.lenses.load import list_lenses
from mapper.statistics.fewest import FEWEST_INCIDENTS

_FRESH = 10.0  # seconds after which a lens file that a user added or changed is seen


@dataclass(frozen=True)
class Offer:
    """The lenses for a dataset: those that fit come first, one that says something at the head."""

    lenses: tuple[Lens, ...]
    fitting: int


@st.cache_resource(max_entries=16, ttl=_FRESH, show_spinner=False)
def lenses_for(digest: str, *, _dataset: Dataset) -> Offer:
    """Return every lens, those that the data can be seen through first."""
    del digest
    fits, others = [], []
    for lens in list_lenses():
        try:
            refuse_unfit(_dataset.incidents.table, lens)
            fits.append(lens)
        except LensError:
            others.append(lens)
    known = next((lens for lens in fits if _says_something(_dataset, lens)), None)
    fits.sort(key=lambda lens: lens is not known)
    return Offer(lenses=(*fits, *others), fitting=len(fits))


def _says_something(dataset: Dataset, lens: Lens) -> bool:
    """Tell whether enough incidents count under a lens for a map of it, all days together."""
    return _counted(f"{dataset.digest} {lens.sha256}", _dataset=dataset, _lens=lens) >= (
        FEWEST_INCIDENTS
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _counted(key: str, *, _dataset: Dataset, _lens: Lens) -> int:
    """Return how many incidents of some data count under a lens that it can be seen through."""
    del key
    return int(np.count_nonzero(classify(_dataset.incidents.table, _lens)))
