"""Which statements speak of a product: an index over the names in them.

Names are few beside statements, and only names are looked at to find out who is meant. So the index holds names, each
with a number, and asks for the statements under a number when it has decided for a name: whoever keeps statements in a
database gives it the names and a function (:class:`NameIndex`). :class:`ProductIndex` keeps both in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache

from clearinghouse.packages.products.aliases import Aliases, shipped_aliases
from clearinghouse.packages.products.family import describes, is_model, is_of_series, says_more, without_series
from clearinghouse.packages.products.hits import Hit, Relative
from clearinghouse.packages.products.makers import Makers
from clearinghouse.packages.products.names import (
    ProductName,
    compact,
    fold,
    order_number,
    product_names,
    tokens_of,
    vendor_key,
    vendor_keys,
)
from clearinghouse.packages.products.near import NearNames
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.packages.products.titles import Titles
from clearinghouse.packages.products.windows import edition_of
from clearinghouse.packages.products.written import WrittenName, written_name

__all__ = ["Hit", "NameIndex", "ProductIndex", "Relative", "WrittenName", "written_name"]

Fetch = Callable[[int], Sequence[Statement]]
"""Returns the statements that stand under the number of a name."""
Described = Callable[[str], Sequence[int]]
"""Returns the numbers of the names that records of a CVE identifier, other than KEV's, speak of."""


