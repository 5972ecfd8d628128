"""Workers of Dask, on this machine or behind a scheduler: dask is used in this file alone.

Whoever reaches a scheduler can run code on its workers, as the account they run under. So workers
of this machine listen on the loopback interface alone, behind keys that are made for one job and
kept in memory; a scheduler elsewhere is taken by ``tls://`` alone, where both sides show
certificates of one authority. Workers run functions of mapper on plain data; what is counted by
another version of what counts is refused.
"""

import logging
import platform
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from mapper.analysis.asked_files import View
from mapper.analysis.part_tasks import Given, Made
from mapper.base.errors import EngineError, MapperError
from mapper.base.lazy import Lazy
from mapper.base.settings import LOOPBACK_HOSTS, settings
from mapper.incidents.file_parts import PART
from mapper.incidents.sliced_file import WholeNeeded

_dask: Any = Lazy("dask")
_distributed: Any = Lazy("distributed")

_COUNTING = ("mapper", "numpy", "pandas", "pyarrow", "h3ronpy", "dask", "distributed")
_AHEAD = 3  # tasks asked for, for each that runs
_WAIT = 20  # seconds for a scheduler or its workers to answer
_SETTINGS = {
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    "distributed.scheduler.http.routes": [],  # no page tells of the work
    "distributed.worker.http.routes": [],
}


@dataclass(frozen=True, repr=False)
class _Answer:
    """What came of a task: what it made, or why it made nothing."""

    kind: Literal["made", "whole needed", "refused", "not here"]
    made: Any = None


@dataclass(frozen=True, eq=False)
class DaskWorkers:
    """Workers behind one scheduler."""

    client: Any
    size: int
    part_bytes: int = PART

    def each(
        self, task: Callable[[Given, View | None], Made], given: Sequence[Given], view: View | None
    ) -> Iterator[Made]:
        """Yield what a task makes of each thing given, in their order.

        A part whose worker ends is given to another, three times at most.

        Raises
        ------
        WholeNeeded
            As the task does.
        EngineError
            When workers do not see the files, are of another version, or end again and again.
        MapperError
            As the task does.
        """
        here = _versions()
        # As a task and not as data that is sent ahead: whoever joins later is given it, too.
        held = self.client.submit(_same, view, pure=False)
        left, asked = iter(given), deque[Any]()
        while True:
            while len(asked) < max(_AHEAD * self.size, 2) and (one := next(left, None)) is not None:
                asked.append(self.client.submit(_run, task, here, one, held, pure=False))
            if not asked:
                return
            yield _taken(asked.popleft())


def _same(view: View | None) -> View | None:
    """Return what is given: workers fetch it once from each other."""
    return view


def _run(
    task: Callable[[Any, View | None], Any],
    versions: Mapping[str, str],
    given: Any,
    view: View | None,
) -> _Answer:
    """Run a task on a worker.

    Nothing that mapper refuses is raised: dask would log the arguments of what failed.
    """
    try:
        _check_versions(_distributed.get_worker().address, versions, _versions())
        return _Answer("made", task(given, view))
    except WholeNeeded:
        return _Answer("whole needed")
    except EngineError as error:
        return _Answer("not here", str(error))
    except MapperError as error:
        return _Answer("refused", str(error))


def _taken(future: Any) -> Any:
    """Return what a task made, or raise why it did not."""
    try:
        answer: _Answer = future.result()
    except _distributed.KilledWorker:
        raise EngineError(
            "Workers ended again and again on the same part, most often for want of memory. Give"
            " each worker 1 GB or more, or start fewer on a machine."
        ) from None
    except (CancelledError, OSError) as error:  # time-outs too
        raise EngineError(
            "The scheduler does not answer any more. See that it runs, and start again: what was"
            " counted so far is kept."
        ) from error
    if answer.kind == "whole needed":
        raise WholeNeeded
    if answer.kind == "made":
        return answer.made
    raise (EngineError if answer.kind == "not here" else MapperError)(answer.made)


