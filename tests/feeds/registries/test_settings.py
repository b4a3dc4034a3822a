"""Where the registries are: what is given, the environment, pip and npm, the public ones."""

from pathlib import Path

import msgspec
import pytest

from clearinghouse.feeds.registries import PlaceError, RegistrySettings, cache_folder


@pytest.fixture
def place(machine):
    def of(registry, settings=None, **environment):
        return (settings or RegistrySettings()).place(
            registry, msgspec.structs.replace(machine, environment=environment)
        )

    return of


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_public_ones(place):
    assert place("pypi").address == "https://pypi.org/simple/"
    assert place("pypi").hosts == {"files.pythonhosted.org"}
    assert place("npm").address == "https://registry.npmjs.org/"
    assert not place("npm").hosts
    assert place("cargo").address == "https://index.crates.io/"
    assert place("cargo").hosts == {"static.crates.io", "crates.io"}
    assert place("pypi").certificates is None


def test_what_counts_before_what(place, machine):
    write(machine.etc / "xdg/pip/pip.conf", "[global]\nindex-url = https://xdg.example/simple\n")
    assert place("pypi").address == "https://xdg.example/simple/"
    write(
        machine.etc / "pip.conf", "[install]\nindex-url = https://no.example/\n[global]\nindex-url=https://etc.example/"
    )
    assert place("pypi").address == "https://etc.example/"
    write(machine.home / ".config/pip/pip.conf", "[global]\nindex_url = https://home.example/simple\ncert = /c.pem\n")
    assert place("pypi").address == "https://home.example/simple/"
    assert place("pypi").certificates == Path("/c.pem")
    write(machine.prefix / "pip.conf", "[global]\nindex-url = https://prefix.example/simple\n")
    assert place("pypi").address == "https://prefix.example/simple/"
    named = write(machine.home / "named.conf", "[global]\nindex-url = https://named.example/%(x)s/\n")
    assert place("pypi", PIP_CONFIG_FILE=str(named)).address == "https://named.example/%(x)s/"
    assert place("pypi", PIP_CONFIG_FILE="/dev/null").address == "https://pypi.org/simple/"
    pip = {"PIP_INDEX_URL": "https://env.example/", "PIP_CERT": "/d.pem"}
    assert place("pypi", **pip).address == "https://env.example/"
    assert place("pypi", **pip).certificates == Path("/d.pem")
    assert place("pypi", **pip, CLEARINGHOUSE_PYPI="https://own.example/s").address == "https://own.example/s/"
    given = RegistrySettings(pypi="https://given.example/s/", hosts=frozenset({"files.example"}))
    assert place("pypi", given, CLEARINGHOUSE_PYPI="https://own.example/s").address == "https://given.example/s/"
    assert place("pypi", given).hosts == {"files.example"}


def test_npm(place, machine):
    write(
        machine.home / ".npmrc",
        "; x\n//npm.example/:_authToken=abc\nregistry = 'https://${WHERE}.example/npm'\nfund=false\n",
    )
    assert place("npm", WHERE="here").address == "https://here.example/npm/"
    assert place("npm", NPM_CONFIG_REGISTRY="https://env.example").address == "https://env.example/"
    other = write(machine.home / "other", "registry=https://other.example/\n")
    assert place("npm", npm_config_userconfig=str(other)).address == "https://other.example/"
    assert place("npm", CLEARINGHOUSE_NPM="https://own.example/").address == "https://own.example/"


def test_cargo(place):
    assert place("cargo", CLEARINGHOUSE_CRATES="sparse+https://own.example/i/").address == "https://own.example/i/"


def test_a_folder(place, tmp_path):
    for text in (str(tmp_path), f"file://{tmp_path}"):
        found = place("pypi", CLEARINGHOUSE_PYPI=text)
        assert (found.folder, found.address, found.shown) == (tmp_path, "", str(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "http://mirror.example/simple",
        "http://who:s3cret@mirror.example/simple",
        "ftp://who:s3cret@mirror.example/",
        "who:s3cret@mirror.example",
        "https://who:s3cret@mirror.example/?s3cret",
        "https://who:s3cret@[::1/",
        "https://who:s3cret@mirror.example:99999/",
        "https://",
        "/nowhere",
    ],
)
def test_what_is_no_place(place, text):
    for registry, variable in (
        ("pypi", "PIP_INDEX_URL"),
        ("npm", "CLEARINGHOUSE_NPM"),
        ("cargo", "CLEARINGHOUSE_CRATES"),
    ):
        with pytest.raises(PlaceError) as raised:
            place(registry, **{variable: text})
        assert variable in raised.value.what
        assert "s3cret" not in f"{raised.value.what} {raised.value.remedy} {raised.value.__cause__}"


def test_credentials_are_kept_apart(place):
    found = place("pypi", PIP_INDEX_URL="https://who:s3c%3Aret@mirror.example:8443/simple")
    assert found.address == found.shown == "https://mirror.example:8443/simple/"
    assert found.secret is not None
    assert found.secret.value.startswith("Basic ")
    assert found.secret.value not in repr(found)


def test_http_is_for_this_machine(place):
    assert place("pypi", PIP_INDEX_URL="http://127.0.0.1:3141/s").address == "http://127.0.0.1:3141/s/"
    assert place("npm", npm_config_registry="http://localhost:4873").address == "http://localhost:4873/"


def test_configuration_that_cannot_be_read(place, machine):
    path = write(machine.home / ".config/pip/pip.conf", "[global\nindex-url = https://who:s3cret@x.example\n")
    with pytest.raises(PlaceError, match="no configuration of pip") as raised:
        place("pypi")
    assert "s3cret" not in raised.value.what
    path.write_bytes(b"[global]\nindex-url=\xff")
    with pytest.raises(PlaceError, match="cannot be read"):
        place("pypi")
    assert place("npm").address, "what is wrong with one does not matter to another"


def test_pip_that_asks_no_index(place):
    with pytest.raises(PlaceError, match="asks no index"):
        place("pypi", PIP_NO_INDEX="1")
    assert place("pypi", PIP_NO_INDEX="1", CLEARINGHOUSE_PYPI="https://own.example/").address


def test_where_the_cache_is(monkeypatch, tmp_path):
    assert cache_folder(tmp_path) == tmp_path
    monkeypatch.delenv("CLEARINGHOUSE_REGISTRIES", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "clearinghouse/registries"
    monkeypatch.setenv("CLEARINGHOUSE_REGISTRIES", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("CLEARINGHOUSE_REGISTRIES")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache/clearinghouse/registries"


def test_certificates_that_are_none(registries, machine, site):
    made = msgspec.structs.replace(machine, environment={"PIP_CERT": "/nowhere.pem"})
    with pytest.raises(PlaceError, match=r"/nowhere\.pem"):
        registries(machine=made).fetch("pkg:pypi/thing@1")
