"""Matching of what has no package URL: vendor, product, model and version text against KEV, CVE records and CSAF."""

from clearinghouse.packages.products.index import NameIndex, ProductIndex
from clearinghouse.packages.products.match import match_item
from clearinghouse.packages.products.statement import Statement, statement_of_kev, statements_of

__all__ = ["NameIndex", "ProductIndex", "Statement", "match_item", "statement_of_kev", "statements_of"]
