"""Objects of a store are read as files are, where the installation says that it may be asked."""

import logging
import os
import tempfile
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from mapper.analysis import sliced
from mapper.analysis.request import AnalysisRequest
from mapper.base.errors import EngineError, InputError
from mapper.base.settings import settings
from mapper.incidents import store
from mapper.incidents.gather import gather
from mapper.incidents.read import read_incidents
from mapper.incidents.store import StoredFile, is_stored, local_path, stored_files
from mapper.lenses.load import load_lens
from tests.analysis.test_parted import InThisProcess, counted
from tests.analysis.test_slices import TODAY, area
from tests.small_extract import write_extract
from tests.street_rows import StreetRows

__all__ = ["area"]  # a fixture

SECRET = "a-secret-that-nobody-sees"
MONTHS = ("2023-01", "2023-02")


@pytest.fixture(scope="module")
def server():
    """A server that speaks S3, with a bucket of two months and other things."""
    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="somebody",
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket="force")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in objects(Path(folder)).items():
            client.put_object(Bucket="force", Key=name, Body=content)
    yield endpoint, client
    made.stop()


def objects(folder):
    """What lies in the bucket."""
    months = StreetRows(3_000).write(*(folder / f"{month}.csv" for month in MONTHS))
    found = {
        f"months/{month}/{month}-merseyside-street.csv": path.read_bytes()
        for month, path in zip(MONTHS, months, strict=True)
    }
    found["months/2023-01/2023-01-merseyside-outcomes.csv"] = b"Crime ID\n"
    found["months/notes.md"] = b"words"
    found["odd/a//b.csv"] = b"x\n"
    found["extract.csv"] = write_extract(folder / "extract.csv").read_bytes()
    return found


