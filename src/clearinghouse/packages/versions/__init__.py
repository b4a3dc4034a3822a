"""Orders of versions, as keys that a database can compare.

``order_of("Debian:12").key("1:2.36.1-8")`` is bytes; comparing the bytes of two keys is comparing the versions as the
ecosystem's own tool does. :mod:`~clearinghouse.packages.versions.order` says how keys are built and what always holds,
:mod:`~clearinghouse.packages.versions.ecosystems` which ecosystem has which order; each order is a module with its
law and the law's source.
"""

from clearinghouse.packages.versions.ecosystems import compare, order_of
from clearinghouse.packages.versions.order import ZERO, Order

__all__ = ["ZERO", "Order", "compare", "order_of"]
