"""One line of a pip requirements file.

Sources: https://pip.pypa.io/en/stable/reference/requirements-file-format/ and
https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
"""

import re
from enum import Enum, auto
from typing import NamedTuple

from clearinghouse.formats.lockfiles.sources import python_release

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = r"\[[\w.,\t -]*+\]"
_CLAUSE = r"(?:===[ \t]*+[^\s,;()=]|(?:==|~=|!=|<=|>=|<|>)[ \t]*+v?[\d*])[^\s,;()]*+"
_CLAUSES = rf"{_CLAUSE}(?:[ \t]*+,[ \t]*+{_CLAUSE})*+(?:[ \t]*+,)?"
_URL = r"(?:[A-Za-z][\w+.-]*+:|\$\{)\S*+"
_REQUIREMENT = re.compile(
    rf"({_NAME})[ \t]*+(?:{_EXTRAS})?[ \t]*+(?:@[ \t]*+({_URL})|(\([ \t]*+{_CLAUSES}[ \t]*+\)|{_CLAUSES}))?"
    r"[ \t]*+(;[^\n]*+)?\Z",
    re.ASCII,
)
_A_VERSION = re.compile(r"v?\d", re.ASCII)
"""What compares two versions looks like a requirement as well."""
_PIN = re.compile(r"===?[ \t]*+([^\s,;()]++)")
_OPTION = re.compile(r"(-[a-zA-Z]|--[a-z][a-z-]*+)(?:[ \t]++|=)?(.*+)\Z")
_OWN_OPTIONS = re.compile(r"[ \t]-{1,2}[A-Za-z]")
_COMMENT = re.compile(r"(?:^|[ \t])#.*+\Z")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*+)")
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://|\.{1,2}/|\.{1,2}\Z|/|~/|file:|[A-Za-z]:\\)")
_MARKER = re.compile(r"[ \t];.*+\Z")
_CERTAIN = re.compile(r"(?:git|hg|svn|bzr)\+|[^?\s]*+(?<=\.whl)|[^\s#]*+#[^\s=]*+egg=")
_INCLUDES = frozenset({"-r", "--requirement", "-c", "--constraint"})
_EDITABLE = frozenset({"-e", "--editable"})
_KNOWN = """
-i --index-url --pypi-url --extra-index-url --no-index -f --find-links --no-binary --only-binary --prefer-binary
--require-hashes --pre --trusted-host --use-feature --process-dependency-links --always-unzip -Z --allow-external
--allow-unverified --allow-all-external --global-option --config-settings --hash --uploaded-prior-to --all-releases
--only-final
"""
_OPTIONS = frozenset(_KNOWN.split())
HERE = frozenset({".", "./"})


class Kind(Enum):
    """What a line is."""

    NOTHING = auto()
    OPTION = auto()
    INCLUDE = auto()
    PROJECT = auto()
    """The project itself (``-e .``)."""
    REQUIREMENT = auto()
    BAD = auto()


class Line(NamedTuple):
    """One logical line.

    Attributes:
        kind: what it is. written: a requirement without its hashes and marker; the file of an include.
        name: of the project that is required; empty where only an address is given. version: of a release, or None.
        address: from where it comes where that is no index. certain: it has what hardly any other text has.
    """

    kind: Kind
    written: str = ""
    name: str = ""
    version: str | None = None
    address: str | None = None
    certain: bool = False


def parse(text: str) -> Line:
    """Return what a logical line (continuations joined) is."""
    text = _COMMENT.sub("", text).strip()
    if not text:
        return Line(Kind.NOTHING)
    if text.startswith("-"):
        return _option(text)
    own = _OWN_OPTIONS.search(text)
    body = text[: own.start()].rstrip() if own else text
    found = _REQUIREMENT.match(body)
    if found is None:
        return _of_address(_MARKER.sub("", body))
    name, address, clauses, marker = found.groups()
    written = body[: found.start(4)].rstrip() if marker else body
    if address:
        return Line(Kind.REQUIREMENT, written, name, python_release(address, name), address, certain=True)
    pins = [pin for pin in _PIN.findall(clauses or "") if not pin.endswith(".*")]
    version = pins[0] if len(pins) == 1 else None
    return Line(Kind.REQUIREMENT, written, name, version, certain=bool(clauses and not _A_VERSION.match(name)))


def _option(text: str) -> Line:
    found = _OPTION.match(text)
    if found is None:
        return Line(Kind.BAD)
    option, value = found[1], found[2].strip()
    if option in _INCLUDES:
        return Line(Kind.INCLUDE, value, certain=bool(value) and " " not in value)
    if option in _EDITABLE:
        line = _of_address(_MARKER.sub("", value))
        return line if line.kind is not Kind.BAD else _of_address(f"./{value}")
    return Line(Kind.OPTION, certain=True) if option in _OPTIONS else Line(Kind.BAD)


def _of_address(text: str) -> Line:
    """A requirement that is an address or a path; its name is what it says of itself (``#egg=``), if it does."""
    if text.partition("[")[0] in HERE:
        return Line(Kind.PROJECT, text)
    if not _ADDRESS.match(text) or " " in text or "\t" in text:
        return Line(Kind.BAD)
    egg = _EGG.search(text)
    name = egg[1] if egg else _name_of_wheel(text)
    version = python_release(text, name) if name else None
    return Line(Kind.REQUIREMENT, text, name, version, text, certain=bool(_CERTAIN.match(text)))


def _name_of_wheel(address: str) -> str:
    file = address.partition("#")[0].replace("\\", "/").rpartition("/")[2]
    return file.partition("-")[0] if file.endswith(".whl") else ""
