"""The demonstration's busiest hot spots, where nothing was done: an effect is told in few months.

Controls matched to hot spots on the noisy count of one month were high by luck and fall back; the
hot spots do not. A verdict from them claimed an effect in three of four.
"""

from datetime import date, timedelta

import numpy as np
import pytest

from demonstration.writing import write_demonstration
from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.action import Action
from mapper.questions.evaluate import open_trial
from mapper.questions.windows import Window
from mapper.statistics.action_outcome import effect_code, ring_code

LENSES = (
    "domestic-abuse-children", "domestic-abuse", "county-lines", "serious-violence", "drugs",
)  # fmt: skip
MONTHS = np.arange(np.datetime64("2021-11"), np.datetime64("2022-08"))


def month_window(month):
    """All days of a month."""
    first, after = ((month + step).astype("datetime64[D]").astype(object) for step in (0, 1))
    return Window(first, after - timedelta(days=1))


def verdicts(study, months):
    """Whether an effect or a spillover is told of the six busiest hot spots, and of one of them."""
    found = find_hotspots(study.varied(question="concentrated"))
    busiest = found.hotspots.sort_values("incidents", ascending=False)["hotspot_id"].head(6)
    of_cell = found.cells["hotspot_id"]
    for ids in (busiest, busiest.iloc[[2]]):
        cells = tuple(found.cells.loc[of_cell.isin(ids), "cell"])
        for month in months:
            before, after = month_window(month - 1), month_window(month)
            treated, ring = open_trial(
                study, Action(before=before, after=after, cells=cells)
            ).ledgers
            effect = effect_code(treated.outcome(), incidents=treated.incidents)
            spill = ring_code(effect, ring.outcome() if ring else None)
            yield effect in {"fewer", "more"} or spill in {"displacement", "spread of benefit"}


def claims(read, lenses, months):
    """Return every verdict over some lenses and months."""
    area = load_study_area()
    return [
        one
        for lens in lenses
        for one in verdicts(prepare(read, lens=load_lens(lens), area=area), months)
    ]


def test_nothing_done_at_the_busiest_hot_spots_is_told_as_nothing(incidents):
    assert np.mean(claims(incidents, LENSES[2:3], MONTHS[[1, 4, 7]])) <= 0.1 + 1 / 6


@pytest.mark.soak
def test_at_most_one_verdict_in_ten_claims_an_effect_of_nothing(tmp_path):
    told = []
    for seed in (1, 2, 3):
        files = write_demonstration(tmp_path / str(seed), seed=seed)
        read = read_incidents([files.incidents], today=date(2026, 1, 1))
        told += claims(read, LENSES, MONTHS)
    assert np.mean(told) <= 0.1
