"""Detect and read SARIF logs of any size.

The document is walked twice: first for what each run says about itself (rules and artifacts may stand after
the results that use them), then for the results, each decoded on its own.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_stream import BrokenJsonError, walk
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.sarif.convert import ResultConverter
from clearinghouse.formats.sarif.rules import RunFacts
from clearinghouse.formats.sarif.schema import RUN_KEYS, Result, Run
from clearinghouse.records import Problem

_RUN = Decoder(Run, "run")
_RESULT = Decoder(Result, "result")
_ENTER = frozenset({"", "runs", "runs[]"})
_RESULTS = frozenset({"runs[].results"})
_OLD = re.compile(r"^(1\.|2\.0)")


def detect(sample: Sample) -> Match:
    """SARIF has ``runs`` and either says 2.1 or has a run with a tool and results."""
    if not sample.is_json or "runs" not in sample.keys:
        if "version" in sample.keys and "sarif" in (sample.value_of("$schema") or ""):
            return Match(30, "it has no member 'runs'")
        return NO_MATCH
    version = sample.value_of("version") or ""
    if _OLD.match(version) or "sarif-schema-2.0" in (sample.value_of("$schema") or ""):
        return Match(40, f"its version is {version}, and 2.1.0 is read")
    if version.startswith("2.1") or "sarif" in (sample.value_of("$schema") or ""):
        return Match(100)
    if sample.has("runs[]") and ("runs[].tool" in sample.keys or "runs[].results" in sample.keys):
        return Match(80)
    return Match(30, "its 'runs' have neither a tool nor results")


def read(document: Document) -> Iterator[Record]:
    """Yield a finding for each result that claims a flaw, and a problem for each violation."""
    source = document.source
    runs, broken = _headers(document)
    converters: dict[int, ResultConverter] = {}
    for number, header in runs.items():
        decoded = _RUN.decode(header, source=source, pointer=f"/runs/{number}")
        if isinstance(decoded, tuple):
            yield from decoded
            decoded = _RUN_WITHOUT_HEADER
        converters[number] = ResultConverter(source, RunFacts(decoded))
    yield from _results(document, converters)
    if broken:
        yield broken


_RUN_WITHOUT_HEADER = msgspec.json.decode(b'{"tool":{"driver":{}}}', type=Run)
"""Stands in for a run whose header is wrong, so that its results are not lost with it."""


def _headers(document: Document) -> tuple[dict[int, bytes], Problem | None]:
    """Collect the members of each run that are not results, as one JSON object per run."""
    runs: dict[int, dict[str, bytes]] = {}
    broken = None
    try:
        with document.open() as stream:
            for piece in walk(stream, _ENTER, _RESULTS):
                match piece.path:
                    case ("runs", int(number), str(key)):
                        members = runs.setdefault(number, {})
                        if key in RUN_KEYS and piece.first < 0:
                            members[key] = bytes(piece.raws[0])
                    case ("runs", int(number)):  # a run that is no object
                        runs.setdefault(number, {})["tool"] = bytes(piece.raws[0])
                    case _:
                        pass
    except BrokenJsonError as error:
        broken = Problem(
            source=document.source,
            code="malformed_json",
            message=f"{document.source} is not whole: {error}. What stands before it was read.",
            pointer="",
            expected="one complete JSON document",
        )
    joined = {
        number: b"{" + b",".join(b'"%s":%s' % (key.encode(), raw) for key, raw in members.items()) + b"}"
        for number, members in runs.items()
    }
    return joined, broken


def _results(document: Document, converters: dict[int, ResultConverter]) -> Iterator[Record]:
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
                convert = converters[run].convert
                for offset, raw in enumerate(piece.raws):
                    index += 1
                    try:
                        result = decode(raw)
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                        pointer = f"/runs/{run}/results/{piece.first + offset}"
                        yield from _explained(raw, source, pointer)
                        continue
                    finding = convert(result, index)
                    if finding is not None:
                        yield finding
    except BrokenJsonError:
        return  # told by the caller, who met it on the first walk


def _explained(raw: msgspec.Raw, source: str, pointer: str) -> tuple[Problem, ...]:
    problems = _RESULT.decode(raw, source=source, pointer=pointer)
    assert isinstance(problems, tuple)  # noqa: S101 - the same bytes failed the same decode a moment ago
    return problems


FORMAT = Format(name="sarif", title="SARIF 2.1.0", detect=detect, read=read)
