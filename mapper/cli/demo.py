"""``mapper demo``: the synthetic demonstration force as files."""

from pathlib import Path

from mapper.cli.progress import shown_progress
from mapper.cli.saying import say


def run(out: Path, *, seed: int) -> None:
    """Write the demonstration and say where."""
    from mapper.incidents.synthetic import SYNTHETIC_NOTICE, demonstration_writer

    with shown_progress() as progress:
        files = demonstration_writer()(out, seed=seed, progress=progress)
    written = [files.incidents, files.truth, files.places]
    say(
        f"{SYNTHETIC_NOTICE}\nWritten: {written[0]}, {written[1]} and {written[2]}", written=written
    )
