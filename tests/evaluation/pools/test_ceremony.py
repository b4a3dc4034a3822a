"""A draw as files: each step survives a kill, each byte is covered, and nothing is settled twice."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from securesystemslib.signer import Signer

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import Spoken, quicknet, rehearsal
from clearinghouse.evaluation.pools.ceremony import AGREED, check, keep_draw, keep_terms, sign_terms
from clearinghouse.evaluation.pools.draw import Draw, agree, make
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.signing import Sides
from clearinghouse.evaluation.pools.terms import Terms, nonce_digest
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing
from invented_plan import key_id, signing
from invented_pool import DOMAIN, made
from real_rounds import quicknet_said

PLAN = "5a" * 32
SIDES = Sides(key_id("assessor"), key_id("developer"))
NONCE = b"\x07" * 32
ROUND, SAID = quicknet(123), quicknet_said(123)
NOW, LATER = ROUND.time - dt.timedelta(minutes=30), ROUND.time + dt.timedelta(minutes=30)
POOL = made().manifest


def terms() -> Terms:
    return agree(POOL, PLAN, nonce_digest(NONCE), ROUND, now=NOW)


def sides(folder: Path) -> tuple[Signer, Signer, KeyRing]:
    assessor, one = signing(folder, "assessor")
    developer, other = signing(folder, "developer")
    return assessor, developer, KeyRing([*one, *other])


def whole(home: Path) -> tuple[Path, KeyRing]:
    folder = home / "a"
    folder.mkdir()
    assessor, developer, ring = sides(home)
    settled = keep_terms(folder, DOMAIN, terms(), assessor, who="Ada", now=NOW)
    sign_terms(folder, DOMAIN, 1, developer, now=NOW, nonce=NONCE)
    keep_draw(folder, DOMAIN, make(settled, POOL, SAID, NONCE, now=LATER), assessor, who="Ada", now=LATER)
    return folder, ring


def looked_at(folder: Path, ring: KeyRing) -> Draw:
    return check(folder, DOMAIN, 1, POOL, ring, {PLAN: SIDES})


def test_a_whole_draw_holds_and_no_byte_of_it_can_be_changed(tmp_path: Path) -> None:
    folder, ring = whole(tmp_path)
    assert len(looked_at(folder, ring).order) == 4
    for path in sorted(each for each in folder.iterdir() if not each.name.startswith(".")):
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(ClearinghouseError):
                looked_at(folder, ring)
        path.write_bytes(data)
    assert looked_at(folder, ring)
    with pytest.raises(DrawError, match="under the plan"):
        check(folder, DOMAIN, 1, POOL, ring, ["00" * 32])


@pytest.mark.parametrize("step", range(4))
def test_every_step_can_be_taken_again_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    assessor, developer, ring = sides(tmp_path)
    keep = ceremony.files.write_new
    left = step

    def killed(path: Path, data: bytes, mode: int = 0o644) -> None:
        nonlocal left
        if not left:
            left = -1
            raise KeyboardInterrupt
        left -= 1
        keep(path, data, mode)

    monkeypatch.setattr(ceremony.files, "write_new", killed)
    for _ in range(2):
        try:
            settled = keep_terms(folder, DOMAIN, terms(), assessor, who="Ada", now=NOW)
            sign_terms(folder, DOMAIN, 1, developer, now=NOW)
            draw = make(settled, POOL, SAID, NONCE, now=LATER)
            keep_draw(folder, DOMAIN, draw, assessor, who="Ada", now=LATER)
        except KeyboardInterrupt:
            continue
    assert looked_at(folder, ring)


def test_terms_are_settled_once_and_the_log_shows_it_if_they_were_not(tmp_path: Path) -> None:
    folder, ring = whole(tmp_path)
    assessor, _, _ = sides(tmp_path)
    other = agree(POOL, PLAN, nonce_digest(b"x" * 32), terms().beacon, now=NOW)
    with pytest.raises(DrawError, match="other terms"):
        keep_terms(folder, DOMAIN, other, assessor, who="Ada", now=NOW)
    exercise = agree(POOL, PLAN, nonce_digest(NONCE), rehearsal(int(LATER.timestamp())), now=NOW)
    draw = make(exercise, POOL, Spoken(value=hashlib.sha256(b"another").digest()), NONCE, now=LATER)
    with pytest.raises(DrawError, match="another draw"):
        keep_draw(folder, DOMAIN, draw, assessor, who="Ada", now=LATER)
    facts = {"domain": DOMAIN, "stage": "1"}
    Chain(folder / "log.jsonl").append(AGREED, other.digest, who="Ada", now=NOW, facts=facts)
    with pytest.raises(DrawError, match="agreed on once"):
        looked_at(folder, ring)


def test_nobody_signs_terms_whose_round_is_out_and_nothing_is_drawn_before_both_did(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    assessor, developer, _ = sides(tmp_path)
    settled = keep_terms(folder, DOMAIN, terms(), assessor, who="Ada", now=NOW)
    with pytest.raises(DrawError, match="was out"):
        sign_terms(folder, DOMAIN, 1, developer, now=LATER)
    with pytest.raises(DrawError, match="another nonce"):
        sign_terms(folder, DOMAIN, 1, developer, now=NOW, nonce=b"x" * 32)
    with pytest.raises(DrawError, match="both sides"):
        keep_draw(folder, DOMAIN, make(settled, POOL, SAID, NONCE, now=LATER), assessor, who="Ada", now=LATER)
    with pytest.raises(DrawError, match="no domain"):
        ceremony.terms_path(folder, "../x", 1)
