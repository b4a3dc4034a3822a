"""What tests of validations share: a key that signs, and no runner that outlives them."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings as django_settings

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.validations import running
from clearinghouse.server.validations.models import Validation
from clearinghouse.server.validations.sealed import open_recipe
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.verdict import Verdict
from server_validations import a_result, register


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key pair of verdicts: one for all, because a runner is kept as long as the settings are the same."""
    path = tmp_path_factory.mktemp("keys") / "verdicts.key"
    make_key_pair(path)
    return path


@pytest.fixture(autouse=True)
def _signs(
    signing_key: Path, tmp_path_factory: pytest.TempPathFactory, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that signs, and registries that are not asked."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    configuration = django_settings.CONFIGURATION
    validation = msgspec.structs.replace(configuration.validation, offline=True, signing_key=str(signing_key))
    settings.CONFIGURATION = msgspec.structs.replace(configuration, validation=validation)


@pytest.fixture(scope="session", autouse=True)
def _ends() -> Iterator[None]:
    yield
    running.close()


@pytest.fixture
def validating(settings: Any) -> Any:
    """Change what the installation says of validations for one test."""

    def change(**values: Any) -> None:
        configuration = settings.CONFIGURATION
        validation = msgspec.structs.replace(configuration.validation, **values)
        settings.CONFIGURATION = msgspec.structs.replace(configuration, validation=validation)

    return change


@pytest.fixture
def signs(tmp_path: Path) -> Any:
    """Return what signs a verdict for somebody, with a key that it registers for them once, or anew."""
    keys: dict[int | None, Path] = {}
    numbers = count()

    def sign_for(
        reader: Reader,
        validation: Validation,
        verdict: Verdict = Verdict.REPRODUCED,
        *,
        anew: bool = False,
        **facts: Any,
    ) -> bytes:
        if anew or reader.participant not in keys:
            keys[reader.participant] = tmp_path / f"key{next(numbers)}"
            make_key_pair(keys[reader.participant])
            register(reader, "validation farm", keys[reader.participant])
        loaded = open_recipe(validation.recipe, vault.sealer(validation.recipe.envelope_id))
        result = msgspec.structs.replace(a_result(loaded, verdict).result, **facts)
        return sign(statement_of(result), [load_private(keys[reader.participant])]).to_bytes()

    return sign_for
