"""Whether two reproducers that one patch stops can be fixed apart, told by the patch without single hunks.

CVE counting asks whether flaws are independently fixable (CNA Operational Rules 4.1.0, section 4.2, CVE ID Assignment).
A patch without a hunk, with which one reproducer shows again and the other does not, is a fix of the other alone; where
there is such a hunk for each, each has been fixed without the other.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from clearinghouse.validation.hunks import Role, RoleOfHunk
from clearinghouse.validation.hunks.patch import read


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What hunks of a patch do for one reproducer, by their numbers from 0, in the order of :func:`.remedy.ordered`.

    Attributes:
        needed: without these it shows. spare: without these it does not. why: where nothing could be told, the reason.
    """

    needed: tuple[int, ...] = ()
    spare: tuple[int, ...] = ()
    why: str = ""


class Standing(StrEnum):
    """What the parts of a patch say of two reproducers that it stops."""

    SHARED = "shared"
    """Both need one hunk."""
    APART = "apart"
    """Each was stopped while the other showed."""
    UNKNOWN = "unknown"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What it comes to.

    Attributes:
        standing: in one word. both: hunks that both need. one, other: those that only the one, or the other, needs.
    """

    standing: Standing
    both: tuple[int, ...] = ()
    one: tuple[int, ...] = ()
    other: tuple[int, ...] = ()

    @property
    def explanation(self) -> str:
        """It in a sentence that a person can check."""
        if self.standing is Standing.SHARED:
            return f"Both show again when the patch lacks its {_named(self.both)}: what stops them is one change."
        if self.standing is Standing.APART:
            return (
                f"Without its {_named(self.one)} only this one shows again, without its {_named(self.other)} only the "
                "other: they can be fixed apart."
            )
        return "Which part of the patch stops which could not be told by leaving out single hunks."


def parts_of(patch: bytes, roles: Sequence[RoleOfHunk]) -> Parts:
    """Return what hunks do, by numbers that equal patches have in common.

    Raises:
        PatchError: the patch cannot be read.
    """
    by_number = {each.number: each.role for each in roles}
    numbered = sorted(enumerate(read(patch).hunks), key=lambda each: each[1][0].path)
    known = [by_number.get(number) for number, _ in numbered]
    return Parts(
        needed=tuple(at for at, role in enumerate(known) if role is Role.NEEDED),
        spare=tuple(at for at, role in enumerate(known) if role is Role.SPARE),
    )


def compared(one: Parts, other: Parts) -> Compared:
    """Return what the parts of one patch say of two reproducers.

    Laws: told the other way round it says the same; a hunk of which nothing could be told decides nothing.
    """
    both = tuple(sorted(set(one.needed) & set(other.needed)))
    mine = tuple(sorted(set(one.needed) & set(other.spare)))
    theirs = tuple(sorted(set(other.needed) & set(one.spare)))
    if both:
        standing = Standing.SHARED
    elif mine and theirs:
        standing = Standing.APART
    else:
        standing = Standing.UNKNOWN
    return Compared(standing=standing, both=both, one=mine, other=theirs)


def _named(hunks: Sequence[int]) -> str:
    numbers = ", ".join(str(each + 1) for each in hunks)
    return f"hunk {numbers}" if len(hunks) == 1 else f"hunks {numbers} (each by itself)"
