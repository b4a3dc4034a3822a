"""The small parts: addresses, pauses, settings, states, the examination of what came."""

import datetime as dt
import email.utils
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.feeds import Settings, State, UnknownFeedError, stale_notices, status
from clearinghouse.feeds.addresses import AddressError, checked, joined
from clearinghouse.feeds.errors import FeedError, MissingError, SettingsError
from clearinghouse.feeds.heads import csaf_head, cve_head, instant, osv_head
from clearinghouse.feeds.known import DEFAULT, OSV_ECOSYSTEMS
from clearinghouse.feeds.origin import FolderOrigin, MirrorOrigin, WebOrigin, origin_of
from clearinghouse.feeds.pack import read_lines, write_lines
from clearinghouse.feeds.patience import Patience, retry_after
from clearinghouse.feeds.sync import sync
from clearinghouse.records import Level

NOW = dt.datetime(2099, 1, 30, 12, tzinfo=dt.UTC)


@given(st.integers(1, 100), st.floats(0, 1), st.floats(0.1, 10), st.floats(1, 100))
def test_pauses_grow_to_a_limit(failures, jitter, first, longest):
    """Full jitter: from nothing to twice as long each time, and never longer than the longest."""
    pause = Patience(first=first, longest=longest).pause(failures, lambda: jitter)
    assert 0 <= pause <= longest
    assert pause == pytest.approx(jitter * min(longest, first * 2 ** min(failures - 1, 30)))


@given(st.integers(0, 10**9 - 1))
def test_retry_after_in_seconds(seconds):
    assert retry_after(f" {seconds} ", NOW) == seconds


@given(st.integers(0, 7_000_000_000))
def test_retry_after_as_a_date(seconds):
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    asked = retry_after(email.utils.format_datetime(moment, usegmt=True), NOW)
    assert asked == max(0, (moment - NOW).total_seconds())


@given(st.text(max_size=60))
def test_retry_after_is_never_a_fault(text):
    asked = retry_after(text, NOW)
    assert asked is None or asked >= 0


@given(st.text(max_size=200), st.sampled_from(["https://example.org/a/", "http://127.0.0.1:80/a/"]))
def test_a_reference_leads_to_what_may_be_asked_or_nowhere(reference, base):
    try:
        target = joined(base, reference)
    except AddressError:
        return
    assert checked(target) == target
    assert target.startswith(("https://", "http://127.0.0.1", "http://localhost", "http://[::1]"))
    if base.startswith("https:"):
        assert target.startswith("https://")


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "http://localhost/",
    ],
)
def test_a_document_leads_nobody_inside(target):
    with pytest.raises(AddressError):
        joined("https://example.org/", target)


@pytest.mark.parametrize(
    "written", ["2024-08-15T00:05:00.12Z", "2024-08-15T00:05:00.120Z", "2024-08-15T00:05:00.120000+00:00"]
)
def test_instants_compare_as_time_does(written):
    assert instant(written) == instant("2024-08-15T00:05:00.120000000Z")
    assert instant("2024-08-15T00:05:00Z") < instant(written) < instant("2024-08-15T00:05:00.13Z")


@given(st.binary(max_size=300))
def test_heads_of_anything(data):
    for head_of in (osv_head, cve_head, csaf_head):
        assert head_of(data) is None


def test_heads_of_deep_documents():
    assert osv_head(b'{"id": "x", "modified": "y", "affected": ' + b"[" * 100_000) is None


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), max_size=20))
def test_lines_are_what_they_were(tmp_path_factory, records):
    """Each record is one line, whatever it was laid out like, and the same records are the same bytes."""
    folder = tmp_path_factory.mktemp("lines")
    write_lines(folder / "a", (json.dumps(record, indent=2).encode() for record in records))
    write_lines(folder / "b", (json.dumps(record, indent=2).encode() for record in records))
    assert [json.loads(line) for line in read_lines(folder / "a")] == records
    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()


def test_damaged_lines_are_told(tmp_path):
    write_lines(tmp_path / "a", [b"{}"] * 1000)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-9])
    with pytest.raises(FeedError, match="damaged"):
        list(read_lines(tmp_path / "a"))


