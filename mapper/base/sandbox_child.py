"""The child process of :mod:`mapper.base.sandbox`: one task under limits, one answer as JSON.

Run as a module: ``mapper.base.sandbox_child MODULE:FUNCTION MEMORY CPU SECONDS``, with what the
task is told as JSON on standard input. Lines on standard output are progress, the last one the
answer.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import IO, Any

from mapper.base.errors import MapperError

if sys.platform != "win32":
    import resource

_RESERVED = 2 * 1024**3  # address space that threads and libraries reserve and never fill
_FILES = 4 * 1024**3  # the largest file that a child may write
_GRACE = 5  # seconds: the parent ends the child first and says so


def main(arguments: list[str]) -> None:
    """Do the task and answer; whatever libraries print goes elsewhere."""
    task, *limits = arguments
    _limit(*map(int, limits))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = _answer(task, json.load(sys.stdin), answers)
    _write(answers, answer)
    os._exit(0)  # a library that a crafted file has hurt may not end well


def _limit(memory: int, cpu: int, seconds: int) -> None:
    """Limit this process's memory, processor time, time and files, where the system can."""
    if sys.platform == "win32":  # the parent's clock is the limit
        return
    wanted = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_AS: memory + _RESERVED,
        resource.RLIMIT_FSIZE: _FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        new = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (new, new))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or cpu + 1 < hard:
        # The soft limit ends it by a signal that the parent knows; the hard one if that fails.
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    signal.alarm(seconds + _GRACE)  # where the parent is gone


def _answer(task: str, told: Mapping[str, Any], answers: IO[str]) -> dict[str, Any]:
    """Return what came of a task: done, refused, a fault in the code, or no memory."""

    def progress(words: str, share: float) -> None:
        _write(answers, {"progress": [words, share]})

    module, _, function = task.partition(":")
    try:
        return {"done": getattr(import_module(module), function)(told, progress)}
    except MapperError as error:
        return {"refused": error.args[0], "names": error.names, "kind": type(error).__name__}
    except MemoryError:
        return {"memory": "spent"}
    except Exception as error:  # noqa: BLE001 - any fault that a crafted file can cause
        if "bad_alloc" in str(error):  # how libraries in C++ say that memory is spent
            return {"memory": "spent"}
        # Where, not what: the message of an error may quote the file.
        last = traceback.extract_tb(error.__traceback__)[-1]
        return {"fault": f"{type(error).__name__} in {task}, line {last.lineno} of {last.name}"}


def _write(stream: IO[str], said: Mapping[str, Any]) -> None:
    """Write one line of JSON at once; a parent that is gone reads nothing."""
    try:
        stream.write(f"{json.dumps(said)}\n")
        stream.flush()
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
