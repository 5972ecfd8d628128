"""What goes through the websocket: which addresses a browser is told, and what it may ask for.

Streamlit serves each file that it keeps to whoever knows its address. Here a sign-in fetches only
what the server told that very sign-in; so the addresses are read off the messages on their way.
"""

from collections.abc import Iterator, MutableSequence
from contextlib import suppress
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# Fields that the server fills with addresses; no text of a user or a file is ever put into them.
_ADDRESS_FIELDS = frozenset({"url", "upload_url", "delete_url", "deferred_file_id"})
_ASKED = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
_UPLOAD = "file_urls_request"
_DRAWN_ANEW = "The page was drawn anew since this was offered: press it again."


def addresses_in(frame: bytes) -> list[str]:
    """Return the addresses that a message to the browser tells."""
    return list(_told(_read(ForwardMsg, frame)))


def _told(message: Any) -> Iterator[str]:
    """Yield every address in a message and its parts."""
    for field, value in message.ListFields():
        if field.message_type is None:
            if field.name in _ADDRESS_FIELDS and isinstance(value, str):
                yield value
        elif _may_tell(field.message_type):
            for part in value if isinstance(value, MutableSequence) else [value]:
                yield from _told(part)


@cache
def _may_tell(kind: Descriptor, above: frozenset[str] = frozenset()) -> bool:
    """Tell whether a message of some kind can hold an address, in itself or in any of its parts.

    Most kinds cannot, and are not gone through.
    """
    if kind.full_name in above or kind.GetOptions().map_entry:
        return False
    above |= {kind.full_name}
    return any(
        _may_tell(one.message_type, above) if one.message_type else one.name in _ADDRESS_FIELDS
        for one in kind.fields
    )


def files_asked(frame: bytes, *, uploads: bool = True) -> list[str] | None:
    """Return the ids of files that a message from the browser asks to be made.

    Parameters
    ----------
    uploads
        Whether who sends it may bring files in, and so ask where to put them.

    Returns
    -------
    list of str or None
        Nothing at all where the message asks for what no page offers its sender: clearing every
        user's cache, writing files on the server, or a place for a file nobody asked them for.
    """
    message = _read(BackMsg, frame)
    kind = message.WhichOneof("type")
    if kind in _ASKED or (uploads and kind == _UPLOAD):
        return []
    asked = message.backend_operation_request
    files = {"deferred_file": [asked.deferred_file.file_id], "dataframe_chunk": []}
    return files.get(asked.WhichOneof("payload"))


def file_asked(frame: bytes) -> str:
    """Return the name of the press by which a message asks for a file, nothing of any other."""
    asked = _read(BackMsg, frame).backend_operation_request
    return str(asked.request_id) if asked.HasField("deferred_file") else ""


def with_reasons(frame: bytes, reasons: dict[str, list[str]]) -> bytes:
    """Return a message, with the reason where it says of a press that there is no file.

    Parameters
    ----------
    reasons
        By the name of the press; one that is answered is taken out.
    """
    message = _read(ForwardMsg, frame)
    answer = message.backend_operation_response
    told = reasons.pop(answer.request_id, None)
    if told is None or not answer.error_msg:
        return frame
    answer.error_msg = " ".join(told) or _DRAWN_ANEW
    return bytes(message.SerializeToString())


def go_to(address: str) -> bytes:
    """Return the message that sends the browser to another page of the app."""
    message = ForwardMsg()
    message.auth_redirect.url = address
    return bytes(message.SerializeToString())


def _read(kind: type[Any], frame: bytes) -> Any:
    """Return what a frame says; one that cannot be read says nothing."""
    with suppress(DecodeError):
        return kind.FromString(frame)
    return kind()
