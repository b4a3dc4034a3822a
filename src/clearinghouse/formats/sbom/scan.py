"""Whether some bytes occur in a document at all: a question that costs a hundredth of parsing it."""

from clearinghouse.formats.document import Document
from clearinghouse.records import ClearinghouseError

_CHUNK = 1 << 18


def holds(document: Document, *words: bytes) -> bool:
    """Whether any of the words stands somewhere in the document. Where it breaks off, what stands before counts."""
    overlap = max(map(len, words)) - 1
    rest = b""
    try:
        with document.open() as stream:
            read = getattr(stream, "read1", stream.read)  # read would lose what came before a failure
            while chunk := read(_CHUNK):
                data = rest + chunk
                if any(word in data for word in words):
                    return True
                rest = data[-overlap:]
    except ClearinghouseError:
        pass
    return False
