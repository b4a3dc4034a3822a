"""Patches taken apart into their hunks, and which of these stop a reproducer."""

from clearinghouse.validation.hunks.patch import Change, Hunk, Patch, PatchError, read, without, write
from clearinghouse.validation.hunks.roles import MOST, FixDoesNotHoldError, Role, RoleOfHunk, which_hunks

__all__ = [
    "MOST",
    "Change",
    "FixDoesNotHoldError",
    "Hunk",
    "Patch",
    "PatchError",
    "Role",
    "RoleOfHunk",
    "read",
    "which_hunks",
    "without",
    "write",
]
