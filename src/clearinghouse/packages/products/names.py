"""Normal forms of what vendors and products are called.

Two spellings of one name have one key: ``Fortinet, Inc.`` and ``fortinet``; ``Cisco IOS XE Software`` of Cisco and
``ios_xe``; ``Windows 10 Version 1809 for x64-based Systems`` and ``windows_10_1809``. What is another product keeps
another key: ``SQL Server 2019 (GDR)`` and ``SQL Server 2019 (CU 25)``.

The law: a normal form is its own normal form.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

MAX_LENGTH = 400
"""Longest name that is looked at, in characters; the rest is cut off."""
_MAX_TOKENS = 40
_MOST_REMEMBERED = 1 << 16

_ESCAPED = re.compile(r"\\(.)")
_SIGNS = str.maketrans({"™": " ", "®": " ", "©": " ", "_": " ", "’": "'", "–": "-", "—": "-", "‐": "-", "\u00a0": " "})
_TOKEN = re.compile(r"[a-z0-9]++|\+")


def words(text: str) -> frozenset[str]:
    """Return the words of a text, for tables that are read as text."""
    return frozenset(text.split())


LEGAL_FORMS = words(
    "ab ag as bv co company corp corporation gmbh inc incorporated kg kk limited llc llp lp ltd ltda nv oy plc "
    "project pte pty pvt sa sarl sas se spa srl sro the"
)
"""Words at the end of a vendor's name that are no part of it; ``project`` is how CPE names projects."""
NOBODY = frozenset(
    {"", "na", "unknown", "none", "multiple", "various", "unspecified", "multiplevendors", "notapplicable"}
)
"""Keys of vendors and products that name nobody."""
_LONGEST_NOBODY = 40

_VENDOR_PARTS = re.compile(
    r",? (?:a|an) (?:subsidiary|affiliate|division|company|brand|part) of |[;/|]| and |"
    r",(?! ?(?:inc|llc|ltd|co|s\.?r\.?o|gmbh|a\.?g|corp|limited|incorporated|sas|lp)\b)"
)
NOUNS = words(
    "appliance appliances browser camera cameras controller controllers device devices families family firmware "
    "gateways handheld laptop module modules printer printers product products pump pumps router routers scanner "
    "sequencer series software switch switches tablet versions"
)
"""Words at the end of a product's name that say what it is and not which. ``series`` and ``family`` say that it is
several."""
_SOFT = frozenset(
    (kind, noun)
    for kind in ("software", "soft", "virtual", "cloud")
    for noun in ("controller", "controllers", "router", "routers", "switch", "switches", "appliance", "appliances")
)
"""Ends of names that make another product of it: the S7-1500 Software Controller is no S7-1500."""
_FAMILY = frozenset({"families", "family", "series"})

_ORDER_NUMBER = re.compile(r"[1-9][a-z]{1,2}\d(?:[ \d*?x-]|[a-z](?=[\da-z-])){6,30}[a-z0-9*?]")
"""Siemens order numbers (MLFB): ``6ES7518-4AP00-0AB0``, ``6GK7 243-1BX30-0XE0``."""
_SPACED_PARENTHESIS = re.compile(r"(?:^| )\(([^()]{0,200})\)")
_SAYS_NOTHING = re.compile(
    r"incl|all (?:versions|models|variants|revisions)|server core installation|x64|32[ -]?bit|64[ -]?bit|arm64|"
    r"formerly known as$"
)
_FORMERLY = re.compile(r"(?:formerly|previously|also|aka)(?: (?:known|called|sold))?(?: as)? (.{2,})")
_PHRASES = (
    ("cumulative", re.compile(r"\bcumulative update ?(?=\d)"), "cu"),
    ("service pack", re.compile(r"\b(?:service pack|systems service pack) ?(?=\d)"), "sp"),
    ("cu ", re.compile(r"\bcu (?=\d)"), "cu"),
    ("version", re.compile(r"\b(?:version|versions) (?=v?\d)"), ""),
    (" for ", re.compile(r" for (?:x64|x86|32|64|arm64|itanium)[- ]?(?:based|bit)[a-z -]*?systems?\b"), ""),
    (" edition", re.compile(r" (?:x64|arm64|32-bit|64-bit) edition\b"), ""),
    ("for (cu", re.compile(r"\bfor \(cu"), "(cu"),
)
"""A word without which the expression finds nothing, the expression, and what stands in place of what it finds."""
_COMMON_END = re.compile(r"(?:software|systems|technologies|technology|networks|solutions|electronics)$")
"""What a vendor's name in front of a product is often written without: Snow Inventory Agent of Snow Software."""
_LIST = re.compile(r",? and |, ")
_RELEASE = re.compile(r"v\d{1,5}(?:\.\d{1,6})*|\d{1,5}(?:\.\d{1,6})+", re.IGNORECASE)
_TRAILING_VERSION = re.compile(r" (?:v|ver\.? ?|version |release )?(\d{1,5}(?:\.(?:\d{1,6}|x|\*))+)$| (v\d{1,4})$")


