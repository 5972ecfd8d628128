"""Write docs/accuracy.md: how well every ranking foretold the later months of the real files.

    python benchmarks/accuracy.py [FOLDER] [--out docs/accuracy.md]

FOLDER holds police.uk street files of Merseyside from January 2018 to December 2021. Figures only
are written, none of the records. The same files give the same document to the byte.
"""

import argparse
import sys
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from mapper.analysis.back_test import BackTest, back_test
from mapper.areas.load import load_study_area
from mapper.base.files import write_whole
from mapper.grid.counts import count_by_period, locate
from mapper.incidents.read import read_incidents
from mapper.lenses.classify import classify
from mapper.lenses.lens import Lens, Rule
from mapper.lenses.load import shipped_lenses
from mapper.statistics.accuracy import BEST, AccuracyTest
from mapper.statistics.forecast import BANDWIDTH_M, forecast, learn
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.rankings import FORECASTS as FORECASTERS
from mapper.statistics.rankings import LAST_YEAR, RIVALS, WHERE_NEXT

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT.parent / "shared" / "data" / "police_uk" / "merseyside-2018-2021"
PLAN = BackTest(test_from=date(2021, 1, 1))
TRIAL = AccuracyTest(replicates=2000, seed=1)

HEAD = """# Accuracy

Made by `python benchmarks/accuracy.py` from the police.uk street files of Merseyside Police.
Figures only, whatever they say.

## What was done

- **Trained on** {train} ({months} months with data).
- **Tested on** {test} ({tested} months): prospective, each month tested lies after
  every month trained on.
- No data for {missing}: missing, not zero.
- {cells:,} cells (H3 resolution 9) of Merseyside, {area:,.0f} km2, empty ones included.
- **Hit rate**: the share of the test months' incidents that lie in the chosen cells.
  **PAI** = hit rate / share of the area. **PEI** = PAI / the best PAI possible at the same area.
  Cells are taken in the order of a ranking until exactly that area is reached, the last cell (or
  cells that share a place) in part, with the same part of its hits. Incidents count once each.
- **Gain**: hit rate less that of last year's top cells by count, in percentage points.
- In brackets: 95 % interval by bootstrap over the test months ({replicates:,} replicates, seed
  {seed}), each by itself. Ten months are few: the intervals are rough, and they say nothing about
  other forces or years.
- Rankings in *italics* are the honest rivals: what anyone can do with a spreadsheet or a kernel
  density map (gaussian, bandwidth as stated, incidents at cell centres). Unless they say
  otherwise, rankings look at all training months. A signal ranks by its exact p, then by excess.
- Excess over an even spread ranks cells as count does, so it has no row of its own. Where the
  land in hot spots is used up, that ranking goes on by count of all periods.
- **Where next** is what `mapper where-next` gives: Poisson-gamma shrinkage to a 300 m kernel, its
  half-life and trust learnt from the months before each test alone, and last year's count where it
  did not win on those months. The cores of `mapper where-next --by core --land 0.02` are its
  busiest 2 % of the land with touching cells joined: at equal area they hold what it holds.
- **Concentrated places** are tested against an even spread, fields included: discs, and the busiest
  fiftieth of the cells by themselves, cells of places first and each by its own count. Of equal
  land they hold at most half a point less than last year's count.

## What it says

{findings}

{forecasts}

## Signals

Significance is not a forecast. It says whether a place is more than chance, of what kind, and
whether it is new. On these files, to choose where to go next month, plain counts do as well as any
signal or better, and the forecast above does a little better than last year's count for busy lenses
and clearly better for sparse ones. This is why the list of hot spots is ranked by what lies inside
them and not by p. The single-place and over-represented signals answer questions about quiet places
too: they were not made for hit rates.
"""

FOOT = """## What can mislead

- Points in police.uk files are moved to map points that each stand for several addresses. A busy
  map point stays busy, which helps every ranking, counts most of all.
- {same:.1f} % of the test months' incidents lie at a map point already used in the training
  months. Where the set of map points is replaced, as it was between 2021 and 2025, no such figure
  means anything.
- 2020 and early 2021 were lockdown months: last year's counts were learnt in them.
- police.uk holds crimes and anti-social behaviour only, and says nothing of domestic abuse or
  county lines.

## Source and licence

Street-level crime files of Merseyside Police, data.police.uk, Open Government Licence v3.0.
Residents: ONS mid-2020. Boundaries: contains OS data, Crown copyright and database right, and ONS
data, Open Government Licence v3.0. No record is reproduced here.
"""

FORECASTS = """## Where next, month by month

Each of {splits} months is foretold from all months before it. Hit rate of last year's count, and
the gain over it in points with its interval; *fell back* counts the months in which last year's
count was given, because the forecast had not beaten it on earlier months. The last columns say
what share of cells had a count inside their 90 % interval: of all cells, and of those that
expected one incident or more. Robbery with weapons, and burglary, are sparse lenses made for this
table alone.

{table}
"""

