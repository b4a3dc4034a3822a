"""An order for versions of products that follow no published rule: ``V4.7 HF33``, ``15.1 SP2 Update 3``, ``2.0-rc1``.

VERS leaves the comparison of its type ``generic`` open; it is to divide versions into letters and digits, as libversion
does (https://github.com/package-url/vers-spec/blob/main/docs/types/vers-types.md). So it is done here: numbers are
compared as numbers, zeros at the end of a row of them count nothing; words that announce a release (alpha, rc) are
below it, words that mend it (hotfix, update, service pack) above it, in this order; a letter alone (``1.0.2k``) counts
patches. A text with a word of unknown meaning, or without a number at its start, is not valid: that it is higher or
lower would be a guess.
"""

import re

from clearinghouse.packages.versions.encoding import number, without_trailing_zeros
from clearinghouse.packages.versions.order import Order, leading

_PREFIX = re.compile(r"\s*+(?:version|ver\.?|v\.?|release|rel\.?)?+\s*+(?=[0-9])", re.IGNORECASE)
_ROWS = re.compile(r"(?P<row>[0-9]++(?:[^0-9A-Za-z]++[0-9]++)*+)|(?P<word>[A-Za-z]++)(?P<counted>[^0-9A-Za-z]*+[0-9])?")
_NUMBERS = re.compile(r"[0-9]++")
_STRANGE = re.compile(r"[^\x20-\x7e]")

# The first characters of blocks, in order: words that are below the end, the end, words above it, numbers.
_DEV, _ALPHA, _BETA, _MILESTONE, _PREVIEW, _CANDIDATE = "\x03\x04\x05\x06\x07\x08"
_END = "\x0b"
_LETTER, _HOTFIX, _UPDATE, _REVISION, _SERVICE_RELEASE, _SERVICE_PACK, _POST = "\x0c\x0d\x0e\x0f\x10\x11\x12"
_NUMBER = "\x20"
_WORDS = {
    _DEV: "dev snapshot",
    _ALPHA: "a alpha",
    _BETA: "b beta",
    _MILESTONE: "m milestone",
    _PREVIEW: "pre preview",
    _CANDIDATE: "cr rc",
    _HOTFIX: "hf hotfix hotfixrev fix",
    _UPDATE: "p pl patch u up upd update",
    _REVISION: "r rev revision build",
    _SERVICE_RELEASE: "sr servicerelease",
    _SERVICE_PACK: "sp servicepack",
    _POST: "post",
    "": "final ga stable release",
}
_BLOCKS = {word: block for block, words in _WORDS.items() for word in words.split()}
_TWO_WORDS = {"service pack": "sp", "service release": "sr", "hot fix": "hf"}


def _place(version: str) -> str | None:
    start = _PREFIX.match(version)
    if start is None or _STRANGE.search(version):
        return None
    words = version[start.end() :].lower()
    for long, short in _TWO_WORDS.items():
        words = words.replace(long, short)
    blocks = []
    at = 0
    while found := _ROWS.search(words, at):
        if found["row"]:
            at = found.end()
            blocks += [_NUMBER + number(each) for each in without_trailing_zeros(_NUMBERS.findall(found["row"]))]
            continue
        at = found.end("word")
        block = _word(found["word"], counted=found["counted"] is not None)
        if block is None:
            return None
        blocks.append(block)
    return "".join(blocks) + _END


def _word(word: str, *, counted: bool) -> str | None:
    if len(word) == 1 and not counted:
        return _LETTER + word
    block = _BLOCKS.get(word)
    if block is None and len(word) == 1:
        return _LETTER + word
    return block


def _lead(version: str) -> str | None:
    start = _PREFIX.match(version)
    found = _NUMBERS.match(version, start.end()) if start else None
    return leading(found[0]) if found else None


GENERIC = Order(name="generic", place=_place, lead=_lead)