def _versions() -> dict[str, str]:
    """Return the versions of all that counting depends on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in _COUNTING}}


def _check_versions(where: str, here: Mapping[str, str], there: Mapping[str, str]) -> None:
    """Refuse a worker that may count otherwise."""
    other = [
        f"{name} {there.get(name, 'is absent')} in place of {told}"
        for name, told in here.items()
        if there.get(name) != told
    ]
    if other:
        raise EngineError(
            f"The worker at {where} has {', '.join(other)}. Install the same versions on every"
            " machine, for which constraints.txt is made, and start again."
        )


@contextmanager
def dask_workers(scheduler: str = "", *, workers: int | None = None) -> Iterator[DaskWorkers]:
    """Give workers for one job.

    Parameters
    ----------
    scheduler
        Address of a scheduler; none starts workers on this machine, which end with the job.
    workers
        How many are started on this machine; one for each core where not given.

    Raises
    ------
    EngineError
        When dask is not installed, nothing answers, or workers are of another version.
    """
    if find_spec("distributed") is None:
        raise EngineError(
            "Counting on workers needs dask, which is not installed: pip install 'mapper[dask]'."
        )
    security = _security(scheduler) if scheduler else None
    _ = _distributed.Client  # its own settings are there before some of them are changed
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said here
    with _dask.config.set(_SETTINGS):
        if scheduler:
            with _client(scheduler, security) as client:
                yield _ready(client, scheduler)
        else:
            with _own_cluster(workers) as cluster, _client(cluster, cluster.security) as client:
                yield _ready(client, "this machine")


@contextmanager
def _own_cluster(workers: int | None) -> Iterator[Any]:
    """Start processes on this machine that answer to this one alone."""
    with (
        TemporaryDirectory(prefix="mapper-") as folder,
        _distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=_distributed.Security.temporary(),
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _client(scheduler: Any, security: Any) -> Iterator[Any]:
    """Ask a scheduler by its address or cluster."""
    try:
        client = _distributed.Client(
            scheduler, security=security, timeout=_WAIT, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(
            f"No scheduler answers at {scheduler}. See that it runs, that this machine reaches it,"
            " and that its certificate is of the same authority."
        ) from error
    with client:
        yield client


def _ready(client: Any, where: str) -> DaskWorkers:
    """Return the workers of a client, of which each counts as this machine does."""
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError:
        raise EngineError(
            f"The scheduler at {where} has no worker. Start one on every machine that is to count."
        ) from None
    here = _versions()
    for address, there in client.run(_versions, on_error="return").items():
        known = there if isinstance(there, dict) else {}
        _check_versions(address, here, known)
    return DaskWorkers(client, sum(client.nthreads().values()))


def _security(scheduler: str) -> Any:
    """Return the keys for a scheduler's address.

    Raises
    ------
    EngineError
        When the address is none, not encrypted, or a key is not set.
    """
    try:
        told = urlsplit(scheduler)
        known = told.scheme in {"tcp", "tls"} and told.hostname and told.port
    except ValueError:
        known = False
    if not known:
        raise EngineError(
            f"{scheduler}: is no address of a scheduler. Give one such as tls://10.0.0.5:8786."
        )
    if told.scheme == "tcp":
        if told.hostname in LOOPBACK_HOSTS:
            return None
        raise EngineError(
            f"{scheduler}: is not encrypted, and incidents would travel in the clear. Start the"
            " scheduler with certificates and give its address with tls://."
        )
    held = settings()
    keys = {"MAPPER_DASK_CA": held.dask_ca, "MAPPER_DASK_CERT": held.dask_cert}
    keys["MAPPER_DASK_KEY"] = held.dask_key
    absent = [name for name, path in keys.items() if path is None or not path.is_file()]
    if absent:
        raise EngineError(
            f"{scheduler}: needs certificates, and {', '.join(absent)} names no file. Set it to"
            " the file that whoever runs the scheduler gave you."
        )
    ca, cert, key = map(str, keys.values())
    return _distributed.Security(
        tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True
    )
