"""Where in a component a finding is."""

import msgspec


class Location(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One place in source code or in an artefact.

    Attributes:
        path: file path or URI, as the source wrote it (no base applied); empty when only a symbol is known.
        line: first line, from 1.
        column: first column, from 1.
        end_line: last line, from 1.
        symbol: enclosing function, method or class, as fully qualified as the source gave it.
        snippet: the code at that place, if the source quoted it.
    """

    path: str = ""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    symbol: str | None = None
    snippet: str | None = None
