"""Parse a content stream that ends inside a comment."""

import sys

from pypdf import PdfWriter
from pypdf.generic import ContentStream, DecodedStreamObject

stream = DecodedStreamObject()
stream.set_data(b"q Q % a comment\n" if "benign" in sys.argv else b"q Q % a comment without an end of line")
content = ContentStream(stream, PdfWriter())
print("ended with", len(content.operations), "operations")
