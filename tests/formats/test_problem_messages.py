"""A message is one sentence for a person: it repeats neither the document nor the place, and speaks no Python.

The place and the document are shown beside it (``error: a.sarif at /runs/0: ...``).
"""

import gzip
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Problem

OURS = re.compile(r"Errno|codec|EOCD|[<`]|\$[.\[]|\w+Error\b|\b(?:str|int|dict|None|NoneType|True|False)\b|\[Err")
SARIF: dict[str, Any] = {
    "version": "2.1.0",
    "runs": [{"tool": {"driver": {"name": "d"}}, "results": [{"message": {"text": "t"}}]}],
}
KEV = {"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2099-0001", "dateAdded": "2099-01-01"}]}
EPSS = b"#model_version:v1,score_date:2099-01-01\ncve,epss,percentile\n"
VALUES: tuple[Any, ...] = (None, True, 1, -1.5, 10**400, "x", "a\x1b[2J'\"\n", [], [1], {}, {"a": {}})


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return bytearray(file.getvalue())


def flagged(archive: bytearray, places: tuple[tuple[bytes, int], ...], value: int) -> bytes:
    for mark, offset in places:
        archive[archive.index(mark) + offset] = value
    return bytes(archive)


def cut(content: bytes) -> Iterator[bytes]:
    for end in range(1, len(content)):
        yield content[:end]


def packings() -> Iterator[bytes]:
    content = json.dumps(SARIF).encode() + b" " * 9 + os.urandom(3000).hex().encode()
    gz = bytearray(gzip.compress(content))
    yield from (bytes(gz[:end]) for end in (2, 11, 40, len(gz) // 2, len(gz) - 3))
    yield bytes(gz[:-8]) + struct.pack("<LL", 1, 2)
    yield bytes(gz) + b"rest"
    gz[len(gz) // 2] ^= 0xFF
    yield bytes(gz)
    archive = zipped("m", content)
    yield from (bytes(archive[:end]) for end in (4, 40, len(archive) - 20))
    yield bytes(archive).replace(content[:9], b"x" * 9)
    yield flagged(zipped("m", content), ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)), 1)
    yield flagged(zipped("m", content), ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)), 97)
    yield flagged(zipped("m", content), ((b"PK\x01\x02", 24),), 1)
    yield bytes(zipped("m", b" " * (40 << 20)))
    yield gzip.compress(gzip.compress(gzip.compress(gzip.compress(content))))


TABLES = [
    b"title,date,status,line,path,purl,fix commit\n"
    b"t,03/04/2026,odd,x,a.c,nopurl,zz\n,,,,,,\na,b,c,d,e,f,g,h\n,2026-01-01\n",
    b"title,cve\na,b\n" + b"x" * (5 << 20) + b",\n",
    b"title,cve\n" + b'"' + b"x" * 200_000 + b'",\n',
    b"title,cve\rx,y\n",
    "title,cve\nÜ,\n".encode("cp1252"),
    b'{"title": "x", "severity": "low"}\n{\n7\n{"severity": "low"}\n{"title": "\xff"}\n',
    EPSS,
    EPSS + b"x\nGHSA-1,1,1\nCVE-2099-0001,2,2\nCVE-2099-0001,a,b\n" + b"y" * 9000,
    b"cve,epss,date\nCVE-2099-0001,0.5,x\n",
    b"cveID,vendorProject,dateAdded\nCVE-2099-0001,v,never\nx,v,2099-01-01\n",
    b'cveID,vendorProject,dateAdded\n"' + b"x" * 200_000 + b'",a,b\n',
    b"",
    b"hello",
]


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(lambda: cut(json.dumps(SARIF).encode()), id="cut sarif"),
        pytest.param(lambda: cut(json.dumps(KEV).encode()), id="cut kev"),
        pytest.param(lambda: [json.dumps(SARIF).replace('"t"', '"ü"').encode("cp1252")], id="not utf-8"),
        pytest.param(packings, id="packings"),
        pytest.param(lambda: TABLES, id="tables"),
    ],
)
def test_messages(tmp_path: Path, contents: Any) -> None:
    judge_all(tmp_path / "document", contents())


@pytest.mark.parametrize("document", [pytest.param(SARIF, id="sarif"), pytest.param(KEV, id="kev")])
def test_messages_about_something_else_in_each_place(tmp_path: Path, document: Any, places: Any, put: Any) -> None:
    chosen = [place for place in places(document) if place and place[-1] not in ("version", "catalogVersion")]
    contents = (json.dumps(put(document, place, value)).encode() for place in chosen for value in VALUES)
    judge_all(tmp_path / "document", contents)


def judge_all(file: Path, contents: Iterable[bytes]) -> None:
    told = 0
    for content in contents:
        file.write_bytes(content)
        for report in read_paths([file]):
            for problem in report.records:
                if isinstance(problem, Problem):
                    judge(problem)
                    told += 1
    assert told


def test_messages_about_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(b"x")
    (folder / "b").symlink_to("a")
    (folder / "gone").symlink_to("nowhere")
    (folder / ".hidden").touch()
    problems = [problem for report in read_paths([folder, Path(os.devnull)]) for problem in report.records]
    assert len(problems) == 5
    for problem in problems:
        assert isinstance(problem, Problem)
        judge(problem)


def judge(problem: Problem) -> None:
    message = problem.message
    assert message.endswith("."), message
    assert not message[0].islower(), message
    assert str(problem.source) not in message, message
    assert not (problem.pointer and len(problem.pointer) > 1 and problem.pointer in message), message
    assert not (problem.line and re.search(rf"\bline {problem.line}\b", message, re.IGNORECASE)), message
    assert not OURS.search(message), message
    assert "\x1b" not in message
    assert len(message) < 400
