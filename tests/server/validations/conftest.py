"""What tests of validations share: a key that signs, and no runner that outlives them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings as django_settings

from clearinghouse.server.validations import running
from clearinghouse.trust.keys import make_key_pair


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
