"""What stands in a line of the log, and what never does."""

import json
import logging
import subprocess
import sys
from typing import Any

from clearinghouse.server.operate.logging import JsonFormatter

WORD = "confidentialword"


def line(name: str, message: str, *arguments: Any, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, arguments, None, "function")
    for field, value in more.items():
        setattr(record, field, value)
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


def test_fields() -> None:
    found = line("clearinghouse.x", "something", fields={"number": 3, "path": sys})
    assert (found["event"], found["number"], found["level"]) == ("something", 3, "warning")
    assert isinstance(found["path"], str)
    assert found["time"].endswith("+00:00")


def test_our_own_words_are_one_line() -> None:
    assert line("clearinghouse.x", "a %s", "b\nc\x1b[31m")["event"] == "a b c[31m"
    assert len(line("clearinghouse.x", "a" * 10_000)["event"]) <= 500


def test_words_of_others_are_not_repeated() -> None:
    for name in ("django.request", "gunicorn.error", "clearinghouseish", "py.warnings"):
        found = line(name, f"Invalid request: {WORD} %s", WORD)
        assert WORD not in json.dumps(found)
        assert found["at"] == "test_logging:function:1"
    assert line("gunicorn.error", "Booting worker with pid: %s", 7)["event"] == "Booting worker with pid: 7"


def test_exceptions_without_their_message() -> None:
    try:
        JsonFormatter().format(None)  # type: ignore[arg-type]
    except AttributeError as error:
        wrapped = ValueError(WORD)
        wrapped.__cause__ = error
        found = line(
            "clearinghouse.x", "failed", exc_info=(ValueError, wrapped.with_traceback(error.__traceback__), None)
        )
    assert found["error"] == "builtins.ValueError"
    assert found["where"][0].startswith("clearinghouse.server.operate.logging:format:")
    assert WORD not in json.dumps(found)


def test_what_nobody_caught() -> None:
    program = (
        "import threading, warnings\n"
        "from clearinghouse.server.operate import logging as logs\n"
        "logs.configure()\n"
        f"def fail(): raise ValueError('{WORD}')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        f"warnings.warn('{WORD}')\n"
        "class Gone:\n"
        f"    def __del__(self): raise ValueError('{WORD}')\n"
        "Gone()\n"
        "assert logs.guarded(fail) == 70\n"
        "fail()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert WORD not in done.stderr
    found = [json.loads(each) for each in done.stderr.splitlines()]
    assert [each["event"] for each in found] == ["uncaught", "", "unraisable", "failed", "uncaught"]
    assert {each["error"] for each in found if each["event"]} == {"builtins.ValueError"}
