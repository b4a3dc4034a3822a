"""CycloneDX, an inventory of what something is made of, in JSON (1.2 to 1.7) and XML (1.0 to 1.7).

Every component is an item, those within others too. ``metadata.component`` is the subject of the inventory. What a BOM
holds beside (services, vulnerabilities, dependencies, licences) is no inventory; of the first two a notice is given.

Sources: ECMA-424 (https://ecma-international.org/publications-and-standards/standards/ecma-424/) and the schemas of all
versions (https://cyclonedx.org/schema/).
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.cyclonedx.convert import NAME
from clearinghouse.formats.cyclonedx.detection import detect, read

FORMAT = Format(name=NAME, title="CycloneDX 1.0 to 1.7 (JSON or XML)", detect=detect, read=read, inventory=True)
