"""What ``frontier assess`` takes besides tables: runs of ours, and logs of inspect_ai of anybody, as a table."""

from pathlib import Path

from msgspec.structs import replace

from clearinghouse.evaluation.running.reading import Attempts, are_logs, attempts
from clearinghouse.evaluation.running.table import table
from clearinghouse.evaluation.runs.reading import read_table
from clearinghouse.evaluation.runs.table import Read
from clearinghouse.formats.text import plural
from clearinghouse.records import Level, Problem
from clearinghouse.trust.keys import KeyRing


def read(path: Path, key: Path | None = None) -> Read:
    """Return the attempts of a table, of a run or of logs.

    Args:
        path: of any of them; ``-`` is a table. key: public keys, a file or a folder, that may have signed a run.

    Raises:
        ClearinghouseError: it is none of them, or a run is not what was sealed.
    """
    if str(path) == "-" or not are_logs(path):
        return read_table(path)
    found = attempts(path, KeyRing.load(key) if key else None)
    made = table(found.logs, str(path))
    told = Problem(source=str(path), code="logs", message=_said(found, key), level=Level.NOTICE)
    return replace(made, problems=(told, *made.problems))


def _said(found: Attempts, key: Path | None) -> str:
    logs = plural(len(found.logs), "log")
    scripted = " Scripted agents are among them, which show nothing of any model." if _is_scripted(found) else ""
    if found.run is None:
        return f"{logs} that nobody sealed: they can be counted, and no determination rests on them.{scripted}"
    if not found.run.is_signed:
        return f"A run of {logs}, which fit together; nobody signed it.{scripted}"
    by = "a key that is known" if found.run.keyids else "somebody: name public keys with --key to know whom"
    return f"A run of {logs}, as it was sealed, and signed by {by}.{scripted}"


def _is_scripted(found: Attempts) -> bool:
    return any(each.scripted for each in found.logs)
