"""inspect_ai kept to itself: nothing on the terminal, nothing in the folders of the user, no settings from anywhere.

Left alone it reads a file ``.env`` in the folder where it is started or above, writes a trace of every command to the
user's data folder, and offers a socket there through which a run can be steered. Its options turn off the socket, the
data base of events in progress and what it draws; the rest is done here. What remains: it sets up logging for the
process, and whatever a provider of models keeps for itself.
"""

import os
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WORKING = ".working"
"""The folder below that of a run for what inspect_ai writes for itself."""
_SETTINGS = "INSPECT_"
"""How the names of variables begin by which inspect_ai would be set otherwise than what was asked."""


@contextmanager
def quiet(folder: Path) -> Iterator[None]:
    """Give inspect_ai a data folder that is thrown away, and no settings but those that are handed to it.

    Args:
        folder: of the run, where what it writes stays if this process is killed: it can hold what tasks say, and is for
            the same eyes as the logs. The next run into the folder removes it (:func:`tidy`).
    """
    tidy(folder)
    place = folder / WORKING
    place.mkdir(mode=0o700)
    own = {
        "XDG_DATA_HOME": str(place),
        "XDG_CACHE_HOME": str(place),
        "INSPECT_TRACE_FILE": str(place / "trace.log"),
    }
    try:
        with _variables(own), _silenced(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its libraries warn of ends no attempt, and nobody here can mend it
            yield
    finally:
        tidy(folder)


def tidy(folder: Path) -> None:
    """Remove what inspect_ai wrote for itself in a run that is over, or was killed."""
    shutil.rmtree(folder / WORKING, ignore_errors=True)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let an interrupt, or being asked to end, stop attempts in such a way that their log is brought to its end.

    The event loop takes care of an interrupt only where Python's own handler stands. A second one ends it at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if before[signal.SIGINT] is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _silenced() -> Iterator[None]:
    """Let it read no ``.env``, and not announce that attempts are sealed."""
    from inspect_ai._eval import context  # noqa: PLC0415 - loaded by whoever uses this
    from inspect_ai.hooks import _startup  # noqa: PLC0415

    places: tuple[tuple[Any, str], ...] = ((context, "init_dotenv"), (_startup, "print"))
    before = [getattr(place, name) for place, name in places]
    for place, name in places:
        setattr(place, name, lambda *_: None)
    try:
        yield
    finally:
        for (place, name), value in zip(places, before, strict=True):
            setattr(place, name, value)


@contextmanager
def _variables(own: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in before:
        if name.startswith(_SETTINGS):
            del os.environ[name]
    os.environ.update(own)
    try:
        yield
    finally:
        for name in own:
            os.environ.pop(name, None)
        os.environ.update({name: value for name, value in before.items() if name in own or name.startswith(_SETTINGS)})
