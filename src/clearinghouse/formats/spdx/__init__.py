"""SPDX, an inventory of the packages of something: 2.1 to 2.3 in JSON and tag-value, 3.0 in JSON-LD.

Every package is an item, but for the one that the document describes, which is the subject. Files, snippets, licences
and relationships are no inventory.

Sources: ISO/IEC 5962:2021 (SPDX 2.2.1); SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/); SPDX 3.0.1
(https://spdx.github.io/spdx-spec/v3.0.1/).
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.spdx.detection import detect, read
from clearinghouse.formats.spdx.package import NAME

FORMAT = Format(
    name=NAME, title="SPDX 2 (JSON or tag-value) or 3.0 (JSON-LD)", detect=detect, read=read, inventory=True
)
