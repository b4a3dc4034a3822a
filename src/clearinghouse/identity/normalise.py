"""The forms in which things are compared: paths, symbols, code, names, text.

Each function forgets what changes without the flaw changing (a prefix, a line number, white space, case) and
nothing else. None of them is used for display.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote

_from_bytes = int.from_bytes
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/*(?=.)", re.IGNORECASE)
_LOWER = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_UNTOLD = b"0123456789 \t\r\n"
_WORD = re.compile(r"[a-z0-9_]+")
_GO_RECEIVER = re.compile(r"\(\*?([\w.]+)\)\.")
_ANONYMOUS = "(anonymous namespace)::"
_CALL = re.compile(r"[(<\[{].*$", re.DOTALL)
_DOTTED = re.compile(r"(?:\w++\.)*+(\w++)")
_COMMIT = re.compile(r"/commits?/([0-9a-f]{7,64})")
_MAJOR = re.compile(r"/v\d+$")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_UNPACKED = re.compile(r"(.+)-(?:main|master|head|trunk|develop|v?\d+(?:\.\d+)+|[0-9a-f]{7,40})")
"""The folder that a forge's source archive unpacks to: the repository's name and what was asked for."""
_MACHINE = frozenset({"home", "users", "tmp", "temp", "var", "private", "folders"})
"""Folders below which each person, job or run has an own one."""


def key64(*parts: str | int) -> int:
    """Hash ``parts`` to a key that is the same in every process and on every machine (BLAKE2b, RFC 7693).

    Not negative and below 2^60: what SQLite and PostgreSQL index as a 64-bit integer, and what Python keeps in 32
    bytes instead of 48. Keyed by nothing: who can choose both inputs can spend work to make two keys collide, which
    yields a candidate that the comparison then refuses.
    """
    return key_of(
        "\x1f".join([part if part.__class__ is str else str(part) for part in parts]).encode("utf-8", "replace")
    )


def key_of(data: bytes) -> int:
    """Hash bytes to a key of the same kind as :func:`key64`."""
    return _from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 4


@lru_cache(maxsize=1 << 16)
def shared_key(kind: str, one: str, other: str) -> int:
    """The key of a pair that many findings share, such as a file and a rule."""
    return key_of(f"{kind}\x1f{one}\x1f{other}".encode("utf-8", "replace"))


@lru_cache(maxsize=1 << 16)
def path_parts(path: str) -> tuple[str, ...]:
    """Return the components of a path or URI, lower case, without scheme, drive, ``.`` and ``..``."""
    path = path.strip().replace("\\", "/")
    if "%" in path:
        path = unquote(path)
    if ":" in path:
        path = _SCHEME.sub("", path, count=1)
    named = path.lower().split("/")
    if "" not in named and "." not in named and ".." not in named:
        return tuple(named)
    parts: list[str] = []
    for part in named:
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return tuple(parts)


@lru_cache(maxsize=1 << 16)
def path_tails(path: str) -> tuple[str, ...]:
    """Return the endings of a path under which it is looked for.

    The last two components; for a path of at most two components or an absolute one, whose prefix may belong to
    the machine and not to the project, the file name alone too.
    """
    parts = path_parts(path)
    if not parts:
        return ()
    if len(parts) == 1:
        return parts
    two = "/".join(parts[-2:])
    return (two, parts[-1]) if len(parts) == 2 or _absolute(path) else (two,)


def same_file(one: str, other: str) -> bool:
    """Whether two paths can name one file under different prefixes: one's components end with all of the other's.

    Beyond that, the first components of an absolute path can belong to the machine and not to the project, and the
    first of a relative one can be the folder of an unpacked archive. Below one root two folders stay two folders.
    """
    if one == other:
        return True
    a, b = path_parts(one), path_parts(other)
    shared = min(len(a), len(b))
    if shared and a[-shared:] == b[-shared:]:
        return True
    if shared < 2 or a[-1] != b[-1]:
        return False
    if _absolute(one) and _absolute(other):
        return _one_tree(a, b)
    if _absolute(one) or _absolute(other):
        return _same_unpacked(b, a) if _absolute(one) else _same_unpacked(a, b)
    return a[1:] == b[1:] and _same_unpacked(a, b) and _same_unpacked(b, a)


def unmatched(one: str, other: str) -> int:
    """Return how many components of two paths are left when their common ending is taken away."""
    a, b = path_parts(one), path_parts(other)
    return len(a) + len(b) - 2 * _common_tail(a, b)


def _absolute(path: str) -> bool:
    return path[:1] in "/\\" or ":" in path[:8]


def _one_tree(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two absolute paths can be one file on two machines: nearly all of the shorter, below different roots."""
    if _common_tail(a, b) < max(2, min(len(a), len(b)) - 3):
        return False
    for x, y in zip(a, b, strict=False):
        if x != y:
            return True
        if x not in _MACHINE:
            return False
    return True