@pytest.fixture
def allowed(server, monkeypatch):
    """An installation that may ask the server."""
    told = {"STORES": "s3", "STORE_ENDPOINT": server[0], "STORE_KEY": "somebody"}
    for name, value in {**told, "STORE_SECRET": SECRET}.items():
        monkeypatch.setenv(f"MAPPER_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings.cache_clear()
    yield server[1]
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def local(tmp_path):
    """The same months in a folder."""
    for name, content in objects(tmp_path).items():
        if name.startswith("months/"):
            path = tmp_path / "here" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tmp_path / "here" / "months"


def read(*paths):
    made = read_incidents(list(paths), today=TODAY)
    return made.table, made.files, made.notes


@pytest.mark.parametrize(
    "address", ["s3://force/months", "s3://force/months/", "s3://force/months/*/*.csv"]
)
def test_objects_are_read_as_the_same_files_in_a_folder(allowed, local, address):
    table, files, notes = read(address)
    here = read(local)
    assert table.equals(here[0])
    assert [(one.name, one.sha256) for one in files] == [(one.name, one.sha256) for one in here[1]]
    assert ("outcomes or searches passed over: 1" in " ".join(notes)) == ("months" in address)
    assert len(table) > 2_900


def test_one_object_is_read_and_nothing_of_it_stays(allowed, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(store, "_STEP", 1_000)
    with gather(["s3://force/extract.csv", "s3://force/extract.csv"]) as gathering:
        (one,) = gathering.files
        assert one.name == "extract.csv"
        assert one.path.is_relative_to(tmp_path)
        assert (one.path.parents[1].stat().st_mode & 0o777) == 0o700
        assert one.path.stat().st_size == one.stored.size
    assert list(tmp_path.iterdir()) == []


def test_workers_fetch_their_own_parts(allowed, area, monkeypatch):
    workers = InThisProcess(60_000)
    asked = []

    def fetch(one, first, size):
        asked.append(size)
        return store.fetched_part(one, first, size)

    monkeypatch.setattr("mapper.incidents.file_parts.fetched_part", fetch)
    one = counted(["s3://force/months"], area, workers)
    assert one.numbers["rows_accepted"] == len(read("s3://force/months")[0])
    assert len(asked) == 2 * workers.done.count("part_tally")  # for keys and for counts
    assert max(asked) < 130_000
    monkeypatch.setenv("MAPPER_STORES", "")
    settings.cache_clear()
    assert counted(["s3://force/months"], area, workers) is None


def test_a_worker_that_may_not_ask_the_store_is_told(allowed, area, monkeypatch):
    class Elsewhere(InThisProcess):
        """Workers of a machine without the settings."""

        def each(self, task, given, view):
            with pytest.MonkeyPatch.context() as patch:
                patch.delenv("MAPPER_STORES")
                settings.cache_clear()
                yield from super().each(task, given, view)

    words = "A worker cannot fetch what it is to count.*MAPPER_STORES=s3"
    with pytest.raises(EngineError, match=words):
        counted(["s3://force/months"], area, Elsewhere())


def test_small_objects_are_fetched_once(allowed, area, monkeypatch):
    taken = []
    monkeypatch.setattr("mapper.incidents.gather.fetched", taken.extend)
    request = AnalysisRequest.of(load_lens("public-all"), area, {})
    asked = {"lens": load_lens("public-all"), "area": area, "request": request}
    assert sliced.study_in_slices(["s3://force/months"], **asked) is None
    assert taken == []


def test_no_store_is_asked_unless_the_installation_says_so(server, monkeypatch):
    monkeypatch.setattr(store, "_fsspec", None)  # nothing that could ask
    for address in ("s3://force/months", "https://example.org/a.csv", "file:///etc/passwd"):
        kind = address.partition(":")[0]
        with pytest.raises(InputError, match=f"may set MAPPER_STORES={kind}; or copy"):
            gather([address])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://force/absent.csv", "s3://force/absent.csv: nothing lies there"),
        ("s3://nowhere/*.csv", "s3://nowhere/.*csv: (nothing lies there|the store refuses)"),
        ("s3://me:word@force/a.csv", "^s3://…: an address names a store .*nobody's name or secret"),
        ("s3://force/a.zip::s3://force/b", "no other store inside"),
        ("s3://force/odd", "has a name that no file can have"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_one_message(allowed, address, words):
    with pytest.raises(InputError, match=words) as told:
        gather([address])
    assert SECRET not in str(told.value)
    assert "word" not in str(told.value)


def test_a_store_that_does_not_answer_gives_no_secret_away(allowed, monkeypatch, caplog):
    monkeypatch.setattr(store, "_s3_options", _unreachable)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(InputError, match="the store refuses it or does not answer") as told:
        stored_files("s3://force/extract.csv")
    assert SECRET not in str(told.value) + caplog.text


def _unreachable():
    return {
        "endpoint_url": "http://127.0.0.1:9",
        "key": "somebody",
        "secret": SECRET,
        "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 1},
        "skip_instance_cache": True,
    }


def test_an_object_that_changes_meanwhile_is_refused(allowed, tmp_path):
    for size in (10, 10**9):
        one = StoredFile("s3://force/extract.csv", size)
        with pytest.raises(InputError, match="was changed while it was fetched"):
            store.fetch(one, tmp_path / f"{size}.csv")


def test_more_than_the_disk_holds_is_not_fetched(allowed, monkeypatch, tmp_path):
    monkeypatch.setattr(store, "_SPARE", 1e12)
    with pytest.raises(InputError, match=r"GB are to be fetched.*set TMPDIR"):
        gather(["s3://force/months"])


@pytest.mark.parametrize("key", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "a\0.csv", "b" * 300])
def test_no_name_of_an_object_leads_out_of_the_folder(tmp_path, key):
    with pytest.raises(InputError, match="has a name that no file can have"):
        local_path(tmp_path, StoredFile(f"s3://force/{key}", 1))
    assert local_path(tmp_path, StoredFile("s3://a/b", 1)) == tmp_path / "a" / "b"


def test_databases_and_paths_are_no_stores():
    assert not is_stored("incidents.csv")
    assert not is_stored(Path("s3://a/b"))
    assert not is_stored("sqlite:///a.db?table=t")
    assert is_stored("s3://a/b")
    assert os.sep == "/" or not is_stored(r"C:\a.csv")
