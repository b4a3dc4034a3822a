"""Detect and read SARIF logs of any size.

The document is walked twice: first for what each run says about itself (rules and artifacts may stand after
the results that use them), then for the results, each decoded on its own.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.decode import Decoder, describe_raw, wrong_type
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_records import broken_json
from clearinghouse.formats.json_stream import BrokenJsonError, Piece, walk
from clearinghouse.formats.parts import Losses
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.sarif.convert import ResultConverter
from clearinghouse.formats.sarif.header import Room, read_header
from clearinghouse.formats.sarif.rules import RunFacts
from clearinghouse.formats.sarif.schema import RUN_KEYS, Result, Run
from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError, Problem

_RESULT = Decoder(Result, "result")
_ENTER = frozenset({"", "runs", "runs[]"})
_RESULTS = frozenset({"runs[].results"})
MAX_RUNS = 10_000
"""Most runs read of one log: each has a header to be worked out, whether it has results or not."""
_OLD = re.compile(r"^(1\.|2\.0)")


def detect(sample: Sample) -> Match:
    """SARIF has ``runs`` and either says 2.1 or has a run with a tool and results."""
    if not sample.is_json or "runs" not in sample.keys:
        if sample.is_json and "runGuid" in sample.keys:
            return Match(30, "it has no member 'runs', as an external property file of a log")
        if "version" in sample.keys and "sarif" in (sample.value_at("$schema") or ""):
            return Match(30, "it has no member 'runs'")
        return NO_MATCH
    version = clean_line(sample.value_at("version") or "", 20)
    schema = sample.value_at("$schema") or ""
    if _OLD.match(version) or "sarif-schema-2.0" in schema:
        return Match(40, f"its version is {version or '2.0'}, and 2.1.0 is read")
    if version.startswith("2.1") or "sarif" in schema:
        return Match(100)
    if sample.has("runs[]") and ("runs[].tool" in sample.keys or "runs[].results" in sample.keys):
        return Match(80)
    return Match(30, "its 'runs' have neither a tool nor results")


def read(document: Document) -> Iterator[Record]:
    """Yield a finding for each result that claims a flaw, and a problem for each violation."""
    source = document.source
    room = Room(source)
    headers, misplaced = _headers(document, room)
    losses = Losses(source)
    runs: dict[int, Run] = {}
    while headers:  # as the one is made the other goes
        number = next(iter(headers))
        runs[number], problems = read_header(headers.pop(number), source, f"/runs/{number}", room)
        yield from problems
    yield from room.problems()
    yield from _results(document, _Converters(source, runs, losses))
    yield from losses.problems()
    yield from misplaced


class _Converters:
    """What turns the results of each run into findings. Of runs that are not being read only the headers are held."""

    def __init__(self, source: str, runs: dict[int, Run], losses: Losses) -> None:
        self._source = source
        self._runs = runs
        self._losses = losses
        self._made: dict[int, ResultConverter] = {}
        self._last: ResultConverter | None = None

    def of(self, number: int) -> ResultConverter:
        """Return that of a run."""
        if number not in self._made:
            self._made[number] = ResultConverter(self._source, RunFacts(self._runs[number]), self._losses)
        converter = self._made[number]
        if self._last is not converter:
            if self._last:
                self._last.forget()
            self._last = converter
        return converter


def _headers(document: Document, room: Room) -> tuple[dict[int, bytes], list[Problem]]:
    """Collect the members of each run that are not results, as one JSON object per run, and what is no run."""
    source = document.source
    runs: dict[int, dict[str, bytes]] = {}
    problems: list[Problem] = []
    try:
        with document.open() as stream:
            for piece in walk(stream, _ENTER, _RESULTS):
                match piece.path:
                    case ("runs", int(number), *_) if number >= MAX_RUNS:
                        problems.append(_too_many_runs(source))
                        break
                    case ("runs", int(number), str(key)) if key != "results" or piece.first >= 0:
                        members = runs.setdefault(number, {})
                        if key in RUN_KEYS:
                            member = room.take(key, document.in_utf8(bytes(piece.raws[0])))
                            if member is not None:
                                members[key] = member
                    case ("runs", *_):
                        misplaced = _misplaced(piece, source)
                        problems += [misplaced] if misplaced and misplaced not in problems[-1:] else []
                    case _:
                        pass
    except BrokenJsonError as error:
        problems.append(broken_json(document, error))
    except ClearinghouseError:
        pass  # the results up to the same place are read, and there it is met again
    return {number: _joined(runs.pop(number)) for number in list(runs)}, problems


def _joined(members: dict[str, bytes]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (key.encode(), raw) for key, raw in members.items()) + b"}"


def _too_many_runs(source: str) -> Problem:
    return Problem(
        source=source,
        code="too_many_runs",
        message=f"This log has more than {MAX_RUNS:,} runs; only the first {MAX_RUNS:,} are read.",
        pointer="/runs",
        expected=f"at most {MAX_RUNS} runs",
    )


def _misplaced(piece: Piece, source: str) -> Problem | None:
    """What stands where an array of runs, a run or its results should; null is none of them (SARIF 3.13.4, 3.14.23)."""
    match piece.path:
        case ("runs", int(), "results"):
            depth, expected = 3, "array"
        case ("runs", int(), *_):
            depth, expected = 2, "object"
        case _:
            depth, expected = 1, "array"
    if len(piece.path) == depth:
        got = describe_raw(piece.raws[0])
    else:  # it was gone into
        got = "a list" if isinstance(piece.path[depth], int) else "an object"
    if expected == "array" and got == "null":
        return None
    return wrong_type(source, "/" + "/".join(map(str, piece.path[:depth])), expected, got)


def _results(document: Document, converters: _Converters) -> Iterator[Record]:
    source = document.source
    index = -1
    decode = msgspec.json.Decoder(Result).decode
    try:
        with document.open() as stream:
            for piece in walk(stream, _ENTER, _RESULTS):
                if piece.first < 0:
                    continue
                run = piece.path[1]
                assert isinstance(run, int)  # noqa: S101 - the pattern runs[].results has it so
                if run >= MAX_RUNS:
                    return  # told by the caller, like what is broken
                convert = converters.of(run).convert
                for offset, raw in enumerate(piece.raws):
                    index += 1
                    try:
                        result = decode(raw)
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                        pointer = f"/runs/{run}/results/{piece.first + offset}"
                        mended = _RESULT.decode(document.in_utf8(bytes(raw)), source=source, pointer=pointer)
                        if isinstance(mended, tuple):
                            yield from mended
                            continue
                        result = mended
                    finding = convert(result, index)
                    if finding is not None:
                        yield finding
    except BrokenJsonError:
        return  # told by the caller, who met it on the first walk


FORMAT = Format(name="sarif", title="SARIF 2.1.0", detect=detect, read=read)
