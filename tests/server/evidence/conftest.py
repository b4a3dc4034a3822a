"""An installation of its own for each test: home folder, keys, blobs."""

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import transaction

from clearinghouse.server.evidence import vault

MARKER = b"MARKER-0f7a-of-what-must-not-be-seen"


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    vault.forget()
    yield
    vault.forget()


@pytest.fixture
def configure(settings: Any, tmp_path: Path) -> Callable[..., Any]:
    """Change how the installation is configured; without a key unless one is given."""

    def configure(**changes: Any) -> Any:
        changes = {"home": tmp_path, "key": ""} | changes
        settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, **changes)
        return settings.CONFIGURATION

    return configure


@pytest.fixture
def blob_folder(settings: Any, tmp_path: Path) -> Path:
    """A folder of blobs of its own."""
    folder = tmp_path / "blobs"
    options = settings.STORAGES["blobs"] | {"OPTIONS": {"location": folder, "file_permissions_mode": 0o600}}
    settings.STORAGES = settings.STORAGES | {"blobs": options}
    return folder


@pytest.fixture
def key() -> Callable[[int], str]:
    """A master key for each number."""
    return lambda number: base64.b64encode(bytes([number]) * 32).decode()


@pytest.fixture
def marker() -> bytes:
    """Text that must be found nowhere."""
    return MARKER


@pytest.fixture
def everything(tmp_path: Path) -> Callable[[Path], bytes]:
    """All bytes of all files of a folder, their names too."""

    def everything(folder: Path) -> bytes:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return b"\n".join(bytes(path) + b"\n" + path.read_bytes() for path in files)

    return everything


class RolledBackError(Exception):
    pass


@pytest.fixture
def rolled_back() -> Callable[[], AbstractContextManager[None]]:
    """A transaction that is rolled back at its end."""

    @contextmanager
    def rolled_back() -> Iterator[None]:
        with suppress(RolledBackError), transaction.atomic():
            yield
            raise RolledBackError

    return rolled_back
