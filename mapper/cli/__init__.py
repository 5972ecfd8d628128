"""The command line: the same power as the app, fit for a scheduler.

A fault a user can mend is one message on standard error and exit code 2, with nothing written.
"""

import atexit
import gc
import os
import sys

from mapper.base.errors import MapperError, fault_words
from mapper.cli.commands import app
from mapper.cli.saying import is_verbose, say_error

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; never show a traceback but for ``-v`` or ``MAPPER_DEBUG``."""
    # The libraries make half a million objects that stay to the end. Looking for waste among them
    # takes a tenth of the main job, and once more on the way out a fifth of a second.
    gc.set_threshold(50_000, 20, 50)
    # One thread for each product of small matrices: more wait for each other, on a busy machine
    # fifteen times as long, and no two machines add up in the same order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
