"""Advisories for matching: the short way and the long way say the same."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.osv import FORMAT
from clearinghouse.formats.osv.published import published_in
from clearinghouse.formats.published import advisories_in, published, read_advisories
from clearinghouse.records import Finding, Problem, PublishedAdvisory

RECORD: dict[str, Any] = {
    "id": "DEMO-1",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "A flaw",
    "aliases": ["cve-2026-0001"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "demo", "purl": "pkg:pypi/demo"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
            "versions": ["1.0", "1.1"],
        }
    ],
}


def the_long_way(value: Any) -> list[PublishedAdvisory]:
    document = Document.from_bytes("one.json", json.dumps(value).encode())
    return [made for record in FORMAT.read(document) if isinstance(record, Finding) and (made := published(record))]


def bare(advisory: PublishedAdvisory) -> PublishedAdvisory:
    """Without what only the long way keeps: the package URL of a package, and dates of publication."""
    affected = tuple(
        msgspec.structs.replace(each, component=msgspec.structs.replace(each.component, purl=None, repository=None))
        for each in advisory.body.affected
    )
    body = msgspec.structs.replace(advisory.body, affected=affected, published=None, upstream=(), related=())
    return msgspec.structs.replace(advisory, body=body)


def test_both_ways_say_the_same() -> None:
    quick = published_in(json.dumps(RECORD).encode(), "one.json")
    (slow,) = the_long_way(RECORD)
    assert quick is not None
    assert bare(quick) == bare(slow)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 5},
        {"affected": "all"},
        {"affected": [{"ranges": RECORD["affected"][0]["ranges"]}]},
        {"affected": [{**RECORD["affected"][0], "versions": ["1.0\u202e"]}]},
        {"affected": [{**RECORD["affected"][0], "versions": [1.0]}]},
        {"affected": [{**RECORD["affected"][0], "ranges": [{"type": "WILD", "events": [{"introduced": "0"}]}]}]},
        {"affected": [{**RECORD["affected"][0], "ranges": [{"type": "SEMVER", "events": [{"until": "1"}]}]}]},
        {"affected": [{**RECORD["affected"][0], "ranges": [{"type": "SEMVER", "events": [{"fixed": "1"}]}]}]},
        {
            "affected": [
                {**RECORD["affected"][0], "ranges": [{"type": "SEMVER", "events": [{"introduced": "1", "limit": "2"}]}]}
            ]
        },
    ],
)
def test_what_is_not_plainly_well_formed_goes_the_long_way(change: dict[str, Any]) -> None:
    assert published_in(json.dumps(RECORD | change).encode(), "one.json") is None


def test_informational_records_say_so_both_ways() -> None:
    entry = {**RECORD["affected"][0], "database_specific": {"informational": "unmaintained"}}
    value = RECORD | {"affected": [entry]}
    quick = published_in(json.dumps(value).encode(), "one.json")
    assert quick is not None
    assert quick.body.informational == the_long_way(value)[0].body.informational == "unmaintained"


def lines(*values: object) -> Document:
    """JSON lines that are more than a sample holds."""
    filler = RECORD | {"id": "FILLER", "details": "x" * 70_000}
    text = "\n".join(value if isinstance(value, str) else json.dumps(value) for value in (filler, *values))
    return Document.from_bytes("many.jsonl", text.encode())


def test_lines_are_read_one_by_one_and_a_bad_one_leaves_the_others() -> None:
    records = list(advisories_in(lines(RECORD, {"id": 5}, "not json", RECORD | {"id": "DEMO-2"})))
    assert [record.id for record in records if isinstance(record, PublishedAdvisory)] == ["FILLER", "DEMO-1", "DEMO-2"]
    assert [record.line for record in records if isinstance(record, Problem)] == [3, 4]


@pytest.mark.data
def test_both_ways_say_the_same_of_every_real_record(data: Path) -> None:
    told = 0
    for name in ("go", "bitnami"):
        for report in read_advisories([data / "advisories" / name]):
            for quick in report.records:
                if isinstance(quick, PublishedAdvisory) and told % 10 == 0:
                    (slow,) = the_long_way(json.loads(Path(report.source).read_bytes()))
                    slow = msgspec.structs.replace(slow, source=quick.source)
                    assert bare(quick) == bare(slow)
                told += isinstance(quick, PublishedAdvisory)
    assert told == 4291 + 7444
