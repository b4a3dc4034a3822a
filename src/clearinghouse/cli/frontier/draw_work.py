"""What the verbs below ``frontier pool draw`` do."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.assessment.drawn import demand_planned, sides_of
from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.reading import load as load_plan
from clearinghouse.evaluation.plan.signing import check as check_plan
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import KNOWN, Beacon, Spoken, by_signature, load_round, round_after
from clearinghouse.evaluation.pools.draw import Draw, agree, make
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.manifest import MANIFEST, load
from clearinghouse.evaluation.pools.terms import NONCE_BYTES, new_nonce, nonce_digest
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.key_files import read_private
from clearinghouse.trust.keys import KeyRing, signer_of

if TYPE_CHECKING:
    from securesystemslib.signer import Signer
UNVERIFIABLE = "A rehearsal: nobody can verify what the beacon said, and who draws can choose it."


class Round(NamedTuple):
    """Which round of the beacon: the first one after so many minutes, or this number."""

    minutes: int
    number: int


class Given(NamedTuple):
    """What came out: the file of the round, or signatures in hex, or a value in hex; and the file of the nonce."""

    round: Path | None
    signature: str
    previous: str
    value: str
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
    if not terms.beacon.is_verifiable:
        say(UNVERIFIABLE, style="bold")


def sign_terms(folder: Path, domain: str, stage: int, key: tuple[str, Path | None], nonce: Path | None) -> None:
    """Add a signature to terms."""
    own = _nonce(nonce) if nonce else None
    signer = signer_of(*key)
    _demand(sides_of(load_plan(folder)[0]).developer, signer, "the developer")
    terms = ceremony.sign_terms(folder, domain, stage, signer, now=_now(), nonce=own)
    say(f"The terms are signed: plan {terms.plan[:16]}…, pool {terms.root[:16]}…, out at {stamp(terms.beacon.time)}.")
    if not terms.beacon.is_verifiable:
        say(UNVERIFIABLE, style="bold")


def make_draw(
    folder: Path,
    pool: Path,
    domain: str,
    stage: int,
    given: Given,
    key: tuple[str, Path | None],
    who: str,
    form: OutputFormat,
) -> None:
    """Make and sign a draw."""
    now = _now()
    nonce = _nonce(given.nonce) if given.nonce else None
    terms = ceremony.terms_in(folder, domain, stage)
    before = ceremony.former(folder, domain, terms)
    draw = make(terms, load(pool), _spoken(given, terms.beacon), nonce, now=now, before=before)
    signer = signer_of(*key)
    _demand(sides_of(load_plan(folder)[0]).assessor, signer, "the assessor")
    draw = ceremony.keep_draw(folder, domain, draw, signer, who=who, now=now)
    _tell(draw, ceremony.draw_path(folder, domain, stage), form)


def verify_draw(folder: Path, pool: Path, domain: str, stage: int, keys: Path, form: OutputFormat) -> int:
    """Repeat a draw from what is public."""
    ring = KeyRing.load(keys)
    path = ceremony.draw_path(folder, domain, stage)
    for each in (path, pool / MANIFEST):
        if not each.exists():
            raise DrawError(f"{each} is not there", "name the folders of the assessment and of its pool")
    try:
        versions = check_plan(folder, ring).versions
        plans = {each.sha256: sides_of(each.plan) for each in versions}
        draw = ceremony.check(folder, domain, stage, load(pool), ring, plans)
        demand_planned(draw, next(each.plan for each in versions if each.sha256 == draw.terms.plan))
    except MissingExtraError:
        raise
    except ClearinghouseError as error:
        _tell_wrong(path, error, form)
        return ATTENTION
    _tell(draw, path, form)
    return OK if draw.terms.beacon.is_verifiable and not draw.withheld else ATTENTION


def _tell_wrong(path: Path, error: ClearinghouseError, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        write_json({"path": str(path), "holds": False, "says": error.what, "remedy": error.remedy})
        return
    say(f"{path}: it does not hold: {clean_line(error.what, 500)}")
    say(clean_line(error.remedy, 500))


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
        verified = draw.terms.beacon.is_verifiable
        write_json({"path": str(path), "holds": True, "verified": verified, "sha256": draw.digest, "draw": draw})
        return
    say(f"{path}: {plural(len(draw.order), 'family', 'families')} in order; seed {draw.seed}")
    beacon = draw.terms.beacon
    say(f"It rests on {beacon.name}, round {beacon.round}, out at {stamp(beacon.time)}: {draw.value}")
    if beacon.is_verifiable:
        say("The signature of that round is verified under the key of the network.")
    else:
        say(UNVERIFIABLE, style="bold")
    if draw.withheld:
        say("The developer withheld the nonce; its digest stands in its place.")


def _spoken(given: Given, beacon: Beacon) -> Spoken:
    """What the beacon said, as it was given; it is verified as the draw is made."""
    if sum(map(bool, (given.round, given.signature, given.value))) != 1:
        raise OptionError(
            "--round-file, --signature or --beacon", "is needed", "say by one of them what the beacon said"
        )
    if given.previous and not given.signature:
        raise OptionError("--previous", "stands alone", "give it with --signature; the file of a round has both")
    if given.round:
        return load_round(given.round, beacon)
    if given.signature:
        return by_signature(_hex("--signature", given.signature), _hex("--previous", given.previous))
    return Spoken(value=_hex("--beacon", given.value))


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
