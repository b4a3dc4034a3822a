"""Commits in the addresses of code hosts, and one spelling for a repository's address.

Two advisories that name the same commit speak of the same fix, whichever mirror, protocol or page they
link to. The patterns below are the address forms of GitHub, GitLab, Gitea, Bitbucket, Gitiles, cgit and gitweb.
"""

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.records import Remedy

MAX_URL = 2048
_HASH = r"(?P<hash>[0-9a-f]{7,64})"
_IN_PATH = (
    # GitHub, Gitea, cgit on kernel.org's short form: /owner/name/commit/<hash>; GitLab puts /-/ before it,
    # Bitbucket and pull requests of GitHub write "commits".
    re.compile(rf"^(?P<repository>/.+?)(?:/-|/pull/\d+)?/commits?/{_HASH}(?:\.patch|\.diff)?/?$"),
    re.compile(rf"^(?P<repository>/.+?)/\+/{_HASH}(?:\^!|%5E%21)?/?$"),  # Gitiles: android.googlesource.com
)
_KERNEL_SHORT = re.compile(rf"^/stable/c/{_HASH}$")
_KERNEL = "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux"
_CGIT_ID = re.compile(rf"(?:^|[&;])id={_HASH}(?=$|[&;])")
_CGIT_PATH = re.compile(r"^(?P<repository>/.+?)/(?:commit|patch|diff)(?:/.*)?$")
_GITWEB_ID = re.compile(rf"(?:^|[&;])h={_HASH}(?=$|[&;])")
_GITWEB_REPOSITORY = re.compile(r"(?:^|[&;])p=(?P<repository>[^&;]+)")
_GITWEB_ACTION = re.compile(r"(?:^|[&;])a=(?:commit|commitdiff|patch)(?=$|[&;])")
_FULL_HASH = re.compile(r"[0-9a-f]{7,64}")
_SCP = re.compile(r"^(?:[\w.-]+@)?([\w.-]+\.[a-z]+):(?!/)(.+)$", re.IGNORECASE)
_CASELESS_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})


def is_commit(text: str) -> bool:
    """Whether ``text`` is a commit hash: 7 to 64 hexadecimal digits, and not zeros only."""
    return _FULL_HASH.fullmatch(text.lower()) is not None and text.strip("0") != ""


@lru_cache(maxsize=4096)
def normal_repository(url: str) -> str:
    """Return one spelling of a repository address: https, lower-case host, no user, no ``.git``, no final slash.

    ``git@host:owner/name`` is understood. Owner and name are lower-cased on hosts that do not tell case apart.
    Text that is no address is returned trimmed.
    """
    text = distinct_line(url.strip(), MAX_URL).removeprefix("git+")
    if "://" not in text and (scp := _SCP.match(text)):
        text = f"https://{scp[1]}/{scp[2]}"
    parts = _split(text)
    if parts is None:
        return text
    host, path, query = parts
    path = re.sub(r"//+", "/", path).rstrip("/").removesuffix(".git")
    if host in _CASELESS_HOSTS:
        path = path.lower()
    if query and (gitweb := _GITWEB_REPOSITORY.search(query)):
        path = f"{path}/{gitweb['repository'].removesuffix('.git')}"
    return f"https://{host}{path}"


def commit_remedy(value: str, repository: str | None) -> Remedy:
    """The remedy that a commit is; ``repository`` in any spelling or None."""
    return Remedy(kind="commit", value=value.lower(), repository=normal_repository(repository) if repository else None)


def commit_in_url(url: str) -> Remedy | None:
    """Return the commit that an address shows (kind ``commit``, repository normalised), or None.

    An address of a file at a commit, a comparison or a pull request is not a commit.
    """
    parts = _split(url) if len(url) <= MAX_URL else None
    if parts is None:
        return None
    host, path, query = parts
    if host == "git.kernel.org" and (short := _KERNEL_SHORT.match(path)):
        return Remedy(kind="commit", value=short["hash"], repository=_KERNEL)
    lowered = path if host not in _CASELESS_HOSTS else path.lower()
    for pattern in _IN_PATH:
        if found := pattern.match(lowered):
            return commit_remedy(found["hash"], f"https://{host}{found['repository']}")
    return _commit_in_query(host, path, query)


def _commit_in_query(host: str, path: str, query: str) -> Remedy | None:
    """cgit: ``/name.git/commit/?id=<hash>``; gitweb: ``?p=name.git;a=commit;h=<hash>``."""
    cgit = _CGIT_PATH.match(path)
    if cgit and (found := _CGIT_ID.search(query)):
        return commit_remedy(found["hash"], f"https://{host}{cgit['repository']}")
    if _GITWEB_ACTION.search(query) and (found := _GITWEB_ID.search(query)):
        where = _GITWEB_REPOSITORY.search(query)
        return commit_remedy(found["hash"], f"https://{host}{path}?p={where['repository']}" if where else None)
    return None


def _split(url: str) -> tuple[str, str, str] | None:
    """Return (host, path, query decoded), or None for text that is no address."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if not host:
        return None
    return host, clean_line(parts.path, MAX_URL), clean_line(unquote(parts.query), MAX_URL)
