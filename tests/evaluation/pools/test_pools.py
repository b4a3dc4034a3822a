"""Pools: what goes in comes out with enough custodians, and nothing of it can be changed unnoticed."""

import hashlib
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools import canary, keys, sealed, shares
from clearinghouse.evaluation.pools.errors import (
    DuplicateShareError,
    ForeignShareError,
    PoolError,
    TamperedPoolError,
    TooFewSharesError,
    WrongShareError,
)
from clearinghouse.evaluation.pools.making import LOG, keep, make
from clearinghouse.evaluation.pools.manifest import MANIFEST, SEALED, FamilyRecord, TaskRecord, load, parse
from clearinghouse.evaluation.pools.opening import check_sealed, decrypted_shares, opened, pass_on, write_tasks
from clearinghouse.evaluation.pools.shares import Share
from clearinghouse.evaluation.pools.split import development, held_out
from clearinghouse.trust.merkle import check_inclusion, leaf_hash
from invented_pool import DOMAIN, NAMES, NOW, identity, invented_task, invented_tasks, kept, made, shares_of, wish

HOW = {"who": "Ada", "purpose": "a run", "now": NOW}


def test_with_enough_custodians_the_tasks_come_out_and_the_log_says_so(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    with opened(pool, shares_of(pool, "ada", "edsger"), **HOW, plan="ab" * 32) as inside:
        assert {each.task.id for each in inside.tasks} == {each.id for each in invented_tasks()}
        assert [each.leaf for each in inside.tasks] == list(load(pool).leaves)
    assert inside.tasks == ()
    [entry] = Chain(pool / LOG).read().find("pool opened")
    assert entry.digest == load(pool).root
    assert entry.facts == {"purpose": "a run", "custodians": "ada, edsger", "plan": "ab" * 32, "draw": "none"}


def test_a_revealed_task_is_shown_to_be_in_the_pool_and_another_is_not(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    manifest = load(pool)
    with opened(pool, shares_of(pool, "ada", "grace"), **HOW) as inside:
        group = inside.tasks[0].group
        revealed = inside.reveal([group])
        assert len(inside.of([group])) == 2
        backwards = load(pool).groups[::-1]
        families = inside.in_order(backwards)
        assert [each[0].group for each in families] == list(backwards)
        assert sum(map(len, families)) == 12
        with pytest.raises(PoolError, match="no family"):
            inside.of(["00" * 32])
    for each in revealed:
        assert each.holds()
        at, proof = manifest.proof(each.commitment)
        kind = b"family " if isinstance(each.record, FamilyRecord) else b"task "
        entry = leaf_hash(kind + bytes.fromhex(each.commitment))
        check_inclusion(entry, at, len(manifest.tree()), bytes.fromhex(manifest.root), proof)
        if isinstance(each.record, TaskRecord):
            other = msgspec.structs.replace(each, record=msgspec.structs.replace(each.record, minutes="1"))
            assert not other.holds()
    with pytest.raises(PoolError):
        manifest.proof("00" * 32)


def test_a_manifest_says_nothing_of_its_tasks() -> None:
    text = made().manifest.to_bytes()
    for word in (b"task-", b"family-", b"flaw", b"canary:"):
        assert word not in text.replace(b'"canary"', b"")


def test_every_byte_of_a_manifest_that_is_changed_is_noticed() -> None:
    whole = made().manifest.to_bytes()
    for at in range(0, len(whole), 7):
        with pytest.raises(TamperedPoolError):
            parse(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], "pool.json")
    assert parse(whole, "pool.json") == made().manifest
    with pytest.raises(TamperedPoolError):
        parse(msgspec.json.format(whole, indent=0), "pool.json")


def looked_at(pool: Path) -> None:
    check_sealed(pool, load(pool))
    Chain(pool / LOG).read()


@settings(max_examples=40)
@given(place=st.floats(min_value=0, max_value=1, exclude_max=True), bit=st.integers(0, 7), which=st.integers(0, 3))
def test_every_file_of_a_pool_that_is_changed_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, which: int
) -> None:
    pool = kept(tmp_path_factory.mktemp("pools"), families=2)
    path = pool / [SEALED, "shares/ada.age", "shares/grace.age", LOG][which]
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises(EvaluationError):
        looked_at(pool)
    with pytest.raises(EvaluationError), opened(pool, shares_of(pool, "ada", "grace"), **HOW):
        Chain(pool / LOG).read()


