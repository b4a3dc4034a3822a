"""Version range specifiers (VERS): ranges of versions of any ecosystem in one notation.

``parse("vers:npm/>=1.0.0|<2.0.0").contains("1.5.0")``; ``from_native("npm", "^1.2.9")``.
Source: https://github.com/package-url/vers-spec.
"""

from clearinghouse.packages.vers.errors import VersError
from clearinghouse.packages.vers.native import from_native
from clearinghouse.packages.vers.orders import order_for
from clearinghouse.packages.vers.specifier import Constraint, Interval, Vers, parse

__all__ = ["Constraint", "Interval", "Vers", "VersError", "from_native", "order_for", "parse"]
