"""Monte Carlo replicates in threads, the same for a seed whatever the number of threads.

Replicates are drawn in chunks of a fixed size. Every chunk has a random stream of its own, spawned
from the seed, so who works on it and when changes nothing. Work that releases the interpreter
lock (compiled kernels, numpy's own draws) runs on all cores.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats

Simulate = Callable[[np.random.Generator, int], npt.NDArray[np.generic]]

CHUNK = 8  # replicates to a stream: part of what a seed means, so never derived from the machine
_TIE = 1e-9


def run_replicates(
    simulate: Simulate,
    *,
    runs: int,
    seed: int,
    threads: int | None = None,
    progress: Progress = no_progress,
    words: str = "Simulating",
) -> npt.NDArray[np.generic]:
    """Return what ``simulate`` gives for every replicate, in order; shape (runs, ...).

    Parameters
    ----------
    simulate
        Called with a chunk's own generator and its number of replicates; returns an array with
        one row per replicate. It runs in several threads at once.
    runs
        Number of replicates, 1 or more.
    seed
        The same seed gives the same replicates for any number of threads.
    threads
        All cores when not given.
    progress
        Called after each chunk; what it raises stops the work and is passed on.

    Raises
    ------
    RequestError
        When there is not one replicate to run, or the seed is below 0.
    """
    if runs < 1 or seed < 0:
        raise RequestError(
            f"{runs} Monte Carlo runs with seed {seed} are not possible: "
            "choose 1 run or more and a seed of 0 or more."
        )
    sizes = [min(CHUNK, runs - first) for first in range(0, runs, CHUNK)]
    streams = np.random.SeedSequence(seed).spawn(len(sizes))
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        waiting = [
            pool.submit(simulate, np.random.Generator(np.random.PCG64(stream)), size)
            for stream, size in zip(streams, sizes, strict=True)
        ]
        return np.concatenate(_gather(waiting, progress=progress, words=words))


def _gather(
    waiting: list[Future[npt.NDArray[np.generic]]], *, progress: Progress, words: str
) -> list[npt.NDArray[np.generic]]:
    """Return results in order of submission; on any failure drop what has not begun."""
    results = []
    try:
        for done, future in enumerate(waiting, start=1):
            results.append(future.result())
            progress(words, done / len(waiting))
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return results


def rank_p(observed: float, simulated: Floats) -> float:
    """Return the Monte Carlo p: (#{simulated >= observed} + 1) / (M + 1).

    Equal windows can differ in the last bit of their likelihood ratio, so values within a part in
    10^9 are ties, and ties count as reaching the observed value.
    """
    reached = simulated >= observed - _TIE * max(1.0, abs(observed))
    return float((np.count_nonzero(reached) + 1) / (simulated.size + 1))
