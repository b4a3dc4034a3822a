"""Handing out evidence: one piece of much is held, and not all of it."""

import hashlib
import secrets
import tracemalloc

import msgspec
import pytest

from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.validations import bundles, evidence, queries, recording
from clearinghouse.server.validations.models import Validation
from clearinghouse.server.validations.running import Ran
from clearinghouse.server.validations.sealed import bundle_context, open_recipe
from clearinghouse.validation.result import Evidence
from clearinghouse.validation.validate import Validated
from server_reports import a_result, a_sender, send
from server_validations import a_result as a_verdict
from server_validations import asked

pytestmark = pytest.mark.django_db
PURPOSE = "to see what the runs wrote"
MANY, SIZE = 24, 1 << 20


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def validation(finder):
    """One whose runs wrote much."""
    made = asked(finder, send(finder, [a_result()]))
    sealer = vault.sealer(made.recipe.envelope_id)
    validated = a_verdict(open_recipe(made.recipe, sealer))
    wrote = {f"affected-{number}.stdout": secrets.token_bytes(SIZE) for number in range(MANY)}
    entries = {name: Evidence(name, hashlib.sha256(data).hexdigest(), SIZE) for name, data in wrote.items()}
    result = msgspec.structs.replace(validated.result, evidence=tuple(entries.values()))
    ran = Ran(Validated(result, {entries[name].sha256: data for name, data in wrote.items()}), None)
    assert recording.keep(made, ran, sealer, lambda: None)
    return made


def handed_out(finder, validation, name):
    view = queries.validation(finder, validation.reference)
    piece = next(each for each in evidence.pieces(finder, view.row, view.about, view.made) if each.name == name)
    return b"".join(evidence.download(finder, validation.reference, piece.number, PURPOSE).chunks)


def test_a_piece_is_handed_out_without_the_others(finder, validation):
    name = f"affected-{MANY - 1}.stdout"
    said = queries.validation(finder, validation.reference).made.evidence
    tracemalloc.start()
    try:
        data = handed_out(finder, validation, name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert hashlib.sha256(data).hexdigest() == next(each.sha256 for each in said if each.name == name)
    assert peak < MANY * SIZE // 2
    assert handed_out(finder, validation, "recipe/app-1.tar.gz").startswith(b"\x1f\x8b")


def test_a_piece_that_is_not_what_was_signed_is_not_handed_out(finder, validation):
    sealer = vault.sealer(validation.recipe.envelope_id)
    other = blobs.write(bundles.packed({"other": b"this"}), sealer, bundle_context(validation.pk), SIZE)
    Validation.objects.update(blob=other.name)
    with pytest.raises(SealBrokenError):
        handed_out(finder, validation, "affected-1.stdout")
