"""Progress of long work on a terminal; silent where nobody watches."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mapper.base.files import Progress, no_progress
from mapper.base.text import line_text
from mapper.cli.saying import is_quiet, is_verbose


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give a progress function: a bar where standard error is a terminal, log lines for ``-v``."""
    import sys

    if is_verbose():
        yield logged_progress()
        return
    if is_quiet() or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def report(words: str, share: float) -> None:
            bar.update(task, description=line_text(words), completed=share)

        yield report


def logged_progress() -> Progress:
    """Return a progress function that logs each step once, when it begins."""
    log, told = logging.getLogger("mapper"), [""]

    def report(words: str, share: float) -> None:
        if words != told[0]:
            told[0] = words
            log.info("%3.0f %%  %s", 100 * share, words)

    return report


def part_of(progress: Progress, first: float, last: float) -> Progress:
    """Return a progress function whose 0 to 1 is a stretch of another's."""

    def report(words: str, share: float) -> None:
        progress(words, first + (last - first) * share)

    return report
