"""To which platforms and modules an entry of an advisory is limited: by its fields, or by its title and description."""

import re

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
_LIMITING = re.compile(r"\b(?:affect|impact|applie|appl[yi]|vulnerable|exploitable|limited)\w*\b", re.IGNORECASE)
_OF_WHAT = re.compile(
    r"\b(?:Series|models?|hardware|appliances?|editions?|Enterprise|platforms?|virtual|devices)\b", re.IGNORECASE
)
_SENTENCE = 250
"""Characters of a sentence that are looked at before and after a word in it."""
_SPECIFIC_MODULES = frozenset({"f5"})
"""Vendors whose modules are provisioned one by one; elsewhere ``modules`` names pieces of the code."""
_SYSTEM = r"(?:Microsoft )?(?:windows|linux|macos|mac ?os x|mac|android|ios|ipados|chrome ?os)"
_SYSTEMS_SAID = rf"({_SYSTEM}(?:(?:,? and |,? or |, ){_SYSTEM})*+)\b(?! kernel| subsystem)"
_AT_THE_END = re.compile(
    rf"\bon {_SYSTEMS_SAID}(?: (?:platforms?|systems?|devices?|hosts?|machines?))?$", re.IGNORECASE
)
_ON = re.compile(rf"\b(?:on|for) {_SYSTEMS_SAID}", re.IGNORECASE)
_FIRST_WORDS = 400
"""Characters of a description in which it says what it is about."""
_ONLY = re.compile(rf"\bonly (?:affect|impact)(?:s|ed)?\b[^.]{{0,60}}?\b{_SYSTEMS_SAID}", re.IGNORECASE)
_NO_OTHER = re.compile(
    rf"\b(?:affect|impact|applie)(?:s|ed)?\b[^.]{{0,30}}?\b{_SYSTEMS_SAID}[^.]{{0,20}}\bonly\b"
    rf"|\bonly\b[^.]{{0,60}}?\b(?P<other>{_SYSTEM})\b[^.]{{0,60}}\b(?:is|are) affected\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r",? and |,? or |, ", re.IGNORECASE)


def platforms_of(
    written: tuple[str, ...], vendors: tuple[str, ...], product: str, title: str, description: str
) -> tuple[str, ...]:
    """Return the platforms that restrict: neither instruction sets nor a list of every system there is.

    Args:
        written: the field. vendors: keys. product: its name; "Google Chrome on iOS" in the description limits it, too.
    """
    kept = [] if "microsoft" in vendors else [text for text in written if not _EVERYWHERE.fullmatch(text.lower())]
    if len(_SYSTEMS.intersection(text.lower() for text in kept)) > 2:
        return ()
    if not kept and not _TITLE_RESTRICTS.isdisjoint(vendors):
        kept = [f"{name} Series" for name in _SERIES_IN_TITLE.findall(title)]
    if not kept and not _NAMES_HARDWARE.isdisjoint(vendors):
        kept = _hardware_in_words(product, title, description[:_FIRST_WORDS])
    if not kept and product:
        kept = _in_words(product, title, description)
    return tuple(dict.fromkeys(kept))


def _hardware_in_words(product: str, title: str, description: str) -> list[str]:
    """Hardware behind the software: "IOS XE Software for Wireless Controllers", "Virtual Appliance"."""
    if _VIRTUAL.search(title) and "Virtual" not in product:
        return ["virtual appliances"]
    match = _HARDWARE.search(title) or _HARDWARE.search(description)
    return [match[1]] if match and product.lower() not in match[1].lower() else []


def _in_words(product: str, title: str, description: str) -> list[str]:
    """Systems that stand behind the product's name: "Edge for Android", "Splunk Enterprise on Windows"."""
    name = product.partition(" (")[0].lower()
    match = _behind(name, title) or _behind(name, description) or _only(description)
    match = match or _AT_THE_END.search(title.rstrip(" ."))
    if match is None:
        return []
    said = match.groupdict().get("other") or match[1]
    systems = [text for text in _BETWEEN.split(said) if text]
    return [] if len(systems) > 2 or any(text.lower() in product.lower() for text in systems) else systems


def _only(description: str) -> re.Match[str] | None:
    if "only" not in description.lower():
        return None
    return _ONLY.search(description) or _NO_OTHER.search(description)


def _behind(name: str, text: str) -> re.Match[str] | None:
    found = (match for match in _ON.finditer(text) if text[: match.start()].rstrip().lower().endswith(name))
    return next(found, None)


def modules_of(written: tuple[str, ...], vendors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules that restrict."""
    if _SPECIFIC_MODULES.isdisjoint(vendors) or any("all modules" in text.lower() for text in written):
        return ()
    return written


def limit_in_words(description: str) -> str:
    """Return the sentence of a description that limits it to some hardware or edition; nothing if none does.

    "This issue applies only to PA-5400 Series devices" (CVE-2024-3382) stands in no field of the record.
    """
    lowered = description.lower()
    at = lowered.find(" only ")
    while at >= 0:
        before, after = description[max(0, at - _SENTENCE) : at], description[at : at + _SENTENCE]
        start = re.split(r"[.\n]", before)[-1]
        end = re.split(r"\.(?:\s|$)|\n", after)[0]
        if _LIMITING.search(start[-40:] + end[:40]) and _OF_WHAT.search(end):
            return " ".join(f"{start}{end}".split()).strip(" *()")
        at = lowered.find(" only ", at + 1)
    return ""


def edition_in_words(product: str, title: str, description: str) -> str:
    """Return the name of the edition of a product that title or description speak of, where they never name it whole.

    The record of CVE-2024-6384 says MongoDB Server, its text MongoDB Enterprise Server.
    """
    text = f"{title} {description}".lower()
    words = product.lower().split()
    if " enterprise " not in text or "enterprise" in words or len(words) < _WORDS or product.lower() in text:
        return ""
    editions = (" ".join((*words[:at], "enterprise", *words[at:])) for at in range(1, len(words) + 1))
    return next((edition for edition in editions if edition in text), "")


_WORDS = 2