def test_what_is_sealed_cannot_be_exchanged_even_by_who_has_the_key(tmp_path: Path) -> None:
    mine, other = made(2), make(invented_tasks(2), wish(), NOW)
    pool = kept(tmp_path, 2)
    key = shares.combine(shares_of(pool, "ada", "grace"), mine.manifest)
    clear = keys.decrypted(mine.sealed, [key], sealed.LARGEST, "pool")
    assert sealed.unpack(clear, mine.manifest).tasks
    with pytest.raises(TamperedPoolError):
        sealed.unpack(clear, other.manifest)
    for at in range(0, len(clear), 97):
        wrong = bytearray(clear)
        wrong[at] ^= 1
        with pytest.raises(EvaluationError):
            sealed.unpack(wrong, mine.manifest)
    start = len(sealed.MAGIC) + 8
    size = int.from_bytes(clear[start - 8 : start], "big")
    index = msgspec.json.decode(clear[start : start + size], type=sealed.Index)
    fewer = msgspec.structs.replace(index, tasks=index.tasks[:-1])
    left = clear[start + size : len(clear) - index.tasks[-1].size]
    with pytest.raises(TamperedPoolError, match="not those that are committed to"):
        sealed.unpack(bytearray(sealed.pack(fewer, [bytes(left)])), mine.manifest)
    for size in range(0, len(clear), 211):
        with pytest.raises(EvaluationError):
            sealed.unpack(clear[:size], mine.manifest)


