"""Where a package comes from, and whether its version is that of a release.

The rule of all readers here:

- **A registry** (public, private or a mirror): the version is a release; the item has it.
- **An archive at an address** (a wheel, a tarball): somebody built it once and its version is in it. Where the
  lockfile or the name of the file states that version, the item has it, and the address as its ``repository``.
- **A commit of a repository, or a folder**: the version in its manifest is that of the release before or after, as
  its authors please; an advisory's "fixed in 1.2.3" says nothing of it. The item has no version, and the repository
  (with commit) or the folder, as written. An archive that a forge makes of a commit is such a commit.
- **A part of the project itself** (the project, or a member of its workspace where the file says which these are): it
  is the subject of the inventory and no item.
"""

import re
from urllib.parse import unquote

_GIT = re.compile(
    r"(?:git\+|git:|git@|ssh:|hg\+|svn\+|bzr\+|(?:github|gitlab|bitbucket|gist):)|[a-z+]{1,12}://[^?#\s]*+(?<=\.git)(?:[?#]|\Z)",
    re.IGNORECASE,
)
_OF_COMMIT = re.compile(
    r"https?://(?:codeload\.github\.com/|api\.github\.com/repos/|[^/?#]++/[^?#]*?/(?:-/)?(?:archive|tarball|zipball|get)/)",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:file:|link:|portal:|\.{0,2}/|\.\.?\Z|~/|[A-Za-z]:[\\/])", re.IGNORECASE)
_ARCHIVE = re.compile(
    r"\.(?:tgz|tar\.(?:gz|bz2|xz|zst)|tbz2?|txz|zip|whl|gem|jar|nupkg|crate|phar)(?:[?#]|\Z)", re.IGNORECASE
)
_SDIST = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
_SEPARATORS = re.compile(r"[-_.]+")
_VERSION = re.compile(r"\d[\w.!+]*\Z", re.ASCII)


def is_commit(address: str) -> bool:
    """Whether an address is of a repository, or of an archive that a forge makes of a commit, tag or branch."""
    return bool(_GIT.match(address) or _OF_COMMIT.match(address))


def is_folder(address: str) -> bool:
    """Whether an address is of a folder on the machine where the lockfile was made, not of an archive there."""
    return bool(_FOLDER.match(address)) and not _ARCHIVE.search(address)


def is_release(address: str) -> bool:
    """Whether what an address leads to was built once: an archive, and not one that a forge makes of a commit."""
    return not is_commit(address) and not is_folder(address)


def python_release(address: str, name: str) -> str | None:
    """Return the version in the file name of a wheel or source distribution of ``name``, or None.

    Sources: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-format and
    https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name.
    """
    if is_commit(address):
        return None
    path = unquote(address.partition("#")[0].partition("?")[0]).replace("\\", "/")
    file = path.rpartition("/")[2]
    if file.endswith(".whl"):
        stem, _, rest = file.removesuffix(".whl").partition("-")
        version = rest.partition("-")[0]
    else:
        stem, _, version = _without_ending(file).rpartition("-")
    if _SEPARATORS.sub("-", stem).lower() != _SEPARATORS.sub("-", name).lower():
        return None
    return version if _VERSION.match(version) else None


def _without_ending(file: str) -> str:
    for ending in _SDIST:
        if file.endswith(ending):
            return file.removesuffix(ending)
    return ""
