"""The command line: the same power as the app, fit for a scheduler.

A fault a user can mend is one message on standard error and exit code 2, with nothing written.
"""

import atexit
import ctypes
import gc
import os
import sys

from mapper.base.errors import MapperError, fault_words
from mapper.cli.commands import app
from mapper.cli.saying import is_verbose, say_error

__all__ = ["app", "main"]

# Of glibc's mallopt: memory at the top of the heap that is handed back, from which size on a piece
# is mapped by itself (32 MB is the most that glibc takes), and one heap for all threads, else what
# one has freed is nothing to the next.
_TRIM, _MAPPED, _ONE_HEAP = (-1, 256 * 1024**2), (-3, 32 * 1024**2), (-8, 1)


def main() -> None:
    """Run the command line; never show a traceback but for ``-v`` or ``MAPPER_DEBUG``."""
    # The libraries make half a million objects that stay to the end. Looking for waste among them
    # takes a tenth of the main job, and once more on the way out a fifth of a second.
    gc.set_threshold(50_000, 20, 50)
    # One thread for each product of small matrices: more wait for each other, on a busy machine
    # fifteen times as long, and no two machines add up in the same order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it looks for some
    if sys.argv[1:2] != ["serve"]:  # the app stays, and so would what it has freed
        _keep_memory()
    atexit.register(gc.freeze)
    try:
        app(prog_name="mapper")
    except MapperError as error:
        from mapper.analysis.request import AnalysisRequest

        say_error(error.called(AnalysisRequest.option))
        sys.exit(2)
    except MemoryError:
        print(
            "This machine has too little memory for that. Use a smaller extract.", file=sys.stderr
        )
        sys.exit(2)
    except BrokenPipeError:  # mapper ... --out - | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("MAPPER_DEBUG") or is_verbose():
            raise
        say_error(f"{fault_words(error)} Run it again with -v to see where.")
        sys.exit(2 if isinstance(error, OSError) else 1)


def _keep_memory() -> None:
    """Use freed memory again rather than hand it back at once and ask the system anew.

    Columns of a few megabytes come and go by the hundred; each page that the system gives out is
    cleared first, which takes a tenth of the main job. What is mapped by itself goes back as ever.
    Arrow's columns lie apart, else what is left of them parts what could be used again as a whole.
    """
    built_with = sys.platform == "linux" and os.uname().machine == "x86_64"
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if built_with else "system")
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if set_option is not None:
        set_option(*_TRIM)
        set_option(*_MAPPED)
        set_option(*_ONE_HEAP)
