"""What is there of a run already: what came to its end stays as it is; what goes on is the same, and of one key."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from clearinghouse.evaluation.running import asked as asking
from clearinghouse.evaluation.running.archive import opened
from clearinghouse.evaluation.running.asked import Asked
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.sealing.statement import SIGNED, UNSIGNED, write
from clearinghouse.evaluation.running.sealing.verify import statement_in, verified
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope
from clearinghouse.trust.keys import KeyRing, PublicKey

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What a run left.

    Attributes:
        folder: where. statement: the file over it. made: attempts that were made just now. sealed: attempts that are
            sealed in all. wanted: that were asked for. was_stopped: whether somebody stopped it.
            was_there: whether nothing was left to do, so that nothing was written.
    """

    folder: Path
    statement: Path
    made: int
    sealed: int
    wanted: int
    was_stopped: bool
    was_there: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.sealed >= self.wanted


def finished(folder: Path, asked: Asked, signers: Sequence["Signer"] = ()) -> Ran | None:
    """Return what a run left that came to its end, verified; None where there is something left to do.

    The statement over it stays as it is: others cite it. Only one that nobody signed is signed, where there is a key.

    Raises:
        RunError: the folder holds another run, or another key signed what is there.
        SealError, LogError, EnvelopeError: what is there is not what was sealed.
    """
    if not any((folder / each).is_file() for each in (SIGNED, UNSIGNED)):
        return None
    if asked_in(folder) != asked:
        demand_same(folder, asked)
    keys = same_keys(folder, signers)
    if not statement_in(folder, keys)[0].complete:
        return None
    checked = verified(folder, keys)
    wanted = len(asked.tasks) * asked.epochs
    if signers and not checked.is_signed:
        write(folder, checked.said, signers)
    name = SIGNED if signers or checked.is_signed else UNSIGNED
    return Ran(
        folder=folder, statement=folder / name, made=0, sealed=wanted, wanted=wanted, was_stopped=False, was_there=True
    )


def same_keys(folder: Path, signers: Sequence["Signer"]) -> KeyRing | None:
    """Return the keys that signed what is there of a run, which are those that go on with it; None where none did.

    Raises:
        RunError: they are others.
    """
    path = folder / SIGNED
    if not path.is_file():
        return None
    with opened(path) as file:
        there = {each.keyid for each in Envelope.from_bytes(file.read(LARGEST_ENVELOPE)).signatures}
    given = {each.public_key.keyid for each in signers}
    if given and not there <= given:
        what = f"{folder}: the run was signed with another key so far, {', '.join(sorted(there - given))[:200]}"
        raise RunError(what, "give the key of before, or run it into another folder")
    return KeyRing([PublicKey(each.public_key) for each in signers]) if given else None


def asked_in(folder: Path) -> Asked:
    """Return what the run of a folder was asked for.

    Raises:
        LogError: it cannot be read.
    """
    path = folder / asking.NAME
    with opened(path) as file:
        return Asked.from_bytes(file.read(asking.LARGEST), str(path))


def demand_same(folder: Path, asked: Asked) -> NoReturn:
    """Refuse to go on with a run that was asked for something else.

    Raises:
        RunError: always.
    """
    there = asked_in(folder)
    names = [each for each in asked.__struct_fields__ if getattr(asked, each) != getattr(there, each)]
    what = f"{folder} holds a run that was asked for something else: {', '.join(names)}"
    raise RunError(what, "name another folder, or ask for the same")