SPARSE = {
    "Robbery and possession of weapons": ("Robbery", "Possession of weapons"),
    "Burglary": ("Burglary",),
}
ROLLED = """Rolling, {splits} splits: each month is tested alone, trained on the {months} months
before it. Hit rate, %, and PEI (the best cells of one month are partly luck, so PEI is lower):"""
SINGLE, ROLLING = "single", "rolling"


def interval(row, name, show):
    return f"{show(row[name])} ({show(row[f'{name}_low'])} to {show(row[f'{name}_high'])})"


def percent(value):
    return f"{100 * value:.1f}"


def points(value):
    return f"{100 * value:+.1f}"


def both(row):
    return f"{row['pai']:.1f} / {row['pei']:.2f}"


def shown(name):
    return f"*{name}*" if name in RIVALS else f"**{name}**" if name == BEST else name


def grid(table, write):
    """Return a Markdown table, rankings by shares of the area, best at the smallest share first."""
    shares = sorted(table["area_share"].unique())
    rows = {(row["ranking"], row["area_share"]): row for row in table.to_dict("records")}
    names = sorted({name for name, _ in rows}, key=lambda n: (-rows[n, shares[0]]["hit_rate"], n))
    lines = [
        "| ranking | " + " | ".join(f"{100 * share:g} % of the area" for share in shares) + " |",
        "|---" * (len(shares) + 1) + "|",
    ]
    for name in names:
        cells = " | ".join(write(rows[name, share]) for share in shares)
        lines.append(f"| {shown(name)} | {cells} |")
    return "\n".join(lines)


def section(lens, single, rolling):
    """Return the tables of one lens."""
    others = single.table[~single.table["ranking"].isin([LAST_YEAR])]
    return "\n\n".join(
        [
            f"## {lens.title}",
            f"Lens `{lens.id}` {lens.version}: {single.incidents:,} incidents in all months used.",
            "Hit rate, %, all test months together:",
            grid(single.table, lambda row: interval(row, "hit_rate", percent)),
            "PAI / PEI, all test months together:",
            grid(single.table, both),
            "Gain over last year's count, points:",
            grid(others, lambda row: interval(row, "gain", points)),
            ROLLED.format(splits=rolling.splits, months=len(rolling.train)),
            grid(
                rolling.table,
                lambda row: f"{interval(row, 'hit_rate', percent)}, {row['pei']:.2f}",
            ),
        ]
    )


def finding(lens, table):
    """Say for one lens which ranking led at each share, and how the cluster test did."""
    lines = [f"- **{lens.title}**"]
    for share, rows in table[table["ranking"] != BEST].groupby("area_share"):
        at = rows.set_index("ranking")["hit_rate"]
        told = [f"{at.idxmax()} leads with {percent(at.max())} %"]
        told += [
            f"{name} {percent(at[name])} %"
            for name in (LAST_YEAR, WHERE_NEXT, "cluster p, capped counts")
            if name != at.idxmax()
        ]
        lines.append(f"  - {100 * share:g} % of the area: {'; '.join(told)}")
    return "\n".join(lines)


def beaten(tables):
    """Say how often a signal clearly beat last year's counts, and which."""
    better, worse, tests = [], 0, 0
    for title, table in tables.items():
        part = table[~table["ranking"].isin([*RIVALS, *FORECASTERS, BEST])]
        tests += len(part)
        worse += int((part["gain_high"] < 0).sum())
        better += [
            f"{row['ranking']} at {100 * row['area_share']:g} % ({title})"
            for row in part[part["gain_low"] > 0].to_dict("records")
        ]
    named = f": {'; '.join(better)}" if better else ""
    said = (
        f"- Over all lenses and shares, {tests} comparisons of a signal with last year's counts:"
        f" {worse} clearly worse (interval below 0), {len(better)} clearly better (above 0){named}."
    )
    return textwrap.fill(said, 98, subsequent_indent="  ")


def sparse_lens(title, types):
    """Return a lens of some police.uk types."""
    rules = tuple(Rule(each, 1, each, (("type", "is", each),)) for each in types)
    name = title.lower().replace(" ", "-")
    return Lens(name, title, "1", title, (), rules, public=True)


