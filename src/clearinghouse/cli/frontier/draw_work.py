"""What the verbs below ``frontier pool draw`` do.

In the folder of an assessment a draw has four files: ``terms-DOMAIN-STAGE.json`` and ``draw-DOMAIN-STAGE.json``, each
with its signatures beside it as ``.dsse.json``; and two entries in the log.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.reading import load as load_plan
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.evaluation.pools.beacon import KNOWN, round_after
from clearinghouse.evaluation.pools.draw import (
    DRAW_TYPE,
    LARGEST,
    TERMS_TYPE,
    Draw,
    agree,
    draw_statement,
    make,
    read_draw,
    read_terms,
    terms_statement,
    verify,
)
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.manifest import load
from clearinghouse.evaluation.pools.signing import check_signed, signed
from clearinghouse.evaluation.pools.terms import NONCE_BYTES, Terms, new_nonce, nonce_digest
from clearinghouse.formats.text import plural
from clearinghouse.trust.envelope import LARGEST_ENVELOPE
from clearinghouse.trust.key_files import read_private
from clearinghouse.trust.keys import KeyRing, signer_of

AGREED, DRAWN = "draw agreed", "draw made"
"""What the log says."""
_BOTH = 2
"""How many sign the terms: the assessor and the developer."""


class Round(NamedTuple):
    """Which round of the beacon: the first one after so many minutes, or this number."""

    minutes: int
    number: int


class Spoken(NamedTuple):
    """What came out: value and signature of the beacon in hex, and the file of the nonce."""

    value: str
    signature: str
    nonce: Path | None


def make_nonce(path: Path, form: OutputFormat) -> None:
    """Make a nonce."""
    nonce = new_nonce()
    files.write_new(path, f"{nonce.hex()}\n".encode(), files.PRIVATE)
    if form is OutputFormat.JSON:
        write_json({"nonce": str(path), "digest": nonce_digest(nonce)})
        return
    say(f"{path}: the nonce; keep it to yourself until the beacon has spoken. Its digest for the assessor:")
    say(nonce_digest(nonce))


def agree_terms(
    pool: Path,
    plan_path: Path,
    nonce: str,
    when: Round,
    stage: tuple[int, int],
    key: tuple[str, Path | None],
    into: Path,
    who: str,
    form: OutputFormat,
) -> None:
    """Write and sign the terms of a draw."""
    plan, data = load_plan(plan_path)
    manifest = load(pool)
    domain = manifest.header.domain
    if manifest.root not in {each.root for each in plan.pools}:
        raise DrawError("the plan names another pool than this", "draw from the pool whose root the plan has")
    now = _now()
    name = plan.drawing.beacon
    if name not in KNOWN:
        raise DrawError(f"the plan names the beacon {name!a}, which is not known", f"name one of {', '.join(KNOWN)}")
    beacon = KNOWN[name](when.number) if when.number else round_after(name, now + dt.timedelta(minutes=when.minutes))
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(into, "terms", domain, stage[0])
    before = _before(into, domain, stage)
    terms = agree(manifest, sha256, nonce, beacon, now=now, reveal_days=plan.drawing.reveal_days, before=before)
    if path.exists():
        terms = _interrupted(_terms(into, domain, stage[0]), terms, path)
    facts = {"domain": domain, "stage": str(terms.stage), "round": str(terms.beacon.round)}
    _keep(path, terms.to_bytes(), lambda: signed(terms_statement(terms), signer_of(*key)))
    _log(into, AGREED, terms.digest, who, now, facts)
    if form is OutputFormat.JSON:
        write_json({"terms": terms, "sha256": terms.digest, "path": str(path), "out": stamp(terms.beacon.time)})
        return
    say(f"{path}: the terms, for the developer to sign with `clearinghouse frontier pool draw sign`.")
    say(f"Round {terms.beacon.round} of {terms.beacon.name} is out at {stamp(terms.beacon.time)}.")


def sign_terms(folder: Path, domain: str, stage: int, key: str, public: Path | None) -> None:
    """Add a signature to terms."""
    path = _path(folder, "terms", domain, stage)
    envelope = path.with_suffix(".dsse.json")
    before = files.read(envelope, LARGEST_ENVELOPE)
    terms = _terms(folder, domain, stage)
    files.write(envelope, signed(terms_statement(terms), signer_of(key, public), before))
    say(f"{path} is signed: plan {terms.plan[:16]}…, pool {terms.root[:16]}…, out at {stamp(terms.beacon.time)}.")


def make_draw(
    folder: Path,
    pool: Path,
    domain: str,
    spoken: Spoken,
    stage: tuple[int, int],
    key: tuple[str, Path | None],
    who: str,
    form: OutputFormat,
) -> None:
    """Make and sign a draw."""
    now = _now()
    value, signature = _hex("--beacon", spoken.value), _hex("--signature", spoken.signature)
    nonce = _nonce(spoken.nonce) if spoken.nonce else None
    before = _before(folder, domain, stage)
    terms = _terms(folder, domain, stage[0])
    draw = make(terms, load(pool), value, nonce, now=now, signature=signature, before=before)
    path = _path(folder, "draw", domain, stage[0])
    if path.exists():
        there = read_draw(files.read(path, LARGEST))
        if (there.terms, there.seed) != (draw.terms, draw.seed):
            raise DrawError(f"{path} is there already, and is another draw", "a draw is made once")
        draw = there
    facts = {"domain": domain, "stage": str(terms.stage), "withheld": "yes" if draw.withheld else "no"}
    _keep(path, draw.to_bytes(), lambda: signed(draw_statement(draw), signer_of(*key)))
    _log(folder, DRAWN, draw.digest, who, now, facts)
    _tell(draw, path, form)


def verify_draw(folder: Path, pool: Path, domain: str, stage: tuple[int, int], keys: Path, form: OutputFormat) -> int:
    """Repeat a draw from what is public."""
    ring = KeyRing.load(keys)
    path = _path(folder, "draw", domain, stage[0])
    terms_path = _path(folder, "terms", domain, stage[0])
    draw = read_draw(files.read(path, LARGEST))
    terms = _terms(folder, domain, stage[0])
    if draw.terms != terms:
        raise DrawError(f"{path} was made from other terms than {terms_path}", "ask both sides for what they signed")
    agreed = files.read(terms_path.with_suffix(".dsse.json"), LARGEST_ENVELOPE)
    check_signed(agreed, ring, terms.digest, TERMS_TYPE, _BOTH)
    check_signed(files.read(path.with_suffix(".dsse.json"), LARGEST_ENVELOPE), ring, draw.digest, DRAW_TYPE, 1)
    verify(draw, load(pool), _before(folder, domain, stage))
    log = Chain(folder / LOG).read()
    once = [each for each in log.find(AGREED) if each.facts.get("domain") == domain]
    same = [each for each in once if each.facts.get("stage") == str(terms.stage)]
    if [each.digest for each in same] != [terms.digest] or not log.find(DRAWN, draw.digest):
        raise DrawError("the log does not have this draw, agreed on once and made", "ask who kept the log")
    _tell(draw, path, form)
    return ATTENTION if draw.withheld else OK


def _interrupted(there: Terms, wanted: Terms, path: Path) -> Terms:
    """Terms that are there already are gone on with if they say the same, as after a kill; terms are settled once.

    Raises:
        DrawError: they say something else.
    """
    said = ("plan", "root", "nonce", "stage", "before", "used")
    if any(getattr(there, each) != getattr(wanted, each) for each in said):
        raise DrawError(f"{path} is there already, with other terms", "terms of a draw are settled once")
    return there


def _keep(path: Path, data: bytes, sign: Callable[[], bytes]) -> None:
    """Write a file and its signatures, as far as they are not there."""
    if not path.exists():
        files.write_new(path, data)
    envelope = path.with_suffix(".dsse.json")
    if not envelope.exists():
        files.write_new(envelope, sign())


def _log(folder: Path, what: str, digest: str, who: str, now: dt.datetime, facts: dict[str, str]) -> None:
    log = Chain(folder / LOG)
    if not log.read().find(what, digest):
        log.append(what, digest, who=who, now=now, facts=facts)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _tell(draw: Draw, path: Path, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        write_json({"draw": draw, "sha256": draw.digest, "path": str(path)})
        return
    say(f"{path}: {plural(len(draw.order), 'family', 'families')} in order; seed {draw.seed}")
    if draw.withheld:
        say("The developer withheld the nonce; its digest stands in its place.")


def _before(folder: Path, domain: str, stage: tuple[int, int]) -> tuple[Draw, int] | None:
    number, drawn = stage
    if number == 1:
        return None
    former = read_draw(files.read(_path(folder, "draw", domain, number - 1), LARGEST))
    return former, drawn


def _terms(folder: Path, domain: str, stage: int) -> Terms:
    return read_terms(files.read(_path(folder, "terms", domain, stage), LARGEST))


def _path(folder: Path, kind: str, domain: str, stage: int) -> Path:
    if not domain.replace("_", "").replace("-", "").isalnum():
        raise OptionError("--domain", f"is {domain[:60]!a}", "name it as the plan does")
    return folder / f"{kind}-{domain}-{stage}.json"


def _nonce(path: Path) -> bytes:
    data = _hex("--nonce", read_private(path).decode("ascii", "replace").strip())
    if len(data) != NONCE_BYTES:
        raise OptionError("--nonce", "is no nonce", f"name the file that `draw nonce` made, of {NONCE_BYTES} bytes")
    return data


def _hex(name: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise OptionError(name, f"is {text[:40]!a}", "hexadecimal digits") from None
