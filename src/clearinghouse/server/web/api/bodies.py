"""Bodies of requests as streams, under limits that hold before the first byte is read."""

from collections.abc import Iterator
from email.message import Message

from django.http import HttpRequest, UnreadablePostError

from clearinghouse.server.evidence.errors import TooLargeError
from clearinghouse.server.intake.errors import BrokenOffError, LengthError

_PIECE = 2**16


def body_of(request: HttpRequest, limit: int) -> Iterator[bytes]:
    """Yield the body of a request as it comes.

    Raises:
        LengthError: the request does not say how long it is. TooLargeError: it says that it is longer than ``limit``
            bytes. BrokenOffError: it ends before its end.
    """
    length = _length(request)
    if length > limit:
        raise TooLargeError(
            f"the body has {length:,} bytes, and {limit:,} are the most that is taken",
            "divide it, or pack it with gzip",
        )
    return _pieces(request, length)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isdecimal():
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthError("the request does not say how long its body is", "send a Content-Length")
        return 0
    return int(text)


def _pieces(request: HttpRequest, length: int) -> Iterator[bytes]:
    left = length
    try:
        while left > 0 and (piece := request.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
    except UnreadablePostError as error:
        raise BrokenOffError("the body broke off; nothing of it was stored", "send it again") from error
    if left:
        raise BrokenOffError("the body broke off; nothing of it was stored", "send it again")


def filename_of(request: HttpRequest) -> str:
    """Return the file name that a request gives its body (RFC 6266), without any folder; empty if it gives none."""
    header = request.headers.get("Content-Disposition", "")
    if not header:
        return ""
    message = Message()
    message["content-disposition"] = header
    name = message.get_filename() or ""
    return name.replace("\\", "/").rpartition("/")[2]
