"""Whether the words of a record are plainly about the product that its fields name.

Records are filled in from templates and by hand, and their fields and words may name two products: "BigProf Online
Invoicing System 2.6" in the text and "Online Inventory Manager" in the field (CVE-2023-6431); a thing that is had
apart, as "Facsimile Support for i" of IBM i (CVE-2023-38721); a plugin, whose field names what it is plugged into.
Then who has the product of the field is asked whether it is meant. All expressions are linear in the text.
"""

import re
from collections.abc import Iterator
from itertools import islice

from clearinghouse.packages.products.names import LEGAL_FORMS, compact, fold, is_abbreviation, tokens_of, words

_FIRST_WORDS = 500
"""Characters of a description in which it says what it is about."""
_MOST = 12
"""Mentions of a vendor that are looked at."""
_SHORT = 3
_COMMON = words(
    "agent and app application appliance base client cloud community core desktop edition engine enterprise family "
    "firmware for framework gateway labs management manager of platform plugin premium pro professional security "
    "server series service services software solution standard suite system systems team the tool tools utility "
    "version with advisory bulletin notification notifications"
)
"""Words that many names have, and by which no product is told."""
_IDLE = words(
    "and app application applications device devices family firmware for in of on product products series server "
    "software system systems the version"
)
"""Words that stand in a name or not, and do not make it another."""
_NO_NAME = (
    r"(?:Software|Firmware|Server|Appliances?|Series|Versions?|Releases?|Build|Prior|Before|Through|From|All|And|Or|Up|"
    r"Family|Devices?|Products?|Routers?|Switches|Controllers?|Remote|Denial|Elevation|Information|Security|Cross|SQL|"
    r"Stored|Reflected|Local|Buffer|Heap|Stack|Out|Use|Memory|Improper|Missing|Unauthenticated|Authenticated|Command|"
    r"Arbitrary|Privilege|Service|Update|Patch|Hotfix|SP|CU|R|V|LTS|ESR|Web|API|HTTPS?|REST|XSS|CSRF|SSRF|RCE|DoS|"
    r"Windows|Linux|macOS|Android|iOS|Edition|Enterprise|Professional|Standard|Community|Pro|Plugin|WordPress|Team|"
    r"Labs|Configuration|Installer|GmbH|Inc|CVE|This|The|An?|In|Is|It|When|If|On|Vulnerability|Exploitation|Users?|"
    r"Admin|GUI|UI|PLC|Gateway|Authentication|Management|CMS|Core|SE|CLI|WAF|Included|EE|CE)"
)
"""What may stand behind a product's name in capitals and is no part of another name."""
_CAPITALS = rf"(?!{_NO_NAME}\b)[A-Z][A-Za-z]{{1,20}}"
_FOLLOWS = re.compile(
    rf"(?:®|™)?(?: \([\w. -]{{1,20}}\))? ({_CAPITALS}(?: {_CAPITALS}){{0,3}}+)"
    r"(?= [a-z<]|(?<=App) \d|(?<=Agent) \d)"  # "macOS Sonoma 14.5" is a release
)
_HAS_PART = re.compile(
    r"[ ,\d.and]{0,60}? (?:product|option|component|module|plug-?in|add-?on|package)"
    r" ([A-Z][\w.-]{1,30}(?: (?:[A-Z][\w.-]{0,30}|for|of)){0,4}+)"
)
_HEADLINE = re.compile(r"[^.]{0,250}\bVulnerability(?:\.|$)")
"""A first sentence in which every word has a capital letter, as ZDI writes them."""
_PLUGGED = re.compile(
    r"\b([\w.-]{1,40} (?:plug-?in|add-?on|add-?in|extension|theme|connector|snap-in|SDK|widget|template|integration"
    r"|agent(?: plug-?in)?))s? (?:for|to|into|in|of) ([^.:;,()]{1,80})",
    re.IGNORECASE,
)
_PLUGS = ("plug", "add-", "addon", "extension", "theme", "connector", "snap-in", "sdk", "widget", "template", " agent")
"""Without one of these the expression finds nothing, and takes longer to do so."""
_PATH = re.compile(r"\S*/\S*")
_AFTER_VENDOR = re.compile(r"(?:®|™|'s)? ([A-Z][\w-]{1,24}(?: [A-Z][\w-]{0,24}){0,4}+)")


