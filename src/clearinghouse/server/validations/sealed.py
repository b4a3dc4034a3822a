"""What is sealed of recipes and validations, all under the key of the recipe."""

from typing import TypeVar

import msgspec

from clearinghouse.server.evidence import blobs
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.intake.sealed import body_context
from clearinghouse.server.validations import bundles, reading
from clearinghouse.server.validations.models import Recipe
from clearinghouse.validation.recipe import NAME, Loaded, assembled
from clearinghouse.validation.recipe import Recipe as Text
from clearinghouse.validation.result import Evidence

__all__ = [
    "About",
    "Made",
    "Problem",
    "Progress",
    "body_context",
    "bundle_context",
    "open_as",
    "open_recipe",
    "open_text",
    "seal",
]

_T = TypeVar("_T")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe says of itself.

    Attributes:
        digest: SHA-256 of it and its files, in hex: what statements call it. title, affected, fixed: its own words for
            what it is about. identifiers, weaknesses: as it names them. control: whether it has a benign control.
        files: names and sizes.
    """

    digest: str
    title: str
    affected: str = ""
    fixed: str = ""
    identifiers: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    control: bool = False
    files: tuple[tuple[str, int], ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """Why files that came with a report are no recipe that can be run."""

    what: str
    remedy: str


class Progress(msgspec.Struct, frozen=True):
    """What is done now, in a few words."""

    words: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a validation beside what was signed.

    Attributes:
        because: why it needs the tier that it needs, in sentences. refused: why nothing was run, if nothing was.
        evidence: what the runs wrote, in their order.
    """

    because: tuple[str, ...] = ()
    refused: str = ""
    evidence: tuple[Evidence, ...] = ()


def bundle_context(validation: int) -> bytes:
    """Return what the sealed evidence of a validation is bound to."""
    return b"evidence of validation %d" % validation


def seal(record: msgspec.Struct, number: int, sealer: Sealer) -> bytes:
    """Return a sealed record of the row of a number."""
    return sealer.seal(msgspec.json.encode(record), _context(type(record), number))


def open_as(kind: type[_T], sealed: bytes | memoryview, number: int, sealer: Sealer) -> _T:
    """Return what a row of a number has sealed.

    Raises:
        SealBrokenError: it was changed, or stood in another row.
    """
    return msgspec.json.decode(sealer.open(bytes(sealed), _context(kind, number)), type=kind)


def _context(kind: type, number: int) -> bytes:
    """What a sealed record is bound to: its kind and the row that it stands in."""
    return f"{kind.__name__}:{number}".encode()


def open_text(recipe: Recipe, sealer: Sealer) -> Text:
    """Return what the ``recipe.toml`` of a recipe says, without its other files; see :func:`open_recipe`."""
    data = bundles.one_of(blobs.open(recipe.blob, sealer, body_context(recipe.envelope_id)), NAME)
    return reading.text(data or b"", recipe.reference)


def open_recipe(recipe: Recipe, sealer: Sealer) -> Loaded:
    """Return a recipe with its files, as they were given in.

    A dispatcher holds keys, so it parses no text of a stranger, not even one that was read before it was sealed:
    ``recipe.toml`` is read anew by a process without any of that, and comes back as typed values. That costs a few
    milliseconds, and a recipe that was sealed by an older version is held against the rules of this one. What is
    decoded here is the one piece into which the files were packed: bytes that this software made and authenticated.

    Raises:
        SealBrokenError: they were changed where they are kept. RecipeError: this version does not take it.
        BusyError: it cannot be read now.
    """
    data = b"".join(blobs.open(recipe.blob, sealer, body_context(recipe.envelope_id)))
    files = bundles.unpacked(data)
    return assembled(reading.text(files[NAME], recipe.reference), files, recipe.reference)
