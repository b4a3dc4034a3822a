"""The feeds with their real addresses. Each line says where the address comes from.

A name is a kind (``kev``), or a kind and a part of it (``osv/PyPI``, ``csaf/cisa``).
"""

import re
from enum import StrEnum
from urllib.parse import quote, urlsplit

import msgspec

MIB = 1 << 20
GITHUB_ARCHIVES = frozenset({"github.com", "codeload.github.com"})
"""github.com sends those who want an archive of a branch on to codeload.github.com
(https://docs.github.com/en/repositories/working-with-files/using-files/downloading-source-code-archives)."""
OSV_EXPORT = "https://osv-vulnerabilities.storage.googleapis.com"
"""The public bucket of OSV's exporter; https://storage.googleapis.com/osv-vulnerabilities is the same
(https://google.github.io/osv.dev/data/#data-dumps)."""
OSV_ECOSYSTEMS = ("PyPI", "npm", "Go", "Maven", "crates.io", "NuGet", "RubyGems", "Packagist", "GitHub Actions")
"""The ecosystems that ``osv`` stands for until the settings name others: the package registries."""
_ECOSYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,60}|\[EMPTY\]")
"""A directory of the export. Records without an ecosystem, mostly withdrawn ones, are in one called ``[EMPTY]``."""
PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class Kind(StrEnum):
    """What a feed holds, and so how it is fetched and read."""

    KEV = "kev"
    EPSS = "epss"
    VULNRICHMENT = "vulnrichment"
    OSV = "osv"
    RUSTSEC = "rustsec"
    CSAF = "csaf"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed.

    Attributes:
        name: unique; a path of one or two parts. kind: how it is fetched and read. title: for people.
        address: of the document that is asked for first.
        alternates: addresses that are tried in turn where that one fails; ``{date}`` is today, then yesterday.
        hosts: to which the origin may redirect documents whose digest nobody gives.
        licence: under which the data are published. page: where their publisher describes them.
        stale_after: days after which the data are called stale.
        largest: most bytes of one document of it, as it comes.
    """

    name: str
    kind: Kind
    title: str
    address: str
    hosts: frozenset[str]
    licence: str
    page: str
    stale_after: int
    largest: int
    alternates: tuple[str, ...] = ()


KEV = Feed(
    name="kev",
    kind=Kind.KEV,
    title="CISA Known Exploited Vulnerabilities",
    # https://www.cisa.gov/known-exploited-vulnerabilities-catalog, "JSON"
    address="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    # https://github.com/cisagov/kev-data, branch develop: CISA's own copy, the same within minutes. Its main site
    # turns away programs now and then.
    alternates=("https://raw.githubusercontent.com/cisagov/kev-data/develop/known_exploited_vulnerabilities.json",),
    hosts=frozenset({"www.cisa.gov", "cisa.gov", "raw.githubusercontent.com"}),
    licence="CC0-1.0",
    page="https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
    stale_after=3,
    largest=64 * MIB,
)
EPSS = Feed(
    name="epss",
    kind=Kind.EPSS,
    title="FIRST EPSS scores",
    # https://www.first.org/epss/data_stats; it redirects to the file of the day on the same host
    address="https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    alternates=("https://epss.empiricalsecurity.com/epss_scores-{date}.csv.gz",),
    hosts=frozenset({"epss.empiricalsecurity.com", "epss.cyentia.com"}),  # the latter until 2025
    licence="free of charge, credit to FIRST asked for",
    page="https://www.first.org/epss/data_stats",
    stale_after=3,
    largest=256 * MIB,
)
VULNRICHMENT = Feed(
    name="vulnrichment",
    kind=Kind.VULNRICHMENT,
    title="CISA Vulnrichment: SSVC for CVE records",
    # The repository is the publication (https://github.com/cisagov/vulnrichment/blob/develop/README.md); the only
    # other bulk form are all CVE records (https://github.com/CVEProject/cvelistV5), which repeat CISA's container
    address="https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip",
    hosts=GITHUB_ARCHIVES,
    licence="CC0-1.0 (CISA's part; the rest under the CVE terms of use)",
    page="https://github.com/cisagov/vulnrichment",
    stale_after=7,
    largest=2048 * MIB,
)
RUSTSEC = Feed(
    name="rustsec",
    kind=Kind.RUSTSEC,
    title="RustSec advisories as OSV",
    # RustSec's own export, branch osv of https://github.com/rustsec/advisory-db
    address="https://github.com/rustsec/advisory-db/archive/refs/heads/osv.zip",
    hosts=GITHUB_ARCHIVES,
    licence="CC0-1.0, parts from GitHub advisories CC-BY-4.0",
    page="https://github.com/rustsec/advisory-db",
    stale_after=7,
    largest=256 * MIB,
)
SINGLE = {feed.name: feed for feed in (KEV, EPSS, VULNRICHMENT, RUSTSEC)}
CSAF_PROVIDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    # https://www.cisa.gov/sites/default/files/security.txt, "CSAF:"; the documents lie in CISA's GitHub organisation
    "cisa": ("https://www.cisa.gov/sites/default/files/csaf/provider-metadata.json", ("raw.githubusercontent.com",)),
}
"""Metadata and further hosts of each CSAF provider that is known without settings."""
DEFAULT = ("kev", "epss", "vulnrichment", "osv", "csaf")
"""What is fetched where nothing is named. RustSec is part of ``osv/crates.io``."""


def osv_feed(ecosystem: str) -> Feed:
    """Return the feed of one ecosystem, spelled as OSV spells it (https://ossf.github.io/osv-schema/#defined-ecosystems).

    Raises:
        ValueError: it can be no directory of the export.
    """
    if not _ECOSYSTEM.fullmatch(ecosystem):
        raise ValueError(ecosystem)
    return Feed(
        name=f"osv/{ecosystem}",
        kind=Kind.OSV,
        title=f"OSV advisories for {ecosystem}",
        address=f"{OSV_EXPORT}/{quote(ecosystem)}/modified_id.csv",
        hosts=frozenset({"osv-vulnerabilities.storage.googleapis.com", "storage.googleapis.com"}),
        licence="of each source database, mostly CC-BY-4.0 and CC0-1.0",
        page="https://google.github.io/osv.dev/data/",
        stale_after=3,
        largest=2048 * MIB,
    )


def csaf_feed(provider: str, metadata: str, hosts: tuple[str, ...] = ()) -> Feed:
    """Return the feed of a CSAF provider.

    Args:
        provider: its short name. metadata: address of its ``provider-metadata.json`` (CSAF 2.0, section 7.1.7).
        hosts: where it keeps documents beside the hosts that the metadata name.
    """
    return Feed(
        name=f"csaf/{provider}",
        kind=Kind.CSAF,
        title=f"CSAF advisories of {provider}",
        address=metadata,
        hosts=frozenset({urlsplit(metadata).hostname or "", *hosts}),
        licence="of the provider",
        page=metadata,
        stale_after=7,
        largest=64 * MIB,
    )
