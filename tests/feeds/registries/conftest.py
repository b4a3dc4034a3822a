"""What the tests of the registries share: a machine without configuration, and registries on a local server."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.feeds.patience import Patience
from clearinghouse.feeds.registries import Machine, Registries, RegistrySettings


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Site:
    """Writes what registries say into the script of a local server."""

    def __init__(self, server: Any, answers: Any) -> None:
        self.server = server
        self._answers = answers

    def whole(self, path: str, body: bytes) -> None:
        self.server.script[path] = [self._answers.whole(body)]

    def pypi(self, project: str, files: dict[str, bytes], **changes: dict[str, Any]) -> None:
        """An index in JSON; ``changes`` of a file by its name, dashes and dots written as underscores."""
        entries = []
        for name, body in files.items():
            entry = {
                "filename": name,
                "url": f"../../files/{name}",
                "hashes": {"sha256": sha256(body)},
                "yanked": False,
            }
            entries.append(entry | changes.get(name.replace("-", "_").replace(".", "_"), {}))
            self.whole(f"/files/{name}", body)
        document = {"meta": {"api-version": "1.1"}, "name": project, "files": entries}
        self.whole(f"/simple/{project}/", json.dumps(document).encode())

    def html(self, project: str, page: str) -> None:
        self.whole(f"/simple/{project}/", page.encode())

    def npm(self, name: str, version: str, body: bytes, **changes: Any) -> None:
        bare = name.rpartition("/")[2]
        dist = {
            "tarball": self.server.at(f"/npm/{name}/-/{bare}-{version}.tgz"),
            "integrity": f"sha512-{base64.b64encode(hashlib.sha512(body).digest()).decode()}",
        } | changes
        path = f"/npm/{name.replace('/', '%2F')}"
        self.whole(f"/npm/{name}/-/{bare}-{version}.tgz", body)
        self.whole(f"{path}/{version}", json.dumps({"name": name, "version": version, "dist": dist}).encode())
        packument = {"name": name, "versions": {each: {"dist": dist} for each in (version, "1.0.1-rc.1", "2.0.0")}}
        self.whole(path, json.dumps(packument).encode())

    def crate(self, name: str, lines: list[dict[str, Any]], dl: str | None = None) -> None:
        self.whole("/crates/config.json", json.dumps({"dl": dl or self.server.at("/dl")}).encode())
        text = "".join(json.dumps({"name": name, "deps": [], "features": {}} | line) + "\n" for line in lines)
        self.whole(f"/crates/{name[:2]}/{name[2:4]}/{name}", text.encode())


@pytest.fixture
def site(server: Any, answers: Any) -> Site:
    return Site(server, answers)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One on which nothing is configured."""
    return Machine(environment={}, home=tmp_path / "home", prefix=tmp_path / "prefix", etc=tmp_path / "etc")


Make = Callable[..., Registries]


@pytest.fixture
def registries(server: Any, machine: Machine, clock: Any, tmp_path: Path) -> Iterator[Make]:
    """Makes registries on the local server, all with one cache."""
    made: list[Registries] = []

    def make(*, offline: bool = False, machine: Machine = machine, **settings: Any) -> Registries:
        here = {"pypi": server.at("/simple"), "npm": server.at("/npm"), "crates": server.at("/crates")}
        one = Registries(
            tmp_path / "cache",
            settings=RegistrySettings(**here | settings),
            offline=offline,
            machine=machine,
            clock=clock,
            patience=Patience(tries=2),
        )
        made.append(one)
        return one

    yield make
    for each in made:
        each.close()
