"""Names of package ecosystems as tools write them, and as the OSV schema writes them; names of packages in them.

An ecosystem is called by its OSV name (https://ossf.github.io/osv-schema/#defined-ecosystems): a base name, and of
distributions a release after a colon.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from clearinghouse.packages.purl import PackageUrl, PurlError
from clearinghouse.packages.releases import normal_release

_TOOL_WORDS = {
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
    "Bioconductor": "bioconductor",
    "ConanCenter": "conan conancenter",
    "GitHub Actions": "githubactions github-action github-actions",
    "SwiftURL": "swift swifturl",
    "Julia": "julia",
    "opam": "opam",
    "VSCode": "vscode vscode-extension",
    "Kubernetes": "kubernetes k8s",
    "Bitnami": "bitnami",
    "Docker Hardened Images": "dhi",
}
_DISTRIBUTION_WORDS = {
    "Debian": "debian",
    "Ubuntu": "ubuntu",
    "Echo": "echo",
    "Alpine": "alpine",
    "Wolfi": "wolfi",
    "Chainguard": "chainguard",
    "MinimOS": "minimos",
    "CleanStart": "cleanstart",
    "Alpaquita": "alpaquita",
    "BellSoft Hardened Containers": "bellsoft-hardened-containers",
    "Docker Hardened Images": "dhi",
    # CentOS was Red Hat's packages built again: it has no advisories of its own, and scanners read it with Red Hat's.
    "Red Hat": "redhat rhel centos",
    "Rocky Linux": "rocky rockylinux rocky-linux",
    "AlmaLinux": "alma almalinux",
    "openSUSE": "opensuse opensuse-leap opensuse.leap opensuse-tumbleweed opensuse.tumbleweed opensuse-leap-micro",
    "SUSE": "suse sles sled sles_sap slem sle-micro sl-micro",
    "Photon OS": "photon",
    "Azure Linux": "azurelinux azure-linux azure mariner cbl-mariner",
    "Mageia": "mageia",
    "openEuler": "openeuler",
}
DISTRIBUTIONS = frozenset(_DISTRIBUTION_WORDS)
"""OSV base names of distributions, whose packages are built from sources that others release."""
_DISTRIBUTION_TYPES = frozenset({"deb", "rpm", "apk"})

_SYSTEMS = """
alma almalinux alpine amazon arch azurelinux azure bottlerocket cbl-mariner centos chainguard coreos debian echo
fedora mariner minimos opensuse opensuse-leap opensuse-tumbleweed opensuse.leap opensuse.tumbleweed oracle photon
redhat rocky seal sles slem suse ubuntu wolfi
"""
OPERATING_SYSTEMS = frozenset(_SYSTEMS.split())
"""Names of operating systems where a tool gives them in the place of a package type."""


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: osv for osv, words in table.items() for word in words.split()}


_BY_DISTRIBUTION = _by_word(_DISTRIBUTION_WORDS)
_BY_NAME = {osv.lower(): osv for osv in _TOOL_WORDS | _DISTRIBUTION_WORDS}
_BY_WORD = _BY_NAME | _BY_DISTRIBUTION | _by_word(_TOOL_WORDS)


def ecosystem_of(word: str | None) -> str:
    """Return the OSV base name that a tool's word for a kind of package means, or the empty string.

    Only words that mean one ecosystem are known: ``deb``, ``rpm`` and ``apk`` do not, there the distribution decides.
    """
    return _BY_WORD.get(word.strip().lower(), "") if word else ""


def ecosystem_of_type(kind: str, namespace: str = "", distro: str = "") -> str:
    """Return the OSV base name that type and namespace of a package URL mean, or the empty string.

    Args:
        kind: the type, in any case; types that only some tools write (``alpine``, ``dotnet``) are known too.
        namespace: decides for ``deb``, ``rpm`` and ``apk``.
        distro: the qualifier of that name (``debian-12``), which decides for these where there is no namespace.
    """
    kind = kind.lower()
    if kind not in _DISTRIBUTION_TYPES:
        return _BY_WORD.get(kind, "")
    if namespace:
        return _BY_DISTRIBUTION.get(namespace.lower(), "")
    return _BY_DISTRIBUTION.get(distro.rpartition("-")[0].lower(), "")


@lru_cache(maxsize=4096)
def split_ecosystem(name: str) -> tuple[str, str]:
    """Return base name and release of an OSV ecosystem, the release in the form in which spellings of it are equal.

    ``Alpine:v3.17`` is Alpine and 3.17; ``Ubuntu:22.04:LTS`` is Ubuntu and 22.04. What follows the colon of Maven,
    Packagist and VSCode is a repository, no release.
    """
    base, _, release = name.partition(":")
    return base, normal_release(base, release)


def name_of_purl(ecosystem: str, url: PackageUrl) -> str:
    """Return the package's name as its ecosystem writes it (``org.example:demo``), not yet in normal form."""
    namespace, name = url.namespace, url.name
    if ecosystem == "Go" and url.subpath:
        name = f"{name}/{url.subpath}"  # tools put what follows the third slash of a module path there
    if not namespace or url.type in _DISTRIBUTION_TYPES or ecosystem in _NAME_ALONE:
        return name
    if ecosystem == "npm" and namespace[0] != "@":
        namespace = f"@{namespace}"
    return f"{namespace}{_JOINTS.get(ecosystem, '/')}{name}"


