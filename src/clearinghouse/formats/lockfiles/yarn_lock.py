"""``yarn.lock`` of all versions of Yarn.

None of them says which packages are for development: no item has a scope.
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles import yarn_berry, yarn_classic
from clearinghouse.formats.lockfiles.npm_sources import ECOSYSTEM
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, stocked
from clearinghouse.formats.sample import Sample

_BERRY = re.compile(r"^__metadata:\s*\n {2}(?:version|cacheKey):", re.MULTILINE)
_ENTRY = re.compile(
    r'^"?(?:@[^/@\s]++/)?[^@\s"]++@[^\n]*:\r?\n {2}"?(?:version|resolved|integrity)"? "?\S', re.MULTILINE
)


def detect(sample: Sample) -> Match:
    """Recognise Yarn 1's header or an entry of it, and the metadata of later versions."""
    if sample.is_json:
        return NO_MATCH
    text = sample.text
    if yarn_classic.HEADER in text[:500] or _BERRY.search(text.replace("\r\n", "\n")):
        return Match(95)
    return Match(85) if _ENTRY.search(text) else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package that is installed."""
    shelf = Shelf(document.source, FORMAT.name, ECOSYSTEM)
    berry = _BERRY.search(document.sample.text.replace("\r\n", "\n"))
    yield from stocked(shelf, (yarn_berry if berry else yarn_classic).fill(shelf, document))


FORMAT = Format(name="yarn_lock", title="yarn.lock", detect=detect, read=read, inventory=True)
