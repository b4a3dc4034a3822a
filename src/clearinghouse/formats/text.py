"""Guards for text that strangers wrote.

Text is kept as it was sent in the stored report; what is *shown* and *compared* has control characters
and direction overrides removed, because they can forge terminal output and hide code from a reader
(CVE-2021-42574, "Trojan Source"). Newline and tab stay.
"""

import re
from hashlib import blake2b

_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides, isolates
    "\u2028\u2029\ufff9-\ufffb\ufeff"  # line separators, annotations, a stray byte order mark
    "\U000e0000-\U000e007f"  # tag characters
    "\ud800-\udfff]"  # lone surrogates: they cannot be written as UTF-8
)
_UNPRINTABLE = re.compile(rf"{_BAD.pattern}|[\t\n]")

MAX_TEXT = 64 * 1024
"""Longest text kept in one field of a finding, in characters; the report keeps the rest."""


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return ``text`` without control and direction characters, at most ``limit`` characters long.

    ``\\r\\n`` and ``\\r`` become ``\\n``.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BAD.sub("", text)


def clean_line(text: str, limit: int = 400) -> str:
    """Return ``text`` as one line: cleaned, white space folded, at most ``limit`` characters."""
    if len(text) <= limit and text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # most names and versions; nothing that is cleaned or folded is printable but the blank
    if len(text) > limit * 4:
        text = text[: limit * 4]
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def distinct_line(text: str, limit: int = 400) -> str:
    """Return ``text`` as :func:`clean_line` does, but so that two long texts stay two: for what is compared.

    Of a text beyond ``limit`` (at least 40 characters) the first part is kept, and a digest of the whole.
    """
    if len(text) <= limit:
        return clean_line(text, limit)
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{clean_line(text[: limit - 33], limit - 33)}…{digest}"


def printable_name(name: str, limit: int = 1000) -> str:
    r"""Return a file or member name, or a pointer, as one that can be shown, stored and compared.

    Control and direction characters, and the bytes of a name that is not UTF-8, become escapes such as ``\x1b``; what
    goes beyond ``limit`` characters becomes a digest. Nothing is dropped, so names that differ stay apart, but for a
    name in which such an escape or digest is written out: backslashes stay as they are, because they divide the
    folders of a path on some systems, and because a name may pass through here more than once.
    """
    if not name.isprintable():
        name = _UNPRINTABLE.sub(_escaped, name)
    if len(name) > limit:
        digest = blake2b(name.encode(), digest_size=8).hexdigest()
        name = f"{name[: limit - 17]}…{digest}"
    return name


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # how Python holds a byte of a file name that is not UTF-8 (PEP 383)
        code &= 0xFF
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: ``1 finding``, ``1,200 findings``; ``many`` where an s is not enough."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def sentence(clause: str) -> str:
    """Return a clause as a sentence: its first letter large, a full stop at its end."""
    clause = clause.strip()
    return f"{clause[:1].upper()}{clause[1:]}{'' if clause.endswith(('.', '!', '?')) else '.'}"


def quoted(text: str, limit: int = 40) -> str:
    """Return a stranger's words for use in a sentence: one line of at most ``limit`` characters, in quotes."""
    return f'"{clean_line(text, limit)}"'


def first_sentence(text: str, limit: int = 160) -> str:
    """Return the first sentence or line of ``text`` as a title of at most ``limit`` characters."""
    line = clean_line(text.strip().partition("\n")[0], limit * 2)
    head, stop, _ = line.partition(". ")
    line = head + "." if stop else line
    return line if len(line) <= limit else line[: limit - 1] + "…"
