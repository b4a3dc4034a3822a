"""CVE records of format 5 (https://cveproject.github.io/cve-schema/), with what CISA adds to them."""

from clearinghouse.formats.cve.reader import FORMAT

__all__ = ["FORMAT"]
