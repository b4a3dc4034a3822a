"""The base of every error that a person is meant to read and act on."""


class ClearinghouseError(Exception):
    """Something the caller can put right.

    Attributes:
        what: one sentence that says what is wrong and where.
        remedy: one sentence that says what to do about it (shown as ``try: ...``).
        source: the document or path that it is about, as a :class:`~clearinghouse.records.Problem` names it; None where
            it is about none alone.
    """

    def __init__(self, what: str, remedy: str, *, source: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.source = source


WHILE = "while reading "
"""How the note begins that an exception gets which ends the reading of a document; its name follows."""