def _same_unpacked(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether ``a``, without the folder of an unpacked archive, ends ``b``, which names no other archive there."""
    rest = a[1:]
    folder = _UNPACKED.fullmatch(a[0])
    if len(rest) < 2 or folder is None or b[-len(rest) :] != rest:
        return False
    beside = _UNPACKED.fullmatch(b[-len(a)]) if len(b) >= len(a) else None
    return beside is None or beside[1] == folder[1]


def _common_tail(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    count = 0
    for x, y in zip(reversed(a), reversed(b), strict=False):
        if x != y:
            break
        count += 1
    return count


@lru_cache(maxsize=1 << 15)
def symbol_name(symbol: str) -> str:
    """Return the last name of a qualified symbol, without parameters, lower case: ``a::B::run(int)`` is ``run``.

    The last name only, because one tool writes ``app.views.show`` and another ``show``.
    """
    plain = _DOTTED.fullmatch(symbol)
    if plain:
        return plain[1].lower()
    text = symbol.strip().replace(_ANONYMOUS, "")
    text = _CALL.sub("", _GO_RECEIVER.sub(r"\1.", text))
    for separator in ("::", "#", "/", "->", "."):
        text = text.rpartition(separator)[2] or text
    return text.strip().lower()


def code_context(snippet: str) -> str:
    """Return quoted code without any white space; empty if too little is left to tell one line from another."""
    text = "".join(snippet.split())
    return text if len(text) >= 8 else ""


def message_form(text: str) -> bytes:
    """Return a message in which case, numbers and white space do not count."""
    return text.encode("utf-8", "replace").translate(_LOWER, _UNTOLD)


def words(text: str) -> list[str]:
    """Return the words of a text, lower case, numbers included."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=1 << 15)
def component_name(name: str) -> str:
    """Return a package or product name without case, punctuation and, for paths, everything before the last part.

    The major version that ends a Go module path (``github.com/hashicorp/consul/v2``) is no name.
    """
    path = _MAJOR.sub("", name.rstrip("/"))
    last = path.rpartition("/")[2] or name
    return _NOT_NAME.sub("", last.lower()) or last.lower()  # a name in another script has no other form


@lru_cache(maxsize=1 << 14)
def repository_name(url: str) -> str:
    """Return ``host/owner/name`` of a repository address, lower case, without scheme, user and ``.git``."""
    text = _SCHEME.sub("", url.strip().lower(), count=1)
    text = text.rpartition("@")[2].replace(":", "/")
    return text.rstrip("/").removesuffix(".git").rstrip("/")


def remedy_values(commits: Sequence[str], patches: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """Return the compared forms of everything that may belong to one flaw only, each once, in order.

    Args:
        commits: hashes. patches: digests. references: addresses.
    """
    found: dict[str, None] = {f"patch {digest}": None for digest in patches}
    for commit in commits:
        if len(commit) >= 7:
            found[f"commit {commit[:12].lower()}"] = None
    for address in references:
        named = _COMMIT.search(address.lower())
        if named:
            found[f"commit {named[1][:12]}"] = None
        else:
            form = repository_name(address.partition("#")[0] if "/#" not in address else address)
            if "/" in form:
                found[form] = None
    return tuple(found)
