"""The disk is full: nothing is half stored, it is said, and everything goes on when there is room."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.faults.places import FINDERS, Place, is_whole, steadily
from server_reports import a_result, sarif

pytestmark = [pytest.mark.database, pytest.mark.fault]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        said = f"NOT TESTED: no small disk can be mounted here ({made.stderr.decode().strip()})"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def place(small_disk: Path, new_place: Callable[[Path], Place]) -> Iterator[Place]:
    made = new_place(small_disk / "home")
    yield made
    made.stop()


def fill(disk: Path, leaving: int = 0) -> Callable[[], None]:
    """Fill a disk but for some bytes; return what makes room again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        status = os.statvfs(disk)
        left = status.f_bavail * status.f_frsize - leaving
        piece = bytes(2**16)
        try:
            while left > 0:
                left -= file.write(piece[: min(left, len(piece))])
        except OSError:
            pass
    return filler.unlink


def test_a_full_disk(place: Place, small_disk: Path) -> None:
    key = place.keys[FINDERS[0]]
    big = os.urandom(200_000).hex().encode()
    place.serve("--processes", "1")
    first = place.send(key, sarif([a_result(1)]))
    before = place.truth()
    for leaving in (0, 16_384, 100_000):
        make_room = fill(small_disk, leaving)
        for body in (big, big[:-1]):
            said = place.request("POST", "/v1/reports", body, Authorization=f"Bearer {key}")
            assert said.status in {503, 507}, (leaving, said.status, said.body)
            assert said.headers["Content-Type"] == "application/problem+json"
            assert json.loads(said.body)["status"] == said.status
            assert said.headers["Retry-After"]
        assert place.get(f"/v1/reports/{first}", Authorization=f"Bearer {key}").status == 200
        assert place.get("/readyz").status == 503
        make_room()
        after = place.truth()
        assert {**after, "unused keys": 0} == before
    second = place.send(key, big)
    place.start("worker")
    steadily(lambda: not place.truth()["live jobs"], 90)
    found = is_whole(place)
    assert [(each["receipt"], each["state"]) for each in found["reports"]] == [(first, "done"), (second, "done")]


def test_work_on_a_full_disk_is_done_when_there_is_room(place: Place, small_disk: Path) -> None:
    place.serve("--processes", "1")
    reports = [[a_result(number + each) for each in range(150)] for number in range(0, 600, 150)]
    receipts = [place.send(place.keys[FINDERS[0]], sarif(each)) for each in reports]
    make_room = fill(small_disk)
    worker = place.start("worker")

    def tried() -> bool:
        said = place.log.read_text()
        return (
            "database is away" in said or "event=ready" in said or "job event=failed" in said or "tried again" in said
        )

    try:
        if not place.database_url:
            steadily(tried, 90)
    finally:
        make_room()
    steadily(lambda: not place.truth()["live jobs"], 120)
    assert worker.poll() is None
    found = is_whole(place)
    assert [(each["receipt"], each["state"]) for each in found["reports"]] == [(each, "done") for each in receipts]
    assert len(found["findings"]) == 600