def test_fewer_custodians_do_not_open_it(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    for few in ([], ["ada"]):
        with pytest.raises(TooFewSharesError), opened(pool, shares_of(pool, *few), **HOW):
            pass
    assert not Chain(pool / LOG).read().find("pool opened")


def test_shares_that_are_double_foreign_or_changed_are_told_apart(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    other = tmp_path / "other"
    keep(make(invented_tasks(2), wish(), NOW), other, who="Ada", now=NOW)
    ada, grace = shares_of(pool, "ada", "grace")
    manifest = load(pool)
    with pytest.raises(DuplicateShareError):
        shares.combine([ada, ada], manifest)
    with pytest.raises(ForeignShareError):
        shares.combine([ada, *shares_of(other, "grace")], manifest)
    changed = bytearray(grace)
    changed[grace.index(b'"parts":["') + 10] ^= 1
    with pytest.raises(WrongShareError, match="not as it was handed out"):
        shares.combine([ada, changed], manifest)
    with pytest.raises(WrongShareError):
        shares.combine([ada, b"words"], manifest)
    with pytest.raises(WrongShareError):
        decrypted_shares([pool / "shares/grace.age"], [identity("ada")])
    assert shares.combine([ada, grace], manifest)


@given(
    secret=st.binary(min_size=1, max_size=80),
    other=st.binary(min_size=80, max_size=80),
    count=st.integers(2, 5),
    data=st.data(),
)
def test_so_many_have_the_secret_and_to_fewer_every_secret_is_as_likely(
    secret: bytes, other: bytes, count: int, data: st.DataObject
) -> None:
    threshold = data.draw(st.integers(2, count))
    parts = shares.divided(secret, threshold, count)
    divisions = list(shares.combinations(range(count), threshold))
    members = data.draw(st.sampled_from(divisions))
    own = [parts[each][shares._place(divisions, members, each)] for each in members]
    assert shares.joined(own) == secret
    # Whoever lacks one part can be told any secret: there is a part with which theirs give it.
    told = shares.joined([*own[1:], other[: len(secret)]])
    assert shares.joined([told, *own[1:]]) == other[: len(secret)]


def test_every_set_of_so_many_custodians_opens_it_and_no_smaller_one(tmp_path: Path) -> None:
    custodians = tuple((f"c{at}", str(identity(f"c{at}").to_public())) for at in range(5))
    pool = tmp_path / "pool"
    three = msgspec.structs.replace(wish(3), custodians=custodians)
    keep(make(invented_tasks(1), three, NOW), pool, who="Ada", now=NOW)
    names = [name for name, _ in custodians]
    clear = dict(zip(names, shares_of(pool, *names), strict=True))
    for count in range(1, 6):
        for chosen in shares.combinations(names, count):
            given = [clear[each] for each in chosen]
            if count < 3:
                with pytest.raises(TooFewSharesError):
                    shares.combine(given, load(pool))
            else:
                assert str(shares.combine(given, load(pool)).to_public()) == load(pool).header.recipient


def test_a_key_can_be_shared_only_so_that_two_must_agree() -> None:
    for threshold, count in ((1, 3), (4, 3), (2, 1), (8, 16)):
        custodians = [(f"c{at}", str(identity(f"c{at}").to_public())) for at in range(count)]
        with pytest.raises(PoolError):
            shares.cut("0" * 32, threshold, custodians)
    twice = [("ada", str(identity("ada").to_public())), ("grace", str(identity("ada").to_public()))]
    with pytest.raises(PoolError, match="one key"):
        shares.cut("0" * 32, 2, twice)


def test_a_share_is_passed_on_without_being_written_in_clear(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    [share] = shares_of(pool, "ada")
    passed = pass_on(share, load(pool), str(identity("opener").to_public()))
    (tmp_path / "passed.age").write_bytes(passed)
    found = decrypted_shares([tmp_path / "passed.age"], [identity("opener")])
    assert found == [share]
    with pytest.raises(PoolError):
        pass_on(share, load(pool), "age1nobody")


def test_tasks_are_written_for_their_owner_alone_and_nothing_else_is(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    before = {each.name for each in tmp_path.iterdir()}
    with opened(pool, shares_of(pool, "ada", "grace"), **HOW) as inside:
        assert {each.name for each in tmp_path.iterdir()} == before
        write_tasks(inside.tasks[:3], tmp_path / "open", load(pool), pool)
        with pytest.raises(PoolError):
            write_tasks(inside.tasks[:3], tmp_path / "open", load(pool), pool)
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o700
    assert len(list((tmp_path / "open").iterdir())) == 3


def test_nobody_opens_a_pool_for_nothing(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    with pytest.raises(PoolError), opened(pool, [], who=" ", purpose="a run", now=NOW):
        pass


def test_every_task_has_a_canary_of_its_own_and_one_of_its_pool(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    header = load(pool).header
    with opened(pool, shares_of(pool, "ada", "grace"), **HOW) as inside:
        write_tasks(inside.tasks, tmp_path / "open", load(pool), pool)
    found = canary.search([tmp_path / "open"], {header.canary, *header.canaries})
    assert all(each.is_known for each in found.found)
    assert {each.digest for each in found.found} == {header.canary, *header.canaries}
    assert len(header.canaries) == header.tasks
    assert not canary.search([pool], {header.canary}).found


def test_a_canary_is_found_across_pieces_and_in_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile  # noqa: PLC0415

    text = canary.mint()
    monkeypatch.setattr(canary, "_CHUNK", 64)
    for before in range(0, 70, 3):
        (tmp_path / "log").write_bytes(b"x" * before + text.encode() + b"y" * 100)
        [found] = canary.search([tmp_path / "log"], {canary.digest_of(text)}).found
        assert found.is_known
    with zipfile.ZipFile(tmp_path / "log.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samples/1.json", "z" * 500 + text)
    [found] = canary.search([tmp_path / "log.eval"], set()).found
    assert found.path.endswith("log.eval!samples/1.json")
    assert not found.is_known
    monkeypatch.setattr(canary, "LARGEST", 100)
    assert canary.search([tmp_path / "log.eval", tmp_path / "absent"], set()).skipped


def test_a_marked_task_is_the_task_and_marking_it_again_leaves_one_mark() -> None:
    task = invented_task(1, "family")
    once = canary.marked(task, [canary.mint()])
    again = canary.marked(once, ["clearinghouse-canary:" + "0" * 32])
    assert once.digest != task.digest
    assert again.prompt.count("clearinghouse-canary:") == 1
    assert again.prompt.startswith(task.prompt.rstrip("\n"))
    assert canary.marked(again, ["clearinghouse-canary:" + "0" * 32]) == again


def test_the_split_is_by_family_follows_from_the_root_and_loses_none() -> None:
    manifest = made().manifest
    assert sorted([*development(manifest), *held_out(manifest)]) == list(manifest.groups)
    assert len(development(manifest)) == 2  # 34 % of six
    assert development(manifest) == development(parse(manifest.to_bytes(), "again"))


def test_what_cannot_be_a_pool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PoolError, match="needs tasks"):
        make([], wish(), NOW)
    with pytest.raises(PoolError, match="twice"):
        make([invented_task(1, "a"), invented_task(1, "b")], wish(), NOW)
    with pytest.raises(PoolError, match="domain"):
        make([invented_task(1, "a", domain="remediation")], wish(), NOW)
    with pytest.raises(PoolError, match="cannot be so"):
        make(invented_tasks(1), msgspec.structs.replace(wish(), name="No Name"), NOW)
    pool = kept(tmp_path)
    with pytest.raises(PoolError, match="there already"):
        keep(made(), pool, who="Ada", now=NOW)


def test_who_is_killed_while_a_pool_is_written_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from clearinghouse.evaluation.pools import making  # noqa: PLC0415

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making.Chain, "append", killed)
    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_manifest_or_too_large_is_told(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"[" * 100_000)
    with pytest.raises(TamperedPoolError):
        load(tmp_path)
    with pytest.raises(EvaluationError):
        load(tmp_path / "absent")
    assert hashlib.sha256(made().sealed).hexdigest() == made().manifest.header.sealed
    assert {each.name for each in made().manifest.header.custodians} == set(NAMES)
    assert made().manifest.header.domain == DOMAIN
    assert Share(pool="0", custodian="ada", parts=("00",)).to_bytes().startswith(b"{")
