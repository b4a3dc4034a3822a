"""A master key that a key service keeps: an operator's program wraps and unwraps, and the key never comes here.

The program is started without a shell. It reads one JSON object from standard input and writes one to standard output:

    {"op": "id"}                                                 {"key_id": "alias/clearinghouse"}
    {"op": "wrap", "key_id": "...", "items": ["<base64>", ...]}    {"items": ["<base64>", ...]}
    {"op": "unwrap", "key_id": "...", "items": ["<base64>", ...]}  {"items": ["<base64>", ...]}

Answers stand in the order of the items. When the program cannot answer it ends with a code that is not 0.
"""

import base64
import binascii
import re
import shlex
import threading
import time
from collections.abc import Sequence

import msgspec

from clearinghouse.server.evidence.errors import MasterKeyError
from clearinghouse.server.evidence.program import run

PREFIX = "command:"
"""How ids of master keys begin that the command keeps; the rest is what it calls them."""
TIME_LIMIT = 20.0
"""Seconds that one call may take."""
_FRESH = 60
_ALONE = 5
_ITEMS = 500
_LARGEST_ITEM = 8192
_NAME = re.compile(r"[!-~]{1,180}")
_REMEDY = "try it by hand; docs/operate.md, Keys, says what it is asked and has to answer"


class _Answer(msgspec.Struct):
    key_id: str = ""
    items: list[str] = []


class KeyCommand:
    """An operator's program.

    Args:
        command: as configured, divided as a shell would, without a shell. time_limit: seconds that one call may take.

    Raises:
        MasterKeyError: it cannot be divided.
    """

    def __init__(self, command: str, time_limit: float = TIME_LIMIT) -> None:
        try:
            self._arguments = shlex.split(command)
        except ValueError as error:
            raise MasterKeyError(f"key_command cannot be read: {error}", _REMEDY) from error
        if not self._arguments:
            raise MasterKeyError("key_command is empty", _REMEDY)
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._until = 0.0
        self._current: CommandMasterKey | str = ""

    def current(self) -> "CommandMasterKey":
        """Return the master key that it wraps under now.

        It is asked once a minute; after a failure it is left alone for some seconds, so that requests do not queue up
        behind a service that is away.
        """
        with self._lock:
            if self._until < time.monotonic():
                try:
                    self._current = self._asked()
                except MasterKeyError as error:
                    self._current = error.what
                kept = _ALONE if isinstance(self._current, str) else _FRESH
                self._until = time.monotonic() + kept
            if isinstance(self._current, str):
                raise MasterKeyError(self._current, _REMEDY)
            return self._current

    def _asked(self) -> "CommandMasterKey":
        name = self._ask({"op": "id"}, _LARGEST_ITEM).key_id
        if not _NAME.fullmatch(name):
            raise MasterKeyError("the key command names no master key", _REMEDY)
        return CommandMasterKey(self, PREFIX + name)

    def convert(self, operation: str, name: str, items: Sequence[bytes]) -> list[bytes]:
        """Return keys, wrapped or unwrapped; one call for 500 of them.

        Raises:
            MasterKeyError: the program cannot be run, fails, takes too long or answers something else.
        """
        found: list[bytes] = []
        for start in range(0, len(items), _ITEMS):
            part = items[start : start + _ITEMS]
            texts = [base64.b64encode(each).decode() for each in part]
            question: dict[str, object] = {"op": operation, "key_id": name.removeprefix(PREFIX), "items": texts}
            answer = self._ask(question, (len(part) + 1) * _LARGEST_ITEM)
            if len(answer.items) != len(part):
                what = f"the key command answered {len(answer.items)} items to {len(part)}"
                raise MasterKeyError(what, _REMEDY)
            found += [_decoded(each) for each in answer.items]
        return found

    def _ask(self, question: dict[str, object], most: int) -> _Answer:
        answer = run(self._arguments, msgspec.json.encode(question), most=most, time_limit=self._time_limit)
        try:
            return msgspec.json.decode(answer, type=_Answer)
        except msgspec.DecodeError:
            # Not chained: the message may quote what may be a key.
            raise MasterKeyError("the key command does not answer what it should", _REMEDY) from None


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MasterKeyError("the key command answers something that is not base64", _REMEDY) from None
    if not found or len(found) > _LARGEST_ITEM:
        raise MasterKeyError("the key command answers an item that is empty or too long", _REMEDY)
    return found


class CommandMasterKey:
    """One of the master keys that a program keeps."""

    def __init__(self, command: KeyCommand, name: str) -> None:
        self.id = name
        self._command = command

    def wrap(self, key: bytes) -> bytes:
        """Return a key, wrapped."""
        return self.wrap_all([key])[0]

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that :meth:`wrap` wrapped."""
        return self.unwrap_all([wrapped])[0]

    def wrap_all(self, keys: Sequence[bytes]) -> list[bytes]:
        """Return many keys, each wrapped, in their order."""
        return self._command.convert("wrap", self.id, keys)

    def unwrap_all(self, wrapped: Sequence[bytes]) -> list[bytes]:
        """Return many keys, in their order."""
        return self._command.convert("unwrap", self.id, wrapped)
