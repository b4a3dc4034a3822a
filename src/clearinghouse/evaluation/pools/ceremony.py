"""A draw as files of an assessment: terms that both sides sign, then the draw, each with an entry in the log.

A draw has four files: ``terms-DOMAIN-STAGE.json`` and ``draw-DOMAIN-STAGE.json``, each with its signatures beside it as
``.dsse.json``. Every step can be taken again after a kill, and goes on with what is there.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import heads_in, keep_head, reach
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.pools.draw import (
    LARGEST,
    Draw,
    draw_statement,
    read_draw,
    read_terms,
    terms_statement,
    verify,
)
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.making import LOG
from clearinghouse.evaluation.pools.manifest import Manifest
from clearinghouse.evaluation.pools.signing import BOTH, Sides, check_draw, check_terms, signed
from clearinghouse.evaluation.pools.terms import Terms, nonce_digest
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope
from clearinghouse.trust.keys import KeyRing

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

AGREED, DRAWN = "draw agreed", "draw made"
"""What the log says."""
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def terms_path(folder: Path, domain: str, stage: int) -> Path:
    """Return where the terms of a draw are.

    Raises:
        DrawError: the domain cannot be one.
    """
    return _path(folder, "terms", domain, stage)


def draw_path(folder: Path, domain: str, stage: int) -> Path:
    """Return where a draw is.

    Raises:
        DrawError: the domain cannot be one.
    """
    return _path(folder, "draw", domain, stage)


def terms_in(folder: Path, domain: str, stage: int) -> Terms:
    """Return the terms of a draw.

    Raises:
        LedgerError: there are none. DrawError: they cannot be read.
    """
    return read_terms(files.read(terms_path(folder, domain, stage), LARGEST))


def draw_in(folder: Path, domain: str, stage: int) -> Draw:
    """Return a draw; it is not verified.

    Raises:
        LedgerError: there is none. DrawError: it cannot be read.
    """
    return read_draw(files.read(draw_path(folder, domain, stage), LARGEST))


def former(folder: Path, domain: str, terms: Terms) -> tuple[Draw, int] | None:
    """Return the draw before one with these terms, and how many of its families were drawn; None at the first.

    Raises:
        LedgerError: it is not there. DrawError: it cannot be read.
    """
    if terms.stage == 1:
        return None
    before = draw_in(folder, domain, terms.stage - 1)
    return before, len(terms.used) - len(before.terms.used)


def keep_terms(folder: Path, domain: str, terms: Terms, signer: "Signer", *, who: str, now: dt.datetime) -> Terms:
    """Write terms, signed by the assessor, and their entry in the log, whose head is signed; return those that hold.

    Raises:
        DrawError: others were settled for this draw. LedgerError: they cannot be written. SignerError.
    """
    path = terms_path(folder, domain, terms.stage)
    if path.exists():
        there = terms_in(folder, domain, terms.stage)
        said = ("plan", "root", "nonce", "stage", "before", "used")
        if any(getattr(there, each) != getattr(terms, each) for each in said):
            raise DrawError(f"{path} is there already, with other terms", "terms of a draw are settled once")
        terms = there
    facts = {"domain": domain, "stage": str(terms.stage), "round": str(terms.beacon.round)}
    _keep(path, terms.to_bytes(), lambda: signed(terms_statement(terms), signer))
    _log(folder, AGREED, terms.digest, who, now, facts, signer)
    return terms


def sign_terms(
    folder: Path, domain: str, stage: int, signer: "Signer", *, now: dt.datetime, nonce: bytes | None = None
) -> Terms:
    """Add the developer's signature to terms, and to the head of the log that has them: what was before it cannot be
    written anew without the developer from then on.

    Args:
        now: the signer's own clock, with a zone: a round that is out could have been chosen. nonce: the signer's; it
            is looked at whether the terms name it.

    Raises:
        DrawError: the beacon has spoken already, the terms name another nonce, or the log does not have them.
        EnvelopeError, SignerError.
    """
    terms = terms_in(folder, domain, stage)
    if not now < terms.beacon.time:
        what = f"the round of these terms was out at {stamp(terms.beacon.time)}, and it is {stamp(now)}"
        raise DrawError(what, "do not sign them; ask for terms with a round that is still to come")
    if nonce is not None and nonce_digest(nonce) != terms.nonce:
        raise DrawError(
            "these terms name another nonce than this one", "do not sign them; give the assessor its digest"
        )
    envelope = terms_path(folder, domain, stage).with_suffix(".dsse.json")
    log = Chain(folder / LOG)
    if not log.read().find(AGREED, terms.digest):
        raise DrawError(f"{LOG} does not have these terms", "do not sign them; ask the assessor for the log with them")
    files.write(envelope, signed(terms_statement(terms), signer, files.read(envelope, LARGEST_ENVELOPE)))
    keep_head(log, signer)
    return terms


def keep_draw(folder: Path, domain: str, draw: Draw, signer: "Signer", *, who: str, now: dt.datetime) -> Draw:
    """Write a draw, signed by who makes it, and its entry in the log; return the one that holds.

    Raises:
        DrawError: both sides have not signed the terms, or another draw was made from them. LedgerError, SignerError.
    """
    terms = draw.terms
    agreed = terms_path(folder, domain, terms.stage).with_suffix(".dsse.json")
    if len(Envelope.from_bytes(files.read(agreed, LARGEST_ENVELOPE)).signatures) < BOTH:
        raise DrawError("the terms of this draw are not signed by both sides", "have the developer sign them first")
    path = draw_path(folder, domain, terms.stage)
    if path.exists():
        there = draw_in(folder, domain, terms.stage)
        if (there.terms, there.seed) != (terms, draw.seed):
            raise DrawError(f"{path} is there already, and is another draw", "a draw is made once")
        draw = there
    facts = {"domain": domain, "stage": str(terms.stage), "withheld": "yes" if draw.withheld else "no"}
    _keep(path, draw.to_bytes(), lambda: signed(draw_statement(draw), signer))
    _log(folder, DRAWN, draw.digest, who, now, facts, signer)
    return draw


def check(folder: Path, domain: str, stage: int, manifest: Manifest, ring: KeyRing, plans: Mapping[str, Sides]) -> Draw:
    """Repeat a draw from what is public, and those before it, and return it.

    Args:
        manifest: of the pool. ring: keys that are believed. plans: both sides by the SHA-256 of each plan that was
            signed.

    Raises:
        DrawError: it does not follow, was made under no such plan, or the log does not have it agreed on once and made.
            Or its terms are not signed by both sides, or it is not signed by the assessor. EnvelopeError: nobody known
            signed. LedgerError, TamperedLogError.
    """
    if stage > 1:
        check(folder, domain, stage - 1, manifest, ring, plans)
    terms, draw = terms_in(folder, domain, stage), draw_in(folder, domain, stage)
    if draw.terms != terms or (terms.stage, manifest.header.domain) != (stage, domain):
        raise DrawError("the draw was made from other terms, or is another one", "ask both sides for what they signed")
    if terms.plan not in plans:
        what = f"the draw was made under the plan {terms.plan[:16]}…, which is not one that was signed here"
        raise DrawError(what, "ask who made it for that plan")
    check_signatures(folder, domain, draw, ring, plans[terms.plan])
    verify(draw, manifest, former(folder, domain, terms))
    log = Chain(folder / LOG).read()
    heads, sides = heads_in(folder / LOG, log, ring), plans[terms.plan]
    for what, digest, signers in (
        (AGREED, terms.digest, {sides.assessor, sides.developer}),
        (DRAWN, draw.digest, {sides.assessor}),
    ):
        same = [each for each in log.find(what) if _is_of(each.facts, domain, stage)]
        if [each.digest for each in same] != [digest]:
            raise DrawError("the log does not have this draw, agreed on once and made once", "ask who kept the log")
        if any(reach(heads, {each} - {""}) <= same[0].number for each in signers):
            lacks = f"no head of {LOG} is signed by both sides over the terms, and by the assessor over the draw"
            raise DrawError(lacks, "ask who kept the log, and compare it with another copy")
    return draw


def check_signatures(folder: Path, domain: str, draw: Draw, ring: KeyRing, sides: Sides) -> None:
    """Check who signed a draw and its terms.

    Raises:
        DrawError, EnvelopeError: somebody else did.
    """
    terms = terms_path(folder, domain, draw.terms.stage).with_suffix(".dsse.json")
    check_terms(files.read(terms, LARGEST_ENVELOPE), ring, draw.terms.digest, sides)
    made = draw_path(folder, domain, draw.terms.stage).with_suffix(".dsse.json")
    check_draw(files.read(made, LARGEST_ENVELOPE), ring, draw.digest, sides)


def _is_of(facts: dict[str, str], domain: str, stage: int) -> bool:
    return (facts.get("domain"), facts.get("stage")) == (domain, str(stage))


def _path(folder: Path, kind: str, domain: str, stage: int) -> Path:
    if not _DOMAIN.fullmatch(domain):
        raise DrawError(f"{domain[:60]!a} is no domain", "name it as the plan does")
    return folder / f"{kind}-{domain}-{stage}.json"


def _keep(path: Path, data: bytes, sign: Callable[[], bytes]) -> None:
    """Write a file and its signatures, as far as they are not there."""
    if not path.exists():
        files.write_new(path, data)
    envelope = path.with_suffix(".dsse.json")
    if not envelope.exists():
        files.write_new(envelope, sign())


def _log(
    folder: Path, what: str, digest: str, who: str, now: dt.datetime, facts: dict[str, str], signer: "Signer"
) -> None:
    log = Chain(folder / LOG)
    if not log.read().find(what, digest):
        log.append(what, digest, who=who, now=now, facts=facts)
    keep_head(log, signer)