def purl_of(ecosystem: str, name: str, version: str | None) -> str | None:
    """Return the canonical package URL of a package, or None where name and version do not determine it.

    The law: of what is made here, :func:`name_of_purl` gives the name back, in normal form.

    Args:
        ecosystem: an OSV base name. name, version: as the ecosystem writes them.
    """
    kind = _PURL_TYPES.get(ecosystem)
    if kind is None:
        return None
    namespace, _, bare = name.rpartition(_JOINTS.get(ecosystem, "/") if ecosystem in _SPACED else "\0")
    if (ecosystem == "npm" and namespace and namespace[0] != "@") or (ecosystem == "Maven" and not namespace):
        return None
    try:
        return PackageUrl.build(type=kind, namespace=namespace, name=bare, version=version).canonical
    except PurlError:
        return None


_PURL_TYPES = {
    "PyPI": "pypi",
    "npm": "npm",
    "Maven": "maven",
    "Go": "golang",
    "crates.io": "cargo",
    "RubyGems": "gem",
    "NuGet": "nuget",
    "Packagist": "composer",
    "Hex": "hex",
    "Pub": "pub",
}
_SPACED = frozenset({"npm", "Maven", "Go", "Packagist"})
_NAME_ALONE = frozenset({"ConanCenter"})
_JOINTS = {"Maven": ":", "VSCode": "."}


def _lower(name: str) -> str:
    return name.lower()


_RUNS = re.compile(r"[-_.]+")


def _pypi(name: str) -> str:
    return _RUNS.sub("-", name).lower()


def _crate(name: str) -> str:
    return name.replace("-", "_").lower()


def _maven(name: str) -> str:
    if ":" not in name:
        group, _, artifact = name.rpartition("/")
        return f"{group.replace('/', '.')}:{artifact}" if group else name
    return name


def _go(name: str) -> str:
    name = name.lower().strip("/")
    return _GO_ITSELF.get(name, name)


_GO_ITSELF = {"std": "stdlib", "golang.org/toolchain": "toolchain"}


def _action(name: str) -> str:
    """An action may be a folder of its repository: ``actions/cache/restore``."""
    return "/".join(name.lower().split("/")[:2])


_URL_START = re.compile(r"/*+(?:[A-Za-z+]{1,10}://)?+(?:[^/@]{1,64}@)?+")
_CASELESS_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "www.github.com"})


def _swift(name: str) -> str:
    while (start := _URL_START.match(name)) and start[0]:
        name = name[start.end() :]
    while name.endswith(("/", ".git")):
        name = name.removesuffix("/").removesuffix(".git")
    host, slash, path = name.partition("/")
    host = host.lower()
    return f"{host}{slash}{path.lower() if host in _CASELESS_HOSTS else path}"


_NORMAL: dict[str, Callable[[str], str]] = {
    # https://packaging.python.org/en/latest/specifications/name-normalization/
    "PyPI": _pypi,
    # https://doc.rust-lang.org/cargo/reference/registry-index.html (name restrictions): the registry takes no second
    # name that differs in letter case, - or _ only.
    "crates.io": _crate,
    # https://maven.apache.org/pom.html#Maven_Coordinates; OSV writes groupId:artifactId.
    "Maven": _maven,
    # https://go.dev/ref/mod#module-path knows letter case; but some tools write package URLs in lower case, as the
    # definition of the golang type has it. Of 1,372 names in Go's advisories two differed in case only, and they were
    # one repository. The standard library and the toolchain are named as OSV names them.
    "Go": _go,
    # https://learn.microsoft.com/nuget/consume-packages/finding-and-choosing-packages: ids ignore case.
    "NuGet": _lower,
    # https://getcomposer.org/doc/04-schema.md#name: names must be lower case.
    "Packagist": _lower,
    # https://hex.pm/docs/publish and the hex type of package URLs: lower case.
    "Hex": _lower,
    # https://dart.dev/tools/pub/pubspec#name: lower case with underscores.
    "Pub": _lower,
    # https://docs.github.com/actions: owner/repository, and GitHub ignores case.
    "GitHub Actions": _action,
    # The bitnami type of package URLs: lower case.
    "Bitnami": _lower,
    # OSV: a Git URL; the scheme, the ending .git and the case of a host mean nothing.
    "SwiftURL": _swift,
    # https://marketplace.visualstudio.com: publisher.name, which ignores case.
    "VSCode": _lower,
    # https://www.debian.org/doc/debian-policy/ch-controlfields.html#source: lower case.
    "Debian": _lower,
    "Ubuntu": _lower,
    "Echo": _lower,
    # The apk type of package URLs: lower case.
    "Alpine": _lower,
    "Wolfi": _lower,
    "Chainguard": _lower,
    "MinimOS": _lower,
    "Alpaquita": _lower,
    "BellSoft Hardened Containers": _lower,
}


def normal_name(ecosystem: str, name: str) -> str:
    """Return the form in which two names of one package are equal.

    Names of npm (``JSONStream`` is another package than ``jsonstream``), RubyGems, CRAN, Hackage and RPM stay as they
    are: there letter case counts. The sources of the other rules stand beside them in this module.

    Args:
        ecosystem: OSV base name. name: as OSV and the ecosystem write it.
    """
    rule = _NORMAL.get(ecosystem)
    return rule(name) if rule else name
