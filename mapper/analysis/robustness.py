"""Robustness: under how many other settings does a hot spot stay hot, and how firm is its rank?

Stays hot
    A hot spot of the base run stays hot under a setting when at least half of its incident weight
    lies in cells that are hot under that setting. The weight is that of the base run's own
    incidents, placed by their own coordinates at each resolution: H3 cells of two resolutions do
    not nest, so parents would move about 7 % of them. A hot spot whose cells hold no incident of
    their own (only their rings do) cannot be followed and never counts as staying hot. Cells are
    hot under a setting by q and the five incidents of their disc; that a place needs five of its
    own to be listed is left aside there.
    Each share is over the settings that could be judged, those with at least 30 incidents. The
    settings are a fixed design, not a sample: a share of 0.9 is no chance of being real.
The question asked
    Places are followed under their own question. Unusual places are tested anew against residents
    and against all demand; concentrated ones under other scores, nulls and weights.
Rank interval
    Incidents are drawn anew from the cells' counts (multinomial bootstrap, seeded) with the hot
    spots' outlines held fixed, and the hot spots ranked by excess each time; the interval holds
    the middle 95 % of ranks. Incidents count as independent of each other: repeat calls to one
    address make it too narrow.
Speed
    Hundreds of settings a second on 641,140 incidents: see :mod:`mapper.analysis.setting_runs`, and
    ``benchmarks/robustness.py`` to measure it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.result import AnalysisResult
from mapper.analysis.setting_runs import SettingResult, run_settings
from mapper.analysis.study import Study
from mapper.analysis.variations import Setting, check_settings, lens_variants, settings_around
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress, no_progress
from mapper.base.types import Flags, Integers
from mapper.lenses.lens import Lens
from mapper.statistics.fewest import FEWEST_INCIDENTS

HALF = 0.5
_OFTEN = 0.1  # of all settings: what a sentence may speak of
_SAID = MappingProxyType(
    {"police_generated": "police-generated incidents", "True": "counted", "False": "left out"}
)
CHOICES = (
    "resolution",
    "window",
    "score",
    "rings",
    "null",
    "alpha",
    "weighting",
    "police_generated",
    "expected",
)


@dataclass(frozen=True, eq=False)
class Robustness:
    """How hot spots fare under other settings."""

    hotspots: pd.DataFrame  # one row per hot spot of the base run, in its order
    settings: pd.DataFrame  # one row per setting
    choices: pd.DataFrame  # share of settings that keep a hot spot, by each value of each choice
    stays: Flags  # shape (hot spots, settings); false where a setting could not be judged


def measure_robustness(
    study: Study,
    result: AnalysisResult,
    *,
    areas: Mapping[int, StudyArea],
    settings: Sequence[Setting] | None = None,
    variants: dict[str, Lens] | None = None,
    replicates: int = 1000,
    seed: int = 1,
    progress: Progress = no_progress,
) -> Robustness:
    """Run an analysis under many other settings and follow each of its hot spots.

    Parameters
    ----------
    study, result
        The base run, and the hot spots found in it.
    areas
        The same study area at every resolution of the settings.
    settings
        The usual ones (:func:`mapper.analysis.variations.settings_around`) when not given.
    variants
        Variants of the lens by the names that settings use.
    replicates, seed
        Of the bootstrap of ranks.
    progress
        Called after each group of settings; what it raises stops the work.

    Raises
    ------
    ValueError
        When a setting cannot be run or its resolution has no area.
    """
    variants = lens_variants(study.lens) if variants is None else variants
    chosen = settings_around(study, variants=variants) if settings is None else tuple(settings)
    check_settings(chosen, variants)
    lacking = {setting.resolution for setting in chosen} - set(areas)
    if lacking:
        raise ValueError(f"no study area was given for resolution {sorted(lacking)}")
    group = _groups(result)
    findings = run_settings(study, group, chosen, areas=areas, variants=variants, progress=progress)
    kept = np.stack([finding.kept for finding in findings], axis=1)
    judged = np.array([finding.incidents >= FEWEST_INCIDENTS for finding in findings])
    stays = (kept >= HALF - 1e-12) & judged
    table = _settings_table(chosen, findings, judged, stays)
    choices = _choices_table(result, table, stays)
    ranks = rank_intervals(result.hotspots, study, replicates=replicates, seed=seed)
    progress("Done", 1.0)
    return Robustness(
        hotspots=_hotspots_table(result.hotspots, stays[:, judged], choices, ranks),
        settings=table,
        choices=choices,
        stays=stays,
    )


def rank_intervals(
    hotspots: pd.DataFrame, study: Study, *, replicates: int = 1000, seed: int = 1
) -> Integers:
    """Return the low and high end of each hot spot's rank, shape (hot spots, 2).

    Parameters
    ----------
    hotspots
        Columns of ``HOTSPOT_COLUMNS``.
    study
        The run they were found in.
    """
    inside = hotspots["incidents"].to_numpy()
    total = study.counts.total
    if not inside.size:
        return np.zeros((0, 2), dtype=np.int64)
    chances = np.append(inside, total - inside.sum()) / total
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(total, chances, size=replicates)[:, :-1]
    excess = drawn - hotspots["expected"].to_numpy()
    ordered = np.sort(excess, axis=1)
    ranks = np.empty(excess.shape)
    for row, (values, line) in enumerate(zip(ordered, excess, strict=True)):
        ranks[row] = 1 + inside.size - np.searchsorted(values, line, side="right")
    ends = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf")
    return np.asarray(ends.T, dtype=np.int64)


def _groups(result: AnalysisResult) -> Integers:
    """Return the row of the hot spot of each cell, -1 for none."""
    rows = pd.Index(result.hotspots["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    return np.asarray(rows, dtype=np.int64)


def _settings_table(
    settings: tuple[Setting, ...], findings: list[SettingResult], judged: Flags, stays: Flags
) -> pd.DataFrame:
    """Return one row per setting: its choices and what it gives."""
    columns: dict[str, object] = {
        name: [getattr(setting, name) for setting in settings]
        for name in CHOICES
        if name != "window"
    }
    columns["window"] = [setting.window.name for setting in settings]
    columns["first"] = [setting.window.first.isoformat() for setting in settings]
    columns["last"] = [setting.window.last.isoformat() for setting in settings]
    columns["judged"] = judged
    columns["incidents"] = [finding.incidents for finding in findings]
    columns["cells_hot"] = [finding.hot for finding in findings]
    columns["hotspots_kept"] = stays.sum(axis=0)
    order = [*CHOICES, "first", "last", "judged", "incidents", "cells_hot", "hotspots_kept"]
    return pd.DataFrame(columns)[order]


def _choices_table(result: AnalysisResult, settings: pd.DataFrame, stays: Flags) -> pd.DataFrame:
    """Return, for every hot spot and each value of each choice, the share of settings kept."""
    judged = settings["judged"].to_numpy()
    parts = []
    for choice in CHOICES:
        values = settings[choice].astype(str).to_numpy()
        if not any(values):  # no choice of the question asked
            continue
        for value in dict.fromkeys(values[judged]):
            chosen = judged & (values == value)
            parts.append(
                pd.DataFrame(
                    {
                        "hotspot_id": result.hotspots["hotspot_id"],
                        "choice": choice,
                        "value": value,
                        "settings": int(chosen.sum()),
                        "share": stays[:, chosen].mean(axis=1),
                    }
                )
            )
    names = ["hotspot_id", "choice", "value", "settings", "share"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _hotspots_table(
    hotspots: pd.DataFrame, stays: Flags, choices: pd.DataFrame, ranks: Integers
) -> pd.DataFrame:
    """Return one row per hot spot: the share of settings, the rank interval and a sentence."""
    tried = stays.shape[1]
    table = hotspots[["rank", "hotspot_id", "name", "incidents"]].copy()
    table["rank_low"], table["rank_high"] = ranks[:, 0], ranks[:, 1]
    table["settings"] = tried
    table["stays_hot"] = stays.sum(axis=1)
    table["share"] = stays.sum(axis=1) / max(tried, 1)
    weakest = _weakest(choices, tried)
    sentences = [
        f"Stays hot under {kept:,} of {tried:,} settings{weakest.get(name, '')}."
        f" Redrawing its incidents gives {_ranks(low, high)}."
        for name, kept, (low, high) in zip(
            table["hotspot_id"], table["stays_hot"], ranks.tolist(), strict=True
        )
    ]
    table["words"] = pd.array(sentences, dtype="str")
    return table


def _weakest(choices: pd.DataFrame, tried: int) -> dict[str, str]:
    """Say, by hot spot, which value of a choice keeps it least often.

    Values that few settings have, such as one changed weight, would win by accident.
    """
    told = {}
    many = choices[(choices["settings"] >= tried * _OFTEN) & (choices["settings"] < tried)]
    least = many.sort_values("share", kind="stable").drop_duplicates("hotspot_id")
    columns = (least[name] for name in ("hotspot_id", "choice", "value", "share"))
    for name, choice, value, share in zip(*columns, strict=True):
        what = f"{_SAID.get(choice, choice)} {_SAID.get(value, value)}"
        told[name] = f", least often with {what} ({share * 100:.0f} %)"
    return told


def _ranks(low: int, high: int) -> str:
    return f"rank {low}" if low == high else f"a rank from {low} to {high}"
