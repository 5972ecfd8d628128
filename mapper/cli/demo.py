"""``mapper demo``: the synthetic demonstration force as files."""

from pathlib import Path

from mapper.cli.progress import shown_progress


def run(out: Path, *, seed: int) -> None:
    """Write the demonstration and say where."""
    from mapper.incidents.synthetic import SYNTHETIC_NOTICE, demonstration_writer

    with shown_progress() as progress:
        files = demonstration_writer()(out, seed=seed, progress=progress)
    print(f"{SYNTHETIC_NOTICE}\nWritten: {files.incidents}, {files.truth} and {files.places}")
