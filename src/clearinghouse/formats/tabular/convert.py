"""Turning the cells of one row into a finding."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from clearinghouse.formats.commits import commit_in_url, commit_remedy, is_commit
from clearinghouse.formats.ecosystem import make_purl, parse_purl
from clearinghouse.formats.locator import parse_locator
from clearinghouse.formats.parts import cvss, fixed_versions, headline, identifiers, links, paragraphs, unique
from clearinghouse.formats.tabular.columns import NOTHING, STATES, TRUE, plain
from clearinghouse.formats.text import clean, clean_line, distinct_line, quoted
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.packages.ecosystems import ecosystem_of
from clearinghouse.records import (
    Component,
    Credit,
    Finding,
    Level,
    Location,
    Marking,
    Problem,
    Provenance,
    Remedy,
    Severity,
    State,
    Tlp,
    find_identifiers,
)

Cells = dict[str, list[str]]
"""Field → its values as written; nothing empty."""

UNKNOWN = "unknown"
_FORMAT = "tabular"
_SEPARATORS = re.compile(r"[\s,;|]+")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]{1,20}[-:_](?=[A-Za-z.:_-]{0,200}+[0-9])[A-Za-z0-9.:_-]{1,200}+")
_LINE = re.compile(r"L?(\d{1,9})(?:\.0)?(?:\s*-\s*L?(\d{1,9}))?")
_SCORE = re.compile(r"(?:10(?:\.0{1,2})?|\d(?:\.\d{1,2})?)")
_VECTOR = re.compile(r"(?:CVSS:\d\.\d/|\(?AV:)[A-Za-z0-9:/.]{10,300}\)?")


class Notes:
    """Counts what could not be used, so that a column of a million bad dates is one notice and not a million."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen: dict[tuple[str, str], tuple[int, int, str, str]] = {}

    def add(self, code: str, field: str, line: int, said: str, expected: str) -> None:
        """Count one case. The first one's words and line are kept."""
        count, first, words, wanted = self._seen.get((code, field), (0, line, said, expected))
        self._seen[code, field] = (count + 1, first, words, wanted)

    def problems(self) -> Iterator[Problem]:
        """Yield one notice for each kind of case."""
        for (code, _), (count, line, said, expected) in self._seen.items():
            times = f" (the first of {count:,} such rows)" if count > 1 else ""
            yield Problem(
                source=self._source,
                code=code,
                message=clean_line(f"{said}{times}."),
                line=line,
                expected=expected,
                level=Level.NOTICE,
            )


def to_finding(cells: Cells, source: str, index: int, line: int, notes: Notes) -> Finding | Problem:
    """Return the finding of one row, or the problem that it says nothing about any flaw."""
    names = _identifiers(cells)
    title, description = _one(cells, "title"), _text(cells, "description")
    if not (title or description or names):
        return Problem(
            source=source,
            code="missing_field",
            message="The row has no title, no description and no identifier.",
            line=line,
            expected="a value in one of these columns",
        )
    component = _component(cells, line, notes)
    finder = _one(cells, "finder") or _one(cells, "reporter") or _one(cells, "model") or _one(cells, "tool") or UNKNOWN
    subject = f" in {component.name}" if component else ""
    return Finding(
        source=source,
        index=index,
        format=_FORMAT,
        title=clean_line(title) or headline(description) or f"{names[0] if names else 'Finding'}{subject}",
        finder=finder,
        description=paragraphs(description, _text(cells, "impact")),
        native_id=_one(cells, "id") or None,
        rule=_one(cells, "rule") or None,
        components=(component,) if component else (),
        identifiers=names,
        weaknesses=weaknesses_of([word for text in cells.get("cwe", ()) for word in _words(text)]),
        locations=_locations(cells, line, notes),
        fingerprints=tuple(("fingerprint", value) for value in [_one(cells, "fingerprint")] if value),
        severities=_severities(cells),
        remedies=_remedies(cells, line, notes),
        references=links(word for text in cells.get("reference", ()) for word in text.split()),
        credits=_credits(cells),
        provenance=_provenance(cells),
        marking=_marking(cells),
        state=_state(cells, line, notes),
        observed=_observed(cells, line, notes),
    )


def _one(cells: Cells, field: str) -> str:
    values = cells.get(field)
    return distinct_line(values[0], 1024) if values else ""


def _text(cells: Cells, field: str) -> str:
    values = cells.get(field)
    return clean(values[0]) if values else ""


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(text.strip()) if word and word.lower() not in NOTHING]


def _identifiers(cells: Cells) -> tuple[str, ...]:
    """Return what has the form of an identifier; a row's own id counts if it is one of a public database."""
    words = [word for text in cells.get("identifiers", ()) for word in _words(clean_line(text, 4000))]
    own = find_identifiers(_one(cells, "id"))
    return identifiers([*(word for word in words if _IDENTIFIER.fullmatch(word)), *own])


def _component(cells: Cells, line: int, notes: Notes) -> Component | None:
    repository = _one(cells, "repository") or None
    name, version = _one(cells, "component"), _one(cells, "version") or None
    purl = _one(cells, "purl")
    if purl and (parsed := parse_purl(purl)):
        return Component(
            name=name or parsed.name,
            ecosystem=parsed.ecosystem or ecosystem_of(_one(cells, "ecosystem")),
            vendor=_one(cells, "vendor"),
            version=version or parsed.version,
            purl=purl,
            repository=repository,
        )
    if purl:
        notes.add("invalid_purl", "purl", line, "A package URL is not one and is not used", "pkg:type/name@version")
    if not name and repository:
        name = repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    if not name:
        return None
    ecosystem = ecosystem_of(_one(cells, "ecosystem")) or _one(cells, "ecosystem")
    return Component(
        name=name,
        ecosystem=ecosystem,
        vendor=_one(cells, "vendor"),
        version=version,
        purl=make_purl(ecosystem, name, version),
        repository=repository,
    )