def test_what_the_names_stand_for():
    settings = Settings()
    assert [feed.name for feed in settings.expand(["osv"])] == [f"osv/{name}" for name in OSV_ECOSYSTEMS]
    assert [feed.name for feed in settings.expand(["kev", "csaf", "kev"])] == ["kev", "csaf/cisa"]
    assert {feed.kind.value for feed in settings.default} == set(DEFAULT)
    assert settings.feed("osv/Rocky Linux").address.endswith("/Rocky%20Linux/modified_id.csv")
    assert settings.feed("osv/[EMPTY]").address.endswith("/%5BEMPTY%5D/modified_id.csv")
    for feed in settings.expand([*DEFAULT, "rustsec"]):
        for address in (feed.address, *feed.alternates):
            assert checked(address).startswith("https://")


@pytest.mark.parametrize("name", ["kve", "", "osv/", "osv/../x", "osv/a/b", "csaf/nobody", "kev/x", "csaf/"])
def test_what_no_name_stands_for(name):
    with pytest.raises(UnknownFeedError, match="there is no feed") as raised:
        Settings().feed(name)
    assert ("did you mean kev" in raised.value.remedy) is (name in ("kve", "kev/x"))


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "feeds.toml").write_text(text)
    return Settings.read(folder)


def test_settings_from_a_file(tmp_path):
    settings = settings_of(
        tmp_path,
        """
        default = ["kev", "csaf"]
        osv = ["PyPI", "Debian"]
        [csaf.siemens]
        metadata = "https://cert-portal.siemens.com/productcert/csaf/provider-metadata.json"
        [stale_after]
        kev = 1
        osv = 9
        "osv/PyPI" = 2
        """,
    )
    assert [feed.name for feed in settings.default] == ["kev", "csaf/cisa", "csaf/siemens"]
    assert [feed.name for feed in settings.expand(["osv"])] == ["osv/PyPI", "osv/Debian"]
    assert [settings.feed(name).stale_after for name in ("kev", "osv/PyPI", "osv/Debian", "epss")] == [1, 2, 9, 3]
    assert settings.feed("csaf/siemens").hosts == {"cert-portal.siemens.com"}


@pytest.mark.parametrize(
    "text",
    [
        "default = ['nothing']",
        "osv = ['../x']",
        "defualt = []",
        "default = 3",
        "[csaf.x]\nmetadata = 'http://example.org/x'",
        "[csaf.'A b']\nmetadata = 'https://example.org/x'",
        "[stale_after]\nkev = 0",
        "= broken",
        "\x00",
    ],
)
def test_settings_that_cannot_be(tmp_path, text):
    with pytest.raises(SettingsError) as raised:
        settings_of(tmp_path, text)
    assert raised.value.remedy


def test_where_documents_come_from(downloader, tmp_path):
    assert isinstance(origin_of(None, downloader), WebOrigin)
    assert isinstance(origin_of("https://mirror.example/x", downloader), MirrorOrigin)
    assert isinstance(origin_of(str(tmp_path), downloader), FolderOrigin)
    with pytest.raises(AddressError):
        origin_of("http://mirror.example/x", downloader)
    with pytest.raises(MissingError):
        origin_of(str(tmp_path / "none"), downloader)


def test_states(server, store, downloader, make, answers, clock):
    feed = make.feed("kev", alternates=())
    path = "/" + feed.address.split("/", 3)[3]
    bodies = [make.kev(*range(1, 101)), make.kev(1), make.kev(*range(1, 101))]
    server.script[path] = [*map(answers.whole, bodies), answers.status(404)]

    def state() -> Any:
        (each,) = status(store, [feed])
        return each

    assert (state().state, state().why, state().age) == (State.ABSENT, None, None)
    assert list(stale_notices(store, [feed])) == []
    origin = WebOrigin(downloader)
    list(sync(store, [feed], origin))
    assert (state().state, state().version.records) == (State.CURRENT, 100)
    clock.sleep(86400 * 3 + 1)
    assert (state().state, state().why) == (State.STALE, "the data are 3 days old, and should be at most 3")
    (notice,) = stale_notices(store, [feed])
    assert (notice.level, notice.code) == (Level.NOTICE, "stale_feed")
    assert notice.source == "kev"
    assert notice.message == "The data are 3 days old, and should be at most 3."
    list(sync(store, [feed], origin))
    assert (state().state, state().why) == (State.PENDING, "shrank from 100 to 1 record")
    assert (state().version.records, state().pending.records) == (100, 1)
    list(sync(store, [feed], origin))
    assert state().state is State.CURRENT
    list(sync(store, [feed], origin))
    assert state().state is State.FAILED
    assert "does not exist" in state().why
