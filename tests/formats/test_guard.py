"""What is said of packings that break, in words for people."""

import zipfile
import zlib

import pytest

from clearinghouse.formats.guard import DocumentError, UnreadableError, unreadable, why_broken, why_not_opened
from clearinghouse.records import ClearinghouseError


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (EOFError("Compressed file ended"), "its packing breaks off after 1,234 bytes of content"),
        (zlib.error("Error -3 while decompressing"), "its packing is damaged after 1,234 bytes of content"),
        (
            zipfile.BadZipFile("Bad CRC-32 for file 'a'"),
            "its packing is damaged: the checksum does not fit the 1,234 bytes of content",
        ),
        (RuntimeError("File <ZipInfo filename='a'> is encrypted"), "it is encrypted"),
        (NotImplementedError("type 97"), "it is packed with a compression method that is not known here"),
        (OSError(5, "Input/output error"), "it cannot be read beyond 1,234 bytes of content: Input/output error"),
        (OSError("Not a gzipped file (b'ga')"), "its packing is damaged after 1,234 bytes of content"),
        (ValueError("negative seek value -1"), "its packing is damaged after 1,234 bytes of content"),
    ],
)
def test_how_a_packing_is_broken(error, why):
    assert why_broken(error, 1234) == why


def test_why_the_system_gives_no_file():
    assert why_not_opened(PermissionError(13, "Permission denied")) == "it cannot be read: Permission denied"
    assert "Errno" not in why_not_opened(OSError("[Errno 1] odd"))


def test_an_error_names_its_document_and_a_problem_does_not_repeat_it():
    error = UnreadableError("a.zip!b", "it is encrypted", "unpack it yourself")
    assert isinstance(error, DocumentError)
    assert error.what == str(error) == "a.zip!b: it is encrypted"
    problem = unreadable("a.zip!b", error)
    assert (problem.source, problem.code) == ("a.zip!b", "unreadable")
    assert problem.message == "It is encrypted; unpack it yourself."


def test_an_error_that_names_no_document():
    assert unreadable("d", ClearinghouseError("it is odd", "look")).message == "It is odd; look."
