"""The files around the code say what is so: versions, paths, licences, containers."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from mapper.base.settings import Settings

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


TOP = {
    *("mapper", "data", "pages", "tests", "demonstration", "docs", "benchmarks", "Makefile"),
    *("streamlit_app.py", "pyproject.toml", "setup.py", "constraints.txt", "MANIFEST.in"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff"),
    *("Containerfile", "compose.yaml", ".containerignore"),
    *(".ci", ".github", ".gitignore", ".streamlit"),
}


def parsed(name):
    return yaml.safe_load((ROOT / name).read_text())


def test_nothing_else_stands_at_the_top():
    told = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not told:
        pytest.skip("no repository: what is kept is not known")
    assert {line.partition("/")[0] for line in told.splitlines()} == TOP


def test_one_version_everywhere():
    newest = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest.group(1) == PROJECT["version"] == str(parsed("CITATION.cff")["version"])


def test_one_licence_everywhere():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    assert PROJECT["license"] == parsed("CITATION.cff")["license"] == "MIT"
    assert PROJECT["license-files"] == ["LICENSE"]


def test_a_citation_holds_what_the_format_asks_for():
    told = parsed("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["cff-version"] == "1.2.0"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CHANGELOG.md", "docs/licences.md"])
def test_paths_that_are_named_are_there(name):
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", (ROOT / name).read_text())
    paths = [each for each in named if "/" in each or each.endswith((".md", ".txt", ".toml"))]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_layers_in_words_are_the_layers():
    folders = {path.name for path in (ROOT / "mapper").iterdir() if path.is_dir()}
    words = (ROOT / "CONTRIBUTING.md").read_text().split("those before it:")[1].split("`tests/")[0]
    assert set(re.findall(r"`(\w+)`", words)) == folders - {"__pycache__"}


def test_github_runs_what_developers_run_on_every_python():
    told = parsed(".github/workflows/ci.yml")
    (job,) = told["jobs"].values()
    assert job["steps"][-1] == {"run": ".ci/run"}
    pythons = job["strategy"]["matrix"]["python"]
    assert pythons == ["3.11", "3.12", "3.13"]  # as text: 3.10 would be read as 3.1
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert told["permissions"] == {"contents": "read"}
    assert "://" not in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def instructions():
    """Each instruction of the Containerfile with its words; lines that go on are joined."""
    text = (ROOT / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def test_the_container_copies_what_is_there_and_all_that_the_build_needs():
    copied = [shlex.split(words) for verb, words in instructions() if verb == "COPY"]
    sources = [each for words in copied if "--from" not in words[0] for each in words[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {"setup.py", "mapper", "demonstration", "pages", "data/boundaries"} <= set(sources)
    kept = set((ROOT / ".containerignore").read_text().split())
    for source in sources:
        assert {f"!{source}", f"!{source.split('/')[0]}"} & kept, f"{source} is kept out"


def test_the_container_runs_as_nobody_in_particular_and_its_command_is_there(run):
    told = instructions()
    assert [verb for verb, _ in told].count("FROM") == 2
    assert all(
        re.fullmatch(r"\S+:\d\S*( AS \w+)?", words) for verb, words in told if verb == "FROM"
    )
    last = {verb: words for verb, words in told if verb in {"USER", "CMD"}}
    assert last["USER"] == "mapper"
    program, command, *options = yaml.safe_load(last["CMD"])
    helped = run(command, "--help").out
    assert program == "mapper"
    assert all(option in helped for option in options if option.startswith("--"))


def test_compose_sets_settings_that_exist_and_hides_what_is_secret():
    told = parsed("compose.yaml")
    app, database = told["services"]["mapper"], told["services"]["database"]
    known = {f"MAPPER_{name.upper()}" for name in Settings.model_fields}
    assert set(app["environment"]) <= known
    assert (ROOT / app["build"]["dockerfile"]).is_file()
    assert set(app["depends_on"]) == {"database"}
    assert "@database/" in app["environment"]["MAPPER_DATABASE"]
    assert all(port.startswith("127.0.0.1:") for port in app["ports"])
    assert "ports" not in database
    assert re.fullmatch(r"postgres:\d+", database["image"])
    for service in (app, database):
        volumes = {each.split(":")[0] for each in service["volumes"]}
        assert volumes <= set(told["volumes"])
    for name in app["secrets"]:
        assert f"/run/secrets/{name}" in app["environment"].values()
        assert told["secrets"][name]["file"].startswith("secrets/")
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    text = (ROOT / "compose.yaml").read_text()
    assert re.findall(r"PASSWORD: (?!\$\{)", text) == []
