"""How npm, Yarn and pnpm write where a package comes from.

Sources: https://docs.npmjs.com/cli/configuring-npm/package-lock-json,
https://docs.npmjs.com/cli/using-npm/package-spec.
"""

from typing import NamedTuple

from clearinghouse.formats.lockfiles.sources import is_commit, is_folder

ECOSYSTEM = "npm"
_ALIAS = "npm:"


class Found(NamedTuple):
    """A package: its own name, its version if that is a release, and where it is from if that is no registry."""

    name: str
    version: str | None
    repository: str | None = None


def split_name(text: str) -> tuple[str, str]:
    """Return name and what follows the at sign: ``@scope/a@1.0`` is ``@scope/a`` and ``1.0``."""
    name, _, rest = text[1:].partition("@")
    return text[:1] + name, rest


def locate(name: str, version: str | None, address: str | None) -> Found:
    """Return what an entry means by its version and the address from which it was resolved.

    Args:
        name: the name under which it is installed. version: a release, ``npm:<name>@<release>`` for an alias or, as in
            package-lock.json 1, an address. address: from where it was resolved, if that is said.
    """
    if version and version.startswith(_ALIAS):
        name, version = split_name(version.removeprefix(_ALIAS))
    elif version and (":" in version or "/" in version):
        version, address = None, version
    if not address or address.startswith(_ALIAS):
        return Found(name, version)
    if "/" not in address and ":" not in address:
        return Found(name, version)  # a file in Yarn's offline mirror
    if is_commit(address) or is_folder(address):
        return Found(name, None, address)
    version = version or archive_version(address, name)
    # GitHub Packages has them as /download/@scope/name/1.0.0/<digest>.
    registered = version and ("/-/" in address or "/download/" in address)
    return Found(name, version, None if registered else address)


def archive_version(address: str, name: str) -> str | None:
    """Return the version in the file name of a packed package, or None.

    It is ``<name>-<version>.tgz`` as ``npm pack`` makes it; on a registry ``<registry>/a/-/a-1.0.0.tgz``.
    """
    file = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
    start = f"{name.rpartition('/')[2]}-"
    if not file.startswith(start) or not file.endswith(".tgz"):
        return None
    version = file[len(start) : -len(".tgz")]
    return version if version[:1].isdigit() else None


def is_outside(address: str) -> bool:
    """Whether a folder lies outside the project; inside it, it is a part of the project."""
    path = address.partition(":")[2] if address[:5] in ("file:", "link:") else address
    path = path.removeprefix("portal:")
    return path.startswith(("../", "/", "~", "..")) or path[1:2] == ":"


def written(installed: str, found: Found, fallback: str = "") -> str:
    """Write a package as npm does: ``left-pad@1.0.0``, ``pad@npm:left-pad@1.0.0``, ``a@git+https://...``."""
    what = found.version or found.repository or fallback
    if installed != found.name:
        return f"{installed}@npm:{found.name}@{what}" if found.version else f"{installed}@{what}"
    return f"{installed}@{what}" if what else installed
