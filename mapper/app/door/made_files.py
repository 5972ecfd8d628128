"""Files that are made when their button is pressed: one that cannot be made says why.

Streamlit tells whoever pressed that it failed, and nobody why.
"""

import asyncio
import logging

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import app_session
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_storage import MediaFileStorageError

from mapper.base.errors import MapperError, fault_words

_LOG = logging.getLogger(__name__)


class MadeFiles(DeferredFileHandler):
    """Makes the file of a button, or says why it is not made."""

    async def handle(
        self, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        """Return the address of the file, or the words that stand under its button."""
        del session_id
        try:
            make = self._get_media_file_mgr().execute_deferred
            url = await asyncio.to_thread(make, request.deferred_file.file_id)
        except MediaFileStorageError as error:
            words = _message(error.__cause__)
            return BackendOperationResponse(request_id=request.request_id, error_msg=words)
        answer = BackendOperationResponse(request_id=request.request_id)
        answer.deferred_file.url = url
        return answer


def _message(cause: BaseException | None) -> str:
    """Return what is said of a file that was not made; the log has what nobody foresaw."""
    if cause is None:
        return "The page was drawn anew since this was offered: press it again."
    if isinstance(cause, MapperError):
        return f"Not made. {cause}"
    _LOG.error("A file was not made", exc_info=cause)
    return f"Not made. {fault_words(cause)}"


def tell_why_files_fail() -> None:
    """Let every session from now on say why a file cannot be made."""
    app_session.DeferredFileHandler = MadeFiles  # type: ignore[attr-defined]
