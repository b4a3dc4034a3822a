"""The packages that a recipe names, embedded in a task: recorded once when it is made, and given from it ever after."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

import msgspec

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.sandbox import File
from clearinghouse.trust.statement import NotStrictError, decode_strictly
from clearinghouse.validation.errors import TooMuchError, ValidationError
from clearinghouse.validation.fetching import Artefact, FileKind, Python, Registry

INDEX = "index.json"
DISGUISE = "repair.patch"
"""The repair without a new version: a patch of the affected subject, after which it names the version that it had."""
_LARGEST_INDEX = 1 << 20


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a package, as it was asked for and as it was given."""

    purl: str
    kind: str
    name: str
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    origin: str = ""


_READER = msgspec.json.Decoder(list[_Entry])


class Recording:
    """A registry that keeps what another one gave."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: dict[tuple[str, str], Artefact] = {}

    def fetch(self, purl: str, *, sha256: str, kind: FileKind, python: Python | None, most: int) -> Artefact:
        """Return what the other registry gives, and keep it."""
        found = self._registry.fetch(purl, sha256=sha256, kind=kind, python=python, most=most)
        self._kept[purl, kind] = found
        return found

    def versions(self, purl: str) -> list[str]:
        """Return what the other registry says."""
        return self._registry.versions(purl)

    def files(self) -> dict[str, File]:
        """Return all that was given, each file once, with an index of them."""
        entries = [
            _Entry(purl, kind, each.name, each.sha256, each.origin) for (purl, kind), each in sorted(self._kept.items())
        ]
        files = {each.sha256: File(each.data) for each in self._kept.values()}
        return {INDEX: File(msgspec.json.format(msgspec.json.encode(entries), indent=1) + b"\n"), **files}


class Embedded:
    """A registry that has what a task brings, and nothing else. It opens no connection.

    Raises:
        TaskError: the index cannot be read, or a file is not there or has another digest.
    """

    def __init__(self, files: Mapping[str, File], source: str) -> None:
        try:
            entries = decode_strictly(files[INDEX].data, _READER, _LARGEST_INDEX) if INDEX in files else []
        except NotStrictError as error:
            raise TaskError(f"{source}: {INDEX}: {error}", "make the task anew", source=source) from None
        self._files: dict[tuple[str, str], Artefact] = {}
        for each in entries:
            data = files[each.sha256].data if each.sha256 in files else b""
            if hashlib.sha256(data).hexdigest() != each.sha256:
                raise TaskError(f"{source}: {each.name} is not as it was embedded", "make the task anew", source=source)
            self._files[each.purl, each.kind] = Artefact(
                name=each.name, data=data, sha256=each.sha256, purl=each.purl, origin=each.origin
            )

    def fetch(self, purl: str, *, sha256: str, kind: FileKind, python: Python | None, most: int) -> Artefact:
        """Return what was embedded for a package; which Python it is for was decided when that was done."""
        found = self._files.get((purl, kind))
        if found is None or (sha256 and sha256 != found.sha256):
            raise ValidationError(f"{purl} is not embedded in the task", "make the task anew")
        if len(found.data) > most:
            raise TooMuchError(f"{found.name} has {len(found.data):,} bytes", "name a smaller one")
        return found

    def versions(self, purl: str) -> list[str]:
        """Return none: a task knows no other versions."""
        return []
