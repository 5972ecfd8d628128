"""What children are told to do in the tests of the guard."""

import os
import subprocess
import sys
import time
from pathlib import Path

from mapper.base.errors import AreaError


def surroundings(_told, _progress):
    return {"environment": dict(os.environ), "path": sys.path}


def eat(_told, _progress):
    kept = [bytearray(64 * 1024**2) for _ in range(200)]
    return {"eaten": len(kept)}


def sleep(told, _progress):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as own:
        Path(told["file"]).write_text(str(own.pid))
        time.sleep(60)
    return {}


def refuse(_told, _progress):
    raise AreaError("this is the child's own word")


def die(_told, _progress):
    os.abort()


def stumble(told, _progress):
    raise RuntimeError(told["secret"])


def chatter(told, progress):
    print("noise of a library")  # noqa: T201 - this is what is tested
    progress("half", 0.5)
    return {"back": told}
