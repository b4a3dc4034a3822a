"""SARIF 2.1.0 (OASIS Standard), read result by result."""

from clearinghouse.formats.sarif.reader import FORMAT

__all__ = ["FORMAT"]
