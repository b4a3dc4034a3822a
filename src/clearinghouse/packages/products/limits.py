"""To which platforms and modules an entry of an advisory is limited: by its fields, or by its title and description."""

import re

_SERIES_IN_TITLE = re.compile(r"\b([A-Z]{2,3}(?:\d{1,5}(?:-\w+)?)?) Series\b")
_TITLE_RESTRICTS = frozenset({"juniper", "junipernetworks"})
"""Vendors whose titles name the hardware that is affected, and whose records often do so nowhere else."""
_EVERYWHERE = re.compile(r"(?:x64|x86|arm64|arm|32[- ]?bit|64[- ]?bit|ia64|unknown|all|any|n/a|proprietary)\b.*")
_SYSTEMS = frozenset({"windows", "linux", "macos", "android", "ios"})
_SPECIFIC_MODULES = frozenset({"f5"})
"""Vendors whose modules are provisioned one by one; elsewhere ``modules`` names pieces of the code."""


def platforms_of(written: tuple[str, ...], vendors: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Platforms that restrict: neither instruction sets nor a list of every system there is."""
    if "microsoft" in vendors:
        return ()
    kept = [text for text in written if not _EVERYWHERE.fullmatch(text.lower())]
    if len(_SYSTEMS.intersection(text.lower() for text in kept)) > 2:
        kept = []
    if not kept and not _TITLE_RESTRICTS.isdisjoint(vendors):
        kept = [f"{name} Series" for name in _SERIES_IN_TITLE.findall(title)]
    return tuple(dict.fromkeys(kept))


def modules_of(written: tuple[str, ...], vendors: tuple[str, ...]) -> tuple[str, ...]:
    if _SPECIFIC_MODULES.isdisjoint(vendors) or any("all modules" in text.lower() for text in written):
        return ()
    return written
