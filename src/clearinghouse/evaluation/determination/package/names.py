"""Names of files in a package: which are allowed, what they are, and who is given them."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.record import Audience

MANIFEST = "manifest.dsse.json"
"""The signed list."""
COVER = "package.json"
"""Whose copy it is."""
ASSESSMENT, TABLE = "assessment.json", "runs.csv"
FIELDS = "assessment.fields.json"
"""The assessment, field by field (:mod:`clearinghouse.evaluation.determination.disclosure`)."""
KEYS = "keys.json"
"""Fingerprints of the public keys that the signatures need."""
LOG, LOG_HEAD = "log.jsonl", "log.head.json"
"""The log of the assessment and its head (:mod:`clearinghouse.evaluation.ledger.chain`)."""
HEADS = "log.heads.jsonl"
"""Heads of the log that those signed who acted (:mod:`clearinghouse.evaluation.ledger.heads`)."""
PLAN = "plan.dsse.json"
DETERMINATIONS = "determinations"
DETERMINATION, EVENTS, OPENINGS, CITED = ".dsse.json", ".events.jsonl", ".openings.json", ".assessment.json"
"""How the names of files in that folder end, after the number of the determination."""
ENVELOPES = (".dsse.json", ".intoto.json")
"""How the names of signed files end."""
OPENED = "openings"
"""The role of what opens withheld words: nobody is given it whole, and some are given a part."""
MOST_FILES = 2_000
LONGEST = 200
"""The longest name, in characters."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@=-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.+@=-]*){0,7}", re.ASCII)

ALL = frozenset(Audience)
INNER = frozenset({Audience.DEVELOPER, Audience.OVERSEER, Audience.COURT})
WATCHERS = frozenset({Audience.OVERSEER, Audience.COURT})
NOBODY: frozenset[Audience] = frozenset()


class Role(NamedTuple):
    """What files of a pattern are.

    Attributes:
        name: in the list. pattern: of names, as a shell has it, ``*`` also over folders. audiences: who is given them.
            when_open: who is given them where no threshold is under a commitment. when_development: who is given them
            where the pool is an open one.
    """

    name: str
    pattern: str
    audiences: frozenset[Audience] = ALL
    when_open: frozenset[Audience] | None = None
    when_development: frozenset[Audience] | None = None


ROLES = (
    # Secrets of pools, keys and thresholds go into no package, whoever it is for.
    Role("secret", "*.age", NOBODY),
    Role("secret", "*.share*", NOBODY),
    Role("secret", "*shares/*", NOBODY),
    Role("secret", "*nonce*", NOBODY),
    Role("secret", "*threshold*opening*", NOBODY),
    Role("secret", "*.key", NOBODY),
    Role("secret", "*.pem", NOBODY),
    Role(OPENED, f"{DETERMINATIONS}/*{OPENINGS}", NOBODY),
    Role("draft", "*determination*.toml", NOBODY),
    Role("draft", "*.draft.*", NOBODY),
    Role("plan", "plan.toml"),
    Role("plan", "plan.dsse.json"),
    Role("plan", "plans/*"),
    Role("threshold", "*threshold*commitment*.json"),
    Role("pool", "pools/*.pool.json"),
    Role("draw", "terms-*.json"),
    Role("draw", "draw-*.json"),
    # These name tasks and families and hold nothing of what is in them, as the table does: whoever is to compute
    # everything again needs both. Who is not given the table has no use for them.
    Role("revealed", "revealed/*.revealed.json", INNER, when_open=ALL),
    Role("verifier", "verifier.json", INNER, when_open=ALL),
    Role("verifier", "verifier.dsse.json", INNER, when_open=ALL),
    Role("flags", "flags/*.dsse.json", INNER, when_open=ALL),
    Role("exposure", "exposure.*json*", WATCHERS),
    Role("log", "runs/*.eval", WATCHERS, when_development=ALL),
    Role("seals", "runs/*.seals", INNER),
    Role("run", "runs/*/run.json", INNER),
    Role("run", "runs/*/begun.jsonl", INNER),
    Role("run", "runs/*/begun.head.json", INNER),
    Role("run", "runs/*/run.intoto.json", INNER),
    Role("run", "runs/*/run.statement.json", INNER),
    Role("table", TABLE, INNER, when_open=ALL),
    Role("assessment", ASSESSMENT, WATCHERS, when_open=ALL),
    Role("assessment", f"{DETERMINATIONS}/*{CITED}", WATCHERS, when_open=ALL),
    Role("fields", FIELDS, WATCHERS),
    Role("determination", f"{DETERMINATIONS}/*{DETERMINATION}"),
    Role("events", f"{DETERMINATIONS}/*{EVENTS}"),
    Role("custody", LOG, INNER, when_open=ALL),
    Role("custody", LOG_HEAD),
    Role("custody", HEADS, INNER, when_open=ALL),
    Role("keys", KEYS),
    Role("evidence", "evidence/*", WATCHERS),
    Role("report", "reports/summary*"),
    Role("report", "reports/determination*"),
    Role("report", "reports/letter*", INNER),
    # A report of an assessment names its thresholds. Under a commitment it goes to nobody, not even by its digest, by
    # which values could be tried; whoever has the assessment makes it again.
    Role("report", "reports/*", NOBODY, when_open=ALL),
)
"""What files are, the first that fits. A file that none fits goes into no package. An assessment names the values of
its thresholds; where one is under a commitment, the developer and the public are given fields of it instead."""


def role_of(name: str) -> Role | None:
    """Return what a file is; None where that is not known."""
    return next((each for each in ROLES if fnmatchcase(name, each.pattern)), None)


def audiences_of(role: Role, *, is_open: bool, development: bool) -> frozenset[Audience]:
    """Return who is given files of a role.

    Args:
        is_open: whether every threshold is open. development: whether the pool is an open one.
    """
    if development and role.when_development is not None:
        return role.when_development
    return role.when_open if is_open and role.when_open is not None else role.audiences


def require_names(names: Iterable[str]) -> None:
    """Refuse names that lead out of a folder, stand there twice, or are one on some systems.

    Raises:
        PackageError: one is such, or there are too many.
    """
    seen: set[str] = set()
    folders: set[str] = set()
    for name in names:
        if len(name) > LONGEST or not _NAME.fullmatch(name):
            what = f"a package cannot hold a file of the name {name[:LONGEST]!a}"
            raise PackageError(what, "use letters, digits and . _ + @ = - only, in at most eight levels")
        folded = name.casefold()
        if folded in seen:
            raise PackageError(f"the name {name!a} stands there twice", "leave one of them out")
        seen.add(folded)
        parts = folded.split("/")
        folders.update("/".join(parts[:at]) for at in range(1, len(parts)))
    if seen & folders:
        raise PackageError(f"{min(seen & folders)!a} is a file and a folder", "leave one of them out")
    if len(seen) > MOST_FILES:
        raise PackageError(f"these are more than {MOST_FILES:,} files", "leave out what is no evidence")
