"""RustSec advisories: Markdown with TOML in front."""

from clearinghouse.formats.rustsec.reader import FORMAT

__all__ = ["FORMAT"]
