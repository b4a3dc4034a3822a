"""The product tree: what each product identifier of a document stands for.

Source: CSAF 2.0, section 3.1.2 (branches), 3.2.2 (product tree). A path through the branches gives vendor, family, name
and version of a product; a relationship gives a product that is part of, or installed on, another.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.csaf.schema import Branch, FullName, Helper, ProductTree
from clearinghouse.formats.text import clean_line
from clearinghouse.packages.purl import PurlError, parse

MAX_DEPTH = 40
"""Branches within branches that are followed; real documents have three to six."""
MAX_PRODUCTS = 200_000
"""Products of one document that are kept."""


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What a product identifier stands for.

    Attributes:
        vendor, family, name: of the branches, cleaned; ``name`` is the full name where no branch gives one.
        version: of the package URL, if that has one, since it is what its ecosystem compares, else of a branch
            ``product_version``. version_range: of a branch ``product_version_range``.
        platform: of branches, and what it is installed on. full_name: as the document calls it.
        purl: package URL. cpe: CPE name. models: model numbers and article numbers.
    """

    name: str
    vendor: str = ""
    family: str = ""
    version: str = ""
    version_range: str = ""
    platform: str = ""
    full_name: str = ""
    purl: str | None = None
    cpe: str = ""
    models: tuple[str, ...] = ()


class Tree:
    """The products of one document by their identifiers.

    Args:
        tree: as decoded, or None where the document has none.
    """

    def __init__(self, tree: ProductTree | None) -> None:
        self.products: dict[str, Product] = {}
        self.too_deep = False
        self.too_many = False
        self.groups: dict[str, tuple[str, ...]] = {}
        if tree is None:
            return
        for path, leaf in self._leaves(tree.branches or (), ()):
            self._add(leaf, _of_path(path, leaf))
        for alone in tree.full_product_names or ():
            self._add(alone, _of_path((), alone))
        for relation in tree.relationships or ():
            full = relation.full_product_name
            inner = self.products.get(relation.product_reference or "")
            outer = self.products.get(relation.relates_to or "")
            if full is not None:
                self._add(full, _combined(full, inner, outer))
        for group in tree.product_groups or ():
            if group.group_id:
                self.groups[group.group_id] = tuple(group.product_ids or ())

    def _leaves(
        self, branches: "list[Branch] | tuple[Branch, ...]", path: tuple[Branch, ...]
    ) -> Iterator[tuple[tuple[Branch, ...], FullName]]:
        if len(path) >= MAX_DEPTH:
            self.too_deep = True
            return
        for branch in branches:
            here = (*path, branch)
            if branch.product is not None:
                yield here, branch.product
            if branch.branches:
                yield from self._leaves(branch.branches, here)

    def _add(self, full: FullName, product: Product | None) -> None:
        if product is None or not full.product_id:
            return
        if len(self.products) >= MAX_PRODUCTS:
            self.too_many = True
            return
        self.products.setdefault(full.product_id, product)


def _of_path(path: tuple[Branch, ...], leaf: FullName) -> Product | None:
    said: dict[str, str] = {}
    for branch in path:
        if branch.category and branch.name and (text := clean_line(branch.name)):
            said[branch.category] = text
    full_name = clean_line(leaf.name or "")
    name = said.get("product_name") or said.get("product_family") or full_name
    if not name:
        return None
    helper = leaf.helper or Helper()
    purl = _purl(helper)
    return Product(
        name=name,
        vendor=said.get("vendor", ""),
        family=said.get("product_family", "") if "product_name" in said else "",
        version=_version(purl) or said.get("product_version", ""),
        version_range=said.get("product_version_range", ""),
        platform=said.get("host_name", "") or said.get("architecture", ""),
        full_name=full_name or name,
        purl=purl,
        cpe=clean_line(helper.cpe or "", 1000),
        models=tuple(
            text for value in (*(helper.model_numbers or ()), *(helper.skus or ())) if (text := clean_line(value))
        ),
    )


def _purl(helper: Helper) -> str | None:
    written = helper.purl or next(iter(helper.purls or ()), None)
    return clean_line(written, 1024) or None if written else None


def _version(purl: str | None) -> str:
    try:
        return clean_line(parse(purl).version or "") if purl else ""
    except PurlError:
        return ""


def _combined(full: FullName, inner: Product | None, outer: Product | None) -> Product | None:
    """A product in another: what is affected is the inner one, where it is on the outer one."""
    own = _of_path((), full)
    if inner is None:
        return own
    platform = outer.full_name if outer else inner.platform
    full_name = own.full_name if own else inner.full_name
    purl = (own.purl if own else None) or inner.purl
    version = (own.version if own else "") or inner.version
    return msgspec.structs.replace(inner, platform=platform, full_name=full_name, purl=purl, version=version)
