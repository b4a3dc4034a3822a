import pytest

from clearinghouse.formats.lockfiles.npm_sources import Found, archive_version, is_outside, locate, split_name, written
from clearinghouse.formats.lockfiles.sources import is_commit, is_folder, is_release, python_release

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "address",
    [
        f"git+https://git.example/a.git#{SHA}",
        f"git+ssh://git@git.example/a#{SHA}",
        "git://git.example/a",
        "git@git.example:demo/a.git",
        "github:demo/a",
        "https://git.example/demo/a.git",
        f"https://git.example/demo/a.git#commit={SHA}",
        f"https://codeload.github.com/demo/a/tar.gz/{SHA}",
        "https://github.com/demo/a/archive/refs/tags/v1.0.0.zip",
        "https://gitlab.example/demo/a/-/archive/v1/a-v1.tar.gz",
        f"https://bitbucket.org/demo/a/get/{SHA}.tar.gz",
        "hg+https://hg.example/a",
    ],
)
def test_commits(address):
    assert is_commit(address)
    assert not is_release(address)


@pytest.mark.parametrize(
    "address",
    ["file:../a", "link:./a", "portal:../a", "./a", "../a", ".", "..", "/srv/a", "~/a", "C:\\a", "file:///srv/a"],
)
def test_folders(address):
    assert is_folder(address)
    assert not is_commit(address)


@pytest.mark.parametrize(
    "address", ["file:../a-1.0.0.tgz", "https://files.example/a.zip", "./a-1.0.whl", "/srv/a.tar.gz"]
)
def test_archives(address):
    assert is_release(address)


@pytest.mark.parametrize(
    ("address", "name", "version"),
    [
        ("https://files.example/six-1.16.0-py2.py3-none-any.whl", "six", "1.16.0"),
        ("https://files.example/six-1.16.0-py2.py3-none-any.whl#sha256=aa", "Six", "1.16.0"),
        ("file:///srv/Demo_Parser-2.0%2Bcpu-cp311-cp311-linux_x86_64.whl", "demo.parser", "2.0+cpu"),
        ("https://files.example/demo-parser-2.0rc1.tar.gz", "demo_parser", "2.0rc1"),
        ("https://files.example/demo_parser-2.0.zip?x=1", "demo-parser", "2.0"),
        ("C:\\wheels\\six-1.16.0-py3-none-any.whl", "six", "1.16.0"),
        ("https://files.example/another-1.0.tar.gz", "six", None),
        ("https://files.example/six-latest.tar.gz", "six", None),
        ("https://files.example/six.tar.gz", "six", None),
        ("https://github.com/demo/six/archive/six-1.0.tar.gz", "six", None),
        ("git+https://git.example/six-1.0.zip", "six", None),
        ("", "six", None),
    ],
)
def test_python_release(address, name, version):
    assert python_release(address, name) == version


@pytest.mark.parametrize(
    ("name", "version", "address", "found"),
    [
        ("a", "1.0.0", None, Found("a", "1.0.0")),
        ("a", "1.0.0", "https://registry.example/a/-/a-1.0.0.tgz", Found("a", "1.0.0")),
        ("a", None, "https://registry.example/a/-/a-1.0.0-rc.1.tgz#aa", Found("a", "1.0.0-rc.1")),
        ("@s/a", "1.0.0", "https://npm.example/download/@s/a/1.0.0/aaaa", Found("@s/a", "1.0.0")),
        ("@s/a", "1.0.0", "https://npm.example/@s/a/-/@s/a-1.0.0.tgz", Found("@s/a", "1.0.0")),
        ("a", "1.0.0", "a-1.0.0.tgz#aa", Found("a", "1.0.0")),
        ("a", "npm:b@1.0.0", None, Found("b", "1.0.0")),
        ("a", "npm:@s/b@1.0.0", "https://registry.example/@s/b/-/b-1.0.0.tgz", Found("@s/b", "1.0.0")),
        ("a", "1.0.0", "https://files.example/x.tgz", Found("a", "1.0.0", "https://files.example/x.tgz")),
        ("a", "https://files.example/a-2.0.0.tgz", None, Found("a", "2.0.0", "https://files.example/a-2.0.0.tgz")),
        ("a", "https://files.example/x.tgz", None, Found("a", None, "https://files.example/x.tgz")),
        ("a", "file:a.tgz", None, Found("a", None, "file:a.tgz")),
        ("a", "file:../a", None, Found("a", None, "file:../a")),
        ("a", "1.0.0", "git+https://git.example/a.git#aa", Found("a", None, "git+https://git.example/a.git#aa")),
        ("a", "github:demo/a#aa", None, Found("a", None, "github:demo/a#aa")),
    ],
)
def test_locate(name, version, address, found):
    assert locate(name, version, address) == found


def test_names():
    assert split_name("@scope/a@1.0") == ("@scope/a", "1.0")
    assert split_name("a@npm:@scope/b@1.0") == ("a", "npm:@scope/b@1.0")
    assert split_name("a") == ("a", "")
    assert split_name("") == ("", "")
    assert archive_version("https://registry.example/@s/a-b/-/a-b-1.0.0.tgz", "@s/a-b") == "1.0.0"
    assert archive_version("https://registry.example/a/-/a-latest.tgz", "a") is None


def test_written():
    assert written("a", Found("a", "1.0.0")) == "a@1.0.0"
    assert written("a", Found("b", "1.0.0")) == "a@npm:b@1.0.0"
    assert written("a", Found("a", None, "file:../a")) == "a@file:../a"
    assert written("a", Found("a", None)) == "a"


def test_outside():
    assert all(map(is_outside, ["../a", "file:../a", "/a", "C:/a", "portal:../a", "..", "~/a"]))
    assert not any(map(is_outside, ["packages/a", "file:packages/a", "./a", "link:./a", ""]))
