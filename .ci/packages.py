"""Install this project with what it needs: ``python .ci/packages.py '.[dev]'``.

By uv, which takes a tenth of pip's time, from the places that pip is told of on this machine, into
the environment of the Python that runs this. By pip where uv cannot be had or does not get along.
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


def install_with_uv(project: str) -> None:
    """Install as pip would: of all places that it is told of, the best version of any."""
    settings = pips_settings()
    options = ["--index-strategy", "unsafe-best-match"]
    for name, option in SAME.items():
        options += [word for each in settings.get(name, "").split() for word in (option, each)]
    if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        options.append("--no-index")
    environment = {"SSL_CERT_FILE": settings["cert"]} if "cert" in settings else {}
    subprocess.run([*PIP, "install", *VERSIONS, "uv"], check=True)
    install = [*UV, *options, *VERSIONS, "--editable", project]
    subprocess.run(install, check=True, env=os.environ | environment)


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    try:
        install_with_uv(wanted)
    except (subprocess.CalledProcessError, OSError, ValueError, SyntaxError):
        install = [*PIP, "install", "--no-compile", *VERSIONS, "--editable", wanted]
        sys.exit(subprocess.run(install, check=False).returncode)