def looked_ahead(incidents, area, lens):
    """Return how often each rolling month fell back, and how many cells lay in their interval."""
    table = incidents.table
    months, period = np.unique(
        table["start"].to_numpy().astype("datetime64[M]"), return_inverse=True
    )
    cells = area.cells["cell"].to_numpy()
    points = [table[name].to_numpy() for name in ("lon", "lat")]
    where = locate(*points, cells=cells, resolution=area.resolution)
    ones = (classify(table, lens) > 0).astype(np.int64)
    counts = count_by_period(where, ones, period, size=cells.size, periods=months.size)
    around = gaussian_kernel(cells, bandwidth_m=BANDWIDTH_M)
    land, ages = area.cells["area_km2"].to_numpy(), months.astype(np.int64).astype(np.float64)
    first = int(np.searchsorted(months, np.datetime64(PLAN.test_from, "M")))
    fell, inside, busy = 0, [], []
    for at in range(first, months.size):
        seen, back = counts[:, :at], ages[at - 1] - ages[:at]
        learnt = learn(seen, around, area_km2=land, ages=back)
        made = forecast(seen, around, learnt, ages=back)
        low, high = made.interval(1, confidence=0.9)
        held = (counts[:, at] >= low) & (counts[:, at] <= high)
        fell += not learnt.wins
        inside.append(held)
        busy.append(held[made.mean >= 1])
    return fell, np.concatenate(inside).mean(), np.concatenate(busy)


def forecast_row(lens, rolling, ahead):
    """Return one row of the table of forecasts."""
    rows = {(row["ranking"], row["area_share"]): row for row in rolling.table.to_dict("records")}
    shares = (0.01, 0.02, 0.05)
    fell, all_cells, busy = ahead
    parts = [f"{lens.title}, {rolling.incidents:,}"]
    parts += [
        f"{percent(rows[LAST_YEAR, share]['hit_rate'])} % "
        + interval(rows[WHERE_NEXT, share], "gain", points)
        for share in shares
    ]
    parts += [f"{fell} of {rolling.splits}", f"{percent(all_cells)} %"]
    parts += [f"{percent(busy.mean())} % of {busy.size:,}" if busy.size else "none expects one"]
    return f"| {' | '.join(parts)} |"


def forecast_section(rows, splits):
    """Return the table of forecasts with its words."""
    columns = ("lens, incidents", "last year's count and gain, 1 % of the area", "2 %", "5 %")
    columns += ("fell back", "in interval", "of cells expecting 1 or more")
    head = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return FORECASTS.format(splits=splits, table="\n".join([*head, *rows])).rstrip()


def runs(months):
    """Return months as runs: 2021-01 to 2021-09, 2021-12."""
    numbers = [12 * int(month[:4]) + int(month[5:]) for month in months]
    found = []
    for month, number in zip(months, numbers, strict=True):
        if found and number == found[-1][2] + 1:
            found[-1][1:] = [month, number]
        else:
            found.append([month, month, number])
    return ", ".join(a if a == b else f"{a} to {b}" for a, b, _ in found) or "none"


def same_points(table):
    """Return the share of test incidents at a point that a training incident has, in per cent."""
    places = np.column_stack([table["lon"], table["lat"]]).round(6)
    later = (table["start"] >= np.datetime64(PLAN.test_from)).to_numpy()
    _, number = np.unique(places, axis=0, return_inverse=True)
    return 100 * np.isin(number[later], number[~later]).mean()


def tested(incidents, area, lens, design):
    return back_test(incidents, replace(PLAN, design=design), lens=lens, area=area, trial=TRIAL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md")
    chosen = parser.parse_args()
    if not list(chosen.folder.glob("*.csv")):
        sys.exit(f"{chosen.folder} holds no police.uk CSV files: give a folder that does.")
    incidents, area = read_incidents([chosen.folder]), load_study_area()
    lenses = [lens for lens in shipped_lenses() if lens.public]
    single = {lens.id: tested(incidents, area, lens, SINGLE) for lens in lenses}
    first = single[lenses[0].id]
    findings = [finding(lens, single[lens.id].table) for lens in lenses]
    findings.append(beaten({lens.title: single[lens.id].table for lens in lenses}))
    sparse = [sparse_lens(title, types) for title, types in SPARSE.items()]
    rolling = {lens.id: tested(incidents, area, lens, ROLLING) for lens in [*lenses, *sparse]}
    rows = [
        forecast_row(lens, rolling[lens.id], looked_ahead(incidents, area, lens))
        for lens in [*sparse, *lenses]
    ]
    head = HEAD.format(
        forecasts=forecast_section(rows, rolling[lenses[0].id].splits),
        train=runs(first.train),
        months=len(first.train),
        test=runs(first.test),
        tested=len(first.test),
        missing=runs(first.missing),
        cells=len(area.cells),
        area=area.cells["area_km2"].sum(),
        replicates=TRIAL.replicates,
        seed=TRIAL.seed,
        findings="\n".join(findings),
    )
    sections = [section(lens, single[lens.id], rolling[lens.id]) for lens in lenses]
    foot = FOOT.format(same=same_points(incidents.table))
    write_whole(chosen.out, "\n\n".join([head.rstrip(), *sections, foot]))
    print(f"wrote {chosen.out}")


if __name__ == "__main__":
    main()
