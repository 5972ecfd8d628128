"""``mapper hotspots``: files in, list, cells, map and manifest out."""

from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from mapper.base.errors import InputError
from mapper.cli.arguments import Asked
from mapper.cli.doubts import as_json, said
from mapper.cli.progress import part_of, shown_progress
from mapper.cli.saying import say

if TYPE_CHECKING:
    import pandas as pd

    from mapper.analysis.request import AnalysisResult
    from mapper.analysis.study import Study
    from mapper.disclosure.release import Release


def run(asked: Asked, *, out: Path, previous: Path | None = None, signals: bool = False) -> None:
    """Find hot spots and write them; every choice is checked before any incident is read."""
    # What writes and draws loads in the background while files are read; the import below waits.
    Thread(target=import_module, args=("mapper.outputs.write",), daemon=True).start()
    from mapper.analysis.analyse import find_hotspots
    from mapper.cli.asking import read_study
    from mapper.disclosure.make import release

    ids = earlier_ids(previous) if previous else None
    with shown_progress() as progress:
        study = read_study(asked, part_of(progress, 0.0, 0.6))
        result = find_hotspots(study, previous=ids, progress=part_of(progress, 0.6, 0.8))
        shown = release(result)
        from mapper.outputs.write import write_outputs

        beside = {"signals.csv": _signals_csv(study, result)} if signals else {}
        progress("Writing the list, cells, map and manifest", 0.8)
        write_outputs(shown, out, beside=beside)
    edge = [f"  {note}" for note in result.notes if note.code == "beyond the edge"]
    say(
        "\n".join([_summary(shown, out), *map(said, study.doubts), *edge]),
        doubts=as_json(study.doubts),
        marking=shown.marking,
        numbers=shown.record["numbers"],
        hotspots=shown.hotspots[
            ["rank", "hotspot_id", "name", "incidents", "expected", "q"]
        ].to_dict(orient="records"),
        written=[out],
    )


def _signals_csv(study: "Study", result: "AnalysisResult") -> bytes:
    """Return the signals of every hot spot, and the single places that no cluster test sees."""
    from mapper.disclosure.make import release
    from mapper.outputs.findings import finding_csv
    from mapper.questions.signals import SignalsChoices, ask_signals

    return finding_csv(release(ask_signals(study, SignalsChoices(by="place"), result=result)))


def earlier_ids(folder: Path) -> "pd.Series":
    """Return the hot spot id of each cell of an earlier run."""
    import pandas as pd

    path = folder / "cells.parquet"
    try:
        cells = pd.read_parquet(path, columns=["cell", "hotspot_id"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: not the cells of an earlier run. Give the folder that an earlier"
            " “mapper hotspots” wrote."
        ) from error
    cells = cells[cells["hotspot_id"] != ""]
    return cells.set_index("cell")["hotspot_id"]


def _summary(shown: "Release", out: Path) -> str:
    """Say in a few lines what was found, over what, and where it lies."""
    numbers = shown.record["numbers"]
    assert isinstance(numbers, dict)  # noqa: S101 - narrows the record's type
    kinds = ("read", "accepted", "rejected", "outside")
    rows = ", ".join(f"{numbers[f'rows_{kind}']:,} {kind}" for kind in kinds)
    found = f"{numbers['hotspots']:,} hot spots in {numbers['cells_hot']:,} of"
    top = shown.hotspots.head(5)
    return "\n".join(
        [
            f"{shown.marking}   {shown.title}: {shown.area_title}, {shown.period}",
            f"Rows: {rows}. {numbers['incidents_counted']:,} incidents count.",
            f"{found} {numbers['cells']:,} cells.",
            *(
                f"  {rank}. {name}: {reason}"
                for rank, name, reason in zip(top["rank"], top["name"], top["reason"], strict=True)
            ),
            f"Written to {out}",
        ]
    )
