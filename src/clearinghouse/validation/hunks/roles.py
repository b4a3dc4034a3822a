"""Which hunks of a fix stop a reproducer.

A fix often brings more than the repair: tests, tidying up, repairs of something else. A hunk without which the
reproducer shows again is needed. That of two hunks neither is needed alone does not mean that both can go: each may do
(two checks in a row).
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.hunks.patch import Patch, read, without, write

MOST = 200
"""Hunks that are tried where nobody says how many."""

Holds = Callable[[bytes], bool | None]
"""Applies a patch and runs the reproducer: whether it is stopped; None where that could not be told, as where the patch
does not apply any more, or what it makes cannot be built."""


class Role(StrEnum):
    """What a hunk does in stopping a reproducer."""

    NEEDED = "needed"
    """Without it the reproducer shows."""
    SPARE = "spare"
    """Without it the others still stop it."""
    UNKNOWN = "unknown"
    """Without it nothing could be told."""


class RoleOfHunk(msgspec.Struct, frozen=True, kw_only=True):
    """What one hunk does.

    Attributes:
        number: its place in the patch, from 0. path: of its file. line: where it begins in the old file, from 1.
        section: what the patch writes behind its numbers. Path and section are a stranger's text.
    """

    number: int
    path: str
    line: int
    section: str
    role: Role


class FixDoesNotHoldError(ValidationError):
    """The whole patch does not stop the reproducer, so none of its parts can be what does."""


def which_hunks(patch: bytes | Patch, holds: Holds, *, most: int = MOST) -> tuple[RoleOfHunk, ...]:
    """Return what each hunk of a fix does in stopping one reproducer: one run for the whole, and one without each.

    A single hunk is needed, as the reproducer is known to show without the fix; it is not run without.

    Args:
        patch: the fix. holds: is asked of it, whole and without each hunk. most: hunks that are tried.

    Raises:
        FixDoesNotHoldError: the whole fix does not stop it, or that cannot be told.
        PatchError: the patch cannot be read. ValidationError: it has more than ``most`` hunks.
    """
    patch = _whole(patch, holds, most)
    single = len(patch.hunks) == 1
    return tuple(
        RoleOfHunk(
            number=number,
            path=change.path,
            line=hunk.old_start,
            section=hunk.section,
            role=Role.NEEDED if single else _role(holds(write(without(patch, {number})))),
        )
        for number, (change, hunk) in enumerate(patch.hunks)
    )


def _whole(patch: bytes | Patch, holds: Holds, most: int) -> Patch:
    patch = read(patch) if isinstance(patch, bytes) else patch
    if len(patch.hunks) > most:
        raise ValidationError(
            f"The patch has {len(patch.hunks):,} hunks, and at most {most:,} are tried",
            "leave out what is no part of the fix, or allow more",
        )
    if not holds(write(patch)):
        raise FixDoesNotHoldError(
            "The whole patch does not stop the reproducer, or that cannot be told",
            "look whether it applies to this version, and whether the reproducer shows without it",
        )
    return patch


def _role(stopped: bool | None) -> Role:
    if stopped is None:
        return Role.UNKNOWN
    return Role.SPARE if stopped else Role.NEEDED
