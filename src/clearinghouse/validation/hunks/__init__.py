"""Patches taken apart into their hunks: which of them stop a reproducer, and which reproducers one fix stops."""

from clearinghouse.validation.hunks.patch import Change, Hunk, Patch, PatchError, read, without, write
from clearinghouse.validation.hunks.remedies import OneFix, remedies
from clearinghouse.validation.hunks.roles import MOST, FixDoesNotHoldError, Role, RoleOfHunk, least_hunks, which_hunks

__all__ = [
    "MOST",
    "Change",
    "FixDoesNotHoldError",
    "Hunk",
    "OneFix",
    "Patch",
    "PatchError",
    "Role",
    "RoleOfHunk",
    "least_hunks",
    "read",
    "remedies",
    "which_hunks",
    "without",
    "write",
]
