"""Files that a browser sends, held in memory: what is not sealed yet never touches a disk."""

import os
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

_FORM = 2**20
"""Bytes of a request beside its file."""


class AnonymousMemoryHandler(FileUploadHandler):
    """Keeps a file in anonymous memory, under the limit of a report."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        """Refuse a request that says that it is too long.

        Raises:
            RequestDataTooBig: it is.
        """
        if content_length > _most() + _FORM:
            raise RequestDataTooBig(f"more than {_most():,} bytes")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._file = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b")
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece of the file.

        Raises:
            RequestDataTooBig: there is more than a report may have.
        """
        self._size += len(raw_data)
        if self._size > _most():
            raise RequestDataTooBig(f"more than {_most():,} bytes")
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Return the file."""
        self._file.seek(0)
        return UploadedFile(
            file=self._file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def _most() -> int:
    most: int = settings.CONFIGURATION.limits.report
    return most
