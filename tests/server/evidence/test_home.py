"""Who takes the home folder without the master key has nothing of what was sealed, and nothing of what was purged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models, transaction

from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.evidence.scour import scour

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(blob_folder: Path) -> list[Path]:
    """Where the database and the blobs are."""
    if connection.vendor != "sqlite":
        pytest.skip("the files of this database are not here")
    return [Path(connection.settings_dict["NAME"]).parent, blob_folder]


class Text(models.Model):
    """A table with sealed contents, as other rooms have them."""

    sealed = models.BinaryField()

    class Meta:
        app_label = "evidence_test"
        managed = False


def test_the_marker_is_nowhere(home: list[Path], marker: bytes, everything: Callable[[Path], bytes]) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Text)
    try:
        with transaction.atomic():
            envelope, sealer = vault.new_envelope()
            row = Text.objects.create(sealed=sealer.seal(marker * 3, b"row"))
            blob = blobs.write([marker, b"x" * 10, marker], sealer, b"blob", 1000)
            hashed = vault.keyed("search", marker)
        files = b"".join(everything(folder) for folder in home)
        assert bytes(Text.objects.get(pk=row.pk).sealed) in files, "the journal was read too"
        assert marker not in files
        assert vault.index_key("search") not in files
        assert hashed not in files
        vault.forget()
        again = vault.sealer(envelope.pk)
        assert again.open(bytes(Text.objects.get(pk=row.pk).sealed), b"row") == marker * 3
        assert b"".join(blobs.open(blob.name, again, b"blob")).startswith(marker)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Text)


def test_a_purged_key_is_nowhere(home: list[Path], everything: Callable[[Path], bytes]) -> None:
    envelope, _ = vault.new_envelope()
    wrapped = bytes(envelope.wrapped)
    assert wrapped in b"".join(everything(folder) for folder in home)
    vault.destroy(envelope.pk)
    assert scour()
    assert wrapped not in b"".join(everything(folder) for folder in home)
    assert Envelope.objects.get(pk=envelope.pk).destroyed_at is not None


def test_scouring_does_no_harm(django_db_setup: Any) -> None:
    envelope, sealer = vault.new_envelope()
    assert scour()
    assert vault.sealer(envelope.pk).open(sealer.seal(b"text")) == b"text"
