"""What rpm, dnf and yum print: ``rpm -qa``, ``rpm -qa --qf`` with columns, ``dnf list installed``.

Sources: rpm-queryformat(7) and rpm-version(7): a package is name, epoch, version, release and architecture; a name may
hold dashes, a version and a release do not. ``rpm -qa`` prints no epoch.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from clearinghouse.formats.os_packages.entry import Bad, Entry, Event, Lines, Passed

_ARCHITECTURES = """
noarch x86_64 x86_64_v2 x86_64_v3 x86_64_v4 i386 i486 i586 i686 athlon geode aarch64 armv5tel armv6l armv6hl armv7l
armv7hl armv7hnl ia64 ppc ppc64 ppc64le ppc64p7 s390 s390x sparc sparc64 alpha mips mipsel mips64 mips64el riscv64
loongarch64 sh4 src nosrc
"""
ARCHITECTURES = frozenset(_ARCHITECTURES.split())
NONE = "(none)"
"""What rpm prints in the place of a tag that a package does not have."""
DIST = re.compile(r"[._](?:el|fc|amzn|mga|ph|azl|cm|oe|lp|suse|rhel|ol|bp)\d")
"""A mark of the distribution in a release."""
_SOURCE = ".src.rpm"
_LOOK = 100
_MOST = 0.9
_EVR = re.compile(r"(?:(\d++):)?([^\s:-]++)-([^\s-]++)")
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+~-]*+")
_PART = re.compile(r"(?=\D*+\d)[A-Za-z0-9._+~^%:]++")
"""A version or a release: neither is without a digit. A version may have an epoch before it."""
_SECTION = re.compile(r"(installed|available|obsoleting|extra|upgraded|recently)\b.*", re.IGNORECASE)


def read_names(lines: Lines) -> Iterator[Event]:
    """Read what ``rpm -qa`` prints: ``name-version-release.architecture``. Releases before 5 printed no architecture.

    Where most lines have one, a line without one was cut.
    """
    ahead = iter(lines)
    head = list(islice(ahead, _LOOK))
    texts = [text for _, line in head if (text := line.strip()) and not text.startswith("gpg-pubkey-")]
    with_architecture = sum(_without_architecture(text) != text for text in texts) * 2 > len(texts)
    for number, line in chain(head, ahead):
        text = line.strip()
        if text.startswith("gpg-pubkey-"):
            yield Passed(number)
        elif text:
            yield _named(number, text, with_architecture=with_architecture)


def _named(number: int, text: str, *, with_architecture: bool) -> Event:
    bare = _without_architecture(text)
    parts = bare.rsplit("-", 2)
    plainly = bare != text if with_architecture else bool(DIST.search(text))
    if not plainly or len(parts) != 3 or not _is_package(*parts):
        return Bad(number, "is no name-version-release.architecture")
    name, version, release = parts
    epoch, colon, rest = version.partition(":")
    if colon:
        return Entry(number, text, name, _evr(epoch, rest, release))
    epoch, colon, rest = name.partition(":")
    return Entry(number, text, rest if colon else name, _evr(epoch if colon else "", version, release))


def _without_architecture(text: str) -> str:
    bare, _, last = text.rpartition(".")
    return bare if last in ARCHITECTURES or last == NONE else text


def _is_package(name: str, version: str, release: str) -> bool:
    plain = name.partition(":")[2] or name
    return bool(_NAME.fullmatch(plain) and _PART.fullmatch(version) and _PART.fullmatch(release))


def _evr(epoch: str, version: str, release: str) -> str:
    """Return ``[epoch:]version-release``; no epoch is epoch 0 (rpm-version(7))."""
    return f"{version}-{release}" if epoch in ("", "0", NONE) else f"{epoch}:{version}-{release}"


def read_table(lines: Lines) -> Iterator[Event]:
    """Read what ``dnf list installed`` and ``yum list`` print: name.architecture, version, repository, in columns.

    yum breaks lines that are too long: what is left stands on the next one, indented. Packages below the heading of
    those that are available are passed over.
    """
    installed: bool | None = None
    pending: list[str] = []
    for number, line in lines:
        words = line.split()
        if pending and line[:1].isspace():
            words = pending + words
        pending = []
        if not words:
            continue
        if _without_architecture(words[0]) == words[0]:
            heading = _SECTION.fullmatch(line.strip())
            if heading:
                installed = heading[1].lower() == "installed"
            continue
        if len(words) < 3:
            pending = words
            continue
        yield _row(number, words, installed)


def _row(number: int, words: list[str], installed: bool | None) -> Event:
    match = _EVR.fullmatch(words[1])
    if not match or not _DIGIT.search(words[1]):
        return Bad(number, "has no version-release in its second column")
    if not (installed or words[2].startswith("@") or (installed is None and words[2] == "installed")):
        return Passed(number)
    evr = _evr(match[1] or "", match[2], match[3])
    return Entry(number, f"{words[0]} {words[1]}", _without_architecture(words[0]), evr)


def read_columns(lines: Lines) -> Iterator[Event]:
    """Read what ``rpm -qa --qf`` prints with tabs or bars between name, epoch, version, release, architecture, source.

    Which column is which is told by what is in it: architectures, files that end in ``.src.rpm``, numbers or ``(none)``
    for the epoch. What is left are the name and, in this order, version and release, or both in one.
    """
    ahead = iter(lines)
    head = list(islice(ahead, _LOOK))
    columns = _Columns.of([line for _, line in head if line.strip()])
    for number, line in chain(head, ahead):
        if line.strip():
            yield columns.entry(number, line) if columns else Bad(number, "has no columns that can be told")


class _Columns:
    """Which column is which."""

    def __init__(self, delimiter: str, roles: Sequence[str]) -> None:
        self._delimiter = delimiter
        self._roles = roles

    @classmethod
    def of(cls, lines: Sequence[str]) -> "_Columns | None":
        """Tell the columns by the first lines; None where they cannot be told."""
        for delimiter in ("\t", "|"):
            rows = [line.rstrip("\r\n").split(delimiter) for line in lines if not line.startswith("gpg-pubkey")]
            counts = Counter(map(len, rows))
            width, many = counts.most_common(1)[0] if counts else (0, 0)
            if 2 <= width <= 8 and many >= _MOST * len(rows):
                roles = _roles(
                    [list(column) for column in zip(*(row for row in rows if len(row) == width), strict=True)]
                )
                if roles:
                    return cls(delimiter, roles)
        return None

    def entry(self, number: int, line: str) -> Event:
        """Return what one line says."""
        cells = [cell.strip() for cell in line.split(self._delimiter)]
        if len(cells) != len(self._roles):
            return Bad(number, f"has {len(cells)} columns in place of {len(self._roles)}")
        row = dict(zip(self._roles, cells, strict=True))
        name, epoch = row["name"], row.get("epoch", "")
        if name == "gpg-pubkey":
            return Passed(number)
        if "evr" in row:
            match = _EVR.fullmatch(row["evr"])
            parts = (match[1] or epoch, match[2], match[3]) if match else None
        else:
            parts = (epoch, row["version"], row["release"])
        if not parts or not parts[1] or not _is_package(name, parts[1], parts[2]):
            return Bad(number, "has no name, version and release in their columns")
        evr = _evr(*parts)
        source, _, _ = row.get("source", "").partition(_SOURCE)
        source_name, *source_evr = source.rsplit("-", 2) if source.count("-") > 1 else [""]
        return Entry(number, f"{name}-{evr}", name, evr, source_name, "-".join(source_evr) or None)


def _roles(columns: list[list[str]]) -> list[str] | None:
    """Return the role of each column, or None."""
    roles = [""] * len(columns)
    for position, column in enumerate(columns):
        cells = [cell.strip() for cell in column]
        if _share(cell in ARCHITECTURES for cell in cells) >= _MOST:
            roles[position] = "architecture"
        elif _share(cell.endswith(_SOURCE) for cell in cells) >= _MOST:
            roles[position] = "source"
        elif (
            position
            and "epoch" not in roles
            and all(cell == NONE or (cell.isdecimal() and len(cell) < 4) for cell in cells)
        ):
            roles[position] = "epoch"
    left = [position for position, role in enumerate(roles) if not role]
    if len(left) == 3:
        roles[left[0]], roles[left[1]], roles[left[2]] = "name", "version", "release"
        ends = columns[left[2]]
    elif len(left) == 2 and _share(_EVR.fullmatch(cell.strip()) is not None for cell in columns[left[1]]) >= _MOST:
        roles[left[0]], roles[left[1]] = "name", "evr"
        ends = columns[left[1]]
    else:
        return None
    known = {"architecture", "source"} & set(roles) or _share(
        DIST.search(f".{cell}") is not None for cell in ends
    ) > 0.5
    return roles if known and len(set(roles)) == len(roles) else None


def _share(answers: Iterator[bool]) -> float:
    given = list(answers)
    return sum(given) / len(given) if given else 0.0
