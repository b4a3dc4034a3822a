"""What the words of an advisory say of versions, to be held against its fields.

Some CNAs list the fixed version as the affected one, leave the first affected one out, or copy the versions of another
record; their descriptions are then right more often than not. So what title and description say is read, too, and where
no stretch in them has room for a version that the fields call affected, the advisory says two things.

Words are read generously: a version is only held to be contradicted where everything that they say of versions speaks
against it. Every expression looks at a few characters beside one number, so that the cost is linear.
"""

import re

import msgspec

from clearinghouse.packages.products.lines import own_lines
from clearinghouse.packages.products.names import words
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import Version, begins_with, compare, read_version

MAX_LENGTH = 4000
"""Characters of a text that are looked at."""
_MOST = 64
_BEFORE, _FAR_BEFORE, _AFTER = 44, 160, 60
"""Characters beside a number that are looked at."""
_NUMBER = re.compile(
    r"(?<![\w./-])v?\d{1,8}(?:[._]\d{1,8}){0,6}+(?:[-_.]?(?:[a-z]{1,6}\d{0,6}|\d{1,8})){0,3}+"
    r"(?: (?:update|patch|hotfix|build|sp|cu|su|hf|u|p|r) ?\d{1,5}\b)?(?![\w/])",
    re.IGNORECASE,
)
_IS_VERSION = r"(?:\b(?:versions?|releases?|ver\.?|v\.?|firmware|build)\s*)"
_NAMED = r"(?:(?:the |all )?(?:[A-Z][\w.&+/-]{0,24} ){0,4})"
_LEAD = rf"\s*(?:and not including )?{_NAMED}{_IS_VERSION}?$"
_BESIDE = re.compile(
    r"(?:"
    r"(?P<open>\b(?:[Bb]efore|[Pp]rior to|[Pp]revious to|[Pp]receding|(?:[Ee]arlier|[Oo]lder|[Ll]ower|[Ll]ess) than|"
    r"[Bb]elow)\s|<\s?)"
    r"|(?P<closed>\b(?:[Uu]p to(?:,? and including|,? including)?,?|[Tt]hrough|[Uu]ntil)\s|<=\s?|≤\s?)"
    r"|(?P<fixed>\b(?:[Ff]ix(?:ed)?|[Pp]atch(?:ed)?|[Rr]esolved|[Aa]ddressed|corrected|remediated|[Mm]itigated|solved|"
    r"released|[Uu]pgrad(?:e|ed|ing)|[Uu]pdat(?:e|ed|ing))\b[^.;]{0,40}?\b(?:in|to|with|by|at|as|as of)\s)"
    r"|(?P<low>\b(?:[Ff]rom|[Ss]tarting (?:with|in|from|at)|[Ss]ince|[Bb]eginning (?:with|in|at)|[Ii]ntroduced in|"
    r"[Bb]etween|[Aa]fter|[Ll]ater than)\s|>=?\s?)"
    rf"){_LEAD}"
)
"""What a number is by the words before it; an end is told from a fix only to be found."""
_HINTS = (
    *words("< > ≤ efore revious receding than elow hrough ntil ix atch esolved ddressed orrected emediated itigated"),
    *words("olved eleased pgrad pdat rom tarting ince eginning ntroduced etween fter"),
    *("rior to", "p to"),
)
"""Without one of these before a number the expression finds nothing, and takes longer to do so."""
_BEFORE_WHOLE = (
    *words("version versions release releases ver ver. v before below than through until from since < > = ≤ -"),
    *("prior to", " to", " in"),
)
"""What stands before a number without a dot, if it is a version."""
_SHORT = 12
_AND_EARLIER = re.compile(
    r"(?:\)|\")?[ ,(]{1,3}(?:and|or|&) (?:all )?(?:its )?(?:earlier|prior|previous|below|older|lower|before|less)\b"
    r"(?! (?:to |than )?(?:versions? )?v?\d)",
    re.IGNORECASE,
)
_AND_LATER = re.compile(
    r"[ ,(]{1,3}(?:and|or|&) (?:all )?(?:later|above|newer|higher|up|onwards?|greater)\b", re.IGNORECASE
)
_FIXED_IN = re.compile(
    r"\b(?:fixed|patched|resolved|addressed|(?:upgrad|updat)\w+ to)\b(?:[^.;]|\.(?=\d)){0,120}$", re.IGNORECASE
)
"""What stands before a version from which on it is fixed, if not more than that stands between."""
_HAS_FIX = re.compile(
    r"[^.;\d]{0,30}\b(?:fix(?:es|ed)?|patch(?:es|ed)?|resolves?d?|addresse[sd]|address|remediates?d?|"
    r"(?:contains?|includes?|has|have) (?:a |the |an )?(?:fix|patch|update|workaround))\b",
    re.IGNORECASE,
)
_UNAFFECTED = re.compile(r"[^.;\d]{0,30}\b(?:not affected|unaffected|not vulnerable)\b", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:all|any) versions\b(?! (?:before|prior|up|below|through|until|earlier|older|lower|less|from|starting|since"
    r"|between|of [\w .-]{1,40} (?:before|prior|up|below|through|from)|<|\(?v?\d))",
    re.IGNORECASE,
)
"""Every version is affected: then no number contradicts it."""
_LIST = re.compile(r"[ ,()`]{0,4}(?:and|or|&|/|,)?[ (]{0,2}(?:in )?(?:versions? |v\.? ?)?`?", re.IGNORECASE)
_TO_CLOSED = re.compile(
    rf"\)?,? ?(?:-|–|—|to|through|thru|until|up to(?:,? and including)?|and|and up to) {_IS_VERSION}?|[-–—]",
    re.IGNORECASE,
)
_TO_OPEN = re.compile(
    r"\)?,? ?(?:and (?:later )?|but |up to |to )?(?:before|prior to|below|(?:earlier|lower|less) than|<) ?"
    rf"{_IS_VERSION}?",
    re.IGNORECASE,
)


class Prose(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What words say of versions.

    Attributes:
        stretches: intervals that they call affected. named: versions that stand alone in them.
        mended: versions that stand alone in what they say of remedies.
    """

    stretches: tuple[Stretch, ...] = ()
    named: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()

    def contradicts(self, version: Version) -> bool:
        """Whether everything that the words say of versions speaks against this one being affected."""
        bounded = [stretch for stretch in self.stretches if stretch.low]
        ends = [stretch for stretch in self.stretches if not stretch.low]
        counting = (*bounded, *(own_lines(version, ends) or ends))
        if not self.stretches or any(where(version, stretch) is not Inside.NO for stretch in counting):
            return False
        named = (read for text in self.named if (read := read_version(text)))
        return not any(compare(version, each) == 0 or begins_with(version, each) for each in named)


NOTHING = Prose()


def read_prose(text: str) -> Prose:
    """Return what title or description say of versions. It never raises."""
    stretches: list[Stretch] = []
    named: list[str] = []
    if " versions" in text and _EVERY.search(text):
        return NOTHING
    for mention in _mentions(text[:MAX_LENGTH]):
        if mention.kind in ("open", "closed"):
            stretches.append(Stretch(mention.low, mention.text, closed=mention.kind == "closed"))
        elif mention.kind == "low":
            stretches.append(Stretch(mention.text))
        elif mention.kind == "single":
            named.append(mention.text)
    if not stretches and not named:
        return NOTHING
    return Prose(tuple(dict.fromkeys(stretches)), tuple(dict.fromkeys(named)))


class _Mention(msgspec.Struct):
    """A version in a text. ``kind``: ``open``, ``closed``, ``low``, ``single`` or ``used``."""

    text: str
    kind: str
    end: int
    low: str = ""


def _mentions(text: str) -> list[_Mention]:
    found: list[_Mention] = []
    for match in _NUMBER.finditer(text):
        far = text[max(0, match.start() - _FAR_BEFORE) : match.start()]
        before = far[-_BEFORE:]
        if "." not in match[0] and not before[-_SHORT:].rstrip().lower().endswith(_BEFORE_WHOLE):
            continue  # most numbers are no versions
        after = text[match.end() : match.end() + _AFTER]
        previous = found[-1] if found and match.start() - found[-1].end < _AFTER else None
        mention = _Mention(match[0], _kind(before, after, far), match.end())
        _join(previous, mention, text[previous.end : match.start()] if previous else "")
        if mention.kind or "." in match[0]:
            mention.kind = mention.kind or "single"
            found.append(mention)
        if len(found) > _MOST:
            break
    _carry_back(found, text)
    return found


def _kind(before: str, after: str, far: str) -> str:
    """What a number is by the words beside it; empty where they do not say. ``far`` is more of what is before it."""
    if _AND_EARLIER.match(after):
        return "closed"
    if any(word in before for word in _HINTS) and (match := _BESIDE.search(before)):
        kind = match.lastgroup or ""
        return "open" if kind == "fixed" else kind
    if _AND_LATER.match(after):
        return "open" if _FIXED_IN.search(far) else "low"
    if _HAS_FIX.match(after):
        return "open"
    return "used" if _UNAFFECTED.match(after) else ""


def _join(previous: _Mention | None, mention: _Mention, gap: str) -> None:
    """Join two numbers that are the ends of one stretch, or one list."""
    if previous is None:
        return
    if previous.kind in ("low", "single") and mention.kind != "low":
        if _TO_OPEN.fullmatch(gap):
            mention.kind, mention.low, previous.kind = "open", previous.text, "used"
            return
        if _TO_CLOSED.fullmatch(gap) and (previous.kind == "low" or not gap.strip().endswith("and")):
            mention.kind, mention.low, previous.kind = "closed", previous.text, "used"
            return
        if previous.kind == "low" and mention.kind in ("open", "closed") and len(gap) < _AFTER:
            mention.low, previous.kind = previous.text, "used"
            return
    if not mention.kind and previous.kind in ("open", "closed") and not previous.low and _LIST.fullmatch(gap):
        mention.kind = previous.kind


def _carry_back(found: list[_Mention], text: str) -> None:
    """Let numbers of a list be what its last one is: "Versions 1.2.3 and 2.0 contain a patch"."""
    for at in range(len(found) - 1, 0, -1):
        mention, previous = found[at], found[at - 1]
        gap = text[previous.end : mention.end - len(mention.text)]
        if (
            previous.kind == "single"
            and mention.kind in ("open", "closed")
            and not mention.low
            and _LIST.fullmatch(gap)
        ):
            previous.kind = mention.kind


def said_in(title: str, description: str) -> Prose:
    """Return what title and description say of versions together."""
    return read_prose(f"{title}\n{description.partition('CVSS')[0]}")  # whose version and score are numbers, too