class NameIndex:
    """Finds names.

    Args:
        names: each in the place of its number. fetch: returns the statements under a number.
        described: returns the names of which records of a CVE identifier speak.
        aliases: the table of names that mean one thing.
    """

    def __init__(
        self, names: Sequence[WrittenName], fetch: Fetch, described: Described, aliases: Aliases | None = None
    ) -> None:
        self.aliases = aliases or shipped_aliases()
        self.fetch = fetch
        self.described = described
        self.names = names
        self._exact: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        self._heads: dict[tuple[str, str], list[tuple[int, tuple[str, ...], bool]]] = defaultdict(list)
        self._shortened: set[int] = set()  # names that also stand without that of their line
        self._branches: dict[int, str] = {}
        self._models: dict[str, list[int]] = defaultdict(list)
        self._variants: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._makers: dict[str, set[str]] = defaultdict(set)
        self.vendors: set[str] = set()
        listed: list[tuple[int, str, ProductName]] = []
        for name in names:
            self.vendors.update(self._vendors(name))
        for number, name in enumerate(names):
            listed += self._add(number, name)
        for number, vendor, part in listed:
            if (vendor, part.key) in self._exact or self.aliases.product((vendor, part.key)) != part.key:
                self._put(number, vendor, part)
        self.relatives = lru_cache(maxsize=1 << 12)(self._relatives)

    @cached_property
    def near(self) -> NearNames:
        """Names by the words in them."""
        return NearNames(self.names, self.vendors_of)

    @cached_property
    def titles(self) -> Titles:
        """Statements by the titles of their advisories."""
        return Titles(self.near.vocabulary, self.fetch)

    @cached_property
    def makers_by_text(self) -> Makers:
        """Vendors by what lists call them."""
        texts = dict.fromkeys(name.vendor for name in self.names)
        return Makers(texts, lambda text: self.aliases.vendor(vendor_key(text)))

    def vendors_of(self, number: int) -> tuple[str, ...]:
        """Return the vendors that the name with this number gives."""
        return self._vendors(self.names[number])

    def _vendors(self, name: WrittenName) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.aliases.vendor(key) for key in vendor_keys(name.vendor)))

    def _add(self, number: int, name: WrittenName) -> list[tuple[int, str, ProductName]]:
        vendors = self._vendors(name) or self._maker_in(name.product)
        listed = []
        for vendor in vendors:
            for spoken, maker in self._spoken(name.product, vendor):
                if spoken.listed and not self._counts(spoken, name):
                    listed.append((number, maker, spoken))
                else:
                    self._put(number, maker, spoken, models=name.models)
            listed += [
                (number, vendor, ProductName(key, (key,)))
                for key in self.aliases.listed(vendor, _plain_key(name.product))
            ]
        self._add_cpes(number, name)
        for model in name.models:
            self._models[order_number(model)].append(number)
        return listed

    def _counts(self, spoken: ProductName, name: WrittenName) -> bool:
        """Whether a part of a name counts though no other record names it alone: only a catalogue lists so."""
        return name.listing and len(spoken.tokens) > 1

    def _spoken(self, product: str, vendor: str) -> list[tuple[ProductName, str]]:
        """The ways to understand a product's name under a vendor, and those of the vendor whose name it begins with."""
        edition = edition_of(fold(product)) if vendor == "microsoft" else None
        if edition:
            return [(ProductName(compact(edition.tokens), edition.tokens), vendor)]
        found = [(name, vendor) for name in product_names(product, self.aliases.vendor_names(vendor))]
        for other in self.aliases.included(vendor):
            keys = self.aliases.vendor_names(other)
            inner = product_names(product, keys)
            if inner and found and inner[0].key != product_names(product, ())[0].key:
                found += [(name, other) for name in inner]
        return found

    def _maker_in(self, product: str) -> tuple[str, ...]:
        """The vendor with whose name a product begins, where no vendor is named: "VMware ESXi" of "n/a"."""
        tokens = tokens_of(fold(product))
        for length in range(min(4, len(tokens) - 1), 0, -1):
            key = self.aliases.vendor("".join(tokens[:length]))
            if key in self.vendors:
                return (key,)
        brand = self.aliases.vendor_of_brand(tokens)
        return (brand,) if brand else ("",)

    def _add_cpes(self, number: int, name: WrittenName) -> None:
        """The products of the CPE names beside a name; not where the name itself says which release or model it is.

        Beside releases of Windows stand CPE names of other releases (1909 and windows_10_1809 in CVE-2021-43237).
        """
        if edition_of(fold(name.product)):
            return
        written = frozenset(tokens_of(fold(name.product)))
        for pair in name.cpes:
            vendor, _, product = pair.partition(":")
            maker = self.aliases.vendor(vendor_key(fold(vendor)))
            if says_more(written, frozenset(tokens_of(fold(product)))):
                continue  # "Exchange Server 2019 Cumulative Update 13" beside exchange_server
            for spoken, _ in self._spoken(product, maker)[:1]:
                sure = not self._leaves_out(name, maker, spoken)
                self._put(number, maker, spoken, models=name.models, family=False, sure=sure)

    def _leaves_out(self, name: WrittenName, maker: str, spoken: ProductName) -> bool:
        """Whether a CPE name leaves out words by which the written name is that of another product.

        ``websphere_application_server`` stands beside "WebSphere Application Server Liberty".
        """
        return any(
            frozenset(spoken.tokens) < frozenset(written.tokens)
            and not any(any(map(str.isdigit, word)) for word in set(written.tokens) - set(spoken.tokens))
            for vendor in self._vendors(name)
            for written, _ in self._spoken(name.product, vendor)[:1]
            if vendor == maker and written.key != spoken.key
        )

    def _put(
        self,
        number: int,
        vendor: str,
        name: ProductName,
        *,
        models: tuple[str, ...] = (),
        family: bool = True,
        sure: bool = True,
    ) -> None:
        key = self.aliases.product((vendor, name.key))
        whole = self.aliases.whole((vendor, key))
        if name.branch:
            self._branches[number] = name.branch
        hit = Hit(number, name.branch, sure, tuple(order_number(model) for model in (*models, *name.models)))
        self._insert((vendor, key), hit)
        if whole:
            self._insert((vendor, whole[0]), hit._replace(sure=sure and whole[1]))
            self._heads[vendor, whole[0]].append((number, (whole[0],), False))
        for near in self.aliases.near((vendor, key)):
            self._insert((vendor, near), hit._replace(sure=False))
        self._makers[key].add(vendor)
        self._variants[vendor, key].update(hit.models or ("",))
        if family and name.tokens:
            self._heads[vendor, name.tokens[0]].append((number, name.tokens, name.family))
            if short := without_series(name.tokens):
                self._heads[vendor, short[0]].append((number, short, name.family))
                self._shortened.add(number)

    def _insert(self, place: tuple[str, str], hit: Hit) -> None:
        hits = self._exact[place]
        if not any(
            each.number == hit.number and each.branch == hit.branch and each.sure >= hit.sure for each in hits[-8:]
        ):
            hits.append(hit)

    def exact(self, vendor: str, key: str) -> Sequence[Hit]:
        """Return the names that are this product, or may be under a name that is near."""
        return self._exact.get((vendor, self.aliases.product((vendor, key))), ())

    def by_model(self, model: str) -> Sequence[int]:
        """Return the names that have this order number."""
        return self._models.get(model, ())

    def variants(self, vendor: str, key: str) -> frozenset[str]:
        """Return the order numbers under which a product of this name is known; an empty one for a name without."""
        return frozenset(self._variants.get((vendor, self.aliases.product((vendor, key))), ()))

    def makers(self, key: str) -> frozenset[str]:
        """Return the vendors that have a product of this name."""
        return frozenset(self._makers.get(key, ()))

    def knows(self, vendor: str) -> bool:
        """Whether any statement is about a product of this vendor."""
        return vendor in self.vendors

    def _relatives(self, vendor: str, tokens: tuple[str, ...]) -> tuple[Relative, ...]:
        """Return the names of one family with a name: they have all of its words, or it has all of theirs.

        What the one has more must be a model, words with digits in them and what goes with these; or it only says what
        sort of device it is; or it is the name of a line that lists leave out.
        """
        if not tokens:
            return ()
        mine = frozenset(tokens)
        found = {}
        for number, theirs, family in self._heads.get((vendor, tokens[0]), ()):
            other = frozenset(theirs)
            if mine == other and number in self._shortened:
                found[number] = Relative(number, narrower=False, branch=self._branches.get(number, ""))
            elif mine < other and (is_model(other - mine, tokens) or _is_described(other - mine, tokens)):
                found[number] = Relative(number, narrower=True, branch=self._branches.get(number, ""))
            elif (other < mine and (is_model(mine - other, theirs) or family or describes(mine - other))) or (
                family and is_of_series(theirs, tokens)
            ):
                branch = self._branches.get(number, "")
                found.setdefault(number, Relative(number, narrower=False, branch=branch))
        return tuple(found.values())


