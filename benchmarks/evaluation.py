"""Print how often nothing is told as an effect on real years, and how often a fall is found.

    python benchmarks/evaluation.py [FOLDER] [--sets 100] [--seed 2]

FOLDER holds police.uk street files of 2018 and 2019. Nothing was done in the places drawn. Power:
a part of the incidents after, in the treated places alone, is taken out at random. The table of
docs/change-and-evaluation.md comes of the same procedure.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.action import Action
from mapper.questions.evaluate import open_trial
from mapper.questions.windows import Window, counts_within, days_with_data
from mapper.statistics.action_outcome import effect_code, ring_code

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT.parent / "shared" / "data" / "police_uk" / "merseyside-2018-2021"
LENSES = ("public-all", "public-violence", "public-harm")
KINDS = {"random": 1.0, "risen": 1.0, "disc": 1.0, "one of six": 0.5, "all six": 0.5}
CUTS = (0.3, 0.4, 0.5)
FIRST, MONTHS = np.datetime64("2018-01"), 24


def months(first, number):
    """Return a window of whole months."""
    days = first.astype("datetime64[D]"), (first + number).astype("datetime64[D]") - 1
    return Window(*(day.astype(object) for day in days))


def draw_windows(rng):
    """Return as many months before a date as after it."""
    size = int(rng.choice([1, 2, 3, 6, 12], p=[0.25, 0.2, 0.3, 0.2, 0.05]))
    at = int(rng.integers(min(max(6, size), MONTHS - size), MONTHS - size + 1))
    return months(FIRST + at - size, size), months(FIRST + at, size)


def draw_cells(study, before, rng, *, kind):
    """Return treated cells, chosen by nothing later than the window before."""
    lately = counts_within(study, before)
    past = counts_within(study, Window(study.first, before.last))
    if kind == "random":
        busy = np.flatnonzero(lately >= max(3, np.median(lately[lately > 0])))
        return rng.choice(busy, 5, replace=False)
    if kind == "risen":
        halfway = study.first + (before.last - study.first) / 2
        since = before.first if before.first > study.first else halfway
        recent = counts_within(study, Window(since, before.last))
        usual = (past - recent) * recent.sum() / (past - recent).sum()
        risen = np.argsort(-(recent - usual) / np.sqrt(usual + 1), kind="stable")
        return rng.choice(risen[:300], 5, replace=False)
    if kind == "disc":
        return disc(study, int(rng.choice(np.argsort(-past, kind="stable")[:150])))
    spots = busiest_discs(study, past)
    return spots[int(rng.integers(6))] if kind == "one of six" else np.concatenate(spots)


def disc(study, cell):
    return np.append(study.near.neighbours_of(cell), cell)


def busiest_discs(study, past, *, number=6):
    """Return the busiest discs that share no cell."""
    used, spots = np.zeros(past.size, dtype=bool), []
    for cell in np.argsort(-(past + study.near.ring_sums(past)), kind="stable").tolist():
        cells = disc(study, cell)
        if not used[cells].any():
            used[cells] = True
            spots.append(cells)
        if len(spots) == number:
            return spots
    return spots


def judged(study, action, rng):
    """Return what is told of nothing done, and of falls that are put in."""
    treated, ring = open_trial(study, action).ledgers
    effect = effect_code(treated.outcome(), incidents=treated.incidents)
    spill = ring_code(effect, ring.outcome() if ring else None)
    row = [
        effect in {"fewer", "more"},
        spill in {"displacement", "spread of benefit"},
        effect == "none alike",
        effect in {"rose before", "fell before"},
    ]
    for cut in CUTS:
        left = float(rng.binomial(int(treated.place.after[0]), 1 - cut))
        fallen = replace(treated, place=replace(treated.place, after=np.array([left])))
        row.append(effect_code(fallen.outcome(), incidents=fallen.incidents) == "fewer")
    return row


def evaluations(incidents, lens, sets, rng):
    """Yield the kind of place and what is told, of one lens."""
    study = prepare(incidents, lens=load_lens(lens), area=load_study_area())
    for kind, share in KINDS.items():
        for _ in range(max(int(sets * share), 1)):
            before, after = draw_windows(rng)
            if not all(days_with_data(study, one) for one in (before, after)):
                continue
            seen = study.varied(end=after.last)
            cells = cells_to_strings(seen.cells[draw_cells(seen, before, rng, kind=kind)])
            yield kind, judged(seen, Action(before=before, after=after, cells=tuple(cells)), rng)
        print(f"{lens}: {kind}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--sets", type=int, default=100, help="of each kind and lens")
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    incidents = read_incidents(sorted(chosen.folder.glob("201[89]-*-street.csv")))
    rng, rows = np.random.default_rng(chosen.seed), defaultdict(list)
    for lens in LENSES:
        for kind, row in evaluations(incidents, lens, chosen.sets, rng):
            rows[kind].append(row)
    print("| places | evaluations | effect | spillover | none alike | moved before | fall found |")
    for kind, found in rows.items():
        shares = [f"{each:.1%}" for each in np.mean(found, axis=0)]
        cells = [kind, str(len(found)), *shares[:4], ", ".join(shares[4:])]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
