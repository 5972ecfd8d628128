"""``mapper demo``: the synthetic demonstration force as files."""

from pathlib import Path

from mapper.cli.progress import shown_progress
from mapper.cli.saying import say


def run(out: Path, *, seed: int, years: int, background: bool, patrols: bool) -> None:
    """Write the demonstration and say where."""
    from mapper.incidents.synthetic import SYNTHETIC_NOTICE, demonstration_writer

    with shown_progress() as progress:
        files = demonstration_writer()(
            out,
            seed=seed,
            years=years,
            background=background,
            patrols=patrols,
            progress=progress,
        )
    asked = [path for path in (files.year_before, files.background, files.patrols) if path]
    written = [*asked, files.incidents, files.truth, files.places]
    listed = ", ".join(map(str, written[:-1]))
    say(f"{SYNTHETIC_NOTICE}\nWritten: {listed} and {written[-1]}", written=written)