class ProductName(NamedTuple):
    """One way in which a product is called.

    Attributes:
        key: the normal form, for equality. tokens: its words, for families and models.
        family: it says that it names several products.
        branch: the version that stood at the end of the name (``Teamcenter V13.3``), if it was taken off.
        models: order numbers that stood in it, without blanks and in lower case.
        listed: it is one of several products in one name, or an abbreviation; it counts only where it is known.
    """

    key: str
    tokens: tuple[str, ...]
    family: bool = False
    branch: str = ""
    models: tuple[str, ...] = ()
    listed: bool = False


@lru_cache(maxsize=_MOST_REMEMBERED)
def fold(text: str) -> str:
    """Return a name in lower case, without accents, CPE escapes and signs, its blanks folded."""
    text = text[:MAX_LENGTH]
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    text = text.translate(_SIGNS)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.lower().replace("&", " and ").split())


def fold_product(text: str) -> str:
    """Return a product's name folded, with what is written in two ways in one: "Cumulative Update 23" is "cu23"."""
    folded = fold(text)
    for word, pattern, replacement in _PHRASES:
        if word in folded:
            folded = pattern.sub(replacement, folded)
    return folded


@lru_cache(maxsize=_MOST_REMEMBERED)
def tokens_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a folded text."""
    return tuple("plus" if token == "+" else token for token in _TOKEN.findall(text)[:_MAX_TOKENS])  # noqa: S105 - a sign


def compact(tokens: Iterable[str]) -> str:
    """Join words to a key: without blanks, but for one between two numbers, which else would be another number."""
    pieces: list[str] = []
    for token in tokens:
        if pieces and pieces[-1][-1:].isdigit() and token[:1].isdigit():
            pieces.append(" ")
        pieces.append(token)
    return "".join(pieces)


@lru_cache(maxsize=_MOST_REMEMBERED)
def vendor_keys(text: str) -> tuple[str, ...]:
    """Return the keys of the vendors that a text names: most name one, some name an owner, too. Nobody: nothing."""
    whole = fold(text)
    keys = [vendor_key(whole)]
    if keys[0] in NOBODY:
        return ()
    parts = [part for part in _VENDOR_PARTS.split(_SPACED_PARENTHESIS.sub("", whole)) if part.strip()]
    if len(parts) > 1:
        keys += [vendor_key(part) for part in parts[:8]]
    return tuple(key for key in dict.fromkeys(keys) if len(key) > 2 or key == keys[0])


def parts_of_vendor(text: str) -> tuple[str, ...]:
    """Return the vendors that a text names, as folded text: several where it lists them."""
    return tuple(part.strip() for part in _VENDOR_PARTS.split(fold(text))[:8] if part.strip())


def vendor_key(text: str) -> str:
    """Return the key of one vendor's name: its words without legal form and without what stands in parentheses."""
    plain = _SPACED_PARENTHESIS.sub("", text).removesuffix(".com").replace(".", "").replace("'", "")
    tokens = list(tokens_of(plain))
    while len(tokens) > 1 and (tokens[-1] in LEGAL_FORMS or tokens[-1] == "and"):
        tokens.pop()
    while len(tokens) > 1 and tokens[0] == "the":
        tokens.pop(0)
    return compact(tokens)


@lru_cache(maxsize=_MOST_REMEMBERED)
def product_names(text: str, vendor_names: tuple[str, ...] = ()) -> tuple[ProductName, ...]:
    """Return the ways in which a product's name can be understood, the most literal first; nothing for ``n/a``.

    Args:
        text: as written.
        vendor_names: keys that stand for its vendor, so that ``Apache Tomcat`` of Apache is ``tomcat``.
    """
    folded = fold_product(text)
    if len(folded) < _LONGEST_NOBODY and compact(tokens_of(folded)) in NOBODY:
        return ()
    folded, models, others = _parentheses(folded)
    found = [_name(folded, vendor_names, models)]
    trailing = _TRAILING_VERSION.search(folded)
    if trailing:
        branch = trailing[1] or trailing[2]
        found.append(_name(folded[: trailing.start()], vendor_names, models)._replace(branch=branch))
    found += [_name(other, vendor_names, models)._replace(listed=True) for other in others]
    found += [_name(part, vendor_names, models)._replace(listed=True) for part in _parts(folded)]
    return tuple(name for name in dict.fromkeys(found) if name.key not in NOBODY)


