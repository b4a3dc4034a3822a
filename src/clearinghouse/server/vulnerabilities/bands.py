"""Bands: findings in the order in which they came, so many at a time.

Keyed hashes and random references have no order. In an index over all of them, the rows of one transaction stand on as
many pages as there are rows, each of which is written; and the more there are, the fewer of these pages are at hand. An
index that begins with the band of a finding grows in one place, as large as a band. Who looks something up asks every
band that there is, which is one step down the index for each.
"""

from django.db.models import Func, IntegerField, Max, Model

BAND = 1 << 15
"""Findings of one band: an index over it is a few hundred pages, and 10^7 findings are some three hundred bands. It
stands in rows and in an index of every installation, so it never changes.
"""


class Band(Func):
    """The band of a number. It stands in indexes, so its text is the same wherever it is written."""

    template = f"(%(expressions)s / {BAND})"
    output_field = IntegerField()


def band_of(number: int) -> int:
    """Return the band in which the finding, or the vulnerability, of a number is."""
    return number // BAND


def bands(rows: type[Model]) -> range:
    """Return every band in which there are such rows, and perhaps some in which there are none."""
    last: int | None = rows._default_manager.aggregate(last=Max("pk"))["last"]
    return range(0 if last is None else band_of(last) + 1)
