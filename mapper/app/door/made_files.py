"""Files that are made when their button is pressed: one that cannot be made says why.

Streamlit tells whoever pressed that it failed, and nobody why. A press is known by the message that
brings it; what makes the file notes the reason there (:mod:`mapper.app.shell.taking`), and the
answer takes it along.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mapper.app.door.frames import file_asked, with_reasons
from mapper.app.shell.taking import PRESSED


class MadeFiles:
    """Lets the answer to a press on the button of a file say why it is not made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Follow the presses of one window."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        reasons: dict[str, list[str]] = {}  # by the press that waits for its file

        async def hear() -> Message:
            message = await receive()
            pressed = file_asked(message.get("bytes") or b"")
            if pressed:
                reasons[pressed] = []
                PRESSED.set(reasons[pressed])
            return message

        async def tell(message: Message) -> None:
            if reasons and message.get("bytes"):
                message = {**message, "bytes": with_reasons(message["bytes"], reasons)}
            await send(message)

        await self.app(scope, hear, tell)
