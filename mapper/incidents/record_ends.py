"""Where records of delimited text end, without parsing them."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

_QUOTE, _LINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]
_MARK = b"\xef\xbb\xbf"  # which a parser drops at the start of what it is given


def whole_records(stream: BinaryIO, delimiter: str, *, left: int, block: int) -> Iterator[bytes]:
    """Yield text in pieces of whole records, as long as it shows where records end.

    Parameters
    ----------
    stream
        At the first byte of a record.
    left
        Bytes to its end.
    block
        Bytes of a piece, about; a record longer than that ends it.
    """
    records, held = RecordEnds(delimiter), b""
    while part := stream.read(block):
        held += part
        end = records.last_end(held, last=len(held) == left)
        if end is None:
            return
        if end:
            yield held[:end]
            left -= end
            held = held[end:]
        if len(held) > block:  # a line, or what stands in quotation marks
            return


class RecordEnds:
    """Tells where records end, as long as every quotation mark opens or closes a whole field."""

    def __init__(self, delimiter: str) -> None:
        self._outside = np.zeros(256, dtype=bool)
        self._outside[[ord(delimiter), _LINE, _RETURN, _QUOTE]] = True

    def last_end(self, text: bytes, *, last: bool) -> int | None:
        """Return where the last record ends that begins in a text; none where it is unsure.

        Parameters
        ----------
        text
            Text that begins with a record.
        last
            Whether the file ends with it.
        """
        if last and b'"' not in text:
            return len(text)
        held = np.frombuffer(text, dtype=np.uint8)
        at = np.flatnonzero(held == _QUOTE) if b'"' in text else np.zeros(0, dtype=np.intp)
        opening, closing = at[::2], at[1::2]
        before = opening[opening > 0] - 1
        after = closing[closing < held.size - 1] + 1
        if not (self._outside[held[before]].all() and self._outside[held[after]].all()):
            return None
        if last:
            return held.size if at.size % 2 == 0 else None
        end = text.rfind(b"\n") + 1
        while end and (np.searchsorted(at, end) % 2 or text.startswith(_MARK, end)):
            end = text.rfind(b"\n", 0, end - 1) + 1
        return end
