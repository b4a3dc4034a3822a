"""Real SBOMs and the conformance suite of CycloneDX: as many items as an independent count finds, in little memory."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats import cyclonedx, spdx
from clearinghouse.formats.contract import RECOGNISED, Format
from clearinghouse.formats.document import Document
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Inventory, InventoryItem, Level, Problem

pytestmark = pytest.mark.data

IMAGES = ("pkg:oci/", "pkg:docker/")
MUST_BE_TOLD = {
    "invalid-component-ref",
    "invalid-component-type",
    "invalid-empty-component",
    "invalid-metadata-timestamp",
    "invalid-missing-component-type",
    "invalid-scope",
}
"""What is wrong with these changes the inventory, or would if a reader took it for something else."""
NOT_RECOGNISED = {"invalid-bomformat", "invalid-namespace"}


def read(format_: Format, path: Path) -> tuple[Inventory, list[InventoryItem], list[Problem]] | None:
    """What is read; None if the format does not know the document."""
    (document,) = documents(path, path.name)
    assert isinstance(document, Document)
    if format_.detect(document.sample).score < RECOGNISED:
        return None
    first, *rest = format_.read(document)
    assert isinstance(first, Inventory)
    problems = [record for record in rest if isinstance(record, Problem)]
    return first, [record for record in rest if isinstance(record, InventoryItem)], problems


# CycloneDX


def counted(path: Path) -> int:
    raw = path.read_bytes()
    return counted_json(json.loads(raw)) if raw.lstrip()[:1] == b"{" else counted_xml(ET.fromstring(raw))


def counted_json(bom: dict[str, Any]) -> int:
    def inside(holder: dict[str, Any]) -> int:
        return sum(1 + inside(component) for component in holder.get("components") or ())

    subject = (bom.get("metadata") or {}).get("component")
    return inside(bom) + (inside(subject) + is_item(subject.get("purl"), subject.get("cpe"), subject) if subject else 0)


def counted_xml(bom: ET.Element) -> int:
    namespace = bom.tag[: bom.tag.index("}") + 1]

    def inside(holder: ET.Element) -> int:
        return sum(1 + inside(each) for each in holder.findall(f"{namespace}components/{namespace}component"))

    subject = bom.find(f"{namespace}metadata/{namespace}component")
    if subject is None:
        return inside(bom)
    found = (subject.findtext(f"{namespace}purl"), subject.findtext(f"{namespace}cpe"))
    return inside(bom) + inside(subject) + is_item(*found, subject.attrib)


def is_item(purl: str | None, cpe: str | None, subject: dict[str, Any]) -> bool:
    if subject.get("type") == "container" or (purl or "").startswith(IMAGES):
        return False
    return bool(purl or cpe or subject.get("type") in ("device", "firmware"))


def test_valid_boms(data: Path) -> None:
    seen = 0
    for path in sorted((data / "cyclonedx-conformance").glob("*/valid-*")):
        found = read(cyclonedx.FORMAT, path)
        assert found is not None, path
        _, items, problems = found
        assert len(items) == counted(path), path
        assert not [problem for problem in problems if problem.level is Level.ERROR], path
        seen += 1
    assert seen == 342


def test_invalid_boms(data: Path) -> None:
    told: Counter[str] = Counter()
    for path in sorted((data / "cyclonedx-conformance").glob("*/*invalid-*")):
        what = re.sub(r"-1\.\d$", "", path.stem).removeprefix("skip_")
        found = read(cyclonedx.FORMAT, path)
        assert (found is None) == (what in NOT_RECOGNISED), path
        if found is None:
            continue
        _, items, problems = found
        aside = {problem.code for problem in problems if not problem.code.endswith("_left_aside")}
        assert bool(aside) == (what in MUST_BE_TOLD), path
        told[what] += bool(aside)
        empty = what == "invalid-empty-component"
        assert len(items) == counted(path) - empty, path
        assert any(problem.level is Level.ERROR for problem in problems) == empty, path
    assert set(+told) == MUST_BE_TOLD


def boms(data: Path) -> Iterator[Path]:
    folder = data / "sbom"
    for path in sorted([*folder.glob("cdx-examples/**/*.*"), *folder.glob("in-the-wild/cyclonedx/*")]):
        if path.suffix in (".json", ".xml") and path.name not in ("bashrc2-sbom-cdx.json", "scanoss-sbom-cdx.json"):
            yield path  # these two are results of SCANOSS, and no CycloneDX


def test_real_boms(data: Path) -> None:
    items_read = 0
    for path in boms(data):
        found = read(cyclonedx.FORMAT, path)
        assert found is not None, path
        _, items, problems = found
        assert len(items) == counted(path), path
        assert not [problem for problem in problems if problem.level is Level.ERROR], path
        items_read += len(items)
    assert items_read > 5_000


def test_a_bom_in_json_and_in_xml(data: Path) -> None:
    folder = data / "sbom" / "cdx-examples" / "SBOM"
    pairs = [(path, path.with_suffix(".xml")) for path in folder.glob("**/*.json") if path.with_suffix(".xml").exists()]
    assert len(pairs) >= 6
    for in_json, in_xml in pairs:
        one, other = read(cyclonedx.FORMAT, in_json), read(cyclonedx.FORMAT, in_xml)
        assert one is not None
        assert other is not None
        assert one[0].subject == other[0].subject
        assert Counter(map(plain, one[1])) == Counter(map(plain, other[1])), in_json


def plain(item: InventoryItem) -> tuple[str, str | None, str | None]:
    return (item.component.name, item.component.version, item.component.purl)


# SPDX


def purls(package: dict[str, Any]) -> list[str]:
    references = package.get("externalRefs") or ()
    return [each["referenceLocator"] for each in references if each["referenceType"] == "purl"]


def expected_of_json(document: dict[str, Any]) -> Counter[tuple[str, str | None]]:
    """Name and package URL of the packages but the subject, if that is no item."""
    found = document.get("packages") or []
    described = set(document.get("documentDescribes") or ())
    for each in document.get("relationships") or ():
        if each["spdxElementId"] == document["SPDXID"] and each["relationshipType"] in ("DESCRIBES", "DESCRIBE"):
            described.add(each["relatedSpdxElement"])
    subjects = [package for package in found if package["SPDXID"] in described]
    if len(subjects) == 1 and (not purls(subjects[0]) or purls(subjects[0])[0].startswith(IMAGES)):
        found = [package for package in found if package is not subjects[0]]
    return Counter((package["name"], next(iter(purls(package)), None)) for package in found)


def expected_of_tags(text: str) -> int:
    """How many packages there are but the subject: none of the subjects of these documents is an item."""
    text = re.sub(r"<text>.*?(?:</text>|\Z)", "", text, flags=re.DOTALL)
    lines = re.split(r"\r\n|\r|\n", text)
    described = {line.split()[-1] for line in lines if re.match(r"Relationship: SPDXRef-DOCUMENT DESCRIBES ", line)}
    count = subjects = 0
    for line in lines:
        count += line.startswith("PackageName:")
        if line.startswith(("PackageName:", "FileName:")):
            in_package = line.startswith("PackageName:")
        subjects += line.startswith("SPDXID: ") and line.split()[-1] in described and in_package
    return count - (subjects == 1)


def test_real_spdx_documents(data: Path) -> None:
    folder = data / "sbom"
    told: Counter[str] = Counter()
    files = sorted([*folder.glob("spdx-containers/*"), *folder.glob("in-the-wild/spdx/*"), *folder.glob("**/*.sbom")])
    items_read = 0
    for path in files:
        if path.name == "maubot-spdx.json":
            continue  # a list of licences
        found = read(spdx.FORMAT, path)
        assert found is not None, path
        _, items, problems = found
        text = path.read_text("utf-8-sig")
        if text.lstrip()[:1] == "{":
            document, _ = json.JSONDecoder().raw_decode(text.lstrip())  # one has the end of a web page after it
            assert Counter((each.component.name, each.component.purl) for each in items) == expected_of_json(
                document
            ), path
        else:
            assert len(items) == expected_of_tags(text), path
        told.update(f"{path.name} {problem.code}" for problem in problems if problem.level is Level.ERROR)
        items_read += len(items)
    cut = "istio-source.spdx text_never_ends"
    assert told == {cut: 1, "powershell-2.2.6.spdx.json malformed_json": 1}
    assert len(files) == 342
    assert items_read > 44_000


def test_a_document_in_json_and_in_tag_value(data: Path) -> None:
    folder = data / "sbom" / "in-the-wild" / "spdx"
    pairs = [(path, path.with_name(f"{path.name}.json")) for path in sorted(folder.glob("*.spdx"))]
    pairs = [pair for pair in pairs if pair[1].exists()]
    assert len(pairs) == 11
    differ = {}
    for in_tags, in_json in pairs:
        one, other = read(spdx.FORMAT, in_tags), read(spdx.FORMAT, in_json)
        assert one is not None
        assert other is not None
        assert one[0].subject == other[0].subject
        assert one[0].created == other[0].created
        tags, members = Counter(map(plain, one[1])), Counter(map(plain, other[1]))
        if tags != members:
            differ[in_tags.name] = [item[0] for item in (tags - members) + (members - tags)]
    # One of the two was edited: the same package is written with other letter case in it.
    assert differ == {
        "source-controller_0.21.2_sbom.spdx": ["github.com/minio/SHA256-simd", "github.com/minio/sha256-simd"]
    }


# Memory

ALONE = """
import io, sys
from importlib import import_module
from pathlib import Path
from clearinghouse.formats.document import Document
from clearinghouse.records import InventoryItem

