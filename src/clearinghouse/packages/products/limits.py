"""To which platforms, editions and modules an entry of an advisory is limited: by its fields, or by its words.

Many limits stand in no field of a record: "on Windows" in the title, "PA-5400 Series only" in the description. A limit
that is found makes a question of a match, unless the item says that it is meant; so words are read generously.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from clearinghouse.packages.products.names import fold, tokens_of

MAX_LENGTH = 20_000
"""Characters of a description that are looked at."""
_SERIES_IN_TITLE = re.compile(r"\b([A-Z]{2,3}(?:\d{1,5}(?:-\w+)?)?) Series\b")
_TITLE_RESTRICTS = frozenset({"juniper", "junipernetworks"})
"""Vendors whose titles name the hardware that is affected, and whose records often do so nowhere else."""
_EVERYWHERE = re.compile(
    r"(?:x64|x86|arm64|arm|32[- ]?bit|64[- ]?bit|ia64|mips|mmips|ppc|powerpc|s390x?|unknown|all|any|n/a|proprietary)"
    r"\b.*"
)
_SYSTEMS = frozenset({"windows", "linux", "macos", "android", "ios"})
_NAMES_HARDWARE = frozenset({"cisco"})
"""Vendors whose titles and first sentences name the hardware, and whose records do so nowhere else."""
_HARDWARE = re.compile(
    r"\bSoftware (?:for|on) (?:the )?((?:Cisco )?[A-Z0-9][^.:;]{2,120}?\b"
    r"(?:Series(?: Switches| Routers)?|Controllers?|Routers?|Switches|[Nn]odes|Appliances?|Access Points))\b"
)
_VIRTUAL = re.compile(r"\bVirtual Appliance\b")
_SAYS_A_LIMIT = re.compile(
    r"\b(?:only|exclusively|solely|specific(?:ally)? (?:to|affect\w*)|(?:limited|restricted|confined) to)\b",
    re.IGNORECASE,
)
_LIMITING = re.compile(
    r"\b(?:affect|impact|applie|appl[yi]|applicable|vulnerable|exploitable|limited|restricted|confined|present|occurs?"
    r"|issue|vulnerability|specific)\w*\b",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"\b(?:series|models?|hardware|appliances?|editions?|enterprise|platforms?|virtual|devices running|chassis"
    r"|variants?|on[- ]?prem\w*|self-hosted|saas|cloud|containers?|docker|builds?|built|compiled|32-bit|64-bit|x86"
    r"|multi-?site|installations?|arm(?:64)?|chips?(?:ets?)?|line ?cards?|operating systems?|windows|linux|macos"
    r"|android|ios|freebsd|aix)\b",
    re.IGNORECASE,
)
_FOR_PLATFORMS = re.compile(r"\bfor ((?:[A-Z][\w-]{1,30} ){1,4}+(?:platforms?|hardware|chassis|models?))\b")
_FOR_CUSTOMERS = re.compile(
    r"\bavailable (?:only )?(?:for|to|in|with) [^.;]{1,60}?"
    r"\b(?:customers|subscribers|subscriptions?|plans?|tiers?|licen[sc]es?)\b"
)
_HOW_IT_IS_USED = re.compile(r"\bread[- ]only\b|\bonly (?:be )?exploit|\bif only\b|\bnot only\b", re.IGNORECASE)
_SENTENCE = 250
"""Characters of a sentence that are looked at before and after a word in it."""
_SPECIFIC_MODULES = frozenset({"f5"})
"""Vendors whose modules are provisioned one by one; elsewhere ``modules`` names pieces of the code."""
_SYSTEM = r"(?:Microsoft )?(?:windows|linux|mac ?os(?: x)?|mac|android|ios|ipados|chrome ?os)"
_SYSTEMS_SAID = (
    rf"({_SYSTEM}(?:(?:,? and |,? or |, |/){_SYSTEM})*+)\b(?! kernel| subsystem| xe\b| xr\b| defender| server 20|\.\w)"
)
_WHAT_RUNS = r"(?:only|clients?|installers?|products?|versions?|hosts?|machines?|systems?|devices?|platforms?)"
_ON = re.compile(
    rf"(?:\b(?:on|for|running|under) (?:the |a )?|\bclient \(){_SYSTEMS_SAID}"
    rf"|(?<!underlying )\b({_SYSTEM}) {_WHAT_RUNS}\b",
    re.IGNORECASE,
)
_ANY_SYSTEM = re.compile(rf"\b{_SYSTEM}\b", re.IGNORECASE)
_FIRST_WORDS = 400
"""Characters of a description in which it says what it is about."""
_ONLY = re.compile(rf"\bonly (?:affect|impact)(?:s|ed)?\b[^.]{{0,60}}?\b{_SYSTEMS_SAID}", re.IGNORECASE)
_NO_OTHER = re.compile(
    rf"\b(?:affect|impact|applie)(?:s|ed)?\b[^.]{{0,30}}?\b{_SYSTEMS_SAID}[^.]{{0,20}}\bonly\b"
    rf"|\bonly\b[^.]{{0,60}}?\b(?P<other>{_SYSTEM})\b[^.]{{0,60}}\b(?:is|are) affected\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r",? and |,? or |, |/", re.IGNORECASE)
_MOST_SYSTEMS = 2
_SYSTEM_WORDS = ("windows", "linux", "mac", "android", "ios", "ipados", "chrome")
_LIMIT_WORDS = ("only", "exclusively", "solely", "specific", "limited to", "restricted to", "confined to")
_PACKAGES = re.compile(r"\((?:Packages?|Modules?|Options?): ?([^()]{2,120})\)", re.IGNORECASE)
_EDITIONS = re.compile(
    r"\s+\(?(enterprise|premium|professional|pro|ultimate|community|ee|ce|cloud|lite|free|business|essentials"
    r"|standard(?= edition))\b(?![/&]|,? (?:and|or) )",
    re.IGNORECASE,
)


class Words:
    """Title and description of one advisory, looked at once for all of its entries.

    Args:
        title, description: as the record has them.
    """

    def __init__(self, title: str, description: str) -> None:
        self.title = title
        self.description = description[:MAX_LENGTH]

    def name(self, product: str) -> bool:
        """Whether the words name a product, at least by the first word of its name."""
        first = next(iter(tokens_of(fold(product))), "")
        return first in self._text

    @cached_property
    def _text(self) -> str:
        return f"{self.title} {self.description}".lower()

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The operating systems on which it is said to stand; none where more than two are named."""
        first = f"{self.title}\n{self.description[:_FIRST_WORDS]}"
        lowered = first.lower()
        speaks = any(word in lowered for word in _SYSTEM_WORDS)  # a tenth of the time of the expression
        match = self._only or (_ON.search(first) if speaks else None)
        if match is None:
            return ()
        said = match.groupdict().get("other") or next(filter(None, match.groups()))
        systems = tuple(text for text in _BETWEEN.split(said) if text)
        if match is self._only:
            return systems
        named = {text.lower() for text in _ANY_SYSTEM.findall(first)}
        return systems if len(named) <= _MOST_SYSTEMS else ()

    @cached_property
    def _only(self) -> re.Match[str] | None:
        if "only" not in self._text:
            return None
        return _ONLY.search(self.description) or _NO_OTHER.search(self.description)

    @cached_property
    def hardware(self) -> str:
        """Hardware behind the software: "IOS XE Software for Wireless Controllers"."""
        match = _HARDWARE.search(self.title) or _HARDWARE.search(self.description[:_FIRST_WORDS])
        return match[1] if match else ""

    @cached_property
    def packages(self) -> str:
        """The packages or modules of a product that are named behind it: "FAST/TOOLS (Packages: RVSVRN, HMIWEB)"."""
        match = _PACKAGES.search(self.description) if ": " in self.description else None
        return match[1] if match else ""

    @cached_property
    def limit(self) -> str:
        """The words of the description that limit it to some hardware, platform, edition or installation; or nothing.

        "This issue applies only to PA-5400 Series devices" (CVE-2024-3382) stands in no field of the record.
        """
        if " available " in self._text and (match := _FOR_CUSTOMERS.search(self.description)):
            return match[0]
        if match := _FOR_PLATFORMS.search(f"{self.title}\n{self.description[:_FIRST_WORDS]}"):
            return match[0]
        if not any(word in self._text for word in _LIMIT_WORDS):
            return ""
        for match in _SAYS_A_LIMIT.finditer(self.description):
            before = self.description[max(0, match.start() - _SENTENCE) : match.start()]
            after = self.description[match.start() : match.start() + _SENTENCE]
            start = re.split(r"\.(?:\s|$)|\n", before)[-1]
            end = re.split(r"\.(?:\s|$)|\n", after)[0]
            near = start[-40:] + end[:40]
            if _LIMITING.search(near) and _OF_WHAT.search(end) and not _HOW_IT_IS_USED.search(near):
                return " ".join(f"{start}{end}".split()).strip(" *()")
        return ""

    def edition_of(self, product: str) -> str:
        """Return the edition of a product of which the words speak where they name it first; or nothing.

        The record of CVE-2024-6384 says MongoDB Server, its text MongoDB Enterprise Server.
        """
        name = product.lower().strip()
        if len(name) < _SHORT_NAME:
            return ""
        for text in (self.description, self.title):
            at = text.lower().find(name)
            if at >= 0:
                match = _EDITIONS.match(text, at + len(name))
                return match[1] if match else ""
        return self._edition_inside(name)

    def _edition_inside(self, name: str) -> str:
        """The edition, where its name stands between the words of the product's, which is never named whole."""
        words = name.split()
        if not _WORDS <= len(words) <= _MOST_WORDS or "enterprise" in words:
            return ""
        text = f"{self.title} {self.description}".lower()
        if " enterprise " not in text:
            return ""
        inside = (" ".join((*words[:at], "enterprise", *words[at:])) for at in range(1, len(words)))
        return "Enterprise" if any(edition in text for edition in inside) else ""


