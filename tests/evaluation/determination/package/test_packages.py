"""Packages: each copy verifies, shows nothing that is withheld, and any change of any file is noticed."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.archive import unpack
from clearinghouse.evaluation.determination.package.building import current, make_list, pack
from clearinghouse.evaluation.determination.package.checks import Result, decided, listed
from clearinghouse.evaluation.determination.package.manifest import cover_bytes
from clearinghouse.evaluation.determination.package.opened import files_below
from clearinghouse.evaluation.determination.package.verify import Verified, verified
from clearinghouse.evaluation.determination.record import Audience
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing
from invented_determination import OPINION, SECRET
from invented_package import DECIDED, HIDDEN, NUMBER, PACKED, Evidenced, packed, put
from invented_plan import signing

Archives = dict[Audience, Path]
Unpacked = Callable[[Audience], Path]
NOW = PACKED + dt.timedelta(days=1)
WATCHERS = (Audience.OVERSEER, Audience.COURT)


def told(found: Verified) -> dict[str, str]:
    return {each.name: each.result.value for each in found.checks}


def wrong(found: Verified) -> dict[str, str]:
    return {each.name: each.says for each in found.checks if each.result is Result.FAILS}


@pytest.mark.parametrize("audience", Audience)
def test_a_copy_for_each_audience_holds(evidence: Evidenced, archives: Archives, audience: Audience) -> None:
    found = verified(archives[audience], evidence.ring, NOW)
    assert not wrong(found)
    assert found.audience == audience.value
    absent = {name for name, result in told(found).items() if result == "absent"}
    nothing = {"draws", "reconsideration"}  # the draw is a rehearsal's: nobody can verify what its beacon said
    nothing |= set() if audience is Audience.COURT else {"openings"}
    assert absent == nothing | ({"runs"} if audience is Audience.PUBLIC else set())


def test_a_folder_holds_before_it_is_listed_and_after(evidence: Evidenced, tmp_path: Path) -> None:
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    (folder / names.MANIFEST).unlink(missing_ok=True)
    before = verified(folder, evidence.ring, NOW)
    assert not wrong(before)
    assert told(before)["list"] == "absent"
    made = make_list(folder, evidence.signer, evidence.by, PACKED)
    assert {"secret.key", "threshold.opening.json"} <= set(made.left_out)
    assert not wrong(verified(folder, evidence.ring, NOW, checks=listed.CHECKS))
    there = current(folder, evidence.signer)
    assert there == made
    (folder / "reports" / "letter.html").write_text("another file")
    assert current(folder, evidence.signer) is None
    assert "files" in wrong(verified(folder, evidence.ring, NOW, checks=listed.CHECKS))


def test_equal_folders_give_equal_bytes(evidence: Evidenced, archives: Archives, tmp_path: Path) -> None:
    there = current(evidence.folder, evidence.signer)
    assert there is not None
    for audience in Audience:
        pack(evidence.folder, there.manifest, tmp_path / "again.zip", audience)
        assert (tmp_path / "again.zip").read_bytes() == archives[audience].read_bytes()


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.COURT])
def test_any_change_of_any_file_is_noticed(evidence: Evidenced, unpacked: Unpacked, audience: Audience) -> None:
    folder = unpacked(audience)
    assert not wrong(verified(folder, evidence.ring, NOW, checks=listed.CHECKS))
    paths = [folder / each for each in files_below(folder)]
    assert len(paths) > 15
    for path, next_one in zip(paths, [*paths[1:], paths[0]], strict=True):
        data, other = path.read_bytes(), next_one.read_bytes()
        for tampered in (bytes([data[0] ^ 1]) + data[1:], data[:-1] + bytes([data[-1] ^ 1]), data[:-1], b"", None):
            path.unlink() if tampered is None else path.write_bytes(tampered)
            assert noticed(folder, evidence.ring), (path, tampered is None)
        path.write_bytes(other)
        next_one.write_bytes(data)
        assert noticed(folder, evidence.ring), path
        path.write_bytes(data)
        next_one.write_bytes(other)
    for name in ("more.txt", "runs/second.eval", "pools/other.pool.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"added")
        assert noticed(folder, evidence.ring), name
        (folder / name).unlink()
    assert not wrong(verified(folder, evidence.ring, NOW, checks=listed.CHECKS))


def noticed(folder: Path, ring: KeyRing) -> bool:
    """Whether a check of the list fails, or a copy cannot be read; one without a cover and list is a folder's."""
    try:
        found = verified(folder, ring, NOW, checks=listed.CHECKS)
    except ClearinghouseError:
        return True
    return bool(wrong(found)) or found.audience == "" or told(found)["list"] == "absent"


