"""Every member of every copy, logs and heads among them: changed, cut, taken out, added to, renamed. All is noticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.archive import unpack
from clearinghouse.evaluation.determination.package.checks import listed
from clearinghouse.evaluation.determination.package.manifest import read_manifest
from clearinghouse.evaluation.determination.package.opened import files_below
from clearinghouse.evaluation.determination.package.verify import verified
from clearinghouse.evaluation.determination.record import Audience
from clearinghouse.records import ClearinghouseError
from invented_appeal import FIRST, FRESH, Appeal, always

FIRST_KEPT = 21
"""Files of the copy that is given least."""


@pytest.fixture(scope="module", params=["open", "committed"])
def reconsidered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Appeal:
    """A folder with two determinations; nobody changes it."""
    made = Appeal(tmp_path_factory.mktemp(request.param), hidden=request.param == "committed")
    for stage, count in ((1, FIRST), (2, FRESH)):
        made.draw(stage, count)
        made.run(stage, always)
        made.assess()
        if stage == 1:
            made.determine()
            made.ask()
            made.assign()
    made.decide()
    return made


def changes(data: bytes) -> Iterator[bytes | None]:
    """Yield what can be made of the bytes of a file; None is without it."""
    at = len(data) // 2
    yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    yield data[:-1]
    yield data + b"\n"
    yield None


@pytest.mark.parametrize("audience", Audience)
def test_no_member_of_a_copy_is_changed_unnoticed(reconsidered: Appeal, tmp_path: Path, audience: Audience) -> None:
    if reconsidered.opening and audience in {Audience.OVERSEER, Audience.COURT}:
        return  # they are given the same files as without a commitment
    folder = tmp_path / "copy"
    folder.mkdir()
    unpack(reconsidered.packed(audience), folder)
    members = files_below(folder)
    assert len(members) >= FIRST_KEPT
    assert names.LOG_HEAD in members
    assert not noticed(folder, reconsidered)
    for name in members:
        path = folder / name
        data = path.read_bytes()
        for changed in changes(data):
            path.unlink() if changed is None else path.write_bytes(changed)
            assert noticed(folder, reconsidered), (name, changed)
            path.write_bytes(data)
        renamed = folder / f"runs/x-{path.name}"
        renamed.parent.mkdir(exist_ok=True)
        path.rename(renamed)
        assert noticed(folder, reconsidered), name
        path.write_bytes(data)
        assert noticed(folder, reconsidered), name
        renamed.unlink()
    for one, other in zip(members, (*members[1:], members[0]), strict=True):
        same = (folder / one).read_bytes() == (folder / other).read_bytes()  # an assessment, and where it was kept
        exchange(folder / one, folder / other)
        assert noticed(folder, reconsidered) or same, (one, other)
        exchange(folder / one, folder / other)
    assert not noticed(folder, reconsidered)


def exchange(one: Path, other: Path) -> None:
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


def noticed(folder: Path, made: Appeal) -> bool:
    """Whether it cannot be read as a copy, or a check of its list does not hold."""
    try:
        found = verified(folder, made.ring, made.now, checks=listed.CHECKS)
    except ClearinghouseError:
        return True
    results = {each.name: each.result.value for each in found.checks}
    return not found.holds or not found.audience or results["list"] == "absent"


def test_every_member_of_a_folder_is_in_the_list_or_said_to_be_in_no_package(reconsidered: Appeal) -> None:
    """What is in no copy is what nobody should be given; so nothing that counts escapes the digests."""
    reconsidered.packed(Audience.COURT)
    manifest = listed_in(reconsidered)
    left = set(files_below(reconsidered.folder)) - manifest - {names.MANIFEST}
    assert left == {"determination.toml"}
    held = verified(reconsidered.folder, reconsidered.ring, reconsidered.now, checks=listed.CHECKS)
    assert held.holds
    for name in sorted(manifest):
        path = reconsidered.folder / name
        data = path.read_bytes()
        for changed in (data[:-1] + bytes([data[-1] ^ 1]), None):
            path.unlink() if changed is None else path.write_bytes(changed)
            found = verified(reconsidered.folder, reconsidered.ring, reconsidered.now, checks=listed.CHECKS)
            assert not found.holds, name
            path.write_bytes(data)


def listed_in(made: Appeal) -> set[str]:
    """Return the names that the signed list of a folder has."""
    data = (made.folder / names.MANIFEST).read_bytes()
    return {each.path for each in read_manifest(data, made.ring).items}
