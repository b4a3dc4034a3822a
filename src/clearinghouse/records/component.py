"""What a finding is about: a package, a product, a binary, a repository."""

import msgspec


class Component(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that can have a flaw.

    Attributes:
        name: the name within its ecosystem or vendor, as the source wrote it.
        ecosystem: OSV ecosystem name (``PyPI``, ``Go``, ``Debian:12``), empty when not a package.
        vendor: who makes it, for products that have no package URL.
        version: the version that the source examined, as written.
        purl: package URL as the source wrote it (ECMA-427), or None.
        repository: source repository URL, as written, or None.
    """

    name: str
    ecosystem: str = ""
    vendor: str = ""
    version: str | None = None
    purl: str | None = None
    repository: str | None = None

    @property
    def label(self) -> str:
        """The shortest text that names it to a person: the package URL, else vendor, name and version."""
        if self.purl:
            return self.purl
        name = f"{self.vendor} {self.name}" if self.vendor else self.name
        if self.ecosystem:
            name = f"{self.ecosystem}/{name}"
        return f"{name}@{self.version}" if self.version else name
