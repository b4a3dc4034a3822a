"""Whether a package or a folder holds: every check, with what it means. Nothing is fetched for it."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.determination.package.checks import CHECKS, Case, Check, Checked, Result, run
from clearinghouse.evaluation.determination.package.opened import opened
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.trust.keys import KeyRing


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        source: what was named. audience: whose copy it is; empty for a folder that is no copy. as_of: the moment, in
            UTC. checks: each. voluntary: what every document says.
    """

    source: str
    audience: str
    as_of: str
    checks: tuple[Checked, ...]
    voluntary: str = VOLUNTARY

    @property
    def holds(self) -> bool:
        """Whether no check failed."""
        return all(each.result is not Result.FAILS for each in self.checks)


def verified(path: Path, keys: KeyRing, now: dt.datetime, checks: Sequence[Check] = CHECKS) -> Verified:
    """Return what came of checking a package, or the folder of an assessment.

    Raises:
        PackageError: it cannot be read at all.
    """
    with opened(path) as package:
        found = run(Case(package, keys, now), checks)
        audience = package.cover.audience.value if package.cover else ""
        return Verified(source=package.source, audience=audience, as_of=stamp(now), checks=tuple(found))
