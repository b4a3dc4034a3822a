"""CSAF documents, version 2.0 and 2.1 (https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html)."""

from clearinghouse.formats.csaf.reader import FORMAT

__all__ = ["FORMAT"]
