"""CSAF providers: metadata, lists, documents, and a digest beside each."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from clearinghouse.feeds import Result, Settings
from clearinghouse.feeds.csaf import Manifest
from clearinghouse.feeds.known import csaf_feed
from clearinghouse.feeds.origin import FolderOrigin, WebOrigin
from clearinghouse.feeds.pack import members
from clearinghouse.feeds.sync import removed, sync


class Provider:
    """A provider on the server of the test."""

    def __init__(self, server: Any, make: Any, answers: Any) -> None:
        self._server, self._make, self._answers = server, make, answers
        self.documents: dict[str, tuple[bytes, int]] = {}
        self.role = "csaf_trusted_provider"
        self.digests = {"sha512": hashlib.sha512}
        self.distributions: list[Any] = [
            {"rolie": {"feeds": [{"url": server.at("/csaf/feed.json"), "tlp_label": "WHITE"}]}}
        ]

    @property
    def feed(self) -> Any:
        return csaf_feed("example", self._server.at("/csaf/provider-metadata.json"))

    def put(self, *numbers: int, day: int = 1) -> None:
        for number in numbers:
            self.documents[f"2099/ex-{number:03d}.json"] = self._make.csaf(number, day), day

    def entry(self, name: str, day: int) -> dict[str, Any]:
        address = self._server.at(f"/csaf/{name}")
        links = [{"rel": "self", "href": address}, {"ref": "signature", "href": f"{address}.asc"}]
        links += [{"rel": "hash", "href": f"{address}.{ending}"} for ending in self.digests]
        return {
            "id": name,
            "link": links,
            "updated": f"2099-01-{day:02d}T00:00:00Z",
            "content": {"src": address, "type": "application/json"},
        }

    def publish(self) -> None:
        script, whole = self._server.script, self._answers.whole
        script.clear()
        metadata = {
            "canonical_url": self.feed.address,
            "distributions": self.distributions,
            "metadata_version": "2.0",
            "role": self.role,
            "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.org"},
        }
        entries = [self.entry(name, day) for name, (_, day) in self.documents.items()]
        names = list(self.documents)
        changes = "".join(f'"{name}","2099-01-{day:02d}T00:00:00Z"\n' for name, (_, day) in self.documents.items())
        bodies = {
            "provider-metadata.json": json.dumps(metadata).encode(),
            "feed.json": json.dumps({"feed": {"id": "f", "entry": entries}}).encode(),
            "index.txt": "\n".join(names).encode(),
            "changes.csv": changes.encode(),
        }
        for name, (body, _) in self.documents.items():
            bodies[name] = body
            for ending, make_digest in self.digests.items():
                bodies[f"{name}.{ending}"] = f"{make_digest(body).hexdigest()}  {name}\n".encode()
        for name, body in bodies.items():
            script[f"/csaf/{name}"] = [whole(body)]


@pytest.fixture
def provider(server: Any, make: Any, answers: Any) -> Provider:
    made = Provider(server, make, answers)
    made.put(*range(1, 21))
    made.publish()
    return made


@pytest.fixture
def again(store: Any, downloader: Any, provider: Provider, server: Any) -> Any:
    def run(**named: Any) -> Any:
        server.asked.clear()
        (outcome,) = sync(store, [provider.feed], WebOrigin(downloader), **named)
        return outcome, [path.removeprefix("/csaf/") for path in server.paths()]

    return run


def held(store: Any) -> dict[str, bytes]:
    (path,) = store.paths(["csaf/example"])
    return {name.partition("/csaf/")[2]: data for name, data in members(path, lambda name: True, "csaf")}


def manifest(store: Any) -> Manifest:
    path = store.manifest_of(store.version("csaf/example"))
    return msgspec.json.decode(path.read_bytes(), type=Manifest)


def bodies(provider: Provider) -> dict[str, bytes]:
    return {name: body for name, (body, _) in provider.documents.items()}


def folder(server: Any, *, new: bool = False) -> list[Any]:
    address = server.at("/csaf/")
    return [{"directory": {"url": address, "tlp_label": "CLEAR"}}] if new else [{"directory_url": address}]


def test_by_rolie(provider, again, store, server):
    outcome, asked = again()
    assert (outcome.result, outcome.why, outcome.after.records) == (Result.ADOPTED, None, 20)
    assert asked[:3] == ["provider-metadata.json", "feed.json", "2099/ex-001.json.sha512"]
    assert len(asked) == 2 + 2 * 20
    assert held(store) == bodies(provider)
    listed = manifest(store)
    assert listed.role == "csaf_trusted_provider"
    part = listed.parts[0]
    assert part.checked == "sha512"
    assert part.sha256 == hashlib.sha256(bodies(provider)["2099/ex-001.json"]).hexdigest()
    assert part.signature == server.at("/csaf/2099/ex-001.json.asc")
    assert part.signature_verified is False
    assert not [path for path in asked if path.endswith(".asc")]


def test_only_what_has_changed(provider, again, store):
    again()
    provider.put(3, day=5)
    provider.put(21)
    del provider.documents["2099/ex-004.json"]
    provider.publish()
    outcome, asked = again()
    assert outcome.result is Result.ADOPTED
    assert [name for name in asked[2:] if name.endswith(".json")] == ["2099/ex-003.json", "2099/ex-021.json"]
    assert held(store) == bodies(provider)
    assert removed(store, provider.feed, outcome.before, outcome.after) == {"EX-4"}
    assert str(outcome.after.dated) == "2099-01-05"
    outcome, asked = again()
    assert (outcome.result, len(asked)) == (Result.UNCHANGED, 2)


@pytest.mark.parametrize("new", [False, True])
def test_by_folder(provider, again, store, server, new):
    provider.distributions = folder(server, new=new)
    provider.publish()
    outcome, asked = again()
    assert (outcome.result, outcome.after.records) == (Result.ADOPTED, 20)
    assert asked[:3] == ["provider-metadata.json", "changes.csv", "index.txt"]
    assert held(store) == bodies(provider)
    assert again()[0].result is Result.UNCHANGED
    assert len(server.asked) == 3


def test_by_index_alone(provider, again, store, server, answers):
    provider.distributions = folder(server)
    provider.publish()
    server.script["/csaf/changes.csv"] = [answers.status(404)]
    assert again()[0].after.records == 20
    outcome, asked = again()
    assert outcome.result is Result.UNCHANGED
    assert len(asked) == 3 + 2 * 20, "without dates each document is asked for, and not sent again"
    server.script["/csaf/index.txt"] = [answers.status(404)]
    assert again()[0].result is Result.FAILED


def test_by_changes_alone(provider, again, server, answers):
    provider.distributions = folder(server)
    provider.publish()
    server.script["/csaf/index.txt"] = [answers.status(404)]
    assert again()[0].after.records == 20


def test_rolie_is_preferred(provider, again, server):
    provider.distributions += folder(server)
    provider.publish()
    assert "index.txt" not in again()[1]


def test_protected_lists_are_left_alone(provider, again, server):
    secret = {"url": server.at("/csaf/red.json"), "tlp_label": "RED"}
    provider.distributions[0]["rolie"]["feeds"].append(secret)
    provider.publish()
    outcome, asked = again()
    assert outcome.result is Result.ADOPTED
    assert "red.json" not in asked
    provider.distributions = [{"rolie": {"feeds": [secret]}}]
    provider.publish()
    assert "open to everybody" in again()[0].why


def test_a_wrong_digest_costs_the_document_and_keeps_the_old_one(provider, again, store, server, answers):
    again()
    before = bodies(provider)
    provider.put(1, 2, day=5)
    provider.publish()
    server.script["/csaf/2099/ex-001.json"] = [answers.whole(b'{"tampered": true}')]
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert "digest" in outcome.why
    assert held(store)["2099/ex-001.json"] == before["2099/ex-001.json"]
    assert held(store)["2099/ex-002.json"] == bodies(provider)["2099/ex-002.json"]
    assert store.look("csaf/example").failure == outcome.why
    provider.publish()
    assert again()[0].result is Result.ADOPTED
    assert held(store) == bodies(provider)


@pytest.mark.parametrize("body", [b"", b"<html>", b"0123 x", b"g" * 128])
def test_a_digest_that_is_none(provider, again, server, answers, store, body):
    server.script["/csaf/2099/ex-001.json.sha512"] = [answers.whole(body)]
    outcome, _ = again()
    assert "holds no digest" in outcome.why
    assert len(held(store)) == 19


def test_a_trusted_provider_owes_digests(provider, again, store):
    provider.digests = {}
    provider.publish()
    assert "owes one" in again()[0].why
    assert store.version("csaf/example") is None
    provider.role = "csaf_provider"
    provider.publish()
    assert again()[0].result is Result.ADOPTED
    assert {part.checked for part in manifest(store).parts} == {None}


def test_sha_256_is_enough(provider, again, store):
    provider.digests = {"sha256": hashlib.sha256}
    provider.publish()
    assert again()[0].result is Result.ADOPTED
    assert {part.checked for part in manifest(store).parts} == {"sha256"}


def test_the_stronger_digest_is_taken(provider, again, store):
    provider.digests = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
    provider.publish()
    again()
    assert {part.checked for part in manifest(store).parts} == {"sha512"}


def test_what_is_no_csaf_is_not_taken(provider, again, store, answers, server):
    provider.documents["2099/ex-001.json"] = b"<html>", 1
    provider.publish()
    outcome, _ = again()
    assert "is no CSAF document" in outcome.why
    assert len(held(store)) == 19


def test_documents_elsewhere_are_not_taken(provider, again, store):
    address = "https://evil.example/x.json"
    provider.entry = lambda name, day: {  # type: ignore[method-assign]
        "updated": "2099-01-01T00:00:00Z",
        "link": [],
        "content": {"src": address if name.endswith("ex-001.json") else provider._server.at(f"/csaf/{name}")},
    }
    provider.publish()
    outcome, _ = again()
    assert "evil.example is no host of this provider" in outcome.why
    assert len(held(store)) == 19


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "http://example.org/a.json", "https://other/a.json", "a.txt"]
)
def test_names_that_lead_elsewhere(provider, again, store, server, answers, name):
    provider.distributions = folder(server)
    provider.publish()
    server.script["/csaf/index.txt"] = [answers.whole("\n".join([*provider.documents, name]).encode())]
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert len(held(store)) == 20
    assert not [path for path in server.paths() if not path.startswith("/csaf/")]


def test_a_server_that_is_gone_is_left_soon(provider, again, store, server, answers, clock):
    version = again()[0].after
    provider.put(*range(1, 21), day=9)
    provider.publish()
    for number in range(1, 21):
        server.script[f"/csaf/2099/ex-{number:03d}.json.sha512"] = [answers.status(503)]
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert len(clock.slept) == 5 * 5
    assert store.version("csaf/example") == version


def test_what_came_before_a_break_is_not_fetched_again(provider, again, store, server, answers):
    for number in range(11, 21):
        server.script[f"/csaf/2099/ex-{number:03d}.json.sha512"] = [answers.status(403)]
    assert again()[0].result is Result.FAILED
    assert store.version("csaf/example") is None
    provider.publish()
    outcome, asked = again()
    assert outcome.after.records == 20
    assert "2099/ex-010.json" not in asked
    assert "2099/ex-011.json" in asked


@pytest.mark.parametrize(
    "body", [b"<html>", b"{}", b'{"canonical_url": 5}', b'{"canonical_url": "x", "distributions": {}}', b"[" * 100_000]
)
def test_metadata_that_are_none(provider, again, server, answers, body):
    server.script["/csaf/provider-metadata.json"] = [answers.whole(body)]
    assert again()[0].result is Result.FAILED
    provider.publish()
    server.script["/csaf/feed.json"] = [answers.whole(body)]
    assert again()[0].result is Result.FAILED


def test_a_list_that_shrinks_waits(provider, again, store):
    again()
    for number in range(1, 5):
        del provider.documents[f"2099/ex-{number:03d}.json"]
    provider.publish()
    outcome, _ = again()
    assert (outcome.result, outcome.why) == (Result.PENDING, "shrank from 20 to 16 records")
    assert len(held(store)) == 20
    again(accept=["csaf/example"])
    assert len(held(store)) == 16


@pytest.mark.data
def test_cisa_as_it_is_in_the_world(data, tmp_path, store):
    """CISA's advisories on operational technology as a folder that was carried here, with digests made for them."""
    base = "https://raw.githubusercontent.com/cisagov/CSAF/develop/csaf_files/OT/white"
    stick = tmp_path / "stick"
    place = stick / base.removeprefix("https://")
    files = sorted((data / "csaf-cisa").rglob("icsa-*.json"))[:200]
    entries = []
    for file in files:
        body, name = file.read_bytes(), f"2023/{file.name}"
        (place / "2023").mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(body)
        (place / f"{name}.sha512").write_text(f"{hashlib.sha512(body).hexdigest()}  {file.name}\n")
        links = [{"rel": "hash", "href": f"{base}/{name}.sha512"}]
        entries.append({"updated": "2023-01-01T00:00:00Z", "content": {"src": f"{base}/{name}"}, "link": links})
    (place / "feed.json").write_text(json.dumps({"feed": {"entry": entries}}))
    feed = Settings().feed("csaf/cisa")
    metadata = stick / feed.address.removeprefix("https://")
    metadata.parent.mkdir(parents=True)
    lists = [{"rolie": {"feeds": [{"url": f"{base}/feed.json", "tlp_label": "WHITE"}]}}]
    role = "csaf_trusted_provider"
    metadata.write_text(json.dumps({"canonical_url": feed.address, "distributions": lists, "role": role}))
    (outcome,) = sync(store, [feed], FolderOrigin(stick))
    assert (outcome.result, outcome.why, outcome.after.bad) == (Result.ADOPTED, None, 0)
    assert outcome.after.records == len(files) > 0
