"""What holds for all entries of one advisory: names, limits and words, each looked at once."""

import re
from collections.abc import Iterator
from functools import cached_property

from clearinghouse.packages.products.conditions import condition_in, required_in
from clearinghouse.packages.products.family import are_related
from clearinghouse.packages.products.limits import Words, platforms_of
from clearinghouse.packages.products.names import compact, fold, product_names, vendor_keys
from clearinghouse.packages.products.prose import NOTHING, Prose, said_in
from clearinghouse.packages.products.remedies import remedies_in
from clearinghouse.packages.products.subject import other_subject, part_in_words
from clearinghouse.records import Advisory, Affected, Finding

_FEW_NAMES = 3
"""Products that a record may name for its words to be held against each of its entries."""
_MANY = 3
_OWN_WORDS = re.compile(
    r"\b(?:affected|impacted|vulnerable) (?:[\w-]{1,20} )?(?:products?|devices?|applications?|systems?|software"
    r"|versions?|components?|controllers?|firmware|modules?)\b|\bThe (?:product|device|application|software|system)\b",
    re.IGNORECASE,
)
"""How publishers speak of their own product."""
_KERNEL = "linux"
"""The vendor whose records have a commit's message in place of a description: its numbers are those of traces."""
_MOST_REMEDIES = 64
"""Remedies of one advisory that are read."""


class Entries:
    """What holds for every entry of one advisory.

    CISA adds entries to CVE records. Where the record itself names other products, CISA's are a question (CVE-2024-4304
    names SWAL, and CISA a watch), and what limits all of the record's entries limits CISA's.

    Args:
        finding: it. advisory: of the finding.

    Attributes:
        name: by which the advisory is known; empty if by none. aliases: other identifiers of the flaw.
        published: RFC 3339 time, or empty.
    """

    def __init__(self, finding: Finding, advisory: Advisory) -> None:
        affected = advisory.affected
        own = [each for each in affected if not each.stated_by]
        self.finding = finding
        self.name = advisory.document or finding.native_id or next(iter(finding.identifiers), "")
        self.aliases = tuple(alias for alias in finding.identifiers if alias != self.name)
        self.published = advisory.published or advisory.modified or ""
        self.words = Words(finding.title, finding.description)
        self.is_cve = finding.format == "cve"
        self._is_of_kernel = any(_KERNEL in vendor_keys(each.component.vendor) for each in own)
        self._limits: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}
        self._modules: dict[str, tuple[str, ...]] = {}
        self._remedies: dict[str, Prose] = {}
        self._subjects: dict[str, str] = {}
        self.names = dict(pair for each in own for pair in [_name_of(each)] if pair[1])
        self.limit = self._limit(advisory)
        added = len(own) < len(affected)
        self.beginnings = dict(pair for each in affected if each.stated_by for pair in _beginnings(each))
        limits = [self.platforms_of(each) for each in own] if added else []
        shared = dict.fromkeys(text for each in limits for text in each)
        self.platforms = tuple(shared) if all(limits) and len(shared) < _MANY else ()

    def _limit(self, advisory: Advisory) -> str:
        """Words that limit every entry: to some hardware, system or edition, or to some installations.

        Of a CSAF document words count that speak of its product; those on a library in it say how others use that.
        """
        title, description = self.finding.title, self.finding.description
        if not self.is_cve and not _OWN_WORDS.search(description) and not any(map(self.words.name, self.names)):
            return ""
        limit = self.words.limit if self.is_cve else ""
        required = required_in(advisory.configurations)
        return limit or required or condition_in(title, description, products=self.names)

    def platforms_of(self, affected: Affected) -> tuple[str, ...]:
        """The platforms to which an entry is limited."""
        product = affected.product or affected.component.name
        place = (product, affected.component.vendor, affected.platforms)
        if place not in self._limits:
            keys = vendor_keys(affected.component.vendor)
            self._limits[place] = platforms_of(affected.platforms, keys, product, self.words)
        return self._limits[place]

    def modules_in_words(self, product: str, vendor: str = "") -> tuple[str, ...]:
        """The edition, the packages and the part of a product of which the words speak."""
        if not self.is_cve:
            return ()
        if product not in self._modules:
            part = part_in_words(product, vendor, self.finding.description) if len(self.names) <= _FEW_NAMES else ""
            found = (self.words.edition_of(product) or part, self.words.packages)
            self._modules[product] = tuple(text for text in found if text)
        return self._modules[product]

    def prose_of(self, product: str) -> Prose:
        """What the words say of a product's versions; nothing where they are not, or not alone, about this product."""
        if not self.is_cve:
            return self._remedies_of(product)
        if len(self.names) > _FEW_NAMES or self._is_of_kernel:
            return NOTHING
        return self.said if self.names or self.words.name(product) else NOTHING

    def _remedies_of(self, product: str) -> Prose:
        if not self._advice:
            return NOTHING
        if product not in self._remedies:
            self._remedies[product] = remedies_in(self._advice, product, self._folded)
        return self._remedies[product]

    @cached_property
    def _advice(self) -> tuple[str, ...]:
        return tuple(each.description for each in self.finding.remedies if each.description)[:_MOST_REMEDIES]

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(fold(name) for name in self.names)

    @cached_property
    def said(self) -> Prose:
        """What the words say of versions."""
        return said_in(self.finding.title, self.finding.description)

    def condition(self, affected: Affected) -> str:
        """Words on which an entry depends; nothing if on nothing."""
        if affected.stated_by and self.names:
            tokens = _name_of(affected)[1]
            related = [name for name, own in self.names.items() if are_related(tokens, own)]
            if all("://" not in name and _leaves_out(self.names[name], tokens) for name in related):
                return f'the record names "{next(iter(self.names))}", and {affected.stated_by} adds this product'
        if not self.is_cve or len(self.names) > _FEW_NAMES:
            return self.limit
        return self.limit or self._other_subject(affected)

    def _other_subject(self, affected: Affected) -> str:
        name, vendor = affected.product or affected.component.name, affected.component.vendor
        if name not in self._subjects:
            other = other_subject(name, vendor, self.finding.title, self.finding.description)
            self._subjects[name] = f'the record\'s words name "{other}"' if other else ""
        return self._subjects[name]


def _leaves_out(whole: tuple[str, ...], short: tuple[str, ...]) -> bool:
    """Whether a name leaves out words by which a longer one may be that of another product."""
    if compact(whole) != compact(short) and compact(whole).startswith(compact(short)):  # "s", "4", "hana" and "4hana"
        return sum(word.isalpha() for word in whole) > 1 + sum(word.isalpha() for word in short)
    return set(short) < set(whole) and sum(word.isalpha() for word in set(whole) - set(short)) > 1


def _beginnings(affected: Affected) -> Iterator[tuple[str, str]]:
    """Yield the end and the beginning of each range that has both."""
    for item in affected.ranges:
        low = next((event.introduced for event in item.events if event.introduced), "")
        for event in item.events:
            if event.fixed and low not in ("", "0", "-", "*"):
                yield event.fixed.lower(), low


def _name_of(affected: Affected) -> tuple[str, tuple[str, ...]]:
    name = affected.product or affected.component.name
    spoken = product_names(name, vendor_keys(affected.component.vendor))
    return name, spoken[0].tokens if spoken else ()
