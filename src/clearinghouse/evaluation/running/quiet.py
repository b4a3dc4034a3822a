"""inspect_ai kept to itself: nothing on the terminal, nothing in the folders of the user, no settings from anywhere.

Left alone it reads a file ``.env`` in the folder where it is started or above, writes a trace of every command to the
user's data folder, and offers a socket there through which a run can be steered. Its options turn off the socket, the
data base of events in progress and what it draws; the rest is done here. What remains: it sets up logging for the
process, and whatever a provider of models keeps for itself.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_OFF = ("INSPECT_LOG_DIR", "INSPECT_EVAL_MODEL", "INSPECT_EVAL_LOG_FILE_PATTERN", "INSPECT_REQUIRED_HOOKS")
"""Variables by which inspect_ai would be set otherwise than what was asked."""


@contextmanager
def quiet() -> Iterator[None]:
    """Give inspect_ai a data folder that is thrown away, and no settings but those that are handed to it."""
    with tempfile.TemporaryDirectory(prefix="clearinghouse-run-", ignore_cleanup_errors=True) as folder:
        own = {
            "XDG_DATA_HOME": folder,
            "XDG_CACHE_HOME": folder,
            "INSPECT_TRACE_FILE": os.path.join(folder, "trace.log"),
        }
        with _variables(own), _without_dotenv():
            yield


@contextmanager
def _without_dotenv() -> Iterator[None]:
    from inspect_ai._eval import context  # noqa: PLC0415 - loaded by whoever uses this

    before = context.init_dotenv
    context.init_dotenv = lambda: None
    try:
        yield
    finally:
        context.init_dotenv = before


@contextmanager
def _variables(own: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in (*own, *_OFF)}
    for name in _OFF:
        os.environ.pop(name, None)
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
