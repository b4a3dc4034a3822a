"""Facts of the CVE world that are lists."""

CISA_ADP = "134c704f-9b21-4f2e-91b3-4a467353bcc0"
CVE_PROGRAM = "af854a3a-2127-422b-91ae-364da2661108"

KNOWN_ADPS = {CISA_ADP: "CISA-ADP", CVE_PROGRAM: "CVE"}
"""Organisation (UUID) and short name of the Authorized Data Publishers whose containers are read; others are passed
over until someone has looked at what they mean. Source: https://www.cve.org/ProgramOrganization/ADPs"""

ECOSYSTEMS = {
    "central.sonatype.com": "Maven",
    "cran.r-project.org": "CRAN",
    "crates.io": "crates.io",
    "hackage.haskell.org": "Hackage",
    "hex.pm": "Hex",
    "npmjs.com": "npm",
    "nuget.org": "NuGet",
    "packagist.org": "Packagist",
    "pkg.go.dev": "Go",
    "proxy.golang.org": "Go",
    "pub.dev": "Pub",
    "pypi.org": "PyPI",
    "pypi.python.org": "PyPI",
    "registry.npmjs.org": "npm",
    "repo.maven.apache.org": "Maven",
    "repo1.maven.org": "Maven",
    "rubygems.org": "RubyGems",
}
"""Host of ``collectionURL`` (without ``www.``): OSV ecosystem (https://ossf.github.io/osv-schema/#affectedpackage-field)."""

NOT_APPLICABLE = frozenset({"", "n/a", "na", "-", "unknown", "unspecified", "none"})
"""How CNAs write that they do not name a vendor, product or version, in lower case."""

UNBOUNDED = NOT_APPLICABLE | {"*", "publication", "all", "all versions"}
"""Upper bounds that are no version; ``*`` is the record format's own word for no bound."""

ENDS_UNSAID = frozenset({"publication", "unspecified", "unknown", "n/a"})
"""Upper bounds of a range that say that it ends, and not where. ``publication`` is what Microsoft wrote until 2022 for
"until the update that came with this record"."""

EVERYTHING = frozenset({"*", "all", "all versions"})
"""Single versions that stand for every version."""
