"""OSV records, JSON and YAML (https://ossf.github.io/osv-schema/), one finding for each record."""

from clearinghouse.formats.osv.reader import FORMAT

__all__ = ["FORMAT"]
