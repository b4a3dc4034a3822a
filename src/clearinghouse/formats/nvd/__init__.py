"""Answers of the NVD's CVE API 2.0 (https://nvd.nist.gov/developers/vulnerabilities)."""

from clearinghouse.formats.nvd.reader import FORMAT

__all__ = ["FORMAT"]