class Multiplied(io.RawIOBase):
    def __init__(self):
        self.ready, self.left = head, times
    def readable(self):
        return True
    def readinto(self, buffer):
        if not self.ready and self.left:
            self.left -= 1
            self.ready = middle if self.left else middle.rstrip(b",") + tail
        part, self.ready = self.ready[:len(buffer)], self.ready[len(buffer):]
        buffer[:len(part)] = part
        return len(part)

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

head, middle, tail = (Path(part).read_bytes() for part in sys.argv[3:])
times = int(sys.argv[2]) // len(middle) + 1
format_ = import_module(f"clearinghouse.formats.{sys.argv[1]}").FORMAT
list(format_.read(Document.from_bytes("once", head + middle.rstrip(b",") + tail)))
before = peak()
items = 0
for record in format_.read(Document("big", lambda: io.BufferedReader(Multiplied()))):
    items += isinstance(record, InventoryItem)
print(items, times, peak() - before)
"""
"""Read the document whose middle stands in it again and again, made while it is read, in a process of its own."""


def cut_json(path: Path, key: str) -> tuple[bytes, bytes, bytes]:
    document = json.loads(path.read_bytes())
    members = json.dumps(document.pop(key)).encode()[1:-1] + b","
    head = json.dumps(document).encode()
    return head[:-1] + f', "{key}": ['.encode(), members, b"]}"


def cut_text(path: Path, start: bytes, end: bytes) -> tuple[bytes, bytes, bytes]:
    raw = path.read_bytes()
    first, last = raw.index(start), raw.rindex(end) if end else len(raw)
    return raw[:first], raw[first:last], raw[last:]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is told by Linux only")
@pytest.mark.parametrize(
    ("format_", "name", "cut", "copy"),
    [
        ("cyclonedx", "cdx-examples/SBOM/juice-shop/v11.1.2/bom.json", ("components",), 840),
        ("cyclonedx", "in-the-wild/cyclonedx/elixir-cdx.xml", (b'<component bom-ref="pkg', b"</components>"), 584),
        ("spdx", "in-the-wild/spdx/grype-sbom.spdx.json", ("packages",), 1160),
        ("spdx", "in-the-wild/spdx/missionlz.spdx.json", ("files",), 0),
        ("spdx", "in-the-wild/spdx/missionlz.spdx.json", ("relationships",), 0),
        ("spdx", "in-the-wild/spdx/flux_0.26.3_sbom.spdx", (b"PackageName:", b""), 244),
    ],
    ids=["cyclonedx json", "cyclonedx xml", "spdx packages", "spdx files", "spdx relationships", "tag-value"],
)
def test_fifty_megabytes_are_read_in_little_memory(format_, name, cut, copy, data: Path, tmp_path: Path) -> None:
    size = 50_000_000 if not name.endswith(".xml") else 15_000_000  # the slowest
    parts = (cut_json if len(cut) == 1 else cut_text)(data / "sbom" / name, *cut)
    files = [tmp_path / str(number) for number in range(3)]
    for file, part in zip(files, parts, strict=True):
        file.write_bytes(part)
    command = [sys.executable, "-c", ALONE, format_, str(size), *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    items, times, kilobytes = map(int, done.stdout.split())
    assert items - copy * times in (0, 1)
    assert kilobytes < 20_000