def test_any_changed_byte_of_an_archive_is_noticed(evidence: Evidenced, archives: Archives, tmp_path: Path) -> None:
    data = archives[Audience.PUBLIC].read_bytes()
    path = tmp_path / "changed.zip"
    for at in {*range(0, len(data), len(data) // 150), *range(len(data) - 60, len(data))}:
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        assert noticed(path, evidence.ring), at


def test_a_copy_for_another_audience_under_its_name_is_noticed(evidence: Evidenced, unpacked: Unpacked) -> None:
    folder = unpacked(Audience.PUBLIC)
    (folder / names.COVER).write_bytes(cover_bytes(Audience.COURT))
    assert "files" in wrong(verified(folder, evidence.ring, NOW, checks=listed.CHECKS))


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "change", "fails"),
    [
        ("runs.csv", lambda data: data[:-2] + b"x\n", "table"),
        ("plan.toml", replaced(b"alpha = 0.05", b"alpha = 0.10"), "plan"),
        ("pools/vulnerability_discovery.pool.json", replaced(b"practice", b"practise"), "pools"),
        ("draw-vulnerability_discovery-1.json", replaced(b'"seed":"', b'"seed":"0'), "draws"),
        ("runs/first/run.json", replaced(b"100000", b"100001"), "runs"),
        ("verifier.json", replaced(b'"wrong":0', b'"wrong":1'), "recomputed"),
    ],
)
def test_who_signs_the_list_cannot_change_what_it_lists(
    evidence: Evidenced, tmp_path: Path, name: str, change: Callable[[bytes], bytes], fails: str
) -> None:
    """The second line: somebody with the key of the list changes a file, and signs the list again."""
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    data = (folder / name).read_bytes()
    assert change(data) != data
    (folder / name).write_bytes(change(data))
    out = packed(evidence._replace(folder=folder), tmp_path / "changed.zip", Audience.COURT)
    found = verified(out, evidence.ring, NOW)
    assert fails in wrong(found)
    assert not {"list", "files", "digests"} & set(wrong(found))


def test_another_number_or_verdict_in_the_assessment_is_noticed(evidence: Evidenced, tmp_path: Path) -> None:
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    path = folder / names.ASSESSMENT
    told = document.from_bytes(path.read_bytes(), "")
    other = Verdict.INDETERMINATE if told.finding.verdict is Verdict.COVERED else Verdict.COVERED
    for changed, fails in (
        (replace(told, losses=replace(told.losses, solved=told.losses.solved + 1)), {"recomputed", "assessment"}),
        (replace(told, finding=replace(told.finding, verdict=other)), {"rule", "recomputed", "agreement"}),
    ):
        path.write_bytes(document.to_bytes(changed))
        out = packed(evidence._replace(folder=folder), tmp_path / "changed.zip", Audience.PUBLIC)
        assert fails | {"citations"} <= set(wrong(verified(out, evidence.ring, NOW)))


def test_a_determination_cites_the_assessment_that_was_kept_with_it(evidence: Evidenced, tmp_path: Path) -> None:
    """A fresh draw makes another assessment; what the first determination cites stands beside it."""
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    path = folder / names.ASSESSMENT
    kept = folder / names.DETERMINATIONS / f"{NUMBER}{names.CITED}"
    kept.write_bytes(path.read_bytes())
    told = document.from_bytes(path.read_bytes(), "")
    path.write_bytes(document.to_bytes(replace(told, made="2027-01-01T00:00:00Z")))
    out = packed(evidence._replace(folder=folder), tmp_path / "later.zip", Audience.PUBLIC)
    found = verified(out, evidence.ring, NOW, checks=decided.CHECKS)
    assert set(wrong(found)) == {"agreement"}
    kept.write_bytes(b"another")
    out = packed(evidence._replace(folder=folder), tmp_path / "later.zip", Audience.PUBLIC)
    assert "citations" in wrong(verified(out, evidence.ring, NOW, checks=decided.CHECKS))


def test_a_determination_that_lapsed_or_that_nobody_known_signed_does_not_hold(
    evidence: Evidenced, archives: Archives
) -> None:
    public = archives[Audience.PUBLIC]
    later = DECIDED + dt.timedelta(days=184)
    assert set(wrong(verified(public, evidence.ring, later, checks=decided.CHECKS))) == {"standing"}
    stranger = KeyRing([each for each in evidence.ring if each.keyid == evidence.by.key])
    found = wrong(verified(public, stranger, NOW, checks=(*listed.CHECKS, *decided.CHECKS)))
    assert {"determination", "standing"} <= set(found)
    assert "list" not in found
    assert "list" in wrong(verified(public, KeyRing(), NOW, checks=listed.CHECKS))