def _locations(cells: Cells, line: int, notes: Notes) -> tuple[Location, ...]:
    path, symbol = _one(cells, "path"), _one(cells, "symbol").removesuffix("()") or None
    snippet = _text(cells, "snippet").strip("\n") or None
    if not (path or symbol):
        return ()
    written = _one(cells, "line")
    lines = _LINE.fullmatch(written)
    if written and not lines:
        notes.add("bad_line", "line", line, f"The line number {quoted(written)} is none and is not used", "a number")
    place = parse_locator(path) if path and not lines else None
    end = _LINE.fullmatch(_one(cells, "end_line"))
    first = int(lines[1]) if lines else place.line if place else None
    last = int(lines[2]) if lines and lines[2] else int(end[1]) if end else place.end_line if place else None
    return (
        Location(
            path=place.path if place and place.path else path,
            line=first or None,
            end_line=last or None,
            symbol=symbol or (place.symbol if place and place.path else None),
            snippet=snippet,
        ),
    )


def _severities(cells: Cells) -> tuple[Severity, ...]:
    by = _one(cells, "tool") or _one(cells, "finder") or "sender"
    found = [Severity(system=by, value=word)] if (word := _one(cells, "severity")) else []
    for text in (clean_line(cell, 600) for cell in cells.get("cvss", ())):
        if scored := [score for vector in _VECTOR.findall(text) if (score := cvss(vector))]:
            found += scored
        elif _SCORE.fullmatch(text):
            found.append(Severity(system="CVSS", value=text))
    return tuple(dict.fromkeys(found))


def _remedies(cells: Cells, line: int, notes: Notes) -> tuple[Remedy, ...]:
    remedies = [remedy for text in cells.get("fix", ()) for remedy in _fix(text)]
    repository = _one(cells, "repository") or None
    for word in (word for text in cells.get("fix_commit", ()) for word in _words(clean_line(text, 4000))):
        if commit := commit_in_url(word):
            remedies.append(commit)
        elif is_commit(word):
            remedies.append(commit_remedy(word, repository))
        else:
            said = f"The fixing commit {quoted(word)} is none and is not used"
            notes.add("bad_commit", "fix_commit", line, said, "7 to 64 hexadecimal digits, or a commit's address")
    return tuple(dict.fromkeys(remedies))


def _fix(text: str) -> tuple[Remedy, ...]:
    """A cell on the fix holds versions, the address of a commit, or prose, of which nothing is taken."""
    text = clean_line(text, 1000)
    if commit := commit_in_url(text):
        return (commit,)
    if "://" in text:
        return tuple(Remedy(kind="url", value=link) for link in links(text.split()))
    words = _words(text)
    if len(words) > 10 or not all(any(character.isdigit() for character in word) for word in words):
        return ()
    return fixed_versions(words)


def _credits(cells: Cells) -> tuple[Credit, ...]:
    finders = [name.strip() for text in cells.get("finder", ()) for name in re.split(r"[;|]", clean_line(text))]
    parties = [(name, "FINDER") for name in unique(finders)]
    parties += [(name, role) for name, role in ((_one(cells, "reporter"), "REPORTER"), (_one(cells, "tool"), "TOOL"))]
    return tuple(Credit(name=name, role=role) for name, role in parties if name)


def _provenance(cells: Cells) -> Provenance | None:
    tool, model, method, snapshot = (_one(cells, field) or None for field in ("tool", "model", "method", "snapshot"))
    if not (tool or model or method or snapshot):
        return None
    return Provenance(tool=tool, model=model, method=method, snapshot=snapshot)


def _marking(cells: Cells) -> Marking | None:
    """Return the label. Words that are no TLP label are kept as terms: what restricts must not be dropped."""
    text = _one(cells, "tlp")
    if not text:
        return None
    label = "".join(text.upper().split()).removeprefix("TLP").lstrip(":-_").replace("WHITE", "CLEAR")
    label = label.replace("AMBER-STRICT", "AMBER+STRICT").replace("AMBER_STRICT", "AMBER+STRICT")
    try:
        return Marking(tlp=Tlp(f"TLP:{label}"))
    except ValueError:
        return Marking(embargo=text)


def _state(cells: Cells, line: int, notes: Notes) -> State:
    for field, state in (
        ("false_positive", State.FALSE_POSITIVE),
        ("fixed", State.FIXED),
        ("suppressed", State.SUPPRESSED),
    ):
        if _one(cells, field).lower() in TRUE:
            return state
    word = _one(cells, "state")
    if not word:
        return State.OPEN
    state_or_none = STATES.get(plain(word))
    if state_or_none is None:
        said = f"The status {quoted(word)} is not known and is read as open"
        notes.add("unknown_state", "state", line, said, "open, fixed, false positive, suppressed or withdrawn")
    return state_or_none or State.OPEN


def _observed(cells: Cells, line: int, notes: Notes) -> str | None:
    """Return an RFC 3339 time: a date is its midnight, no zone is UTC. 03/04/2025 has two readings: not used."""
    text = _one(cells, "observed")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        said = f"The date {quoted(text)} is not ISO 8601 and is not used"
        notes.add("bad_date", "observed", line, said, "YYYY-MM-DD, or with a time")
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat().replace("+00:00", "Z")
