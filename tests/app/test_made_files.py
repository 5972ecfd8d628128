"""A file that cannot be made when its button is pressed says why."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mapper.app.door.made_files import MadeFiles
from mapper.app.shell import taking
from mapper.base.errors import RefusedError


@pytest.fixture
def press(monkeypatch):
    """Press the button of a file; return what the browser is answered."""
    offered = {}
    monkeypatch.setattr(
        taking.st, "download_button", lambda label, make, **_look: offered.update({label: make})
    )

    def call(make, *, known=True, asked="press 1"):
        taking.offer_file("PDF", make, file_name="a.pdf", mime="application/pdf")
        message = BackMsg()
        message.backend_operation_request.request_id = asked
        message.backend_operation_request.deferred_file.file_id = "some file"
        sent = []

        async def streamlit(_scope, receive, send):
            """Answer as Streamlit does: in a task of its own, the file on a thread."""
            await receive()

            async def answer():
                told = ForwardMsg()
                told.backend_operation_response.request_id = "press 1"
                try:
                    await asyncio.to_thread(offered["PDF" if known else "drawn anew"])
                    told.backend_operation_response.deferred_file.url = "/media/a.pdf"
                except Exception:  # noqa: BLE001 - as Streamlit does
                    told.backend_operation_response.error_msg = "Failed"
                await send({"type": "websocket.send", "bytes": told.SerializeToString()})

            await asyncio.create_task(answer())

        async def receive():
            return {"type": "websocket.receive", "bytes": message.SerializeToString()}

        async def send(told):
            sent.append(ForwardMsg.FromString(told["bytes"]).backend_operation_response)

        asyncio.run(MadeFiles(streamlit)({"type": "websocket"}, receive, send))
        return sent[0]

    return call


def refused():
    raise RefusedError("You are signed out. Load the page again and sign in.")


def faulty():
    raise KeyError("victim 17")


def test_a_file_that_can_be_made_has_an_address(press):
    answer = press(lambda: b"text")
    assert answer.deferred_file.url == "/media/a.pdf"
    assert not answer.error_msg


@pytest.mark.parametrize(
    ("make", "known", "words"),
    [
        (refused, True, "Not made. You are signed out. Load the page again and sign in."),
        (faulty, True, "A fault in mapper itself, not in your data (KeyError); please report it."),
        (refused, False, "The page was drawn anew since this was offered: press it again."),
    ],
)
def test_one_that_cannot_says_why_and_what_to_do(press, make, known, words):
    answer = press(make, known=known)
    assert words in answer.error_msg
    assert "victim" not in answer.error_msg


def test_the_answer_to_another_press_is_left_as_it_is(press):
    assert press(refused, asked="press 2").error_msg == "Failed"
