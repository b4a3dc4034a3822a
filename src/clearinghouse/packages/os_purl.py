"""Package URLs of the packages of a distribution, for inventories that list them without.

Source: the types ``apk``, ``deb`` and ``rpm`` of the package URL specification
(https://github.com/package-url/purl-spec/tree/main/types): the namespace is the distribution, the release stands in the
qualifier ``distro``, and of RPM packages the epoch is a qualifier too.
"""

from clearinghouse.packages.purl import PackageUrl, PurlError

# openEuler is not among them: its releases have service packs, which the usual ``distro`` does not tell.
_TYPES = {
    "Alpine": ("apk", "alpine", "alpine-"),
    "Chainguard": ("apk", "chainguard", ""),
    "Wolfi": ("apk", "wolfi", ""),
    "Debian": ("deb", "debian", "debian-"),
    "Ubuntu": ("deb", "ubuntu", "ubuntu-"),
    "AlmaLinux": ("rpm", "almalinux", "almalinux-"),
    "Azure Linux": ("rpm", "azurelinux", "azurelinux-"),
    "Mageia": ("rpm", "mageia", "mageia-"),
    "openSUSE": ("rpm", "opensuse", "opensuse-"),
    "Photon OS": ("rpm", "photon", "photon-"),
    "Red Hat": ("rpm", "redhat", "rhel-"),
    "Rocky Linux": ("rpm", "rocky", "rocky-"),
    "SUSE": ("rpm", "suse", "sles-"),
}


def os_purl(ecosystem: str, release: str, name: str, version: str | None) -> str | None:
    """Return the canonical package URL of a distribution's package, or None where there is no type for it.

    The law: the package that this URL names is the one from which it was made.

    Args:
        ecosystem: OSV base name. release: in normal form, or empty. name, version: as the package manager lists them.
    """
    known = _TYPES.get(ecosystem)
    if known is None:
        return None
    kind, namespace, prefix = known
    qualifiers = {"distro": prefix + release.lower().replace(" ", "-")} if release and prefix else {}
    epoch, colon, rest = (version or "").partition(":")
    if kind == "rpm" and colon:
        version = rest
        if epoch.strip("0"):
            qualifiers["epoch"] = epoch
    try:
        made = PackageUrl.build(type=kind, namespace=namespace, name=name, version=version, qualifiers=qualifiers)
    except PurlError:
        return None
    return made.canonical
