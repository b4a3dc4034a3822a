"""Ranges in the notations of package ecosystems, as version range specifiers.

Each notation is a module of its own with its source. What comes out is canonical: constraints in order, no version
twice, nothing redundant; a range that nothing can satisfy is ``vers:none/*``.
"""

from collections.abc import Callable

from clearinghouse.packages.vers.errors import VersError
from clearinghouse.packages.vers.intervals import Spans
from clearinghouse.packages.vers.native.brackets import brackets
from clearinghouse.packages.vers.native.conan import conan
from clearinghouse.packages.vers.native.lists import composer, debian, gem, hex_, plain, pypi
from clearinghouse.packages.vers.native.node import cargo, npm
from clearinghouse.packages.vers.native.projects import nginx, openssl
from clearinghouse.packages.vers.orders import order_for
from clearinghouse.packages.vers.specifier import Vers, vers_of
from clearinghouse.packages.versions import Order

MAX_LENGTH = 65_536
"""Longest native range that is read, in characters."""

Notation = Callable[[str, Order], Spans]
_NOTATIONS: dict[str, Notation] = {
    "cargo": cargo,
    "composer": composer,
    "conan": conan,
    "deb": debian,
    "gem": gem,
    "hex": hex_,
    "maven": brackets,
    "nginx": nginx,
    "npm": npm,
    "nuget": brackets,
    "openssl": openssl,
    "pub": npm,
    "pypi": pypi,
}


def from_native(scheme: str, text: str) -> Vers:
    """Return the range that a text describes in the notation of an ecosystem.

    Args:
        scheme: a type of VERS (``npm``). Types without a notation of their own have comparators and versions separated
            by commas: ``>= 1.0, < 2.0``.
        text: the range (``^1.2.9 || >=2.0.1``).

    Raises:
        VersError: it is no such range, or the order of the scheme's versions is not known.
    """
    scheme = scheme.lower()
    order = order_for(scheme)
    if order is None:
        raise VersError("How versions of this type are compared is not known here.", "name another type")
    if len(text) > MAX_LENGTH:
        raise VersError(f"The range of versions is longer than {MAX_LENGTH:,} characters.", "write it as several")
    return vers_of(scheme, _NOTATIONS.get(scheme, plain)(text, order))
