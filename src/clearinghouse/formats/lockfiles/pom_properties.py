"""Properties in a ``pom.xml``: ``${name}``, whose value may have others in it.

Source: https://maven.apache.org/pom.html#properties.
"""

import re
from collections.abc import Iterator, Mapping

MAX_VALUE = 1000
"""Longest value: properties in properties can describe any length."""
_MAX_DEPTH = 32
_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")


class Properties:
    """The properties that are known at one place. Each is worked out once, so that a text costs its own length.

    Args:
        own: names and values as written. They may still change until the first text is resolved.
        below: what is asked for where ``own`` has nothing.
    """

    def __init__(self, own: Mapping[str, str], below: "Properties | None" = None) -> None:
        self._own = own
        self._below = below
        self._values: dict[str, str | None] = {}
        self._depth = 0

    def resolve(self, text: str) -> str:
        """Return ``text`` with the properties put in; those that are not known, too long or go in circles stay."""
        text = text[:MAX_VALUE]
        if "${" not in text:
            return text
        put_in = _PROPERTY.sub(self._replaced, text)
        return put_in if len(put_in) <= MAX_VALUE else text

    def written(self, name: str) -> str | None:
        """Return the value of a property as written, or None where it has none."""
        return self._own.get(name) or (self._below.written(name) if self._below else None)

    def _replaced(self, found: re.Match[str]) -> str:
        name = found[1]
        if name not in self._values:
            self._values[name] = None  # while it is worked out: what comes back to itself has no value
            written = self.written(name)
            if written and self._depth < _MAX_DEPTH:
                self._depth += 1
                self._values[name] = self.resolve(written)
                self._depth -= 1
        value = self._values[name]
        return found[0] if value is None else value


def unresolved(text: str) -> Iterator[str]:
    """Yield the names of properties that are still in a text."""
    return (found[1] for found in _PROPERTY.finditer(text))
