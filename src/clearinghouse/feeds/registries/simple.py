"""The simple interface of PyPI: the files of a project, in JSON (PEP 691, 700) or HTML (PEP 503, 592).

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/. What is in the answer is a
stranger's: entries that name no file of the project are passed over.
"""

import re
from urllib.parse import unquote, urlsplit

import msgspec

from clearinghouse.feeds.download import Checksum
from clearinghouse.feeds.registries.errors import BadAnswerError, TooLargeError
from clearinghouse.feeds.registries.fetched import Offer
from clearinghouse.feeds.registries.files import named
from clearinghouse.feeds.registries.names import is_version
from clearinghouse.feeds.registries.page import MOST_LINKS, Page
from clearinghouse.formats.text import clean_line

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""The forms that are understood, JSON first. What comes is told by its first character."""
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_HASH = re.compile(r"(?:^|&)sha256=([0-9a-fA-F]{64})(?:&|$)")
_LONGEST_REASON = 300
LARGEST_PAGE = 16 << 20
"""Most bytes of an index in HTML: read at about a MiB a second where a tag has a thousand attributes."""


class _Hashes(msgspec.Struct, frozen=True, gc=False):
    sha256: str = ""


class _File(msgspec.Struct, frozen=True, gc=False, rename="kebab"):
    filename: str
    url: str
    hashes: _Hashes
    requires_python: str | None = None
    size: int | None = None
    yanked: bool | str = False


class _Meta(msgspec.Struct, frozen=True):
    api_version: str = msgspec.field(name="api-version", default="1.0")


class _Project(msgspec.Struct, frozen=True):
    files: list[_File]
    meta: _Meta = _Meta()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a project: of which version, and how it is offered."""

    version: str
    offer: Offer


def read_listing(data: bytes, address: str, project: str) -> list[Listed]:
    """Return the files of a project, in the order of the answer.

    Args:
        data: the answer. address: from where it came. project: its normalised name.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is no such answer.
        BadAnswerError: it is one of a later version of the interface, or is made to keep its reader busy.
        TooLargeError: it is a page, and too large.
    """
    if data.lstrip()[:1] == b"{":
        return _of_json(data, address, project)
    return _of_html(data, address, project)


def _of_json(data: bytes, address: str, project: str) -> list[Listed]:
    answer = msgspec.json.decode(data, type=_Project)
    _check_version(answer.meta.api_version)
    if len(answer.files) > MOST_LINKS:
        raise BadAnswerError("the index lists more files than any project has", "name another mirror")
    found = []
    for file in answer.files:
        says = named(file.filename, project)
        if says and is_version("pypi", says.version):
            offer = Offer(
                name=file.filename,
                kind=says.kind,
                address=file.url,
                base=address,
                digest=_checksum(file.hashes.sha256),
                size=file.size,
                yanked=_why(file.yanked),
                requires_python=file.requires_python or "",
            )
            found.append(Listed(version=says.version, offer=offer))
    return found


def _of_html(data: bytes, address: str, project: str) -> list[Listed]:
    if len(data) > LARGEST_PAGE:
        raise TooLargeError(f"the page of {project} is larger than {LARGEST_PAGE >> 20} MiB", "name another mirror")
    page = Page(data.decode())
    found = []
    for link in page.links():
        listed = _of_link(link, page.base or address, project)
        if listed:
            found.append(listed)
    _check_version(page.version)
    return found


def _of_link(link: dict[str, str], base: str, project: str) -> Listed | None:
    try:
        parts = urlsplit(link["href"].strip())
    except ValueError:
        return None
    name = unquote(parts.path.rpartition("/")[2])
    says = named(name, project)
    if not says or not is_version("pypi", says.version):
        return None
    match = _HASH.search(parts.fragment)
    offer = Offer(
        name=name,
        kind=says.kind,
        address=parts._replace(fragment="").geturl(),
        base=base,
        digest=_checksum(match[1]) if match else None,
        yanked=_why(link["data-yanked"]) if "data-yanked" in link else None,
        requires_python=link.get("data-requires-python", ""),
    )
    return Listed(version=says.version, offer=offer)


def _check_version(text: str) -> None:
    """A later major version means that the answer cannot be read as it is here (PEP 629)."""
    if text and text.partition(".")[0] != "1":
        raise BadAnswerError("the index speaks a later version of its interface than 1", "name another mirror")


def _checksum(text: str) -> Checksum | None:
    return Checksum("sha256", text.lower()) if _SHA256.fullmatch(text) else None


def _why(yanked: bool | str) -> str | None:
    """Return why a file was taken back; None where it was not. In HTML the mere attribute says that it was."""
    if yanked is False:
        return None
    reason = clean_line(yanked, _LONGEST_REASON) if isinstance(yanked, str) else ""
    return reason or "no reason is given"
