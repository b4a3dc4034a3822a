"""The demonstration flood as files, and what is known of it beforehand: which findings are the same flaw."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from clearinghouse.cli.demo import bulletins, crashes, finders, outside
from clearinghouse.cli.demo.description import DATA, description
from clearinghouse.cli.demo.made import Made

REPORTS, SIGNALS, PUBLISHED, MARK = "reports", "signals", "published", "README.txt"

_README = """\
A demonstration flood for clearinghouse. Everything in it is invented.

reports/   what the finders handed in: Aurora (SARIF), Basalt (Mantis findings in a zip), Cinder (tables),
           crash logs of two fuzzing labs, and public advisories (OSV)
signals/   what the outside world knows: KEV catalogue, EPSS scores, CVE records with SSVC decision points
published/ advisories for those who have the packages and devices: OSV records, and CSAF of vendors
hospital/, bank/, water/
           what each of three who have to act has, as it is kept there; <name>.html is the page made of it
"""


class Flood(msgspec.Struct, frozen=True):
    """Where the flood lies. ``ssvc`` is a folder of CVE records; each deployer's folder is below ``folder``."""

    folder: Path
    reports: Path
    kev: Path
    epss: Path
    ssvc: Path
    published: Path


def reports() -> Iterator[Made]:
    """Yield every report, always the same bytes."""
    about = description()
    yield finders.aurora(about, 1)
    yield finders.aurora(about, 2)
    yield finders.basalt(about)
    yield finders.cinder(about, 13)
    yield finders.cinder(about, 14)
    yield from crashes.logs(about)
    yield from outside.advisories(about)


def signals() -> Iterator[Made]:
    """Yield every document with facts from outside."""
    about = description()
    yield outside.kev(about)
    yield outside.epss(about)
    yield from outside.cve_records(about)


def published() -> Iterator[Made]:
    """Yield every advisory for those who have the packages and devices."""
    about = description()
    yield from outside.published(about)
    yield from bulletins.bulletins(about)


def inventories() -> Iterator[Made]:
    """Yield what each deployer keeps, as it is."""
    for deployer in description().deployer:
        folder = DATA.joinpath("deployers", deployer.folder)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            yield Made(f"{deployer.folder}/{file.name}", file.read_bytes(), {})


def write_flood(folder: Path) -> Flood:
    """Write the flood below ``folder``, which is created if need be; files of an earlier one are replaced.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_bytes(_README.encode())
    for name, documents in ((REPORTS, reports()), (SIGNALS, signals()), (PUBLISHED, published()), ("", inventories())):
        for made in documents:
            path = folder / name / made.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made.content)
    known = folder / SIGNALS
    return Flood(
        folder=folder,
        reports=folder / REPORTS,
        kev=known / "kev.json",
        epss=known / "epss.csv.gz",
        ssvc=known / "cve",
        published=folder / PUBLISHED,
    )


def is_flood(folder: Path) -> bool:
    """Whether ``folder`` holds a flood that was written before."""
    mark = folder / MARK
    return mark.is_file() and mark.read_bytes() == _README.encode()


def expected_flaws(given: str) -> dict[str, str]:
    """Return the key of the flaw for each finding of the flood, by the finding's identifier.

    Args:
        given: how the folder of reports is named when it is read.
    """
    found = {}
    for made in reports():
        for end, flaw in made.labels.items():
            if flaw is not None:
                found[f"{given}/{made.path}{end}"] = flaw
    return found


def expected_groups(given: str) -> set[frozenset[str]]:
    """Return the groups into which the findings of the flood belong, each as its findings' identifiers."""
    groups: dict[str, set[str]] = {}
    for finding, flaw in expected_flaws(given).items():
        groups.setdefault(flaw, set()).add(finding)
    return {frozenset(group) for group in groups.values()}
