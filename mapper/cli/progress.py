"""Progress of long work on a terminal; silent where nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager

from mapper.base.files import Progress, no_progress


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give a progress function that draws a bar on standard error when it is a terminal."""
    import sys

    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def report(words: str, share: float) -> None:
            bar.update(task, description=words, completed=share)

        yield report


def part_of(progress: Progress, first: float, last: float) -> Progress:
    """Return a progress function whose 0 to 1 is a stretch of another's."""

    def report(words: str, share: float) -> None:
        progress(words, first + (last - first) * share)

    return report
