"""What an order of versions is, and how its keys are built.

A key is bytes. Comparing the bytes of two keys (``memcmp``; SQLite's comparison of two BLOBs) is comparing the two
versions as their ecosystem does, and two keys are the same bytes exactly where the ecosystem calls the versions
equal. So the order of versions can be stored, indexed and asked for by a database that knows nothing of versions.

The first byte says what kind of key it is: ``00`` is :data:`ZERO`, ``01`` begins the key of every version that the
order can place, ``02`` that of every other text, which follows it in UTF-8. Hence zero < valid < invalid, always.
"""

from collections.abc import Callable

import msgspec

ZERO = b"\x00"
"""The key below every version: what ``introduced: "0"`` means in OSV
(https://ossf.github.io/osv-schema/#affectedrangesevents-fields)."""

_VALID = "\x01"
_INVALID = b"\x02"

Place = Callable[[str], str | None]
"""A version in its order-preserving form (characters below U+0100), or None where the order has no place for it."""
Major = Callable[[str], str | None]
"""The leading component of a version, or None."""


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A total order of all texts, true to one ecosystem's order of versions.

    Attributes:
        name: of the order, not of the ecosystem: several ecosystems can share one (``dpkg``, ``semver``).
        place: gives a version its place; only :meth:`key` calls it.
        lead: gives a valid version's leading component; only :meth:`major` calls it.
    """

    name: str
    place: Place
    lead: Major

    def key(self, text: str) -> bytes:
        """Return the key of a version. It never raises, and nothing about it depends on earlier calls."""
        placed = self.place(text)
        if placed is None:
            return _INVALID + text.encode("utf-8", "surrogatepass")
        return (_VALID + placed).encode("latin-1")

    def is_valid(self, text: str) -> bool:
        """Return whether the order has a place for the text: versions as the ecosystem's own tool accepts them, and
        the other spellings that the module of the order names. What is not valid is above all that is.
        """
        return self.place(text) is not None

    def compare(self, a: str, b: str) -> int:
        """Return -1, 0 or 1 as ``a`` is below, equal to or above ``b``."""
        left, right = self.key(a), self.key(b)
        return (left > right) - (left < right)

    def major(self, text: str) -> str | None:
        """Return the component whose change means a major step, or None where a version has no such thing.

        It is the first number of the release, preceded by the epoch if there is one; ``0.minor`` below 1.0 where
        SemVer is the rule; the first two numbers where the Haskell package versioning policy is. A first number of
        four digits or more counts dates or builds and is none.
        """
        return self.lead(text)

    def same_major(self, a: str, b: str) -> bool | None:
        """Return whether two versions have the same leading component; None if either has none."""
        left, right = self.major(a), self.major(b)
        return None if left is None or right is None else left == right


LONGEST_MAJOR = 3


def leading(digits: str) -> str | None:
    """Return a leading component without its leading zeros; None where it counts dates or builds."""
    digits = digits.lstrip("0") or "0"
    return digits if len(digits) <= LONGEST_MAJOR else None
