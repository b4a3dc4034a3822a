"""What a validation came to, as it is written down, printed and attested."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.sandbox import Isolation
from clearinghouse.validation.verdict import Verdict

GIVEN = "recipe/"
"""What the names of evidence begin with that the sender of a recipe gave. No name of what a run wrote begins so."""
_TOLD = 6
"""Pieces of evidence that one sentence names."""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bytes that support a verdict, by their digest.

    Attributes:
        name: what they are: of a run ``affected-1.stdout``, of a file of the recipe ``recipe/reproduce.py``.
        sha256: their digest, in hex. size: in bytes.
        cut: whether more was written than was kept; digest and size are of what was.
    """

    name: str
    sha256: str
    size: int
    cut: bool = False

    @property
    def given(self) -> bool:
        """Whether it is a file of the recipe, and nothing that a run wrote."""
        return self.name.startswith(GIVEN)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Field names are the interface.

    Attributes:
        subject: ``affected``, ``fixed``; for controls ``control-affected``, ``control-fixed``; ``idle``.
        shown: whether the flaw was shown; None where it could not be told. signature: what identifies what was.
        how: one line for a person. seconds: of the clock. cpu: of processors. exit: its code, or None. end: how it
        ended. memory: most bytes. points: of growth, each a size and seconds of processor time.
    """

    subject: str
    shown: bool | None
    signature: str = ""
    how: str = ""
    seconds: float
    cpu: float = 0.0
    exit: int | None = None
    signal: int | None = None
    end: str = ""
    memory: int = 0
    points: tuple[tuple[int, float], ...] = ()


class Subject(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A subject as it was really run: what it is, and digests of all that was fetched for it.

    Attributes:
        name: its package URL, archive or patch. artefacts: digests by file name. commands: those that installed it.
    """

    name: str
    artefacts: dict[str, str] = {}
    commands: tuple[tuple[str, ...], ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a validation came to.

    Attributes:
        recipe: path, title and digest of it. verdict, why: the verdict and its reason.
        rate: how often the affected subject showed the flaw, with the 95 % interval. environment: what things ran in,
        with a digest. signatures: of what was shown, each once. evidence: of the runs, each by its digest.
        problems: what else is worth knowing, in sentences.
    """

    recipe: dict[str, Any]
    verdict: Verdict
    why: str
    isolation: Isolation | None = None
    subjects: dict[str, Subject] = {}
    runs: tuple[Run, ...] = ()
    control: dict[str, Any] | None = None
    rate: dict[str, float] | None = None
    signatures: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    command: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[str, ...] = ()
    started: str = ""
    seconds: float = 0.0


class Shelf:
    """Keeps evidence by its digest, each content once.

    Attributes:
        blobs: the bytes by their digest.
    """

    def __init__(self, largest: int = 1 << 20) -> None:
        self.blobs: dict[str, bytes] = {}
        self._entries: list[Evidence] = []
        self._largest = largest

    def add(self, name: str, data: bytes, *, whole: bool = False, cut: bool = False) -> None:
        """Keep bytes under a name; of many the first, unless they are kept whole. The digest is of what is kept.

        Args:
            cut: whether something is missing of them already.
        """
        kept = data if whole else data[: self._largest]
        digest = hashlib.sha256(kept).hexdigest()
        self.blobs[digest] = kept
        self._entries.append(Evidence(name, digest, len(kept), cut or len(kept) < len(data)))

    def told(self) -> str:
        """Return a sentence that says of what more was written than is kept; nothing where all is whole."""
        cut = [f"{each.name} ({each.size:,} bytes)" for each in self._entries if each.cut]
        more = f" and {len(cut) - _TOLD} more" if len(cut) > _TOLD else ""
        return f"More was written than is kept of {', '.join(cut[:_TOLD])}{more}." if cut else ""

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._entries)