def _is_described(extra: frozenset[str], tokens: tuple[str, ...]) -> bool:
    """Whether a longer name only describes what a shorter one names: one word alone is too little to tell."""
    return describes(extra) and (len(tokens) > 1 or any(map(str.isdigit, tokens[0])))


def _plain_key(product: str) -> str:
    return "".join(tokens_of(fold(product)))


class ProductIndex(NameIndex):
    """Statements in memory, and the index over their names.

    Args:
        statements: any number; they are gathered before anything is looked up.
    """

    def __init__(self, statements: Iterable[Statement], aliases: Aliases | None = None) -> None:
        numbers: dict[WrittenName, int] = {}
        kept: list[list[Statement]] = []
        described: dict[str, list[int]] = defaultdict(list)
        for statement in statements:
            name = written_name(statement)
            number = numbers.setdefault(name, len(numbers))
            if number == len(kept):
                kept.append([])
            kept[number].append(statement)
            if statement.origin != KEV:
                for identifier in (statement.advisory, *statement.aliases):
                    if identifier.startswith("CVE-") and described[identifier][-1:] != [number]:
                        described[identifier].append(number)
        super().__init__(list(numbers), kept.__getitem__, lambda cve: described.get(cve, ()), aliases)

    def __len__(self) -> int:
        return len(self.names)
