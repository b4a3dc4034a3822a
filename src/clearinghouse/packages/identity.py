"""Which package an item of an inventory is.

Advisories speak of a package by ecosystem, release of a distribution, and name; of most distributions they name the
source package, from which a system has binary packages under other names and sometimes other versions. All of that is
read here from a package URL and the little that tools write beside it.
"""

import re

import msgspec

from clearinghouse.packages.ecosystems import ecosystem_of_type, name_of_purl, normal_name, purl_of, split_ecosystem
from clearinghouse.packages.os_purl import os_purl
from clearinghouse.packages.purl import PackageUrl, PurlError, parse
from clearinghouse.packages.releases import release_of_distro
from clearinghouse.records import Component, InventoryItem, Unjudged


class PackageId(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What package an item is, in the form in which packages are compared.

    Attributes:
        ecosystem: OSV base name (``Debian``). release: of a distribution, in normal form (``12``), empty where unknown.
        name: in normal form. version: as the ecosystem writes it, or None where the item has none that is known.
        purl: canonical package URL: of the one that the item has, else of what name and version determine.
        source_name: of an OS package, the source package that it was built from, in normal form; empty where the
            inventory does not say.
        source_version: version of that source package; where it is not stated, what follows from the package's own.
    """

    ecosystem: str
    name: str
    release: str = ""
    version: str | None = None
    purl: str | None = None
    source_name: str = ""
    source_version: str | None = None


def names_of(package: PackageId) -> tuple[tuple[str, str | None], ...]:
    """Return the names under which advisories may speak of a package, each with the version that they compare.

    Debian, Ubuntu and Alpine publish on source packages, and a binary package may have the name of another source, so
    only its source is asked for. Distributions of RPM packages publish on either, so both are asked for, first that
    which is installed.
    """
    own = (package.name, package.version)
    if not package.source_name:
        return ((package.name, package.source_version or package.version),)
    source = (package.source_name, package.source_version or package.version)
    if package.source_name == package.name or package.ecosystem in _ON_SOURCES:
        return (source,)
    return (own, source)


def package_of(item: InventoryItem, *, system: str = "") -> PackageId | Unjudged:
    """Return which package an item is, or why that cannot be said.

    The answer depends on the package URL, the component and the source package of the item only: whoever has many items
    asks once for equal ones.

    Args:
        item: of an inventory. system: the distribution that the whole inventory is of (``Debian:12``), which counts
            where the item itself does not say.
    """
    written = item.component.purl
    if not written:
        return _of_name(item, system)
    try:
        url = parse(written)
    except PurlError as error:
        return Unjudged(code="bad_package_url", reason=error.what)
    return _of_purl(url, item, system)


def _of_purl(url: PackageUrl, item: InventoryItem, system: str) -> PackageId | Unjudged:
    component = item.component
    distro = url.qualifier("distro")
    ecosystem = ecosystem_of_type(url.type, url.namespace, distro)
    if not ecosystem:
        ecosystem = _stated_elsewhere(url, component, system)
        if not ecosystem:
            return Unjudged(code="unsupported_ecosystem", reason=_why_unsupported(url))
    name, version = name_of_purl(ecosystem, url), url.version or component.version
    if url.version is None and "@" in name[1:]:  # some tools escape the @ before the version too
        name, _, version = name.rpartition("@")
    name, version = normal_name(ecosystem, name), _version(ecosystem, version)
    nameless = _why_nameless(ecosystem, name)
    if nameless:
        return Unjudged(code="no_name", reason=nameless)
    release = release_of_distro(ecosystem, url.namespace, distro) or _stated_release(ecosystem, component, system)
    if url.type not in _OS_TYPES and not item.source_name and ecosystem not in _DPKG and ecosystem not in _APK:
        return PackageId(ecosystem=ecosystem, name=name, release=release, version=version, purl=url.canonical)
    version = _with_epoch(version, url.qualifier("epoch"))
    source_name, source_version = _source(url, item, version)
    return PackageId(
        ecosystem=ecosystem,
        name=name,
        release=release,
        version=version,
        purl=url.canonical,
        source_name=normal_name(ecosystem, source_name),
        source_version=source_version or _own_source_version(ecosystem, version),
    )


def _of_name(item: InventoryItem, system: str) -> PackageId | Unjudged:
    component = item.component
    ecosystem, _ = split_ecosystem(component.ecosystem)
    if not ecosystem:
        return Unjudged(
            code="unsupported_ecosystem", reason="The inventory does not say of which ecosystem this is a package."
        )
    name = normal_name(ecosystem, component.name.strip())
    nameless = _why_nameless(ecosystem, name)
    if nameless:
        return Unjudged(code="no_name", reason=nameless)
    version = _version(ecosystem, component.version)
    is_system = bool(item.source_name) or ecosystem in _DPKG
    release, stated = _stated_release(ecosystem, component, system), component.version if version else None
    return PackageId(
        ecosystem=ecosystem,
        name=name,
        release=release,
        version=version,
        purl=purl_of(ecosystem, component.name.strip(), stated) or os_purl(ecosystem, release, name, version),
        source_name=normal_name(ecosystem, item.source_name),
        source_version=(item.source_version or _own_source_version(ecosystem, version)) if is_system else None,
    )


# Ecosystem and release

_OS_TYPES = frozenset({"deb", "rpm", "apk"})
_DPKG = frozenset({"Debian", "Ubuntu", "Echo"})
_APK = frozenset({"Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita", "BellSoft Hardened Containers"})
_ON_SOURCES = _DPKG | {"Alpine"}
_SHOWN = 60
_NOT_PACKAGES = {
    "oci": "container images",
    "docker": "container images",
    "github": "repositories",
    "gitlab": "repositories",
    "bitbucket": "repositories",
    "git": "repositories",
    "swid": "installed products",
    "generic": "files of no ecosystem",
    "huggingface": "models",
    "mlflow": "models",
}


def _stated_elsewhere(url: PackageUrl, component: Component, system: str) -> str:
    """The ecosystem of an item whose package URL has none: a syft ``github`` action, an ``rpm`` without a vendor."""
    if url.type in _OS_TYPES and url.namespace:
        return ""
    stated, _ = split_ecosystem(component.ecosystem)
    return stated or (split_ecosystem(system)[0] if url.type in _OS_TYPES else "")


def _why_unsupported(url: PackageUrl) -> str:
    if url.type in _OS_TYPES:
        if not url.namespace:
            return f"Nothing says of which distribution this {url.type} package is."
        shown = url.namespace if url.namespace.isprintable() and len(url.namespace) <= _SHOWN else "that it names"
        return f"No advisories on {url.type} packages of the distribution {shown} can be read here."
    known = _NOT_PACKAGES.get(url.type)
    if known:
        return f"Package URLs of type {url.type} name {known}, of which advisories on packages do not speak."
    return f"No advisories on packages of type {url.type[:_SHOWN]} can be read here."


def _stated_release(ecosystem: str, component: Component, system: str) -> str:
    for text in (component.ecosystem, system):
        base, release = split_ecosystem(text)
        if release and base == ecosystem:
            return release
    return ""


def _why_nameless(ecosystem: str, name: str) -> str | None:
    if not name:
        return "The inventory gives no name for this package."
    if ecosystem == "Go" and name[0] == ".":
        return "This is a folder beside the program that was built, which has no name outside of it."
    if ecosystem == "Maven" and ":" not in name:
        return "This names a Maven artifact without its group, and many groups have artifacts of one name."
    return None


# Versions

_NO_VERSION = frozenset({"", "(devel)", "(unknown)", "unknown", "(none)", "none", "n/a", "unspecified", "noassertion"})
_GO_PREFIX = re.compile(r"(?:v0\.0\.1-go|v|go)(?=[0-9])")
_GO_BUILD = re.compile(r" |\.(?:linux|darwin|windows|freebsd)-")
_BINARY_REBUILD = re.compile(r"\+b[0-9]++$")


def _version(ecosystem: str, written: str | None) -> str | None:
    """Return the version as its ecosystem writes it, or None where what stands there is none."""
    version = written.strip() if written else ""
    if version.lower() in _NO_VERSION or "${" in version:  # a Maven property that nobody resolved
        return None
    if ecosystem == "Go":
        # OSV writes Go versions without v (https://ossf.github.io/osv-schema/#affectedranges-field), and the standard
        # library's as 1.20.3; tools write v1.2.3, go1.20.3, "1.20.3 X:boringcrypto", v0.0.1-go1.21.0.linux-amd64.
        prefix = _GO_PREFIX.match(version)
        version = version[prefix.end() :] if prefix else version
        version = _GO_BUILD.split(version, maxsplit=1)[0]
    return version or None


def _with_epoch(version: str | None, epoch: str) -> str | None:
    """Put the epoch of RPM and dpkg, a qualifier in package URLs, back in front of the version."""
    if not version or not epoch.isdecimal() or epoch.strip("0") == "" or ":" in version:
        return version
    return f"{epoch}:{version}"


# Source packages


def _source(url: PackageUrl, item: InventoryItem, version: str | None) -> tuple[str, str | None]:
    """Return name and version of the source package as stated, of the item first, then of the package URL."""
    if item.source_name:
        return item.source_name, item.source_version
    upstream = url.qualifier("upstream") or url.qualifier("origin")
    if not upstream:
        return (url.name, version) if url.qualifier("arch") in ("source", "src") else ("", None)
    if upstream.endswith(".rpm"):
        return _source_of_rpm(upstream, version)
    name, _, stated = upstream.partition("@")
    return name, stated or None


def _source_of_rpm(file: str, version: str | None) -> tuple[str, str | None]:
    """Divide ``name-version-release.src.rpm``. The file name has no epoch; that of the package is the source's too."""
    parts = file.removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc").rsplit("-", 2)
    if len(parts) < 3:
        return parts[0], None
    epoch, colon, _ = (version or "").partition(":")
    number = f"{parts[1]}-{parts[2]}"
    return parts[0], f"{epoch}:{number}" if colon else number


def _own_source_version(ecosystem: str, version: str | None) -> str | None:
    """Return the version of the source that follows from the package's own.

    dpkg states the source's version where it is another one, but for a rebuild without a change of the source, which
    adds ``+b1`` (Debian developer's reference, 5.10.2.1); a subpackage of apk and RPM has the version of its origin.
    """
    return _BINARY_REBUILD.sub("", version) if version and ecosystem in _DPKG else version
