"""Whether a package or a folder holds: every check, with what it means. Nothing is fetched for it."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.determination.package.checks import CHECKS, Case, Check, Checked, Result, run
from clearinghouse.evaluation.determination.package.opened import opened
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.thresholds import Opening
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


def verified(
    path: Path,
    keys: KeyRing,
    now: dt.datetime,
    checks: Sequence[Check] = CHECKS,
    openings: Sequence[Opening] = (),
) -> Verified:
    """Return what came of checking a package, or the folder of an assessment.

    Args:
        keys: that are believed. now: with a zone. openings: of thresholds whose values the plan only commits to.

    Raises:
        PackageError: it cannot be read at all.
    """
    with opened(path) as package:
        found = run(Case(package, keys, now, openings), checks)
        audience = package.cover.audience.value if package.cover else ""
        return Verified(source=package.source, audience=audience, as_of=stamp(now), checks=tuple(found))
