"""A stranger's file is read in a child process, which may die without loss.

Workbooks, spatial files, boundaries and everything uploaded to the app are parsed by large
libraries that a crafted file can end or fill up. The child has limits of memory and time, in
proportion to what it reads, an environment without secrets, and folders of its own; the parent
gets JSON and files of Arrow from it, never code. What the child cannot do is said in one sentence,
and the parent goes on.
"""

import json
import logging
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Timer
from typing import IO, Any

from mapper.base import errors
from mapper.base.errors import InputError, MapperError
from mapper.base.files import Progress, no_progress

MEMORY = 1_900 * 1024**2  # bytes that a child may hold at most
SECONDS = 120  # that it may take at most
# What a child may use in proportion to the file: sound files of every kind need a tenth of it.
_MB = 1024**2
_MEMORY_FIRST, _MEMORY_TIMES = 640 * _MB, 40
_SECONDS_FIRST, _SECONDS_EACH_MB = 6, 4  # of processor time
_PATIENCE = 10  # times the processor time: how long a child may take on a busy machine
INSIDE = "MAPPER_GUARDED"  # set in the environment of a child
_LONGEST_ANSWER = 64 * 1024**2
# No key, no address of a database, no proxy: the child gets what a process needs to start.
_PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PROJ_DATA"),
    # Where the installation's area is, beyond Britain too, and who may read what is written.
    *("MAPPER_AREA", "MAPPER_WORKSPACE", "MAPPER_OUTPUTS_FOR"),
)
_FIXED = {
    INSIDE: "1",
    "PYTHONUTF8": "1",
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
    # GDAL opens nothing on another machine, nor fetches what a file names as its reference system:
    # nothing listens at that port.
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_PROXY": "127.0.0.1:1",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0",  # a GeoPackage's views and triggers call nothing
}
# Children at once: together they stay within the memory of a small server.
_PLACES = BoundedSemaphore(1 if INSIDE in os.environ else 2)
_LOG = logging.getLogger(__name__)


def in_child(  # noqa: PLR0913 - the work, its name, its limits and its refusal
    task: str,
    told: Mapping[str, Any],
    *,
    name: str,
    size: int | None = None,
    memory: int = MEMORY,
    seconds: float = SECONDS,
    progress: Progress = no_progress,
    kind: type[MapperError] = InputError,
    advice: str = "Split it, or export it as CSV.",
) -> dict[str, Any]:
    """Do one piece of work on a file in a child process and return what it says.

    Parameters
    ----------
    task
        ``module:function`` of mapper; the function takes ``told`` and a progress function and
        returns a mapping. Both go through JSON; tables go through files named in ``told``.
    name
        The file's name, for messages.
    size
        Bytes of what is read: memory and time are then in proportion, up to ``memory`` and
        ``seconds``, so that a small file that unpacks without end is stopped early.
    kind, advice
        What is raised, and what it tells the person to do, where the child gave no answer.

    Raises
    ------
    MapperError
        The child's own refusal, of the same kind; or that the child ran out of memory or time,
        or that the file made it stop.
    """
    limits = _limits(size, memory, seconds)
    with _PLACES, tempfile.TemporaryFile() as told_file:
        told_file.write(json.dumps(told).encode())
        told_file.seek(0)
        late = Event()
        process = _start(task, told_file, limits)
        timer = Timer(limits.wall, _end, (process, late))
        timer.start()
        try:
            assert process.stdout is not None  # noqa: S101 - narrows the type: it was asked for
            answer = _listen(process.stdout, progress)
        finally:
            timer.cancel()
            _end(process, None)
            process.wait()
        if late.is_set():
            raise kind(f"{name}: took more than {limits.wall:g} s to read. {advice}")
        if "done" in answer:
            return dict(answer["done"])
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            raise kind(f"{name}: took more than {limits.cpu} s of work to read. {advice}")
        raise _refusal(answer) or kind(f"{name}: {_why(answer, limits.memory)} {advice}")


@dataclass(frozen=True)
class _Limits:
    """What a child may use."""

    memory: int  # bytes
    cpu: int  # seconds of processor time
    wall: float  # seconds


def _limits(size: int | None, memory: int, seconds: float) -> _Limits:
    """Return the limits of a child that reads so many bytes, never above those that are given."""
    if size is None:
        return _Limits(memory, max(1, round(seconds * 2)), seconds)  # two threads
    cpu = min(_SECONDS_FIRST + _SECONDS_EACH_MB * size // _MB, max(1, round(seconds * 2)))
    most = min(memory, _MEMORY_FIRST + _MEMORY_TIMES * size)
    return _Limits(most, cpu, min(seconds, cpu * _PATIENCE))


def _start(task: str, told: IO[bytes], limits: _Limits) -> "subprocess.Popen[bytes]":
    """Start the child; it gets its work as a file, so that nothing waits on a pipe."""
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    told_limits = (str(limits.memory), str(limits.cpu), str(math.ceil(limits.wall)))
    return subprocess.Popen(  # noqa: S603 - our own module, without a shell
        [sys.executable, "-P", "-m", "mapper.base.sandbox_child", task, *told_limits],
        stdin=told,
        stdout=subprocess.PIPE,
        stderr=None if "MAPPER_DEBUG" in os.environ else subprocess.DEVNULL,
        env=environment | _FIXED,
        start_new_session=INSIDE not in os.environ,  # a child's children end with it
    )


def _end(process: "subprocess.Popen[bytes]", late: Event | None) -> None:
    """End a child, and its own children with it, where it still runs."""
    if process.poll() is not None:
        return
    if late is not None:
        late.set()
    if hasattr(os, "killpg") and INSIDE not in os.environ:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _listen(stream: IO[bytes], progress: Progress) -> Mapping[str, Any]:
    """Return the child's answer, passing its progress on; nothing where it died before."""
    with stream:
        while line := stream.readline(_LONGEST_ANSWER):
            try:
                said = json.loads(line)
            except ValueError:
                break
            if "progress" not in said:
                return dict(said)
            progress(*said["progress"])
    return {}


def _refusal(answer: Mapping[str, Any]) -> MapperError | None:
    """Return the refusal that the child raised, if it did."""
    if "refused" not in answer:
        return None
    named = getattr(errors, str(answer.get("kind")), InputError)
    kind = named if issubclass(named, MapperError) else InputError
    return kind(str(answer["refused"]), names=map(str, answer.get("names", ())))


def _why(answer: Mapping[str, Any], memory: int) -> str:
    """Return why a child gave no answer, in plain words; the log says where a fault lies."""
    if "fault" in answer:
        _LOG.warning("A guarded reader stopped: %s", answer["fault"])
        return "could not be read; it is damaged, or written in a way that mapper does not know."
    return (
        f"could not be read within {memory // 1024**2:,} MB of memory; it is damaged or far too"
        " large."
    )
