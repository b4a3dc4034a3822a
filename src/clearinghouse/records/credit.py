"""Who found it and with what. Passes through every hop unchanged."""

import msgspec


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One party to whom a finding is owed.

    Attributes:
        name: as the party wrote itself; never re-derived from an address.
        role: OSV credit type in upper case (``FINDER``, ``REPORTER``, ``TOOL``, ...), OSV schema section 4.
        contacts: URLs or addresses, as given.
    """

    name: str
    role: str = "FINDER"
    contacts: tuple[str, ...] = ()


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a finding came to be, in the sender's words.

    Attributes:
        tool: name of the tool or harness.
        tool_version: its version, as written.
        method: discovery method, as written (TAP suggests ``manual``, ``ai-discovered``, ...).
        model: the AI model, if one was used and named.
        snapshot: what bytes were examined (commit, content hash), as written.
        human_review: what the sender says about review by a person.
    """

    tool: str | None = None
    tool_version: str | None = None
    method: str | None = None
    model: str | None = None
    snapshot: str | None = None
    human_review: str | None = None
