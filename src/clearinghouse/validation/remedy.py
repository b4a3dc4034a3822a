"""What stops a reproducer, in a form in which two recipes can be compared.

A patch is compared as ``git patch-id --stable`` does (https://git-scm.com/docs/git-patch-id): what is changed in which
file, whatever letter it came in, at whatever lines it applies and in whatever order its files stand. Other than there,
blanks count. A release is compared by its name: many flaws may be repaired by one, so that it says far less.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

import msgspec

from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.validation.hunks import patch as patches
from clearinghouse.validation.hunks.patch import Change, Patch, PatchError
from clearinghouse.validation.recipe import Loaded, Subject


class Kind(StrEnum):
    """What a remedy is."""

    PATCH = "patch"
    RELEASE = "release"
    """A version of a package, or a source archive."""


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe names as its fix.

    Attributes:
        kind: patch or release. name: what its recipe calls it, a stranger's text. digest: SHA-256 in hex; equal ones
            are the same remedy of the same kind. hunks: of a patch; 0 where it could not be taken apart.
    """

    kind: Kind
    name: str
    digest: str
    hunks: int = 0


def of_patch(name: str, data: bytes) -> Remedy:
    """Return what a patch is, by its name and its bytes."""
    try:
        patch = patches.read(data)
    except PatchError:  # whatever applies it may know more forms than we take apart
        return Remedy(kind=Kind.PATCH, name=name, digest=_digest((b"bytes", data)))
    pieces = (piece for change in ordered(patch).changes for piece in _pieces(change))
    return Remedy(kind=Kind.PATCH, name=name, digest=_digest((b"patch", *pieces)), hunks=len(patch.hunks))


def remedy_of(loaded: Loaded, read: Callable[[str, bytes], Remedy] = of_patch) -> Remedy | None:
    """Return what a recipe names as its fix; None where it names none.

    Args:
        read: reads a patch, where that is not to be done here.
    """
    fixed = loaded.recipe.fixed
    if fixed is None:
        return None
    if fixed.patch is not None:
        return read(fixed.patch, loaded.files[fixed.patch])
    return _of_release(loaded, fixed)


def ordered(patch: Patch) -> Patch:
    """Return a patch with its files in the order of their names, in which hunks of equal patches have equal numbers."""
    return Patch(tuple(sorted(patch.changes, key=lambda change: change.path)), patch.after)


def _pieces(change: Change) -> Iterator[bytes]:
    """What a change does, without letters, numbers of lines and digests of blobs."""
    yield change.path.encode()
    yield from (line for line in change.header if line.startswith(patches.STAYS))
    for hunk in change.hunks:
        yield b"@@"
        yield from hunk.lines


def _of_release(loaded: Loaded, fixed: Subject) -> Remedy:
    """A release of the affected package, with what is installed beside it alone: that may be what repairs it."""
    affected = loaded.recipe.affected
    of = _package(affected.purl) if affected.purl else ""
    more = sorted(set(fixed.beside) - set(affected.beside))
    if fixed.purl is not None:
        named = parse_purl(fixed.purl)
        name = release = f"{_package(fixed.purl)}@{named.version or ''}"
    else:
        name = fixed.archive or ""
        data = loaded.files.get(name)
        release = hashlib.sha256(data).hexdigest() if data is not None else fixed.sha256 or name
    pieces = (b"release", *(each.encode() for each in (of, release, *more)))
    return Remedy(kind=Kind.RELEASE, name=name, digest=_digest(pieces))


def _package(purl: str) -> str:
    """A package URL without version and without what only says where it was taken from."""
    bare = msgspec.structs.replace(parse_purl(purl), version=None, qualifiers=(), subpath="")
    return bare.canonical


def _digest(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(b"%d:%b" % (len(piece), piece))
    return found.hexdigest()
