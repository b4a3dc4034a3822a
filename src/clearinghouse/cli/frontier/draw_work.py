"""What the verbs below ``frontier pool draw`` do."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.assessment.drawn import sides_of
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.reading import load as load_plan
from clearinghouse.evaluation.plan.signing import check as check_plan
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import KNOWN, round_after
from clearinghouse.evaluation.pools.draw import Draw, agree, make
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.manifest import load
from clearinghouse.evaluation.pools.terms import NONCE_BYTES, new_nonce, nonce_digest
from clearinghouse.formats.text import plural
from clearinghouse.trust.key_files import read_private
from clearinghouse.trust.keys import KeyRing, signer_of

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


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
    if len(_hex("--nonce", nonce)) != hashlib.sha256().digest_size:
        raise OptionError("--nonce", "is no digest", "the 64 hexadecimal digits that `draw nonce` printed")
    signer = signer_of(*key)
    _demand(sides_of(plan).assessor, signer, "the assessor")
    now = _now()
    name = plan.drawing.beacon
    if name not in KNOWN:
        raise DrawError(f"the plan names the beacon {name!a}, which is not known", f"name one of {', '.join(KNOWN)}")
    beacon = KNOWN[name](when.number) if when.number else round_after(name, now + dt.timedelta(minutes=when.minutes))
    number, drawn = stage
    before = (ceremony.draw_in(into, domain, number - 1), drawn) if number > 1 else None
    sha256, days = hashlib.sha256(data).hexdigest(), plan.drawing.reveal_days
    terms = agree(manifest, sha256, nonce, beacon, now=now, reveal_days=days, before=before)
    terms = ceremony.keep_terms(into, domain, terms, signer, who=who, now=now)
    path = ceremony.terms_path(into, domain, terms.stage)
    if form is OutputFormat.JSON:
        write_json({"terms": terms, "sha256": terms.digest, "path": str(path), "out": stamp(terms.beacon.time)})
        return
    say(f"{path}: the terms, for the developer to sign with `clearinghouse frontier pool draw sign`.")
    say(f"Round {terms.beacon.round} of {terms.beacon.name} is out at {stamp(terms.beacon.time)}.")


def sign_terms(folder: Path, domain: str, stage: int, key: tuple[str, Path | None], nonce: Path | None) -> None:
    """Add a signature to terms."""
    own = _nonce(nonce) if nonce else None
    signer = signer_of(*key)
    _demand(sides_of(load_plan(folder)[0]).developer, signer, "the developer")
    terms = ceremony.sign_terms(folder, domain, stage, signer, now=_now(), nonce=own)
    say(f"The terms are signed: plan {terms.plan[:16]}…, pool {terms.root[:16]}…, out at {stamp(terms.beacon.time)}.")


def make_draw(
    folder: Path,
    pool: Path,
    domain: str,
    stage: int,
    spoken: Spoken,
    key: tuple[str, Path | None],
    who: str,
    form: OutputFormat,
) -> None:
    """Make and sign a draw."""
    now = _now()
    value, signature = _hex("--beacon", spoken.value), _hex("--signature", spoken.signature)
    nonce = _nonce(spoken.nonce) if spoken.nonce else None
    terms = ceremony.terms_in(folder, domain, stage)
    before = ceremony.former(folder, domain, terms)
    draw = make(terms, load(pool), value, nonce, now=now, signature=signature, before=before)
    signer = signer_of(*key)
    _demand(sides_of(load_plan(folder)[0]).assessor, signer, "the assessor")
    draw = ceremony.keep_draw(folder, domain, draw, signer, who=who, now=now)
    _tell(draw, ceremony.draw_path(folder, domain, stage), form)


def verify_draw(folder: Path, pool: Path, domain: str, stage: int, keys: Path, form: OutputFormat) -> int:
    """Repeat a draw from what is public."""
    ring = KeyRing.load(keys)
    plans = {each.sha256: sides_of(each.plan) for each in check_plan(folder, ring).versions}
    draw = ceremony.check(folder, domain, stage, load(pool), ring, plans)
    _tell(draw, ceremony.draw_path(folder, domain, stage), form)
    return ATTENTION if draw.withheld else OK


def _demand(named: str, signer: "Signer", whose: str) -> None:
    """Refuse to sign with another key than the plan names: nobody would believe it.

    Raises:
        DrawError: it names another.
    """
    if named and signer.public_key.keyid != named:
        what = f"the plan names the key {named[:16]}… as that of {whose}, and this is another"
        raise DrawError(what, f"have {whose} sign")


def _tell(draw: Draw, path: Path, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        write_json({"draw": draw, "sha256": draw.digest, "path": str(path)})
        return
    say(f"{path}: {plural(len(draw.order), 'family', 'families')} in order; seed {draw.seed}")
    beacon = draw.terms.beacon
    say(f"It rests on {beacon.name}, round {beacon.round}: {draw.value}")
    say("Compare that value with the beacon's own publication: it is not compared here.")
    if draw.withheld:
        say("The developer withheld the nonce; its digest stands in its place.")


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


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
