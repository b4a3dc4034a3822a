"""Handing out what a validation rests on: an act with a stated purpose, recorded before the first byte."""

import hashlib
from collections.abc import Iterator

import msgspec
from django.db import transaction

from clearinghouse.formats.text import clean_line
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.intake.evidence import Download
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import bundles
from clearinghouse.server.validations.errors import AskedWrongError, GoneError, not_found
from clearinghouse.server.validations.models import Recipe, State, Validation
from clearinghouse.server.validations.sealed import About, Made, body_context, bundle_context, open_as
from clearinghouse.server.validations.services import seen
from clearinghouse.validation.result import GIVEN, Evidence

_SHORTEST, _LONGEST = 10, 500


class Piece(msgspec.Struct, frozen=True):
    """Something that can be downloaded: its number, name and size, whether it is a file of the recipe, or is cut.

    Names are those of the signed statement, where ``evidence:`` stands before them.
    """

    number: int
    name: str
    size: int
    given: bool
    cut: bool = False


def pieces(
    reader: Reader, found: Validation, about: About | None, made: Made | None, files: bool | None = None
) -> list[Piece]:
    """Return what of a validation a reader may download; files of the recipe only where they may see such files.

    Args:
        files: whether they may, where that was asked already.
    """
    if not reader.has_scope(Scope.EVIDENCE_READ) or about is None or made is None:
        return []
    names = [(f"{GIVEN}{name}", size, True, False) for name, size in about.files]
    names += [(each.name, each.size, False, each.cut) for each in made.evidence]
    if files is None:
        files = visible(reader, Recipe.objects.filter(pk=found.recipe_id)).exists()
    return [Piece(number, *each) for number, each in enumerate(names) if files or not each[2]]


def download(reader: Reader, reference: str, number: int, purpose: str) -> Download:
    """Hand out one piece, verified against the digest by which the verdict names it.

    Raises:
        ValidationNotFoundError: there is none that they may have. AskedWrongError: no purpose. GoneError: it was
            destroyed. SealBrokenError: it was changed where it is kept.
    """
    why = clean_line(purpose, _LONGEST)
    if len(why) < _SHORTEST:
        raise AskedWrongError("there is no purpose", f"say what it is for, in at least {_SHORTEST} characters")
    found = seen(reader, reference)
    if found.state == State.PURGED or found.meta is None:
        raise GoneError("the content of this validation was destroyed", "nothing brings it back")
    sealer = vault.sealer(found.recipe.envelope_id)
    about = open_as(About, found.recipe.meta or b"", found.recipe_id, sealer)
    made = open_as(Made, found.meta, found.pk, sealer)
    piece = next((each for each in pieces(reader, found, about, made) if each.number == number), None)
    if piece is None:
        raise not_found()
    data = _file(found.recipe, piece) if piece.given else _written(found, made.evidence[number - len(about.files)])
    with transaction.atomic():
        record(reader, "evidence.downloaded", "validation", found.reference, piece=number, purpose=why)
    return Download(piece.name.rpartition("/")[2], len(data), _chunks(data))


def _file(recipe: Recipe, piece: Piece) -> bytes:
    sealer = vault.sealer(recipe.envelope_id)
    kept = blobs.open(recipe.blob, sealer, body_context(recipe.envelope_id))
    data = bundles.one_of(kept, piece.name.removeprefix(GIVEN))
    if data is None:
        raise _changed()
    return data


def _written(found: Validation, wanted: Evidence) -> bytes:
    sealer = vault.sealer(found.recipe.envelope_id)
    data = bundles.one_of(blobs.open(found.blob, sealer, bundle_context(found.pk)), wanted.sha256)
    if data is None or hashlib.sha256(data).hexdigest() != wanted.sha256:
        raise _changed()
    return data


def _changed() -> SealBrokenError:
    what = "this piece of evidence is not the one that the verdict names"
    return SealBrokenError(what, "restore it from a backup, and find out who can write to the blobs")


def _chunks(data: bytes) -> Iterator[bytes]:
    yield data
