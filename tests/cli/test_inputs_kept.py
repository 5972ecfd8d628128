"""No command writes over what it reads, whatever its output is called: every command is tried."""

import os
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from mapper.areas.stored import BOUNDARIES
from mapper.base.errors import OutputError
from mapper.base.settings import settings
from mapper.cli.commands import app
from mapper.cli.inputs import OUTPUTS, keep_inputs
from mapper.questions.registry import NAMES


def commands():
    """Every command with its words, made as it is when called for."""
    group = typer.main.get_command(app)

    def walk(within, words):
        for name in within.commands:
            made = within.resolve_command(None, [name])[1]
            inner = [*words, name]
            yield from walk(made, inner) if isinstance(made, TyperGroup) else [(inner, made)]

    return list(walk(group, []))


def is_path(param):
    return "Path" in str(param.type_descriptor.annotation)


def tries():
    """Each command with each of its inputs as each of its outputs."""
    for words, command in commands():
        outputs = [p for p in command.params if p.name in OUTPUTS and is_path(p)]
        inputs = [p for p in command.params if p.name not in OUTPUTS and is_path(p)]
        inputs += [p for p in command.params if p.name in ("lens", "area", "paths")]
        for out in outputs:
            for read in inputs:
                yield pytest.param(words, command, out, read, id=f"{'-'.join(words)}-{read.name}")


def typed(param, value):
    return [param.opts[0], value] if param.opts[0].startswith("-") else [value]


@pytest.mark.parametrize(("words", "command", "out", "read"), list(tries()))
@pytest.mark.parametrize("how", ["same", "link", "symlink", "dotted", "folder"])
def test_every_command_refuses_each_of_its_inputs_as_its_output(
    tmp_path, words, command, out, read, how
):
    mine = tmp_path / "input.csv"
    mine.write_text("kept as it is")
    target = {"same": mine, "folder": tmp_path}.get(how, tmp_path / "other.csv")
    if how == "link":
        os.link(mine, target)
    elif how == "symlink":
        target.symlink_to(mine)
    elif how == "dotted":  # a text: a path object would drop the dot
        target = mine
    spelt = f"{target.parent}/./{target.name}" if how == "dotted" else str(target)
    options = {read: str(mine), out: spelt}
    for param in command.params:
        if param.required and param not in options:
            options[param] = str(tmp_path / "absent" / "x.csv") if is_path(param) else "1"
    arguments = [text for param, value in options.items() for text in typed(param, value)]
    with pytest.raises(OutputError, match=r"is read by this command"):
        command.main(arguments, standalone_mode=False, prog_name="mapper")
    assert mine.read_text() == "kept as it is"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({mine.name, target.name} - {
        tmp_path.name if how == "folder" else ""
    })  # fmt: skip


def test_all_commands_that_write_are_tried():
    writing = {
        "-".join(words) for words, c in commands() if any(p.name in OUTPUTS for p in c.params)
    }
    assert {"check", "hotspots", "area-build", "briefing", *NAMES} <= writing


def test_a_file_in_a_folder_that_is_read_is_an_input(tmp_path):
    (tmp_path / "data").mkdir()
    inside = tmp_path / "data" / "rejected.csv"
    inside.write_text("x")
    with pytest.raises(OutputError):
        keep_inputs({"paths": [tmp_path / "data"], "rejected": inside})
    keep_inputs({"paths": [tmp_path / "data"], "rejected": tmp_path / "rejected.csv"})


def test_the_manifest_beside_a_table_is_no_input_either(tmp_path):
    for name in ("x.csv", "x.manifest.json"):
        (tmp_path / name).write_text("x")
    with pytest.raises(OutputError):
        keep_inputs({"mapping": tmp_path / "x.manifest.json", "out": tmp_path / "x.csv"})


@pytest.mark.parametrize(
    ("read", "out", "forms"),
    [
        ("x.xlsx", "x.csv", "xlsx"),
        ("x.csv", "x.parquet", "gpkg, CSV"),
        ("x.csv-metadata.json", "x.csv", ""),
        ("x.csv-metadata.json", "x.gpkg", "csv"),
    ],
)
def test_other_forms_of_an_output_are_outputs_too(tmp_path, read, out, forms):
    (tmp_path / read).write_text("x")
    with pytest.raises(OutputError, match="is read by this command"):
        keep_inputs({"paths": [tmp_path / read], "out": tmp_path / out, "forms": forms})
    keep_inputs({"paths": [tmp_path / read], "out": tmp_path / "y.csv", "forms": forms})


def test_texts_that_are_no_files_are_passed_over():
    keep_inputs({"lens": "all-demand", "area": "\0", "out": Path("-"), "name": "x" * 5_000})


@pytest.fixture
def having(monkeypatch):
    """Set variables of this installation, and forget them afterwards."""

    def set_to(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"MAPPER_{name}", str(value))
        settings.cache_clear()

    yield set_to
    settings.cache_clear()


@pytest.mark.parametrize("setting", ["AREA", "POSTCODES", "PEOPLE", "PLACES", "BASEMAP"])
def test_a_file_that_a_setting_names_is_an_input(tmp_path, having, setting):
    named = tmp_path / "named.csv"
    named.write_text("kept as it is")
    having(**{setting: named})
    with pytest.raises(OutputError, match="is read by this command"):
        keep_inputs({"paths": [], "out": named})
    keep_inputs({"paths": [], "out": tmp_path})  # beside it
    keep_inputs({"lsoa": None, "out": named})  # an area is made anew


def test_a_kept_or_shipped_area_is_an_input(tmp_path, having):
    having(WORKSPACE=tmp_path)
    kept = tmp_path / "areas" / "preston.parquet"
    kept.parent.mkdir()
    kept.write_text("kept as it is")
    for table in (kept, *BOUNDARIES.glob("*.parquet")):
        with pytest.raises(OutputError, match="is read by this command"):
            keep_inputs({"area": "preston", "out": table})


def test_streets_are_made_anew_over_those_that_a_setting_names(tmp_path, having):
    streets = tmp_path / "streets.pmtiles"
    streets.write_text("x")
    having(BASEMAP=streets)
    keep_inputs({"credit": "", "out": streets})
