"""Commit addresses and repository spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.commits import commit_in_url, is_commit, normal_repository
from clearinghouse.records import Remedy

H = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        (f"https://github.com/Owner/Name/commit/{H}", "https://github.com/owner/name"),
        (f"https://github.com/owner/name/commit/{H}.patch", "https://github.com/owner/name"),
        (f"https://github.com/owner/name/commit/{H}#diff-1", "https://github.com/owner/name"),
        (f"https://github.com/owner/name/pull/12/commits/{H}", "https://github.com/owner/name"),
        (f"https://gitlab.com/group/sub/name/-/commit/{H}", "https://gitlab.com/group/sub/name"),
        (f"https://bitbucket.org/owner/name/commits/{H}", "https://bitbucket.org/owner/name"),
        (f"https://go.googlesource.com/crypto/+/{H}", "https://go.googlesource.com/crypto"),
        (f"https://git.example.org/x/name.git/commit/?id={H}", "https://git.example.org/x/name"),
        (f"https://git.example.org/?p=name.git;a=commitdiff;h={H}", "https://git.example.org/name"),
        (f"https://git.example.org/gitweb/?p=name.git%3Ba=commit%3Bh={H}", "https://git.example.org/gitweb/name"),
        (f"https://git.kernel.org/stable/c/{H}", "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux"),
    ],
)
def test_commit_addresses_of_the_common_hosts(url: str, repository: str) -> None:
    assert commit_in_url(url) == Remedy(kind="commit", value=H, repository=repository)


@pytest.mark.parametrize(
    "url",
    [
        f"https://github.com/owner/name/blob/{H}/file.c",
        "https://github.com/owner/name/pull/12",
        f"https://github.com/owner/name/compare/{H}...{H}",
        f"https://lists.example/thread/{H}",
        "https://github.com/owner/name/commit/main",
        "not an address",
        "https://[broken",
    ],
)
def test_other_addresses_are_no_commits(url: str) -> None:
    assert commit_in_url(url) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "https://github.com/Owner/Name",
        "https://github.com/owner/name.git",
        "git://github.com/owner/name.git/",
        "git@github.com:owner/name.git",
        "git+ssh://git@github.com/owner/name",
        "http://www.github.com/owner/name",
    ],
)
def test_a_repository_has_one_spelling(spelling: str) -> None:
    assert normal_repository(spelling) == "https://github.com/owner/name"


def test_case_is_kept_where_the_host_may_tell_it_apart() -> None:
    assert normal_repository("https://git.Example.org/A/B.git") == "https://git.example.org/A/B"


def test_zeros_are_no_commit() -> None:
    assert is_commit(H)
    assert not is_commit("0" * 40)
    assert not is_commit("0")


@given(st.text(max_size=80))
def test_any_text_is_survived(text: str) -> None:
    commit_in_url(text)
    assert normal_repository(normal_repository(text)) == normal_repository(text)
