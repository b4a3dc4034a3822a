"""One file of the flood, as it is made."""

from typing import NamedTuple


class Made(NamedTuple):
    """One file, and what is in it.

    Attributes:
        path: relative to its folder, with ``/``. content: its bytes.
        labels: for each finding, the end of its identifier (``#3``, ``!member#0``) and the key of its flaw; None
            where a record is damaged and yields no finding.
    """

    path: str
    content: bytes
    labels: dict[str, str | None]
