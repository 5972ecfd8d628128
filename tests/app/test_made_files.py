"""A file that cannot be made when its button is pressed says why."""

import asyncio
from unittest.mock import Mock

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime import app_session
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from mapper.app.door.made_files import MadeFiles, tell_why_files_fail
from mapper.base.errors import RefusedError


def answer_of(make, *, known=True):
    """What the server answers to a press on the button of a file."""
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    file_id = files.add_deferred(make, "text/plain", "here", file_name="a.txt")
    request = BackendOperationRequest(request_id="one")
    request.deferred_file.file_id = file_id if known else "gone"
    return asyncio.run(MadeFiles(lambda: files).handle(request, "session"))


def refused():
    raise RefusedError("You are signed out. Load the page again and sign in.")


def faulty():
    raise KeyError("victim 17")


def test_a_file_that_can_be_made_has_an_address():
    answer = answer_of(lambda: b"text")
    assert answer.deferred_file.url.startswith("/media/")
    assert not answer.error_msg


@pytest.mark.parametrize(
    ("make", "known", "words"),
    [
        (refused, True, "Not made. You are signed out. Load the page again and sign in."),
        (faulty, True, "A fault in mapper itself, not in your data (KeyError); please report it."),
        (refused, False, "The page was drawn anew since this was offered: press it again."),
    ],
)
def test_one_that_cannot_says_why_and_what_to_do(make, known, words):
    answer = answer_of(make, known=known)
    assert words in answer.error_msg
    assert "victim" not in answer.error_msg
    assert not answer.HasField("deferred_file")


def test_every_session_has_it(monkeypatch):
    monkeypatch.setattr(app_session, "DeferredFileHandler", app_session.DeferredFileHandler)
    tell_why_files_fail()
    session = Mock(spec_set=["_script_data"])
    made = app_session.AppSession._create_backend_operation_dispatcher(session)
    assert isinstance(made._handlers["deferred_file"], MadeFiles)