@pytest.mark.parametrize("audience", Audience)
def test_no_copy_holds_what_is_withheld_from_its_audience(
    hiding: Evidenced, tmp_path: Path, audience: Audience
) -> None:
    out = packed(hiding, tmp_path / "copy.zip", audience)
    folder = tmp_path / "copy"
    folder.mkdir()
    there = unpack(out, folder)
    assert not [each for each in there if each.endswith((".age", ".key", ".pem")) or "nonce" in each]
    assert not [each for each in there if "opening" in each and not each.startswith(names.DETERMINATIONS)]
    everything = b"".join((folder / each).read_bytes() for each in there)
    watching = audience in WATCHERS
    # Not even by its digest: everything in it but the threshold is known, and so the digest would tell which that is.
    assert b"reports/assessment.html" not in everything
    assert "reports/summary.html" in there
    assert (str(HIDDEN).encode() in everything) == watching
    assert (b"cdcdcdcdcd" in everything) == watching
    assert (SECRET.encode() in everything) == (audience is Audience.COURT)
    assert OPINION.encode() not in everything
    assert (names.ASSESSMENT in there) == watching
    assert any(each.endswith(".eval") for each in there) == watching
    found = verified(out, hiding.ring, NOW)
    assert told(found)["recomputed"] == "absent"
    assert not wrong(found)
    fields = json.loads((folder / names.FIELDS).read_bytes())["entries"]
    shown = sum("salt" in each for each in fields)
    assert (shown == len(fields)) == watching


def test_a_report_that_was_made_for_somebody_else_is_not_packed(evidence: Evidenced, tmp_path: Path) -> None:
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    broken = SECRET.replace(" ", "\n  ", 2)
    (folder / "reports" / "determination.html").write_text(f"<p>{broken}</p>")
    made = evidence._replace(folder=folder)
    with pytest.raises(PackageError, match="withheld from: public"):
        packed(made, tmp_path / "public.zip", Audience.PUBLIC)
    assert not (tmp_path / "public.zip").exists()
    assert packed(made, tmp_path / "court.zip", Audience.COURT).exists()


def test_what_is_said_of_a_copy_that_lost_its_logs(evidence: Evidenced, unpacked: Unpacked) -> None:
    folder = unpacked(Audience.COURT)
    for path in folder.rglob("*.eval"):
        path.unlink()
    found = verified(folder, evidence.ring, NOW)
    assert set(wrong(found)) == {"files"}


def test_a_determination_of_somebody_else_than_an_officer_does_not_hold(evidence: Evidenced, tmp_path: Path) -> None:
    """Every signature of it is right, and the key is believed: it is the operator's."""
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    shutil.rmtree(folder / names.DETERMINATIONS)
    data = (folder / names.ASSESSMENT).read_bytes()
    put(folder, document.from_bytes(data, ""), document.digest(data), signing(evidence.folder.parent, "operator")[0])
    found = verified(packed(evidence._replace(folder=folder), tmp_path / "c.zip", Audience.COURT), evidence.ring, NOW)
    assert "none of an officer in the plan" in wrong(found)["roles"]
    assert told(found)["determination"] == "holds"


def test_a_log_that_the_assessor_wrote_anew_does_not_hold(evidence: Evidenced, tmp_path: Path) -> None:
    """The assessor signs the list as well; the developer's head, and the operator's, are missing."""
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    entries = Chain(folder / names.LOG).read().entries
    for each in (names.LOG, names.LOG_HEAD, names.HEADS):
        (folder / each).unlink()
    log = Chain(folder / names.LOG)
    for entry in entries:
        log.append(entry.what, entry.digest, who=entry.who, now=PACKED, facts=entry.facts)
    keep_head(log, evidence.signer)
    found = verified(packed(evidence._replace(folder=folder), tmp_path / "c.zip", Audience.PUBLIC), evidence.ring, NOW)
    assert {"heads", "draws"} <= set(wrong(found))
    assert not {"list", "files", "digests", "custody"} & set(wrong(found))


def test_a_run_that_is_missing_and_of_which_nothing_is_said_does_not_hold(evidence: Evidenced, tmp_path: Path) -> None:
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    shutil.rmtree(folder / "runs/ladder-small")
    found = verified(packed(evidence._replace(folder=folder), tmp_path / "c.zip", Audience.COURT), evidence.ring, NOW)
    assert "ladder-small" in wrong(found)["heads"]
