"""Whether ClusterFuzz's rule takes a crash for a security issue. Their rule, shown as theirs; never our severity.

Source: https://github.com/google/clusterfuzz, `crash_analysis/` (the order of the rules is the rule).
"""

from functools import lru_cache

import msgspec

from clearinghouse.formats.crash import tables

FIRST_PAGE = 0x1000
"""An address below is a null pointer with an offset."""


class Evidence(msgspec.Struct, kw_only=True):
    """What the rule looks at.

    Attributes:
        type: crash type without access. address: as printed.
        protected: a protection reports the access as safe. marked: the log says itself that it is a security issue.
        pc_zero: the program counter is zero.
    """

    type: str
    address: str | None = None
    protected: bool = False
    marked: bool = False
    pc_zero: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a project may decide for itself.

    Attributes:
        checks: a failed release CHECK is a security issue. asserts: a failed assertion is one.
        limits: time and memory limits are reported as crashes.
    """

    checks: bool = False
    asserts: bool = True
    limits: bool = True


DEFAULT = Settings()


def is_security(evidence: Evidence, settings: Settings = DEFAULT) -> bool:
    """Apply the rules in their order; the first that decides."""
    if evidence.protected:
        return False
    if evidence.marked or evidence.pc_zero:
        return True
    decided = _by_type(evidence.type, settings)
    return _points_somewhere(number(evidence.address)) if decided is None else decided


@lru_cache(maxsize=1 << 10)
def _by_type(type_: str, settings: Settings) -> bool | None:
    """What the type alone decides; None when the address does."""
    rules = tables.security()
    decided = (
        (rules.never, False),
        (rules.checks, settings.checks),
        (rules.debug_checks, True),
        (rules.errors, False),
        (rules.concurrency_and_leaks, False),
        (rules.undefined_secure, True),
        (rules.undefined_other, False),
        (rules.go_panics, False),
        (rules.asserts, settings.asserts),
        (rules.always, True),
    )
    for listed, answer in decided:
        if listed.holds(type_):
            return answer
    if not type_ or rules.signals.holds(type_):
        return False
    return None if rules.generic.holds(type_) else True


def near_null(address: str | None) -> bool:
    """Whether an address as printed lies in the first page: a null pointer, or one with an offset."""
    value = number(address)
    return value is not None and value < FIRST_PAGE


def number(address: str | None) -> int | None:
    """Return an address as printed as a number, or None."""
    if not address:
        return None
    try:
        return int(address.replace("`", ""), 16)
    except ValueError:
        return None


def _points_somewhere(address: int | None) -> bool:
    known = tables.security().assertion_addresses
    if address is None or address < FIRST_PAGE or address in known.exact:
        return False
    return address >> 32 not in known.user_ids or address & 0xFFFFFFFF > 1 << 22