def _name(folded: str, vendor_names: tuple[str, ...], models: tuple[str, ...]) -> ProductName:
    tokens = list(tokens_of(folded))
    tokens = tokens[_vendor_prefix(tokens, vendor_names) :]
    family = False
    while len(tokens) > 1 and tokens[-1] in NOUNS and tuple(tokens[-2:]) not in _SOFT:
        family = tokens.pop() in _FAMILY or family
    if len(tokens) > 1 and tokens[0] == "the":
        tokens.pop(0)
    return ProductName(compact(tokens), tuple(tokens), family, "", models)


def _vendor_prefix(tokens: Sequence[str], vendor_names: tuple[str, ...]) -> int:
    """How many words at the beginning are the vendor's name; 0 where nothing else would be left."""
    if not tokens or not any(name.startswith(tokens[0]) for name in vendor_names):
        return 0
    short = {_COMMON_END.sub("", name) for name in vendor_names}
    for length in range(min(5, len(tokens) - 1), 0, -1):
        if (key := compact(tokens[:length])) in vendor_names or (key in short and len(key) > 3):
            return length
    return 0


def _parentheses(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Take parentheses out of a name: order numbers, other names, and what says nothing; the rest stays as words."""
    models: list[str] = []
    others: list[str] = []

    def taken(match: re.Match[str]) -> str:
        inside = match[1].strip()
        if _ORDER_NUMBER.fullmatch(inside):
            models.append(order_number(inside))
            return " "
        if _SAYS_NOTHING.match(inside):
            return " "
        formerly = _FORMERLY.match(inside)
        if formerly or is_abbreviation(inside, text[: match.start()]):
            others.append(formerly[1] if formerly else inside)
            return " "
        return f" {inside}"

    if "(" in text:
        text = _SPACED_PARENTHESIS.sub(taken, text)
    return " ".join(text.split()), tuple(models), tuple(others)


def order_number(text: str) -> str:
    """Return an order number as it is compared: lower case, without blanks."""
    return text.lower().replace(" ", "")


def is_order_number(text: str) -> bool:
    """Whether a text is an order number and nothing else."""
    return _ORDER_NUMBER.fullmatch(text.strip().lower()) is not None


def without_name(version: str, product: str) -> str:
    """Return a version without its product's name before it: "FortiOS 6.0.0 to 6.0.4" of FortiOS.

    What the two have in common may be the release: "V7.5 SP2" of WinCC V7.5 stays.
    """
    if " " not in version:
        return version
    words = product.split()
    for at in range(len(words)):
        name = " ".join(words[at:])
        if len(name) > 2 and not _RELEASE.fullmatch(name) and version.lower().startswith(f"{name.lower()} "):
            return version[len(name) :].lstrip(" :-")
    return version


def is_abbreviation(short: str, long: str) -> bool:
    """Whether ``short`` abbreviates ``long``: EPMM has the letters of Endpoint Manager Mobile, in order."""
    short = short.replace(" ", "")
    if not 2 <= len(short) <= 8 or not short.isalpha():
        return False
    words = tokens_of(long)
    initials = [word[0] for word in words]
    if len(short) == 2 or short[0] not in initials:
        return "".join(initials).endswith(short)
    letters = iter("".join(words[initials.index(short[0]) :]))
    return all(letter in letters for letter in short)


def _parts(folded: str) -> tuple[str, ...]:
    """The products in a name that may list several: ``Confluence Server and Data Center`` has two, and so on."""
    parts = [part.strip() for part in _LIST.split(folded) if part.strip()]
    if not 1 < len(parts) <= 12 or any(letter.isdigit() for letter in folded):
        return ()  # where there are numbers a comma parts a model from what is said of it
    head = parts[0].rpartition(" ")[0]
    inherited = [f"{head} {part}" for part in parts[1:]] if head else []
    return tuple(dict.fromkeys((*parts, *inherited)))
