"""The base of every error that a person is meant to read and act on."""


class ClearinghouseError(Exception):
    """Something the caller can put right.

    Attributes:
        what: one sentence that says what is wrong and where.
        remedy: one sentence that says what to do about it (shown as ``try: ...``).
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
