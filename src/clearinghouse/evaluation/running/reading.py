"""Attempts from whatever somebody names: a run of ours, one log of anybody's, or a folder of them."""

import re
from pathlib import Path

import msgspec

from clearinghouse.evaluation.plan.reading import NAME as PLAN
from clearinghouse.evaluation.running import asked as asking
from clearinghouse.evaluation.running.archive import opened
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.logs import Log, of_run, read_log
from clearinghouse.evaluation.running.sealing.lines import SUFFIX
from clearinghouse.evaluation.running.sealing.verify import LOG, Verified, verified
from clearinghouse.trust.keys import KeyRing

MOST_LOGS = 10_000
_HEAD = 64 << 10
_SPEC = re.compile(rb'\A\s*\{.*"eval"\s*:\s*\{', re.DOTALL)
"""How a log that is one document begins, within :data:`_HEAD`."""


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """What was read.

    Attributes:
        logs: with their attempts. run: the run that they are of, verified; None where they are anybody's, and then no
            determination can rest on them.
    """

    logs: tuple[Log, ...]
    run: Verified | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether all of it was verified."""
        return self.run is not None


def attempts(path: Path, keys: KeyRing | None = None) -> Attempts:
    """Return the attempts of a run, which is verified first, or of logs that nobody sealed.

    A folder in which anything of a run of ours stands is read as one or not at all: what was sealed cannot be passed
    off as what never was by taking its seals away.

    Raises:
        SealError: a run is not what was sealed. LogError: a log cannot be read, or there is none. EnvelopeError: no
            known key signed.
    """
    if not path.is_dir():
        log = read_log(path)
        _require_foreign(path)
        return Attempts(logs=(log,))
    if (path / asking.NAME).exists() or any(each.suffix == SUFFIX for each in path.iterdir()):
        run = verified(path, keys)
        return Attempts(logs=of_run(run), run=run)
    found = sorted(each for each in path.iterdir() if each.suffix in {LOG, ".json"} and each.is_file())
    if not 0 < len(found) <= MOST_LOGS:
        raise LogError(f"{path} has {len(found)} logs", f"name a folder of 1 to {MOST_LOGS}", source=str(path))
    return Attempts(logs=tuple(read_log(each) for each in found))


def are_logs(path: Path) -> bool:
    """Whether what somebody names looks like logs: a file that begins as logs of inspect_ai do, or a folder of such.

    A folder with a plan is that of an assessment, whatever else is in it.
    """
    if path.is_dir():
        return not (path / PLAN).exists() and ((path / asking.NAME).exists() or any(map(_is_log, path.iterdir())))
    return _is_log(path)


def _is_log(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with opened(path) as file:
            head = file.read(_HEAD)
    except LogError:
        return False
    if path.suffix == LOG or head.startswith(b"PK\x03\x04"):
        return True
    return path.suffix == ".json" and _SPEC.search(head) is not None


def _require_foreign(path: Path) -> None:
    """Refuse one log out of a run of ours: alone it cannot be verified."""
    if path.with_suffix(SUFFIX).exists() and (path.parent / asking.NAME).exists():
        what = f"{path.name} is one log of a run that was sealed, and alone it cannot be verified"
        raise LogError(what, f"name the folder: {path.parent}", source=str(path))
