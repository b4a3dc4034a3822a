"""Logs: one JSON object a line on standard error, without secrets and without a word of what was received.

A line has ``time``, ``level``, ``logger``, ``event``, and what its writer gave as ``extra={"fields": {…}}``: numbers,
names of our own, identifiers of rows. Of an exception it has the class and the places in our code, never the message,
which may quote what somebody sent. Of what other programs' parts log it has the place in their code, which says the
same to who looks there, because their texts may quote a request.
"""

import datetime as dt
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec

from clearinghouse.formats.text import clean_line
from clearinghouse.server.jobs.traces import error_class, error_where

OWN = "clearinghouse"
_LONGEST = 500
_KNOWN = frozenset(
    {
        "Starting gunicorn %s",
        "Listening at: %s (%s)",
        "Using worker: %s",
        "Booting worker with pid: %s",
        "Worker exiting (pid: %s)",
        "Worker (pid:%s) exited with code %s",
        "Worker (pid:%s) was sent %s!",
        "WORKER TIMEOUT (pid:%s)",
        "Handling signal: %s",
        "Shutting down: %s",
        "Connection in use: %s",
        "Can't connect to %s",
        "Retrying in 1 second.",
    }
)
"""What gunicorn says of itself, which quotes nobody."""


_QUIET = {
    "django.request": "ERROR",  # each request has a line of its own already
    "django_tasks": "WARNING",  # and each job
}


class JsonFormatter(logging.Formatter):
    """Makes a line of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
        }
        line |= _said(record)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = error_class(record.exc_info[1])
            line["where"] = list(error_where(record.exc_info[1]))
        return msgspec.json.encode(line, enc_hook=lambda value: clean_line(str(value), _LONGEST)).decode()


def _said(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, "fields", None)
    if isinstance(fields, dict):
        return {"event": str(record.msg), **fields}
    if _is_own(record.name) or record.msg in _KNOWN:
        return {"event": clean_line(record.getMessage(), _LONGEST)}
    return {"event": "", "at": f"{record.module}:{record.funcName}:{record.lineno}"}


def _is_own(name: str) -> bool:
    return name == OWN or name.startswith(f"{OWN}.")


def configure(level: str = "INFO") -> None:
    """Send all logs of this process to standard error as JSON, and so what nobody caught.

    Args:
        level: the least severe level of what is logged.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    for name in ("django", "django.request", "django.server", "gunicorn.error", "gunicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


DEFECT = 70
"""Exit code of what ended by a defect (``EX_SOFTWARE`` of sysexits.h)."""
_LOG = logging.getLogger("clearinghouse.process")


def guarded(run: Callable[[], int]) -> int:
    """Return the exit code of something that runs for long; what it did not expect is in the log and nowhere else."""
    try:
        return run()
    except Exception:
        _LOG.critical("failed", exc_info=True)
        return DEFECT


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _LOG.critical("uncaught", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _unraisable(arguments: Any) -> None:
    if arguments.exc_value is not None:
        _LOG.error("unraisable", exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback))
