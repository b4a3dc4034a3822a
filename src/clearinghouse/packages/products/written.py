"""Products as statements name them: what is indexed."""

from functools import lru_cache

import msgspec

from clearinghouse.packages.products.cpe import read_cpe
from clearinghouse.packages.products.statement import KEV, Statement


class WrittenName(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A product as statements name it: what they have in common, and under which their number is kept.

    Attributes:
        vendor, product: as written. models: order numbers. cpes: ``vendor:product`` of the CPE names beside it.
        listing: it stands in a source whose names list several products (KEV).
    """

    vendor: str
    product: str
    models: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    listing: bool = False


def written_name(statement: Statement) -> WrittenName:
    """Return the name under which a statement is kept."""
    return _written_name(statement.vendor, statement.product, statement.models, statement.cpes, statement.origin == KEV)


@lru_cache(maxsize=1 << 12)
def _written_name(
    vendor: str, product: str, models: tuple[str, ...], cpes: tuple[str, ...], listing: bool
) -> WrittenName:
    read = (read_cpe(text) for text in cpes)
    pairs = tuple(dict.fromkeys(f"{cpe.vendor}:{cpe.product}" for cpe in read if cpe))
    return WrittenName(vendor, product, models, pairs, listing)
