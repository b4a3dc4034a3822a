"""The signed list, the files that it names, and who held them."""

from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check
from clearinghouse.evaluation.determination.package.manifest import Item, given
from clearinghouse.evaluation.determination.times import moment_of
from clearinghouse.evaluation.ledger.chain import Chain, Log, check_head
from clearinghouse.formats.text import plural

_ANEW = "get the package anew from whoever made it, and report where this one came from"


def _signature(case: Case) -> str:
    manifest = case.manifest
    made = moment_of(manifest.made, "made")
    return (
        f"{manifest.by.name}, {manifest.by.office}, signed the list of {len(manifest.items)} files on {made:%Y-%m-%d}."
    )


def _complete(case: Case) -> str:
    expected = _expected(case)
    there = set(case.package.names) - {names.MANIFEST, names.COVER}
    missing, added = sorted(expected.keys() - there), sorted(_foreign(case, there - expected.keys()))
    if missing:
        raise PackageError(f"{_some(missing)} should be in this copy, and {_is(missing)} not", _ANEW)
    if added:
        raise PackageError(f"{_some(added)} {_is(added)} in it, and the signed list gives it to nobody here", _ANEW)
    withheld = len(case.manifest.items) - len(expected)
    whose = case.package.cover.audience.value if case.package.cover else "whoever keeps the folder"
    return f"A copy for {whose}: {plural(len(expected), 'file')}, and {withheld} listed that others are given."


def _digests(case: Case) -> str:
    expected = _expected(case)
    there = [name for name in expected if name in case.package]
    wrong = [name for name in there if case.package.measured(name) != expected[name]]
    if wrong:
        raise PackageError(f"{_some(wrong)} {_is(wrong)} not as when the list was signed", _ANEW)
    return f"{plural(len(there), 'file')} {'is' if len(there) == 1 else 'are'} to the byte as when the list was signed."


def _custody(case: Case) -> str:
    log = _log(case)
    if names.MANIFEST not in case.package:
        return f"The log has {plural(len(log.entries), 'entry', 'entries')}, each chained to the one before it."
    manifest = case.manifest
    check_head(log, manifest.log_size, manifest.log_root)
    for item in manifest.items:
        _require_held(item, log)
    return (
        f"The log of {plural(len(log.entries), 'entry', 'entries')} is the one that was signed for, and tells of every "
        "file who held it when."
    )


def _log(case: Case) -> Log:
    if names.LOG not in case.package:
        raise Absent("The log itself is not in this copy; the signed list names its head.")
    return Chain(case.package.path(names.LOG)).read()


def _require_held(item: Item, log: Log) -> None:
    if item.path in {names.LOG, names.LOG_HEAD}:
        return
    told = [log.entries[at] for at in item.custody if at < len(log.entries)]
    if not told or len(told) != len(item.custody) or any(each.digest != item.sha256 for each in told):
        raise PackageError(f"the log does not tell who held {item.path}", "ask who made the package for the whole log")


def _expected(case: Case) -> dict[str, tuple[int, str]]:
    """What should be there: size and SHA-256 by name. A folder that is no copy has everything as it is."""
    if case.package.cover is None:
        return {each.path: (each.bytes, each.sha256) for each in case.manifest.items}
    return given(case.manifest.items, case.package.cover.audience)


def _foreign(case: Case, added: set[str]) -> set[str]:
    """What should not be there. A folder in which people work holds other things as well, which no package takes."""
    if case.package.cover is not None:
        return added
    roles = {name: names.role_of(name) for name in added}
    return {name for name, role in roles.items() if role is not None and role.name not in {"secret", "draft"}}


def _some(found: list[str]) -> str:
    return found[0] if len(found) == 1 else f"{found[0]} and {len(found) - 1} more"


def _is(found: list[str]) -> str:
    return "is" if len(found) == 1 else "are"


CHECKS = (
    Check("list", "A key that you believe signed the list of all files.", _signature),
    Check("files", "Nothing is missing that this copy should have, and nothing was added.", _complete),
    Check("digests", "No byte of any file was changed since the list was signed.", _digests),
    Check("custody", "Who held what when is told without a gap.", _custody),
)
