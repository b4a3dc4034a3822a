"""Commands as they can be pasted into a shell."""

import shlex
from pathlib import Path

from clearinghouse.formats.text import printable_name


def quoted(path: Path) -> str:
    """Return a path for a shell; escapes stand for what a terminal should not get."""
    text = str(path)
    if text.isprintable():
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{printable_name(escaped)}'"
