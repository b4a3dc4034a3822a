"""Names of package ecosystems as tools write them, and as the OSV schema writes them.

The left side is what scanners, package URLs and people write; the right side is the OSV ecosystem
(https://ossf.github.io/osv-schema/#defined-ecosystems). Only names that mean one ecosystem are listed:
``deb``, ``rpm`` and ``apk`` do not, for them the package URL's namespace decides.
"""

from functools import lru_cache
from urllib.parse import unquote

from packageurl import PackageURL

from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.records import Component

_PACKAGE_TYPES = {
    "PyPI": "pypi pip pip3 pipenv poetry uv pylock python python-pkg python-package",
    "npm": "npm yarn pnpm bun node node-pkg node.js nodejs javascript",
    "Go": "go golang gomod gobinary go-module",
    "crates.io": "cargo crates crates.io rust rust-crate rustbinary rust-binary",
    "RubyGems": "gem gems rubygems ruby bundler gemspec",
    "Maven": "maven java java-archive jar pom gradle sbt jenkins-plugin",
    "NuGet": "nuget dotnet dotnet-core packages-props dotnet-deps",
    "Packagist": "composer packagist php-composer composer-vendor",
    "Pub": "pub dart dart-pub",
    "Hex": "hex erlang elixir",
    "Hackage": "hackage haskell",
    "CRAN": "cran r-package",
    "ConanCenter": "conan conancenter",
    "GitHub Actions": "githubactions github-action github-actions",
    "SwiftURL": "swifturl",
    "Debian": "debian",
    "Ubuntu": "ubuntu",
    "Alpine": "alpine",
    "Wolfi": "wolfi",
    "Chainguard": "chainguard",
    "Red Hat": "redhat",
    "Rocky Linux": "rocky",
    "AlmaLinux": "alma almalinux",
    "openSUSE": "opensuse opensuse.leap opensuse-leap",
    "SUSE": "suse sles",
    "Photon OS": "photon",
    "Bitnami": "bitnami",
}
_BY_NAME = {word: osv for osv, words in _PACKAGE_TYPES.items() for word in words.split()}
_BY_NAME.update({osv.lower(): osv for osv in _PACKAGE_TYPES})

_SYSTEMS = """
alma almalinux alpine amazon arch azurelinux azure bottlerocket cbl-mariner centos chainguard coreos debian echo
fedora mariner minimos opensuse opensuse-leap opensuse-tumbleweed opensuse.leap opensuse.tumbleweed oracle photon
redhat rocky seal sles slem suse ubuntu wolfi
"""
OPERATING_SYSTEMS = frozenset(_SYSTEMS.split())
"""Names of operating systems where a tool gives them in the place of a package type."""

_PURL_TYPES = {"PyPI": "pypi", "npm": "npm"}
_DISTRIBUTION_TYPES = frozenset({"deb", "rpm", "apk"})
MAX_PURL = 2048


def ecosystem_of(name: str | None) -> str:
    """Return the OSV ecosystem that a tool's word means, or the empty string."""
    return _BY_NAME.get(name.strip().lower(), "") if name else ""


def package(name: str, version: str | None, *, type_: str = "", purl: str | None = None) -> Component:
    """Return the component that a scanner means by a package.

    Args:
        name: as the scanner wrote it, made fit to be shown. version: likewise.
        type_: the scanner's word for its kind (``gobinary``, ``deb``); a word unknown here gives no ecosystem.
        purl: the package URL as the scanner wrote it. Without one, it is made for PyPI and npm, where name and
            version determine it; elsewhere it would be a guess.
    """
    purl = distinct_line(purl, MAX_PURL) if purl else None
    ecosystem = (_purl_ecosystem(purl) if purl else "") or ecosystem_of(type_)
    return Component(
        name=name, ecosystem=ecosystem, version=version or None, purl=purl or make_purl(ecosystem, name, version)
    )


def make_purl(ecosystem: str, name: str, version: str | None) -> str | None:
    """Return the package URL of a PyPI or npm package, else None. ``name`` of npm may carry a scope, ``@scope/name``.

    Source: ECMA-427 (package URL), type definitions ``pypi`` and ``npm``.
    """
    kind = _PURL_TYPES.get(ecosystem)
    if not kind or not name.strip("@/ ") or len(name) > MAX_PURL or name.isspace():
        return None
    namespace, slash, bare = name.rpartition("/")
    if slash and (kind != "npm" or not namespace.startswith("@")):
        return None
    try:
        return PackageURL(type=kind, namespace=namespace or None, name=bare, version=version or None).to_string()
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _purl_ecosystem(purl: str) -> str:
    kind, _, rest = purl.removeprefix("pkg:").lstrip("/").partition("/")
    kind = kind.lower()
    if kind in _DISTRIBUTION_TYPES:
        return ecosystem_of(unquote(rest.partition("/")[0]))
    return ecosystem_of(kind)


def parse_purl(purl: str) -> Component | None:
    """Return the component that a package URL names, or None if it is not one."""
    if len(purl) > MAX_PURL:
        return None
    try:
        parsed = PackageURL.from_string(purl)
    except ValueError:
        return None
    ecosystem = _purl_ecosystem(purl)
    separator = ":" if ecosystem == "Maven" else "/"
    distribution = parsed.type in _DISTRIBUTION_TYPES
    name = f"{parsed.namespace}{separator}{parsed.name}" if parsed.namespace and not distribution else parsed.name
    version = clean_line(parsed.version or "") or None  # what a package URL escapes may be any character
    return Component(name=clean_line(name), ecosystem=ecosystem, version=version, purl=clean_line(purl, MAX_PURL))
