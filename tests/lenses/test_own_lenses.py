"""Lenses of one's own: checked as typed, saved as a new file, nothing is overwritten."""

import pytest

from mapper.base.errors import LensError
from mapper.base.settings import settings
from mapper.lenses.lens_file import lens_of_text
from mapper.lenses.load import SHIPPED, list_lenses, load_lens, shipped_path
from mapper.lenses.own import copy_of_lens, save_lens, text_of_lens


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "work"))
    monkeypatch.delenv("MAPPER_LENSES", raising=False)
    settings.cache_clear()
    yield tmp_path / "work"
    settings.cache_clear()


@pytest.mark.parametrize("lens_id", SHIPPED)
def test_the_copy_of_every_shipped_lens_is_a_lens_of_its_own(lens_id):
    copied = lens_of_text(copy_of_lens(lens_id))
    assert copied.id == f"own-{lens_id}"
    assert copied.rules == load_lens(lens_id).rules


def test_a_saved_copy_is_among_the_lenses_and_can_be_copied_again(workspace):
    path = save_lens(copy_of_lens("drugs"))
    assert path == workspace / "lenses" / "own-drugs.toml"
    assert [lens.id for lens in list_lenses()] == [*SHIPPED, "own-drugs"]
    assert load_lens("own-drugs").rules == load_lens("drugs").rules
    assert lens_of_text(copy_of_lens("own-drugs")).id == "own-own-drugs"


def test_neither_a_shipped_lens_nor_a_file_that_is_there_is_written_over(workspace):
    before = shipped_path("drugs").read_bytes()
    with pytest.raises(LensError, match="Give yours another id"):
        save_lens(text_of_lens("drugs"))
    assert shipped_path("drugs").read_bytes() == before
    assert not (workspace / "lenses").exists()
    path = save_lens(copy_of_lens("drugs"))
    kept = path.read_bytes()
    with pytest.raises(LensError, match="is there already"):
        save_lens(copy_of_lens("drugs").replace("version =", "version = '9' #"))
    assert path.read_bytes() == kept


def test_a_fault_names_its_line_and_the_remedy_and_no_folder(workspace):
    text = copy_of_lens("drugs")
    row = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith("weight"))
    wrong = text.replace("weight", "wieght", 1)
    with pytest.raises(LensError) as caught:
        lens_of_text(wrong)
    told = str(caught.value)
    assert f"line {row}" in told
    assert "weight" in told
    assert "/tmp" not in told
    with pytest.raises(LensError, match="line"):
        lens_of_text("id = [")


def test_an_unknown_lens_cannot_be_copied():
    with pytest.raises(LensError, match="no lens called"):
        text_of_lens("nowhere")
