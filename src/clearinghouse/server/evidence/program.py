"""An operator's program, run without a shell, in a reduced environment, under limits of time and size."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import IO, cast

from clearinghouse.server.evidence.errors import MasterKeyError

_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PREFIX = "CLEARINGHOUSE_KMS_"
_PIECE = 65536
_REMEDY = "try it by hand; docs/operate.md, Keys, says what it is asked and has to answer"


def run(arguments: Sequence[str], question: bytes, *, most: int, time_limit: float) -> bytes:
    """Return what a program writes when it is given ``question``.

    Of the environment it has :data:`_KEPT` and what begins with ``CLEARINGHOUSE_KMS_``; what it writes to standard
    error goes where the server's goes. It and what it started are ended when it takes too long or says too much.

    Args:
        most: bytes that it may answer. time_limit: seconds that it may take.

    Raises:
        MasterKeyError: it cannot be run, fails, or goes beyond a limit.
    """
    deadline = time.monotonic() + time_limit
    environment = {name: text for name, text in os.environ.items() if name in _KEPT or name.startswith(_PREFIX)}
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own, divided without a shell
            list(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        what = f"the key command cannot be run: {getattr(error, 'strerror', None) or error}"
        raise MasterKeyError(what, _REMEDY) from error
    with process:
        try:
            answer = _exchange(process, question, most, deadline)
            code = process.wait(max(deadline - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise MasterKeyError(f"the key command took longer than {time_limit:g} seconds", _REMEDY) from error
        except BaseException:
            _end(process)
            raise
    if code:
        raise MasterKeyError(f"the key command failed with code {code}", _REMEDY)
    return answer


def _exchange(process: subprocess.Popen[bytes], question: bytes, most: int, deadline: float) -> bytes:
    """Write and read at one time, so that neither waits for the other for ever."""
    source, sink = cast(IO[bytes], process.stdout), cast(IO[bytes], process.stdin)
    rest = memoryview(question)
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        os.set_blocking(sink.fileno(), False)
        selector.register(sink, selectors.EVENT_WRITE)
        selector.register(source, selectors.EVENT_READ)
        while source in {key.fileobj for key in selector.get_map().values()}:
            remaining = deadline - time.monotonic()
            ready = selector.select(max(remaining, 0)) if remaining > 0 else []
            if not ready:
                raise subprocess.TimeoutExpired("key_command", 0)
            for key, _ in ready:
                if key.fileobj is sink:
                    rest = rest[_written(sink.fileno(), rest) :]
                    if not rest:
                        selector.unregister(sink)
                        sink.close()
                    continue
                piece = os.read(source.fileno(), _PIECE)
                answer += piece
                if len(answer) > most:
                    raise MasterKeyError(f"the key command answers more than {most:,} bytes", _REMEDY)
                if not piece:
                    selector.unregister(source)
    return bytes(answer)


def _written(descriptor: int, rest: memoryview) -> int:
    try:
        return os.write(descriptor, rest[:_PIECE])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(rest)  # it does not listen; what it answers decides


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and what it started in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