_WORDS, _MOST_WORDS = 2, 8
_SHORT_NAME = 3


def platforms_of(written: Iterable[str], vendors: tuple[str, ...], product: str, words: Words) -> tuple[str, ...]:
    """Return the platforms that restrict: neither instruction sets nor a list of every system there is.

    Args:
        written: the field. vendors: keys. product: its name; "Google Chrome on iOS" in the description limits it, too.
    """
    kept = [] if "microsoft" in vendors else [text for text in written if not _EVERYWHERE.fullmatch(text.lower())]
    if len(_SYSTEMS.intersection(text.lower() for text in kept)) > _MOST_SYSTEMS:
        return ()
    if not kept and not _TITLE_RESTRICTS.isdisjoint(vendors):
        kept = [f"{name} Series" for name in _SERIES_IN_TITLE.findall(words.title)]
    if not kept and not _NAMES_HARDWARE.isdisjoint(vendors):
        kept = _hardware_in_words(product, words)
    if not kept and product and words.systems:
        lowered = product.lower()
        kept = [] if any(text.lower() in lowered for text in words.systems) else list(words.systems)
    return tuple(dict.fromkeys(kept))


def _hardware_in_words(product: str, words: Words) -> list[str]:
    if "Virtual" not in product and _VIRTUAL.search(words.title):
        return ["virtual appliances"]
    hardware = words.hardware
    return [hardware] if hardware and product.lower() not in hardware.lower() else []


def modules_of(written: tuple[str, ...], vendors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules that restrict."""
    if _SPECIFIC_MODULES.isdisjoint(vendors) or any("all modules" in text.lower() for text in written):
        return ()
    return written
