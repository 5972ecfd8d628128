"""Install this project with what it needs: ``python .ci/packages.py '.[dev]'``.

By uv, which is several times as fast as pip, from the places that pip is told of on this machine,
into the environment of the Python that runs this. By pip where uv cannot be had or fails.
"""

import ast
import os
import subprocess
import sys

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
UV = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
VERSIONS = ["--quiet", "--constraint", "constraints.txt"]
SAME = {  # pip's setting, and uv's option
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "constraint": "--constraint",
    "trusted-host": "--allow-insecure-host",
}


def pips_settings() -> dict[str, str]:
    """Return pip's settings by name; what the environment tells counts before any file."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=True)
    lines = [line.partition("=") for line in listed.stdout.splitlines()]
    lines.sort(key=lambda line: line[0].startswith(":env:"))
    return {name.partition(".")[2]: ast.literal_eval(value) for name, _, value in lines}


def uv_options(settings: dict[str, str]) -> list[str]:
    """Return how uv is told what pip is; the best version of all places counts, as with pip."""
    options = ["--index-strategy", "unsafe-best-match"]
    for name, option in SAME.items():
        options += [word for each in settings.get(name, "").split() for word in (option, each)]
    if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        options.append("--no-index")
    return options


def install_with_uv(project: str) -> None:
    """Fetch uv with pip, and install a project with it."""
    settings = pips_settings()
    environment = {"SSL_CERT_FILE": settings["cert"]} if "cert" in settings else {}
    subprocess.run([*PIP, "install", *VERSIONS, "uv"], check=True)
    install = [*UV, *uv_options(settings), *VERSIONS, "--editable", project]
    subprocess.run(install, check=True, env=os.environ | environment)


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    try:
        install_with_uv(wanted)
    except (subprocess.CalledProcessError, OSError, ValueError, SyntaxError):
        sys.stderr.write("Not installed with uv; pip goes on, which takes some minutes.\n")
        install = [*PIP, "install", "--no-compile", *VERSIONS, "--editable", wanted]
        sys.exit(subprocess.run(install, check=False).returncode)
