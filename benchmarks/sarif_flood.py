"""A made flood of SARIF results of realistic size, with known duplicates.

Originals: results of one tool over many files; each has a rule of 40, a path, a region, in nine of ten a snippet and
a logical location, a message that names code, a fingerprint that knows the line's text. Copies (one result in five)
are the same flaw seen by another finder at another state of the code: the path has another prefix, the lines have
moved by 1 to 40, a word or two of the message is another, the fingerprint is gone, in a third of them the snippet
or the logical location too. A result is about 800 bytes. Everything follows from the seed.
"""

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

RULES = [
    ("py/sql-injection", 89), ("py/command-line-injection", 78), ("py/path-injection", 22), ("py/xss", 79),
    ("py/code-injection", 94), ("py/unsafe-deserialization", 502), ("py/ssrf", 918), ("py/url-redirection", 601),
    ("py/weak-crypto", 327), ("py/hardcoded-credentials", 798), ("py/log-injection", 117), ("py/redos", 1333),
    ("py/clear-text-logging", 532), ("py/insecure-temp-file", 377), ("py/xxe", 611), ("py/ldap-injection", 90),
    ("cpp/buffer-overflow", 120), ("cpp/use-after-free", 416), ("cpp/double-free", 415), ("cpp/null-deref", 476),
]  # fmt: skip
_NOUNS = [
    "user",
    "order",
    "invoice",
    "session",
    "token",
    "report",
    "image",
    "account",
    "payment",
    "ticket",
    "device",
    "patient",
    "record",
    "ledger",
]
_VERBS = [
    "load",
    "store",
    "render",
    "parse",
    "update",
    "delete",
    "fetch",
    "merge",
    "export",
    "import",
    "check",
    "build",
    "send",
    "resolve",
    "encode",
]
_FILLERS = ["probably", "likely", "apparently", "here", "currently", "directly"]
PER_FILE = 12


class Flood(NamedTuple):
    """Where the logs are, and which results are the same flaw.

    Attributes:
        paths: the originals' log, then the copies' logs. truth: for each log, the flaw's number of each result.
        bytes: size of all logs.
    """

    paths: list[Path]
    truth: list[list[int]]
    bytes: int


def make(folder: Path, count: int, *, share: float = 0.2, seed: int = 1) -> Flood:
    """Write ``count`` results, of which ``share`` are copies, divided over two further finders."""
    rng = random.Random(seed)
    copies = int(count * share)
    originals = count - copies
    chosen = sorted(rng.sample(range(originals), copies))
    logs = [("Scanner A", range(originals), 0), ("Lab B", chosen[::2], 1), ("Lab C", chosen[1::2], 2)]
    paths, truth, size = [], [], 0
    for name, numbers, jitter in logs:
        path = folder / f"{name.lower().replace(' ', '-')}.sarif"
        size += write(path, name, numbers, jitter, seed)
        paths.append(path)
        truth.append(list(numbers))
    return Flood(paths, truth, size)


def write(path: Path, tool: str, numbers: Any, jitter: int, seed: int) -> int:
    """Write a log of results with these numbers; return its size in bytes."""
    rules = [
        {"id": rule, "shortDescription": {"text": rule.split("/")[1].replace("-", " ").capitalize()},
         "properties": {"tags": ["security", f"external/cwe/cwe-{cwe:03}"]}}
        for rule, cwe in RULES
    ]  # fmt: skip
    head = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0"}
    run = {"tool": {"driver": {"name": tool, "semanticVersion": "1.4.2", "rules": rules}}}
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(head)[:-1] + ', "runs": [' + json.dumps(run)[:-1] + ', "results": [\n')
        for position, number in enumerate(numbers):
            out.write((",\n" if position else "") + json.dumps(result(number, jitter, seed)))
        out.write("\n]}]}\n")
    return path.stat().st_size


def result(number: int, jitter: int, seed: int) -> dict[str, Any]:
    """Make result ``number``; ``jitter`` 0 is the original, another value another finder's view of it."""
    rng = random.Random(f"{seed}/{number}")
    file, place = divmod(number, PER_FILE)
    rule = rng.randrange(len(RULES))
    noun, verb, other = rng.choice(_NOUNS), rng.choice(_VERBS), rng.choice(_NOUNS)
    symbol = f"{verb}_{noun}_{rng.randrange(90)}"
    path = f"src/services/{_NOUNS[file % len(_NOUNS)]}/{_VERBS[file % len(_VERBS)]}_{file}.py"
    line = 20 + place * 60 + rng.randrange(40)
    code = f"    {other}_{rng.randrange(1000)} = {symbol}(request.args['{noun}'], {rng.randrange(10_000)})"
    words = (
        f"This call of {symbol} depends on a user-provided value that flows from the parameter {noun} through "
        f"{other} into a sensitive operation without validation in between; see the documentation of this rule for "
        f"the contexts in which that is dangerous."
    ).split()
    snippet = logical = rng.random() < 0.9
    fingerprint: str | None = f"{rng.getrandbits(64):016x}:1"
    if jitter:
        own = random.Random(f"{seed}/{number}/{jitter}")
        path = ("/home/runner/work/product/product/" if jitter == 1 else "product-main/") + path
        line += own.randint(1, 40)
        for _ in range(own.randint(1, 2)):
            words.insert(own.randrange(len(words)), own.choice(_FILLERS))
        fingerprint = None
        lost = own.random()
        snippet, logical = snippet and lost > 1 / 6, logical and not 1 / 6 < lost < 1 / 3
    region: dict[str, Any] = {"startLine": line, "startColumn": 5, "endLine": line, "endColumn": 5 + len(code)}
    if snippet:
        region["snippet"] = {"text": code}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}, "region": region}
    }
    if logical:
        location["logicalLocations"] = [{"fullyQualifiedName": f"services.{noun}.{symbol}", "kind": "function"}]
    made: dict[str, Any] = {
        "ruleId": RULES[rule][0],
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": " ".join(words)},
        "locations": [location],
        "properties": {"precision": "high", "security-severity": "8.8"},
    }
    if fingerprint:
        made["partialFingerprints"] = {"primaryLocationLineHash": fingerprint}
    return made
