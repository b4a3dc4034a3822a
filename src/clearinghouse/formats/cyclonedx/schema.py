"""What is read of a CycloneDX BOM: the members by which a component is known, and who made the list.

Source: the JSON schemas of CycloneDX 1.2 to 1.7 (https://cyclonedx.org/schema/), which also say what each means.
"""

import msgspec

from clearinghouse.formats.decode import Decoder

NAMESPACE = "http://cyclonedx.org/schema/bom/"
NEWEST = 7
"""The second number of the newest version that is known here, 1.7."""
_TYPES = """
application framework library container platform operating-system device device-driver firmware file
machine-learning-model data cryptographic-asset
"""
TYPES = frozenset(_TYPES.split())
SYSTEM = "operating-system"
SCOPES = {"required": "", "optional": "optional", "excluded": "development"}
"""``excluded`` components document "test and other non-runtime purposes" (schema, ``component.scope``)."""


class Organisation(msgspec.Struct, gc=False):
    """Who supplied or made something."""

    name: str | None = None


class Property(msgspec.Struct, gc=False):
    """A name and a value that a tool adds."""

    name: str | None = None
    value: str | None = None


class Part(msgspec.Struct, kw_only=True, gc=False):
    """A component.

    Every one needs a name; one that has none may still have a package URL.

    Attributes:
        swid, properties: not decoded. components: those that it is made of.
    """

    name: str | None = None
    type: str | None = None
    bom_ref: str | None = msgspec.field(default=None, name="bom-ref")
    version: str | None = None
    version_range: str | None = msgspec.field(default=None, name="versionRange")
    group: str | None = None
    publisher: str | None = None
    supplier: Organisation | None = None
    manufacturer: Organisation | None = None
    scope: str | None = None
    cpe: str | None = None
    purl: str | None = None
    swid: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()
    components: list[msgspec.Raw] | None = None


class Tool(msgspec.Struct, gc=False):
    """A tool that made the list, in both shapes: up to 1.4 a tool, since 1.5 a component."""

    vendor: str | None = None
    name: str | None = None
    version: str | None = None


class Tools(msgspec.Struct):
    """Tools since 1.5."""

    components: list[Tool] | None = None
    services: list[Tool] | None = None


class Metadata(msgspec.Struct, kw_only=True):
    """What is said of the BOM as a whole, its component left out.

    Attributes:
        manufacture: who made the component that the BOM is about (up to 1.5). supplier: who supplied it.
    """

    timestamp: str | None = None
    tools: list[Tool] | Tools | None = None
    authors: list[Organisation] | None = None
    manufacture: Organisation | None = None
    supplier: Organisation | None = None


PART = Decoder(Part, "component")
METADATA = Decoder(Metadata, "description of the list")
PROPERTIES: msgspec.json.Decoder[list[Property]] = msgspec.json.Decoder(list[Property])