def part_in_words(product: str, vendor: str, description: str) -> str:
    """Return the part of a product of which the description speaks: "BIG-IP PEM", "Mattermost Desktop App"."""
    name, first = product.strip(), description[:_FIRST_WORDS]
    place = next(_places(name.lower(), first.lower()), None) if name and len(first.lower()) == len(first) else None
    if place is None:
        return ""
    end = place[1]
    part = _HAS_PART.match(first, end)
    if part:
        return part[1].removesuffix(" of").removesuffix(" for")
    behind = None if _HEADLINE.match(first) else _FOLLOWS.match(first, end)
    known = tokens_of(fold(f"{name} {vendor}"))
    return behind[1] if behind and set(tokens_of(fold(behind[1]))).isdisjoint(known) else ""


def other_subject(product: str, vendor: str, title: str, description: str) -> str:
    """Return the words that name something else than the product; nothing where they name it, or nothing at all.

    Args:
        product, vendor: as the field has them. title, description: the record's words.
    """
    name, first = product.strip(), description[:_FIRST_WORDS]
    if len(name) < _SHORT:
        return ""
    if plugged := _plugged_into(name, title, first):
        return plugged
    if _HEADLINE.match(first):
        return ""
    return _another(name, vendor, title, first) or _at_first(name, vendor, title, first)


def _plugged_into(name: str, title: str, first: str) -> str:
    """What is plugged into the product: "multiple add-ons for Mailform Pro CGI"."""
    lowered = f" {name.lower()} "
    for text in (title, first) if len(name) > _SHORT else ():
        match = _PLUGGED.search(text) if any(word in text.lower() for word in _PLUGS) else None
        if match and lowered in f" {match[2].lower()} " and _telling(match[1], ()).isdisjoint(tokens_of(fold(name))):
            return match[1]
    return ""


def _another(name: str, vendor: str, title: str, first: str) -> str:
    """Another product of the vendor's, where the words name one or more of them and nowhere this one."""
    makers = tuple(word for word in tokens_of(fold(vendor)) if word not in LEGAL_FORMS)
    own = _telling(name, makers)
    if not makers or not own or len(makers[0]) < _SHORT or makers[0] not in first.lower():
        return ""
    named = ""
    for start, end in islice(_places(makers[0], first.lower()), _MOST):
        after = _AFTER_VENDOR.match(first, end)
        said = _telling(after[1], makers) if after else frozenset()
        if said and _may_be(said, own, name):
            return ""
        named = named or (first[start : after.end()] if after and said else "")
    if not named:
        return ""
    rest = _PATH.sub(" ", f"{title} {first}".replace(named, " "))
    return "" if _telling(rest, makers) & own or _is_written_together(name, rest) else named


def _at_first(name: str, vendor: str, title: str, first: str) -> str:
    """Another product with which the description begins: "Veeam Backup Enterprise Manager allows", of another field.

    Each of the two names has a word that the other has not, and the words say nothing else of the field's.
    """
    makers = tuple(word for word in tokens_of(fold(vendor)) if word not in LEGAL_FORMS)
    if not makers or not first.lower().startswith(makers[0]):
        return ""
    after = _AFTER_VENDOR.match(first, len(makers[0]))
    said = [word for word in tokens_of(fold(after[1])) if word not in makers and word not in _IDLE] if after else []
    own = [word for word in tokens_of(fold(name)) if word not in makers and word not in _IDLE]
    more, less = set(said) - set(own), set(own) - set(said)
    if not after or not more or not less or _is_written_together(" ".join(own), f"{title} {first}"):
        return ""
    if any(is_abbreviation(word, fold(name)) for word in more) or any(is_abbreviation(w, " ".join(said)) for w in less):
        return ""
    return "" if less & set(tokens_of(fold(f"{title} {first}"))) else first[: after.end()]


def _places(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a word begins and ends in a text."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and text[at - 1].isalnum()) and not text[end : end + 1].isalnum():
            yield at, end
        at = text.find(word, end)


def _telling(name: str, makers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in tokens_of(fold(name)) if word not in makers and word not in _COMMON)


def _may_be(said: frozenset[str], own: frozenset[str], name: str) -> bool:
    """Whether two names may mean one product: one has the other's words, or begins or abbreviates one of them."""
    if said <= own or own <= said:
        return True
    if any(is_abbreviation(word, fold(name)) for word in said - own):
        return True
    near = {word for word in said for each in own if word.startswith(each[:_SHORT]) or each.startswith(word[:_SHORT])}
    return near == said or any(is_abbreviation(word, " ".join(sorted(said))) for word in own - said)


def _is_written_together(name: str, text: str) -> bool:
    return compact(tokens_of(fold(name))) in compact(tokens_of(fold(text)))
